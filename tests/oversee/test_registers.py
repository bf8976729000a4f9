"""Log-ins, exits, equipment and purchases: what is reported, what is refused, what it changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.hub_world import WHY, HubWorld
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.gather import clouds, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.clouds import (
    activity,
    equipment,
    exits,
    extranet,
    logins,
    purchases,
    rooms,
    zombies,
)
from yunzhang.oversee.clouds.register_models import (
    InternetExit,
    RoomItem,
    ServiceBought,
    SystemLogin,
)
from yunzhang.oversee.models import DataRoom, ExtranetLink
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import pack

LONG_AGO = timedelta(days=2000)


@pytest.fixture
def silent(hub: HubWorld) -> InformationSystem:
    """A system registered long ago that nobody called, gathered or changed."""
    made = systems.register(hub.officer, hub.units[2], "档案系统", "", why=WHY)
    FactRow.objects.filter(subject=f"system:{made.pk}").update(at=clock.now() - LONG_AGO)
    return made


def test_a_reported_log_in_keeps_a_system_from_being_asked_about_and_says_so(
    hub: HubWorld, silent: InformationSystem
) -> None:
    today = clock.today()
    before = activity.silent([silent], today)

    logins.report(hub.officer, silent, today - timedelta(days=3), 12, why="系统日志")

    assert before == [silent]
    assert activity.silent([silent], today) == []
    assert not zombies.sweep(today)
    # Nothing but the unit's word: it is marked wherever systems are listed.
    assert activity.lives([silent])[silent.pk].said_only(today)


def test_an_old_log_in_does_not_help_and_one_to_come_is_refused(
    hub: HubWorld, silent: InformationSystem
) -> None:
    today, limit = clock.today(), pack().limit("system.zombie_days")

    logins.report(hub.officer, silent, today - timedelta(days=limit + 1), why=WHY)

    assert activity.silent([silent], today) == [silent]
    assert not activity.lives([silent])[silent.pk].said_only(today)
    assert refused(logins.report, hub.officer, silent, today + timedelta(days=1), why=WHY) == (
        "place.day_ahead",
    )
    assert refused(logins.report, hub.outsider, silent, today, why=WHY) == ("permission.missing",)
    assert SystemLogin.objects.get().last_on == today - timedelta(days=limit + 1)


@pytest.fixture
def room(hub: HubWorld) -> DataRoom:
    day = date(2015, 1, 1)
    return rooms.register(hub.officer, hub.units[2], "机房", "450100", day, clock.today(), why=WHY)


def item(room: DataRoom, day: date, **more: object) -> RoomItem:
    return RoomItem(room=room, name="服务器", put_in_on=day, **more)


def test_a_frozen_room_takes_in_nothing_from_that_day_on(hub: HubWorld, room: DataRoom) -> None:
    frozen_on = date(2025, 7, 1)
    rooms.change(hub.officer, room, "frozen", frozen_on, clock.today(), why=WHY)

    before = equipment.put_in(hub.officer, item(room, date(2025, 6, 30), count=2), why="补登")

    assert before.count == 2
    assert refused(equipment.put_in, hub.officer, item(room, frozen_on), why=WHY) == (
        "room.frozen",
    )
    assert refused(
        equipment.put_in, hub.officer, item(room, date(2999, 1, 1), count=0), why=WHY
    ) == ("room.count", "place.day_ahead", "room.frozen")
    taken = equipment.take_out(hub.officer, before, date(2026, 1, 5), why="下架")
    assert taken.taken_out_on == date(2026, 1, 5)
    assert refused(equipment.take_out, hub.officer, before, date(2025, 1, 1), why=WHY) == (
        "room.out_before_in",
    )


def test_where_the_pack_allows_no_additions_no_approval_helps(
    hub: HubWorld, room: DataRoom, settings
) -> None:
    settings.PACK = "chongqing-2019"  # 不再新增相关设施设备, from 2020 on

    old = equipment.put_in(hub.officer, item(room, date(2019, 12, 31)), why="补登")

    assert old.pk
    assert refused(
        equipment.put_in, hub.officer, item(room, date(2020, 1, 1), approval="一号文"), why=WHY
    ) == ("gate.shut",)


def test_exits_are_merged_and_mobile_access_needs_a_connection(hub: HubWorld) -> None:
    unit, today = hub.units[2], clock.today()
    made = exits.register(
        hub.officer, InternetExit(unit=unit, name="出口一", built_on=date(2014, 5, 1)), why=WHY
    )

    merged = exits.change(hub.officer, made, "merged", today, why="并入统一出口")
    early = refused(exits.mobile, hub.officer, unit, today, why=WHY)
    extranet.connect(hub.officer, unit, date(2016, 1, 1), today, why=WHY)
    exits.mobile(hub.officer, unit, date(2022, 1, 1), why="移动办公")

    assert (merged.state, merged.state_since) == ("merged", today)
    assert early == ("extranet.not_connected",)
    assert ExtranetLink.objects.get().mobile_since == date(2022, 1, 1)
    assert refused(exits.change, hub.officer, made, "sold", today, why=WHY) == (
        "place.state_unknown",
    )
    twice = InternetExit(unit=unit, name="出口一", built_on=date(2999, 5, 1))
    assert refused(exits.register, hub.officer, twice, why=WHY) == (
        "cloud.twice",
        "place.day_ahead",
    )


def test_a_purchase_is_put_on_record_once(hub: HubWorld) -> None:
    def bought(**more: object) -> ServiceBought:
        told = {"vendor": "某公司", "service": "云主机", "since": date(2026, 1, 1), **more}
        return ServiceBought(unit=hub.units[2], **told)

    purchases.register(hub.officer, bought(until=date(2026, 12, 31)), why=WHY)

    assert refused(purchases.register, hub.officer, bought(), why=WHY) == ("service.twice",)
    assert refused(
        purchases.register, hub.officer, bought(vendor=" ", until=date(2025, 1, 1)), why=WHY
    ) == ("service.vendor_missing", "service.ends_early")
    assert refused(purchases.register, hub.outsider, bought(vendor="乙"), why=WHY) == (
        "permission.missing",
    )


def test_a_second_cloud_of_a_trade_needs_an_approval_where_the_pack_says_so(
    hub: HubWorld, settings
) -> None:
    unit, built = hub.units[1], date(2020, 1, 1)

    def form(name: str, approval: str = "") -> CloudForm:
        return CloudForm(name, "trade", built, trade="教育", approval=approval)

    settings.PACK = "guangxi-2018"  # 原则上一个行业设一朵云
    first = clouds.register(hub.reviewer, unit, form("教育云"), why=WHY)
    shut = refused(clouds.register, hub.reviewer, unit, form("智慧教育云"), why=WHY)
    let = clouds.register(hub.reviewer, unit, form("高教云", approval="桂发改1号"), why=WHY)
    other = CloudForm("卫生云", "trade", built, trade="卫生")
    health = clouds.register(hub.reviewer, unit, other, why=WHY)
    renamed = refused(clouds.change, hub.reviewer, health, form("卫生云"), why=WHY)

    assert shut == renamed == ("gate.shut",)
    assert {first.trade, let.trade} == {"教育"}
    settings.PACK = "chongqing-2019"
    clouds.register(hub.reviewer, unit, form("第三教育云"), why=WHY)
    assert Cloud.objects.filter(trade="教育").count() == 3
