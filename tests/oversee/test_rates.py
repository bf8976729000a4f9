"""Rates: counted from the registers, opened to their rows, compared with the pack's targets."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang import clock
from yunzhang.gather import clouds, harvest, networks, placing, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.gather.placing import Placing
from yunzhang.oversee import indicators
from yunzhang.oversee.clouds import drills, extranet, rates, rooms
from yunzhang.oversee.models import DataRoom
from yunzhang.oversee.scoring import scores
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Refused

OLD = date(2015, 6, 1)
WEIGHED = """
[[indicators]]
id = "cloud_migration_rate"
zh = "上云率"
en = "Cloud migration rate"
weight = 10
cite = { document = "Yunzhang", clause = "docs/decisions/clouds.md" }
"""


@pytest.fixture
def cloud(hub: HubWorld) -> Cloud:
    form = CloudForm("全区统一政务云", "region", OLD, recovery_place="桂林市")
    return clouds.register(hub.reviewer, hub.units[1], form, why=WHY)


def system(hub: HubWorld, name: str, **told: object) -> InformationSystem:
    made = systems.register(hub.officer, hub.units[2], name, "", why=WHY)
    return placing.place(hub.officer, made, Placing(**told), clock.today(), why=WHY)  # type: ignore[arg-type]


def weighing(home: Path) -> Path:
    """A local pack that gives the cloud rate a weight."""
    folder = home / "weighing"
    folder.mkdir()
    head = 'id = "weighing"\nzh = "试"\nen = "Try"\nover = "national"\n'
    (folder / "pack.toml").write_text(head, encoding="utf-8")
    (folder / "indicators.toml").write_text(WEIGHED, encoding="utf-8")
    return folder


def rate(name: str) -> tuple[int, int]:
    figure = rates.RATES[name](Unit.objects.all(), clock.today())
    return figure.hits, figure.of


def ids(*found: InformationSystem) -> tuple[str, ...]:
    return tuple(str(one.pk) for one in found)


def test_the_cloud_rate_leaves_out_what_is_secret_and_opens_to_its_rows(
    hub: HubWorld, cloud: Cloud
) -> None:
    on, off = system(hub, "甲", cloud=cloud), system(hub, "乙")
    system(hub, "丙", sensitivity="secret")
    system(hub, "丁", sensitivity="sensitive")

    figure = indicators.figure("cloud_migration_rate", Unit.objects.all(), clock.today())

    assert (figure.held, figure.failed) == (ids(on), ids(off))


def test_sensitive_systems_count_for_the_cloud_where_the_pack_says_so(
    hub: HubWorld, cloud: Cloud, settings
) -> None:
    settings.PACK = "chongqing-2019"
    system(hub, "甲", cloud=cloud)
    system(hub, "丁", sensitivity="sensitive")

    assert rate("cloud_migration_rate") == (1, 2)


def test_consolidation_is_measured_against_the_baseline_day(hub: HubWorld, settings) -> None:
    settings.PACK = "chongqing-2019"
    gone = system(hub, "甲", built_on=OLD)
    system(hub, "乙", built_on=OLD)
    system(hub, "部里的", built_on=OLD, vertical=True)
    system(hub, "新的", built_on=date(2021, 1, 1))

    placing.turn(hub.officer, gone, placing.State.CLOSED, clock.today(), why=WHY)

    assert rate("consolidation_rate") == (1, 2)


def test_secret_networks_count_on_neither_side(hub: HubWorld) -> None:
    today, unit = clock.today(), hub.units[2]
    merged = networks.register(hub.officer, unit, "甲网", OLD, today, why=WHY)
    networks.register(hub.officer, unit, "乙网", OLD, today, why=WHY)
    networks.register(hub.officer, unit, "密网", OLD, today, secret=True, why=WHY)

    networks.change(hub.officer, merged, "merged", today, today, why=WHY)

    assert rate("network_merge_rate") == (1, 2)


def test_extranet_coverage_is_told_for_each_tier(hub: HubWorld) -> None:
    today = clock.today()
    extranet.connect(hub.officer, hub.units[2], OLD, today, why=WHY)
    extranet.connect(hub.outsider, hub.units[3], OLD, today, why=WHY)
    extranet.disconnect(hub.outsider, hub.units[3], why=WHY)

    [(tier, figure)] = rates.by_tier("gov_extranet_coverage", today)

    assert (tier, figure.hits, figure.of) == ("province", 1, 3)


def test_joined_is_a_system_with_a_gathered_table(hub: HubWorld) -> None:
    harvest.gather(hub.officer, hub.table(), why=WHY)
    system(hub, "未接入")

    assert rate("exchange_join_rate") == (1, 2)


def test_recovery_counts_only_what_was_tried_lately_and_held(hub: HubWorld, cloud: Cloud) -> None:
    today = clock.today()
    own = system(hub, "甲", protection="3", recovery_place="梧州市")
    system(hub, "乙", protection="3", cloud=cloud)
    system(hub, "丙", protection="4")
    system(hub, "丁", protection="2")
    drills.record(
        hub.officer, own, today - timedelta(days=900), today, passed=True, result="可", why=WHY
    )
    before = rate("recovery_rate")

    drills.record(hub.officer, own, today, today, passed=True, result="两小时恢复", why=WHY)
    drills.record(hub.reviewer, cloud, today, today, passed=False, result="未切换", why=WHY)

    assert (before, rate("recovery_rate")) == ((0, 3), (1, 3))


def test_the_packs_targets_stand_beside_the_rate(hub: HubWorld, cloud: Cloud, settings) -> None:
    settings.PACK = "chongqing-2019"
    system(hub, "甲", cloud=cloud)
    system(hub, "乙")

    [found] = [
        one
        for one in rates.measured(Unit.objects.all(), clock.today())
        if one.rule.id == "cloud_migration_rate"
    ]

    assert {t.id: found.met(t) for t in found.targets} == {"cloud.2019": False, "cloud.2020": None}


def test_a_score_holds_no_rate_that_the_pack_gives_no_weight(hub: HubWorld, cloud: Cloud) -> None:
    system(hub, "甲", cloud=cloud)

    found = indicators.figures(hub.units[2], clock.today())
    [score] = [s for s in scores.freeze(hub.reviewer, "2026Q4", clock.today(), why=WHY)
               if s.unit == hub.units[2]]  # fmt: skip

    assert {one.indicator for one in found} == {
        "catalog_coverage",
        "catalog_linked",
        "clock_punctuality",
        "quality",
        "approved_used",
    }
    assert "cloud_migration_rate" not in score.figures


def test_a_rate_the_pack_weighs_stands_in_the_score(
    hub: HubWorld, cloud: Cloud, settings, tmp_path: Path
) -> None:
    settings.PACK = str(weighing(tmp_path))
    system(hub, "甲", cloud=cloud)
    system(hub, "乙")

    frozen = scores.freeze(hub.reviewer, "2026Q4", clock.today(), why=WHY)

    [own] = [score for score in frozen if score.unit == hub.units[2]]
    assert scores.opened(own).total == "50.00"


def test_a_room_is_not_built_after_the_rule_nor_taken_back_into_use(
    hub: HubWorld, settings
) -> None:
    settings.PACK = "chongqing-2019"
    today, unit = clock.today(), hub.units[2]
    room = rooms.register(hub.officer, unit, "老机房", "500103", OLD, today, why=WHY)
    frozen = rooms.change(hub.officer, room, "frozen", today, today, why=WHY)

    with pytest.raises(Refused) as built:
        rooms.register(
            hub.officer, unit, "新机房", "500103", date(2023, 1, 1), today, approval="某号", why=WHY
        )
    with pytest.raises(Refused) as again:
        rooms.change(hub.officer, frozen, "in_use", today, today, why=WHY)

    assert built.value.codes == again.value.codes == ("gate.shut",)
    assert DataRoom.objects.get().state == "frozen"


def test_a_system_lives_as_long_as_the_pack_lets_it_be_silent(hub: HubWorld) -> None:
    system(hub, "甲")
    days = pack().limit("system.zombie_days")

    def living(after: int) -> tuple[int, int]:
        day = clock.today() + timedelta(days=after)
        figure = indicators.figure("living_rate", Unit.objects.all(), day)
        return figure.hits, figure.of

    assert (living(days), living(days + 1)) == ((1, 1), (0, 1))
