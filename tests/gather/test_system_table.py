"""Systems from a table, some with their live tables beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.hub_world import WHY, HubWorld
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang.gather import clouds
from yunzhang.gather.clouds import CloudForm
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


def test_where_a_system_runs_stands_beside_its_name(hub: HubWorld, tmp_path: Path) -> None:
    form = CloudForm("全区统一政务云", "region", date(2015, 6, 1))
    clouds.register(hub.reviewer, hub.units[1], form, why=WHY)
    heads = ("系统名称", "云平台", "等保级别", "涉密情况", "使用单位")
    good = ("救助系统", "全区统一政务云", "第三级", "", "乡镇民政所")
    path = workbook(tmp_path / "系统.xlsx", {"系统": [heads, good]})
    wrong = ("婚姻系统", "没有的云", "十级", "绝密", "")
    bad = workbook(tmp_path / "错.xlsx", {"系统": [heads, wrong]})

    entered(hub.officer, SYSTEMS, looked_through(hub.officer, SYSTEMS, path))
    found = {code for _row, _column, code in flaws(looked_through(hub.officer, SYSTEMS, bad))}

    system = InformationSystem.objects.get(name="救助系统")
    told = (str(system.cloud), system.protection, system.sensitivity, system.users)
    assert told == ("全区统一政务云", "3", "plain", "乡镇民政所")
    assert found == {"import.cloud_unknown", "import.value_unknown"}


def test_class_owner_interface_and_dependencies_come_with_the_systems(
    hub: HubWorld, tmp_path: Path
) -> None:
    heads = ("系统名称", "系统分类", "业主单位", "接口", "依赖系统", "灾备地点")
    path = workbook(
        tmp_path / "系统.xlsx",
        {"系统": [
            heads,
            ("统一身份认证", "公共应用支撑平台"),
            ("救助系统", "行业专业应用系统", "卫健", "https://gx.example/relief", "统一身份认证", "南宁"),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.officer, SYSTEMS, path)
    entered(hub.officer, SYSTEMS, plan)

    assert flaws(plan) == set()
    relief = InformationSystem.objects.get(name="救助系统")
    assert (relief.build_kind, relief.owner) == ("trade", hub.units[3])
    assert (relief.interface, relief.recovery_place) == ("https://gx.example/relief", "南宁")
    assert [one.name for one in relief.needs.all()] == ["统一身份认证"]


def test_an_unknown_class_owner_or_dependency_is_told_and_nothing_entered(
    hub: HubWorld, tmp_path: Path
) -> None:
    heads = ("系统名称", "系统分类", "业主单位", "依赖系统")
    rows = [heads, ("救助系统", "大系统", "没有的局", "婚姻系统、卫健/影像系统"), ("婚姻系统",)]
    path = workbook(tmp_path / "系统.xlsx", {"系统": rows})

    plan = looked_through(hub.officer, SYSTEMS, path)

    assert flaws(plan) == {
        (2, "系统分类", "import.value_unknown"),
        (2, "业主单位", "import.unit_unknown"),
        (2, "依赖系统", "import.needed_unknown"),
    }
    assert len(plan.flaws) == 4  # each dependency by itself: the one below, and another unit's
    assert not InformationSystem.objects.exists()
