"""Every register beside the systems comes from a table, whole or with every flaw named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.hub_world import WHY, HubWorld
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang import clock
from yunzhang.gather import systems
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.clouds import rooms
from yunzhang.oversee.clouds.register_models import (
    InternetExit,
    RoomItem,
    ServiceBought,
    SystemLogin,
)
from yunzhang.oversee.clouds.register_tables import KINDS
from yunzhang.oversee.models import DataRoom, Drill

KIND = {kind.id: kind for kind in KINDS}


@pytest.fixture
def held(hub: HubWorld) -> InformationSystem:
    """A system, a room and a cloud that rows may name."""
    day, today = date(2015, 1, 1), clock.today()
    rooms.register(hub.officer, hub.units[2], "一号机房", "450100", day, today, why=WHY)
    Cloud.objects.create(unit=hub.units[1], name="区云", level="region", built_on=day)
    return systems.register(hub.officer, hub.units[2], "婚姻登记系统", "", why=WHY)


SOUND = {
    "clouds": (
        ("云名称", "单位", "层级", "所属行业", "上级云", "建成日期", "云服务商"),
        ("民政云", "民政厅", "行业云", "民政", "区云", "2020-05-01", "某公司"),
        lambda: Cloud.objects.filter(trade="民政", parent__name="区云", vendor="某公司"),
    ),
    "rooms": (
        ("机房名称", "行政区划代码", "建成日期"),
        ("二号机房", "450102", "2016年5月1日"),
        lambda: DataRoom.objects.filter(name="二号机房", built_on=date(2016, 5, 1)),
    ),
    "equipment": (
        ("设备名称", "所在机房", "台数", "上架日期"),
        ("服务器", "一号机房", "4", "2016-05-01"),
        lambda: RoomItem.objects.filter(room__name="一号机房", count=4),
    ),
    "exits": (
        ("出口名称", "运营商", "带宽", "开通日期"),
        ("办公区出口", "某运营商", "200", "2016-05-01"),
        lambda: InternetExit.objects.filter(megabits=200, carrier="某运营商"),
    ),
    "services": (
        ("云服务商", "所购服务", "云名称", "服务起期", "服务止期", "金额"),
        ("某公司", "云主机", "区云", "2026-01-01", "2026-12-31", "120000"),
        lambda: ServiceBought.objects.filter(cloud__name="区云", yuan=120000),
    ),
    "logins": (
        ("信息系统", "最近登录", "用户数"),
        ("婚姻登记系统", "2026-02-20", "35"),
        lambda: SystemLogin.objects.filter(last_on=date(2026, 2, 20), people=35),
    ),
    "drills": (
        ("信息系统", "演练时间", "是否成功", "演练情况"),
        ("婚姻登记系统", "2026-02-20", "是", "两小时内恢复"),
        lambda: Drill.objects.filter(passed=True, result="两小时内恢复"),
    ),
}


@pytest.mark.parametrize("case", SOUND)
def test_a_register_is_entered_from_a_table(
    hub: HubWorld, held: InformationSystem, tmp_path: Path, case: str
) -> None:
    heads, row, found = SOUND[case]
    path = workbook(tmp_path / f"{case}.xlsx", {"表": [("登记表",), heads, row]})
    actor = hub.reviewer if case == "clouds" else hub.officer

    plan = looked_through(actor, KIND[case], path)
    entered(actor, KIND[case], plan)

    assert flaws(plan) == set()
    assert found().count() == 1


FLAWED: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]], set[str]]] = {
    "clouds": (
        ("云名称", "层级", "上级云", "建成日期"),
        [("甲云", "天上的云", "", "2020-01-01"), ("乙云", "行业云", "没有的云", "不详")],
        {"import.value_unknown", "import.cloud_unknown", "import.day_unclear"},
    ),
    "rooms": (
        ("机房名称", "行政区划代码", "建成日期"),
        [("一号机房", "450100", "2016-01-01"), ("三号机房", "四五", "2999-01-01")],
        {"cloud.twice", "room.division", "place.day_ahead"},
    ),
    "equipment": (
        ("设备名称", "所在机房", "台数", "上架日期"),
        [("交换机", "九号机房", "一", "2016-01-01"), ("存储", "一号机房", "0", "2999-01-01")],
        {"import.room_unknown", "import.number_unclear", "room.count", "place.day_ahead"},
    ),
    "services": (
        ("云服务商", "所购服务", "服务起期", "服务止期"),
        [
            ("某公司", "云主机", "2026-01-01", "2025-01-01"),
            ("某公司", "云存储", "2026-01-01", ""),
            ("某公司", "云存储", "2026-01-01", ""),
        ],
        {"service.ends_early", "import.row_twice"},
    ),
    "logins": (
        ("信息系统", "最近登录"),
        [("没有的系统", "2026-01-01"), ("婚姻登记系统", "2999-01-01")],
        {"import.system_unknown", "place.day_ahead"},
    ),
}


@pytest.mark.parametrize("case", FLAWED)
def test_every_flaw_of_a_table_is_told_and_nothing_is_written(
    hub: HubWorld, held: InformationSystem, tmp_path: Path, case: str
) -> None:
    heads, lines, expected = FLAWED[case]
    path = workbook(tmp_path / f"{case}.xlsx", {"表": [heads, *lines]})

    plan = looked_through(hub.officer, KIND[case], path)

    assert {code for _row, _column, code in flaws(plan)} == expected
    assert not (RoomItem.objects.exists() or ServiceBought.objects.exists())
    assert not SystemLogin.objects.exists()


def test_another_units_records_are_not_brought_in(
    hub: HubWorld, held: InformationSystem, tmp_path: Path
) -> None:
    heads, row = ("单位", "出口名称", "开通日期"), ("民政厅", "出口一", "2016-01-01")
    path = workbook(tmp_path / "出口.xlsx", {"表": [heads, row]})

    found = {
        code for _row, _column, code in flaws(looked_through(hub.outsider, KIND["exits"], path))
    }

    assert found == {"permission.missing"}
