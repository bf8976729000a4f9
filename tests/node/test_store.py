"""The serving copy: loaded whole or not at all, and exchanged without anyone noticing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from tests.node.staging import COLUMNS, ITEMS, PLAN, VILLAGES, Stage
from yunzhang import packs
from yunzhang.node import store
from yunzhang.node.commands import load
from yunzhang.node.tables import Tables
from yunzhang.protect.masking import mask
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.grant import Mask

LOST = FaultKind("source.lost", 503, Text("断", "lost"), Text("再试", "try again"))


def test_a_new_version_takes_the_place_of_the_old(stage: Stage):
    former = store.open_table(stage.home.store, "villages")
    reader = former.connect(1)

    latter = stage.load(VILLAGES[:10])

    files = [path.name for path in former.path.parent.glob("*.sqlite")]
    assert files == [f"{latter.version}.sqlite"]
    assert latter.version.startswith("2-")
    assert reader.execute("SELECT count(*) FROM rows").fetchone() == (1000,)


def test_a_source_that_vanishes_in_mid_load_leaves_the_former_version(stage: Stage):
    before = store.current(stage.home.store, "villages")

    def vanishing():
        yield VILLAGES[:500]
        raise Refused(LOST())

    with pytest.raises(Refused) as refused:
        store.build(stage.home.store, PLAN, COLUMNS, vanishing())

    folder = stage.home.store / "villages"
    assert refused.value.codes == ("source.lost",)
    assert store.current(stage.home.store, "villages") == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(["current", f"{before}.sqlite"])


def test_a_row_is_made_in_loading_only_when_it_needs_no_key_and_is_asked_for(stage: Stage):
    partial, hashed, other = (
        [Mask(item=ITEMS[0], way="partial", kind="phone"), Mask(item=ITEMS[1], way="keep")],
        [Mask(item=ITEMS[0], way="hash")],
        [Mask(item=ITEMS[0], way="partial", kind="name")],
    )

    table = store.build(stage.home.store, PLAN, COLUMNS, [VILLAGES], shown=(partial, hashed))

    with closing(table.connect(1)) as reader:
        listed = {row[1] for row in reader.execute("PRAGMA table_info(rows)")}
        made = reader.execute(f"SELECT {table.shown(partial)} FROM rows").fetchall()
    assert {*ITEMS, table.shown(partial).strip('"')} == listed
    assert sorted(json.loads(text) for (text,) in made) == sorted(
        [mask(row[0], partial[0], b""), row[1]] for row in VILLAGES
    )
    assert "keyed_hash" in table.shown(hashed)
    assert "substr" in table.shown(other)


def test_no_more_rows_are_made_than_the_pack_allows(stage: Stage):
    many = [[Mask(item=item, way="partial")] for item in ITEMS]
    many += [[Mask(item=item, way="generalise")] for item in ITEMS]
    limit = packs.read("national").limit("node.rows_made")

    table = store.build(stage.home.store, PLAN, COLUMNS, [VILLAGES], shown=many)

    assert limit < len(many)
    assert len(table.about.made) == limit


def test_columns_and_items_that_do_not_exist_are_all_named(stage: Stage):
    plan = store.Plan(table="villages", items={"代码": "code", "税号": "tax"}, key_items=("编号",))

    with pytest.raises(Refused) as refused:
        store.build(stage.home.store, plan, COLUMNS, [VILLAGES])

    assert refused.value.codes == ("table.columns_missing",)
    assert "tax, 编号" in refused.value.faults[0].sentence()


@pytest.mark.parametrize("name", ["../escape", ".hidden", "a/b", "", "x" * 200])
def test_a_table_name_cannot_lead_out_of_the_store(stage: Stage, name):
    with pytest.raises(Refused) as refused:
        store.open_table(stage.home.store, name)

    assert refused.value.codes == ("table.name",)


def test_a_row_with_a_nul_is_left_out_and_counted(stage: Stage):
    table = stage.load([*VILLAGES[:3], ("x", "a\0b", None, None)])

    assert (table.about.rows, table.about.rejected) == (3, {"row.nul": 1})


def test_a_malformed_csv_loads_its_good_rows_and_lists_the_bad(stage: Stage, tmp_path):
    from yunzhang.engines.readings import SourceKind, SourceSpec

    file = tmp_path / "villages.csv"
    file.write_text("code,name,tel,county\n001,甲,1,45\n002,乙\n003,丙,3,45\n", encoding="gb18030")
    said: list[int] = []

    source = SourceSpec(kind=SourceKind.CSV, location=str(file))
    table = load(stage.home.folder, PLAN, source, said.append)

    assert (table.about.rows, sum(table.about.rejected.values())) == (2, 1)
    assert said[-1] == 2


def test_loading_makes_the_rows_that_the_grants_held_show(stage: Stage, tmp_path):
    from yunzhang.engines.readings import SourceKind, SourceSpec

    grant = stage.grant()
    stage.grant(table="elsewhere", masks=tuple(Mask(item=item, way="generalise") for item in ITEMS))
    file = tmp_path / "villages.csv"
    file.write_text("code,name,tel,county\n001,甲,13800000001,45\n", encoding="utf-8")

    table = load(stage.home.folder, PLAN, SourceSpec(kind=SourceKind.CSV, location=str(file)))

    in_order = [next(mask for mask in grant.masks if mask.item == item) for item in grant.items]
    assert [table.shown(in_order)] == [store.quote(name) for name in table.about.made]


def test_a_changed_or_cut_file_is_said_to_be_broken(stage: Stage):
    table = store.open_table(stage.home.store, "villages")
    table.path.write_bytes(table.path.read_bytes()[:2048])
    tables = Tables(stage.home.store, packs.read("national"))

    tables.refresh()

    assert [fault.code for fault in tables.faults] == ["table.broken"]
    with pytest.raises(Refused):
        tables.find("villages")


def test_nothing_can_be_written_through_a_serving_connection(stage: Stage):
    connection = store.open_table(stage.home.store, "villages").connect(1)

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM rows")


def test_a_key_and_every_filter_item_has_an_index(stage: Stage):
    connection = store.open_table(stage.home.store, "villages").connect(1)

    for item in ("代码", *PLAN.filter_items):
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM rows WHERE {store.quote(item)} = ?", ("",)
        ).fetchall()
        assert "USING" in plan[0][3], item
    assert store.open_table(stage.home.store, "villages").items == frozenset(ITEMS)
