"""Fetching: exactly the granted rows, each once, whatever is asked; against a Python oracle."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.node.staging import CONSUMER, PROVIDER
from yunzhang import packs
from yunzhang.node import store
from yunzhang.node.asked import Call, Page
from yunzhang.node.fetch import Fetcher, after_prefix
from yunzhang.protect import masking
from yunzhang.terms.codes import Delivery, Operator
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Condition, Grant, Mask, Quota

ITEMS = ("a", "b", "c")
KEY = b"h" * 32
LETTERS = st.text(st.sampled_from("01县\ud7ff\ue000\U0010ffff'\""), max_size=3)
VALUES = st.one_of(st.none(), LETTERS)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=25)
OPERATORS = st.sampled_from(list(Operator))
WAYS = st.sampled_from(["keep", "drop", "partial", "hash", "generalise"])
KINDS = st.sampled_from(["", "name", "phone", "address", "date"])


@st.composite
def conditions(draw):
    op = draw(OPERATORS)
    count = draw(st.integers(1, 3)) if op == Operator.IN else 1
    values = tuple(draw(LETTERS) for _ in range(count))
    return Condition(item=draw(st.sampled_from(ITEMS)), op=op, values=values)


def holds(row: dict[str, str | None], condition: Condition) -> bool:
    value, values = row[condition.item], condition.values
    if value is None:
        return False
    return {
        Operator.EQ: value == values[0],
        Operator.IN: value in values,
        Operator.PREFIX: value.startswith(values[0]),
        Operator.GE: value >= values[0],
        Operator.LE: value <= values[0],
    }[condition.op]


def grant_of(items, rows, masks) -> Grant:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    return Grant(
        id="G",
        request="R",
        resource_code="307001/000001",
        entry_version=1,
        node="n",
        table="t",
        provider=PROVIDER,
        consumer=CONSUMER,
        consumer_key="k",
        items=items,
        key_items=("a",),
        filter_items=ITEMS,
        rows=rows,
        masks=masks,
        purpose="p",
        scenario="",
        legal_basis="",
        delivery=(Delivery.SERVICE_API,),
        starts_at=now,
        until=now,
        issued_at=now,
        quota=Quota(calls_a_day=1, rows_a_day=1, calls_a_second=1, rows_a_page=1),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


def serve(folder, rows, key_items=("a", "b"), shown=()) -> Fetcher:
    plan = store.Plan(
        table="t",
        items=dict(zip(ITEMS, ITEMS, strict=True)),
        key_items=key_items,
        filter_items=ITEMS,
    )
    table = store.build(folder, plan, ITEMS, [rows], shown=shown)
    return Fetcher(table, packs.read("national"))


@settings(max_examples=150, deadline=None)
@given(
    ROWS,
    st.lists(conditions(), max_size=2).map(tuple),
    st.lists(conditions(), max_size=2).map(tuple),
    st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3, unique=True).map(tuple),
    st.tuples(WAYS, KINDS),
    st.integers(1, 7),
    st.booleans(),
)
def test_pages_hold_each_granted_row_once_masked_and_no_other(
    folder, rows, granted, asked, items, way, size, made_in_loading
):
    masks = tuple(Mask(item=item, way=way[0], kind=way[1]) for item in ITEMS)
    grant = grant_of(ITEMS, granted, masks)
    asked_for = [next(mask for mask in masks if mask.item == item) for item in items]
    fetcher = serve(folder, rows, shown=[asked_for] if made_in_loading else ())

    found, after = [], ""
    while True:
        call = Call(grant="G", purpose="p", items=items, filter=asked, page=Page(after=after))
        fetched = fetcher.try_inline(grant, "d", call, size, KEY)
        page = json.loads(fetched.rows)
        assert fetched.count == len(page) <= size
        found += page
        after = fetched.after
        if not after:
            break
    fetcher.close()

    allowed = [
        row
        for row in (dict(zip(ITEMS, row, strict=True)) for row in rows)
        if all(holds(row, condition) for condition in (*granted, *asked))
    ]
    rule = {mask.item: mask for mask in masks}
    expected = [[masking.mask(row[item], rule[item], KEY) for item in items] for row in allowed]
    assert sorted(map(str, found)) == sorted(map(str, expected))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
def test_the_bound_after_a_prefix_parts_texts_with_it_from_texts_without(prefix, text):
    bound = after_prefix(prefix)

    below = bound == b"" or text < bound

    assert text.startswith(prefix) == (text >= prefix and below)


def test_rows_come_in_key_order(folder):
    fetcher = serve(folder, [("2", "x", ""), ("1", "y", ""), ("1", "a", "")])
    grant = grant_of(ITEMS, (), tuple(Mask(item=item, way="keep") for item in ITEMS))

    fetched = fetcher.try_inline(
        grant, "d", Call(grant="G", purpose="p", items=("a", "b"), filter=()), 10, KEY
    )

    assert json.loads(fetched.rows) == [["1", "a"], ["1", "y"], ["2", "x"]]


def test_a_page_token_of_another_version_or_making_is_refused(folder):
    grant = grant_of(ITEMS, (), tuple(Mask(item=item, way="keep") for item in ITEMS))
    first = serve(folder, [("1", "", ""), ("2", "", "")])
    call = Call(grant="G", purpose="p", items=("a",), filter=())
    token = first.try_inline(grant, "d", call, 1, KEY).after
    second = serve(folder, [("1", "", ""), ("3", "", "")])

    def ask(after):
        page = Page(after=after)
        asked = Call(grant="G", purpose="p", items=("a",), filter=(), page=page)
        with pytest.raises(Refused) as refused:
            second.try_inline(grant, "d", asked, 1, KEY)
        return refused.value.codes

    assert ask(token) == ("page.version_changed",)
    assert ask("1 OR 1=1") == ("page.token",)


def pack_with(**limits):
    pack = packs.read("national")
    from msgspec.structs import replace

    rows = tuple(
        replace(row, value=limits.get(row.id.replace("node.", ""), row.value))
        for row in pack.limits
    )
    return replace(pack, limits=rows)


def test_a_query_beyond_the_small_budget_goes_to_a_thread_and_comes_back_whole(folder):
    rows = [(f"{number:06d}", "x", str(number % 7)) for number in range(20_000)]
    plan = store.Plan(table="slow", items={item: item for item in ITEMS}, key_items=("a",))
    table = store.build(folder, plan, ITEMS, [rows])
    fetcher = Fetcher(table, pack_with(inline_steps=1000))
    grant = grant_of(ITEMS, (), tuple(Mask(item=item, way="keep") for item in ITEMS))
    condition = Condition(item="c", op=Operator.EQ, values=("9",))
    call = Call(grant="G", purpose="p", items=("a",), filter=(condition,))

    inline = fetcher.try_inline(grant, "d", call, 5, KEY)
    at_length = asyncio.run(fetcher.at_length(grant, "d", call, 5, KEY))

    assert inline is None
    assert (at_length.rows, at_length.after) == (b"[]", "")


def test_a_query_that_takes_too_long_is_ended_and_told_what_to_filter_by(folder):
    rows = [(f"{number:06d}", "x", "y") for number in range(50_000)]
    plan = store.Plan(table="endless", items={item: item for item in ITEMS}, key_items=("a",))
    fetcher = Fetcher(store.build(folder, plan, ITEMS, [rows]), pack_with(query_seconds=0))
    grant = grant_of(ITEMS, (), tuple(Mask(item=item, way="keep") for item in ITEMS))
    condition = Condition(item="c", op=Operator.EQ, values=("z",))
    call = Call(grant="G", purpose="p", items=("a",), filter=(condition,))

    with pytest.raises(Refused) as refused:
        asyncio.run(fetcher.at_length(grant, "d", call, 5, KEY))

    assert refused.value.codes == ("call.too_slow",)
    assert "a, b, c" in refused.value.faults[0].next_step()


def test_a_table_that_lost_a_granted_item_says_so(folder):
    plan = store.Plan(table="lost", items={"a": "a"}, key_items=("a",))
    fetcher = Fetcher(store.build(folder, plan, ITEMS, [[("1", "", "")]]), packs.read("national"))
    grant = grant_of(ITEMS, (), tuple(Mask(item=item, way="keep") for item in ITEMS))

    with pytest.raises(Refused) as refused:
        fetcher.try_inline(
            grant, "d", Call(grant="G", purpose="p", items=("a", "b"), filter=()), 5, KEY
        )

    assert refused.value.codes == ("table.drifted",)


def test_a_row_may_have_more_items_than_one_sqlite_function_takes_arguments(folder):
    items = tuple(f"i{number}" for number in range(250))
    values = tuple(f"[{number}]" for number in range(250))
    plan = store.Plan(table="wide", items={item: item for item in items}, key_items=("i0",))
    fetcher = Fetcher(store.build(folder, plan, items, [[values]]), packs.read("national"))
    grant = grant_of(items, (), tuple(Mask(item=item, way="keep") for item in items))

    fetched = fetcher.try_inline(
        grant, "d", Call(grant="G", purpose="p", items=items, filter=()), 5, KEY
    )

    assert json.loads(fetched.rows) == [list(values)]
