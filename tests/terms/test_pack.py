"""Packs: policy as rows that cite; a wrong file is named, with what is wrong in it."""

from __future__ import annotations

import pytest

from yunzhang.packs import read
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack import parse

HEAD = 'id = "x"\nzh = "甲"\nen = "A"\n'
LIMIT = '[[limits]]\nid = "a"\nvalue = 1\nunit = "row"\ncite = { document = "d", clause = "c" }\n'


def test_the_national_pack_is_whole_and_every_row_cites() -> None:
    pack = read("national")

    rows = (*pack.clocks, *pack.limits, *pack.roles, *pack.codes, *pack.masks, *pack.indicators)
    assert all(row.cite.document and row.cite.clause for row in rows)
    assert all(len(row.cite.quote) <= 25 for row in rows)
    assert (pack.clock("C2").days, pack.clock("C4").days, pack.clock("C5").days) == (2, 10, 20)


@pytest.mark.parametrize(
    "table", ["clocks", "limits", "roles", "codes", "masks", "indicators", "checks"]
)
def test_no_row_of_the_national_pack_stands_twice(table: str) -> None:
    ids = [row.id for row in getattr(read("national"), table)]

    assert len(ids) == len(set(ids))


def test_every_wrong_file_is_named_at_once() -> None:
    files = {
        "pack.toml": HEAD,
        "a.toml": LIMIT.replace("value = 1", 'value = "one"'),
        "b.toml": "[[limits]\n",
        "c.toml": LIMIT.replace('"a"', '"c"').replace(
            'cite = { document = "d", clause = "c" }\n', ""
        ),
        "d.toml": LIMIT.replace('"a"', '"d"') + "surprise = 1\n",
    }

    with pytest.raises(Refused) as refused:
        parse(files)

    named = [dict(fault.details)["file"] for fault in refused.value.faults]
    assert named == ["a.toml", "b.toml", "c.toml", "d.toml"]
    assert set(refused.value.codes) == {"pack.malformed"}


def test_a_row_that_is_missing_is_named() -> None:
    pack = parse({"pack.toml": HEAD, "limits.toml": LIMIT})

    assert pack.limit("a") == 1
    for ask in (lambda: pack.limit("b"), lambda: pack.clock("C9"), lambda: pack.role("king")):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.codes == ("pack.row_missing",)


def test_the_rows_of_a_table_in_two_files_are_all_there() -> None:
    other = LIMIT.replace('"a"', '"b"')

    pack = parse({"pack.toml": HEAD, "one.toml": LIMIT, "two.toml": other})

    assert [row.id for row in pack.limits] == ["a", "b"]


def test_codes_come_in_order_and_below_their_parent() -> None:
    pack = read("national")

    assert [row.code for row in pack.codes_of("share_type")] == ["1", "2", "3"]
    base = {row.code for row in pack.codes_of("classification", parent="1")}
    assert base
    assert all(code.startswith("1") for code in base)


def test_the_mask_of_a_kind_goes_before_the_mask_of_any() -> None:
    pack = read("national")

    assert pack.mask_way(2, "phone") == "partial"
    assert pack.mask_way(2, "name") == "keep"
    assert pack.mask_way(6, "phone") == "drop"
