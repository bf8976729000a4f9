"""Units from a table: a tree in any order, every flaw told at once, all or none entered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub_world import HubWorld, credit_code
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang.people.models import FactRow, Unit
from yunzhang.people.unit_table import UNITS
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Refused

HEADS = ("序 号", "单位名称*", "统一社会信用代码（18位）", "层级", "上级单位", "备注", "负责人")


def test_a_tree_is_entered_with_children_standing_before_their_parents(
    hub: HubWorld, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "单位.xlsx",
        {"单位": [
            ("某市单位台账",),
            HEADS,
            (1, "某县教育局", credit_code(31), "县级", "某县人民政府", None, "张三"),
            (2, "某县人民政府", credit_code(32), "县级", credit_code(33)),
            ("示例", "某某局", credit_code(99), "市级"),
            (3, "某市人民政府", credit_code(33), "市级", "大数据发展局"),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.reviewer, UNITS, path)
    made = entered(hub.reviewer, UNITS, plan)

    assert flaws(plan) == set()
    assert {note.code for note in plan.notes} == {"import.column_unknown"}
    assert [one.name for one in made] == ["某市人民政府", "某县人民政府", "某县教育局"]
    assert Unit.objects.get(name="某县教育局").parent.parent.parent == hub.units[1]
    assert not Unit.objects.filter(code=credit_code(99)).exists()


def test_every_flaw_of_every_row_is_told_and_nothing_is_entered(
    hub: HubWorld, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "units.xlsx",
        {"units": [
            ("Credit code", "Unit name", "Tier", "Parent unit", "是否主管部门"),
            ("１１４５０", "甲局", "省级", "", "是"),
            (credit_code(40), "", "村级别", "没有的单位", "也许"),
            (credit_code(41), "乙局", "市级", "丙局", ""),
            (credit_code(42), "丙局", "市级", "乙局", ""),
            (credit_code(2), "民政厅", "省级", "", ""),
            (credit_code(41), "丁局", "市级", "", ""),
            (credit_code(43), "戊局", "省级", "己镇", ""),
            (credit_code(44), "己镇", "乡级", "", ""),
        ]},
    )  # fmt: skip
    before = Unit.objects.count()

    plan = looked_through(hub.reviewer, UNITS, path)

    assert flaws(plan) == {
        (2, "Credit code", "unit.code_wrong"),
        (3, "Unit name", "import.value_missing"),
        (3, "Tier", "unit.tier_unknown"),
        (3, "Parent unit", "import.unit_unknown"),
        (3, "是否主管部门", "import.value_unknown"),
        (4, "Parent unit", "import.unit_circle"),
        (5, "Parent unit", "import.unit_circle"),
        (6, "Credit code", "unit.twice"),
        (6, "Unit name", "unit.twice"),
        (7, "Credit code", "import.unit_twice"),
        (8, "Parent unit", "unit.parent_lower"),
    }
    with pytest.raises(Refused) as refused:
        entered(hub.reviewer, UNITS, plan)
    assert refused.value.codes == ("import.not_sound",)
    assert Unit.objects.count() == before


def test_the_sound_rows_alone_may_be_entered_and_the_record_says_so(
    hub: HubWorld, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "units.xlsx",
        {"units": [
            ("统一社会信用代码", "单位名称", "层级", "上级"),
            (credit_code(50), "甲市", "市级", ""),
            ("坏代码", "乙县", "县级", "甲市"),
            (credit_code(51), "丙乡", "乡级", "乙县"),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.reviewer, UNITS, path)
    entered(hub.reviewer, UNITS, plan, sound_only=True)

    assert Unit.objects.filter(name="甲市").exists()
    assert not Unit.objects.filter(
        name__in=("乙县", "丙乡")
    ).exists()  # a child of what is left out
    fact = FactRow.objects.get(deed=Deed.RECORDS_IMPORTED)
    said = json.loads(fact.content)
    assert (said["entered"], said["left_out"], said["sound_only"]) == (1, 2, True)
    assert said["made"] == [f"unit:{credit_code(50)}"]


def test_columns_that_are_missing_are_named_together(hub: HubWorld, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("名称,简称\n甲局,甲\n", encoding="gb18030")

    plan = looked_through(hub.reviewer, UNITS, path)

    assert [note.code for note in plan.notes] == ["import.column_missing"] * 2
    assert {flaw.code for flaw in plan.flaws} >= {"import.value_missing"}


def test_only_who_registers_units_may_look(hub: HubWorld, tmp_path: Path) -> None:
    path = workbook(tmp_path / "u.xlsx", {"a": [("代码", "名称"), ("1", "2")]})

    with pytest.raises(Refused) as refused:
        looked_through(hub.officer, UNITS, path)

    assert refused.value.codes == ("permission.missing",)


def test_a_circle_through_many_rows_is_found_without_end(hub: HubWorld, tmp_path: Path) -> None:
    rows = [
        (credit_code(100 + at), f"单位{at:03d}号", "县级", f"单位{(at + 1) % 50:03d}号")
        for at in range(50)
    ]
    path = workbook(tmp_path / "u.xlsx", {"a": [("代码", "名称", "层级", "上级"), *rows]})

    plan = looked_through(hub.reviewer, UNITS, path)

    assert {flaw.code for flaw in plan.flaws} == {"import.unit_circle"}
    assert len(plan.flaws) == 50


def test_a_division_comes_with_the_table_and_a_wrong_one_is_told_in_its_cell(
    hub: HubWorld, tmp_path: Path
) -> None:
    heads = ("代码", "单位名称", "层级", "行政区划代码")
    rows = [(credit_code(50), "甲局", "市级", "450100"), (credit_code(51), "乙局", "市级", "4501")]
    path = workbook(tmp_path / "units.xlsx", {"单位": [heads, *rows]})

    plan = looked_through(hub.reviewer, UNITS, path)

    assert flaws(plan) == {(3, "行政区划代码", "unit.division")}
    assert [one.key for one in plan.sound] == [credit_code(50)]
