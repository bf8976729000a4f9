"""A node as a process: calls by key and by filter, end to end, each with its proof."""

from __future__ import annotations

from tests.node.staging import VILLAGES, running, where


def test_a_consumer_calls_by_key_and_by_filter_and_pages_through_everything(stage):
    grant = stage.grant()

    with running(stage.home) as (address, _), stage.caller(address, grant) as caller:
        one = caller.call(key={"代码": VILLAGES[7][0]})
        county = caller.call(filter=(where("县", "eq", "450003"),))
        pages = list(caller.pages(("代码",), filter=(), rows=300))

    assert one.rows == [[VILLAGES[7][0], "第7村", "138****0007", "450000"]]
    assert len(county.rows) == 100
    assert [row[0] for page in pages for row in page.rows] == [row[0] for row in VILLAGES]
    assert [page.index for page in pages] == [2, 3, 4, 5]
