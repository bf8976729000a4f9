"""The benchmark's table: a million made-up villages, and a grant that masks half of their items."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from yunzhang import clock
from yunzhang.node import store
from yunzhang.node.home import Home
from yunzhang.protect.keys import SigningKey
from yunzhang.terms.codes import Delivery
from yunzhang.terms.document import to_second
from yunzhang.terms.grant import Grant, Mask, Party, Quota

ROWS = 1_000_000
COUNTY_ROWS = 100
MASKS = {
    "code": "keep",
    "name": "keep",
    "head": "partial",
    "phone": "partial",
    "citizen": "partial",
    "county": "keep",
    "founded": "generalise",
    "address": "keep",
}
KINDS = {"head": "name", "phone": "phone", "citizen": "citizen_id", "founded": "date"}
ITEMS = tuple(MASKS)
UNIT = Party(code="11450000007565452X", name="民政厅")


def serve_table(home: Home) -> store.Table:
    plan = store.Plan(
        table="rows",
        items={item: item for item in ITEMS},
        key_items=("code",),
        filter_items=("county",),
    )
    batches = (
        [made(number) for number in range(start, start + 10_000)]
        for start in range(0, ROWS, 10_000)
    )
    return store.build(home.store, plan, ITEMS, batches, shown=[masks()])


def copy_plain(table: store.Table, path: Path) -> store.Table:
    """The same rows for the peers: the items and an index, none of what the node adds."""
    items = ", ".join(map(store.quote, ITEMS))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS node", (str(table.path),))
        connection.execute(f"CREATE TABLE rows AS SELECT {items} FROM node.rows ORDER BY rowid")
        connection.execute("CREATE INDEX by_county ON rows (county)")
        connection.commit()
    return store.Table(path, table.version, table.about)


def masks() -> tuple[Mask, ...]:
    return tuple(
        Mask(item=item, way=way, kind=KINDS.get(item, ""))  # type: ignore[arg-type]
        for item, way in MASKS.items()
    )


def made(number: int) -> tuple[str, ...]:
    return (
        code_of(number),
        f"第{number}村村民委员会",
        f"李{number}",
        f"138{number:08d}",
        f"450101{1950 + number % 50}0101{number % 10_000:04d}",
        county_of(number),
        f"{1950 + number % 70}-10-01",
        f"广西壮族自治区南宁市青秀区第{number % 1000}号",
    )


def code_of(number: int) -> str:
    return f"45{number:010d}"


def county_of(number: int) -> str:
    return f"45{number // COUNTY_ROWS:06d}"


def full_grant(home: Home, consumer: SigningKey) -> Grant:
    now = to_second(clock.now())
    return Grant(
        id="G-1",
        request="R-1",
        resource_code="307001/000001",
        entry_version=1,
        node=home.name,
        table="rows",
        provider=UNIT,
        consumer=Party(code="1", name="卫健委"),
        consumer_key=consumer.public.text,
        items=ITEMS,
        key_items=("code",),
        filter_items=("county",),
        rows=(),
        masks=masks(),
        purpose="防控",
        scenario="流调",
        legal_basis="传染病防治法第四十条",
        delivery=(Delivery.SERVICE_API,),
        quota=Quota(calls_a_day=10**9, rows_a_day=10**12, calls_a_second=10**6, rows_a_page=1000),
        starts_at=now - timedelta(days=1),
        until=now + timedelta(days=1),
        issued_at=now,
    )
