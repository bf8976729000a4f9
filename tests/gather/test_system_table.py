"""Systems from a table, some with their live tables beside them."""

from __future__ import annotations

from pathlib import Path

from tests.hub_world import HubWorld
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang.gather.models import DataTable, InformationSystem
from yunzhang.gather.system_table import SYSTEMS
from yunzhang.people.models import Notice

HEADS = (
    "系统名称",
    "所属单位",
    "主要功能",
    "库表名称",
    "表名",
    "数据源类型",
    "数据源地址",
    "源表名",
)


def test_systems_and_their_tables_are_registered(hub: HubWorld, tmp_path: Path) -> None:
    source = hub.csv()
    path = workbook(
        tmp_path / "系统.xlsx",
        {"系统": [
            ("信息系统清单",),
            HEADS,
            ("救助系统", "", "社会救助", "救助对象", "relief", "CSV", source.location, "townships.csv"),
            ("救助系统", "民政", "", "乡镇", "towns", "csv", source.location, "townships.csv"),
            ("婚姻系统", "民政厅", "婚姻登记"),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.officer, SYSTEMS, path)
    entered(hub.officer, SYSTEMS, plan)

    assert flaws(plan) == set()
    relief = InformationSystem.objects.get(name="救助系统")
    assert (relief.unit, relief.purpose) == (hub.units[2], "社会救助")
    assert set(relief.tables.values_list("name", flat=True)) == {"relief", "towns"}
    # Two tables wait to be gathered or catalogued: one is told of at most once for each deed.
    assert Notice.objects.filter(person=hub.officer.person).count() <= 2


def test_flaws_of_systems_and_tables_are_told_together(hub: HubWorld, tmp_path: Path) -> None:
    hub.table()
    path = workbook(
        tmp_path / "系统.xlsx",
        {"系统": [
            HEADS,
            ("区划系统 townships", "民政厅"),
            ("甲系统", "卫健", ""),
            ("乙系统", "", "", "甲表", "Bad Name", "oracle", "/data", ""),
            ("丙系统", "", "", "", "townships", "csv", "/etc", ""),
            ("", "没有的局", "用途"),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.officer, SYSTEMS, path)

    assert flaws(plan) >= {
        (2, "系统名称", "system.twice"),
        (3, "所属单位", "permission.missing"),
        (4, "数据源类型", "import.value_unknown"),
        (5, "库表名称", "import.value_missing"),
        (6, "系统名称", "import.value_missing"),
        (6, "所属单位", "import.unit_unknown"),
    }
    cells = {(flaw.row, flaw.column) for flaw in plan.flaws}
    assert {(4, "表名"), (5, "表名"), (5, "数据源地址")} <= cells
    assert DataTable.objects.count() == 1
