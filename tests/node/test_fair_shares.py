"""Fair shares: no call reaches into another's quota, log entry or day."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.node.staging import ITEMS, VILLAGES, Stage, where
from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.node.asked import Call
from yunzhang.node.call import answer
from yunzhang.node.meter import Meter
from yunzhang.node.post import Post
from yunzhang.node.session import Sender
from yunzhang.protect.keys import SigningKey
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Grant, Mask, Quota
from yunzhang.terms.receipt import Receipt

KEY = {"代码": VILLAGES[0][0]}


@pytest.fixture
def post(stage: Stage) -> Iterator[Post]:
    stage.grant()
    opened = Post.open(stage.home)
    yield opened
    opened.close()


def body(grant: Grant, **changes: Any) -> bytes:
    asked: dict[str, Any] = {"grant": grant.id, "purpose": grant.purpose, "items": ITEMS}
    return encode(Call(**(asked | changes)))


def sender(key: SigningKey) -> Sender:
    return Sender("s", key.public.text, os.urandom(16).hex())


def logged(post: Post) -> list[Receipt]:
    ledger = post.desk.commit.ledger
    return [decode(entry, Receipt) for entry in ledger.entries(0, ledger.size)]


def test_a_call_that_cannot_be_written_down_harms_no_other_call(stage, post):
    grant = stage.issued[0]
    good = body(grant, key=KEY)
    twice = body(grant, key=KEY, items=ITEMS * 4000)

    async def together() -> list[Any]:
        calls = (answer(post.desk, sender(stage.consumer), asked) for asked in (good, twice, good))
        return await asyncio.gather(*calls, return_exceptions=True)

    first, refused, last = asyncio.run(together())

    assert json.loads(first)["rows"] == json.loads(last)["rows"]
    assert isinstance(refused, Refused)
    assert refused.codes == ("items.twice",)
    assert sorted(one.outcome for one in logged(post)) == ["answered", "answered", "refused"]


def test_a_flood_of_conditions_is_one_reason_in_a_short_receipt(stage, post):
    grant = stage.issued[0]
    asked = body(grant, filter=tuple(where("电话", "ge") for _ in range(1500)))

    with pytest.raises(Refused) as refused:
        asyncio.run(answer(post.desk, sender(stage.consumer), asked))

    assert refused.value.codes == ("filter.too_many",)
    assert logged(post)[0].reasons == ("filter.too_many",)


def test_a_failure_nobody_foresaw_is_in_the_log_too(stage, post, monkeypatch):
    grant = stage.issued[0]
    table = post.desk.tables.find(grant.table).table
    with table.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (table.path.stat().st_size - 4096))

    with pytest.raises(Exception):  # noqa: B017  # whatever it is, it must not go unseen
        asyncio.run(answer(post.desk, sender(stage.consumer), body(grant, filter=())))

    (receipt,) = logged(post)
    assert (receipt.outcome, receipt.reasons, receipt.rows) == ("refused", ("node.failed",), 0)


def test_another_consumer_cannot_use_up_a_grants_rate(stage, tmp_path):
    few = Quota(calls_a_day=10, rows_a_day=100, calls_a_second=3, rows_a_page=10)
    grant = stage.grant(quota=few)
    stage.grant(consumer_key=(other := SigningKey.generate("other.gx")).public.text)
    post = Post.open(stage.home)

    async def flood() -> bytes:
        for _ in range(20):
            with pytest.raises(Refused):
                await answer(post.desk, sender(other), body(grant, key=KEY))
        return await answer(post.desk, sender(stage.consumer), body(grant, key=KEY))

    try:
        assert json.loads(asyncio.run(flood()))["rows"]
    finally:
        post.close()


def test_a_call_under_way_at_midnight_gives_nothing_to_the_next_day():
    midnight = datetime(2026, 3, 2, tzinfo=BEIJING)
    before, after = ((midnight + timedelta(seconds=s)).timestamp() for s in (-1, 1))
    meter = Meter()
    meter.usage("G", before)
    share = meter.take("G", 500)

    meter.usage("G", after)
    share.settle(2)

    usage = meter.usage("G", after)
    assert (usage.calls_today, usage.rows_today) == (0, 0)


def test_the_salt_is_of_the_day_the_receipt_names(stage, post, monkeypatch):
    """An auditor looks the day's key up by the receipt's time."""
    grant = stage.issued[0]
    before = datetime(2026, 3, 1, 23, 59, 59, 900_000, tzinfo=BEIJING)
    moments = iter([before])
    stage.revoke()
    monkeypatch.setattr(clock, "now", lambda: next(moments, before + timedelta(seconds=1)))
    monkeypatch.setattr(clock, "today", lambda *_: (before + timedelta(seconds=1)).date())

    with pytest.raises(Refused):  # not begun yet: refused, and logged
        asyncio.run(answer(post.desk, sender(stage.consumer), body(grant, key=KEY)))

    assert [path.name for path in sorted(stage.home.salts.glob("*.key"))] == ["2026-03-01.key"]


@pytest.mark.parametrize("way", ["drop", "hash", "partial", "generalise"])
def test_a_masked_item_is_not_found_by_halving_a_list(stage, way):
    masks = tuple(Mask(item=item, way="keep") for item in ITEMS if item != "名称")
    grant = stage.grant(masks=(*masks, Mask(item="名称", way=way)))
    post = Post.open(stage.home)
    names = [row[1] for row in VILLAGES[:8]]

    try:
        with pytest.raises(Refused) as refused:
            asked = body(
                grant, filter=(where("名称", "in", *names), where("代码", "eq", *KEY.values()))
            )
            asyncio.run(answer(post.desk, sender(stage.consumer), asked))
        one = body(grant, filter=(where("名称", "in", names[0]),))
        assert json.loads(asyncio.run(answer(post.desk, sender(stage.consumer), one)))["rows"]
    finally:
        post.close()

    assert refused.value.codes == ("filter.masked",)
