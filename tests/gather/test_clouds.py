"""Clouds, networks and where systems run: told by their units, shut where the pack says so."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang import clock
from yunzhang.gather import clouds, networks, placing, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem, Network
from yunzhang.gather.placing import Placing
from yunzhang.people.models import FactRow
from yunzhang.terms.faults import Refused

OLD, NEW = date(2015, 6, 1), date(2024, 6, 1)


def cloud(hub: HubWorld, name: str = "全区统一政务云", **form: object) -> Cloud:
    told: dict[str, object] = {"name": name, "level": "region", "built_on": OLD, **form}
    return clouds.register(hub.reviewer, hub.units[1], CloudForm(**told), why=WHY)  # type: ignore[arg-type]


def system(hub: HubWorld, name: str = "区划系统") -> InformationSystem:
    return systems.register(hub.officer, hub.units[2], name, "", why=WHY)


def test_a_cloud_stands_under_the_larger_one_that_leads_it(hub: HubWorld) -> None:
    big = cloud(hub)
    small = cloud(hub, "民政部门云", level="department", parent=big)

    assert clouds.leading(small) == [big]


def test_two_clouds_never_lead_each_other(hub: HubWorld) -> None:
    big = cloud(hub)
    small = cloud(hub, "民政部门云", level="department", parent=big)

    with pytest.raises(Refused) as refused:
        form = CloudForm("全区统一政务云", "region", OLD, parent=small)
        clouds.change(hub.reviewer, big, form, why=WHY)

    assert refused.value.codes == ("cloud.circle",)


def test_everything_wrong_with_a_cloud_is_told_at_once(hub: HubWorld) -> None:
    cloud(hub)

    with pytest.raises(Refused) as refused:
        cloud(hub, level="galaxy", vendor="x" * 201)

    assert refused.value.codes == ("cloud.twice", "cloud.level_unknown", "text.too_long")


def test_a_network_built_before_the_rule_is_registered_and_a_new_one_needs_an_approval(
    hub: HubWorld, settings
) -> None:
    settings.PACK = "liuzhou-2020"
    unit, today = hub.units[2], clock.today()
    networks.register(hub.officer, unit, "民政专网", OLD, today, why=WHY)

    with pytest.raises(Refused) as refused:
        networks.register(hub.officer, unit, "救助专网", NEW, today, why=WHY)
    approved = networks.register(
        hub.officer, unit, "救助专网", NEW, today, approval="柳发改〔2024〕3号", why=WHY
    )

    assert refused.value.codes == ("gate.shut",)
    assert approved.approval == "柳发改〔2024〕3号"


def test_a_secret_network_is_closed_but_never_merged_into_the_extranet(hub: HubWorld) -> None:
    today = clock.today()
    network = networks.register(
        hub.officer, hub.units[2], "涉密专网", OLD, today, secret=True, why=WHY
    )

    with pytest.raises(Refused) as refused:
        networks.change(hub.officer, network, "merged", today, today, why=WHY)
    closed = networks.change(hub.officer, network, "closed", today, today, why=WHY)

    assert refused.value.codes == ("network.secret_merged",)
    assert closed.state == Network.State.CLOSED


def test_a_unit_tells_where_its_system_runs_and_leaves_a_fact(hub: HubWorld) -> None:
    placed, needed = system(hub), system(hub, "人口库")
    told = Placing(cloud=cloud(hub), protection="3", users="民政所", needs=(needed,))

    row = placing.place(hub.officer, placed, told, clock.today(), why=WHY)

    assert (row.cloud, row.protection, list(row.needs.all())) == (told.cloud, "3", [needed])
    assert FactRow.objects.filter(deed="system.placed", subject=f"system:{row.pk}").count() == 1


def test_nobody_places_the_system_of_another_unit(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        placing.place(hub.outsider, system(hub), Placing(), clock.today(), why=WHY)

    assert refused.value.codes == ("permission.missing",)


def test_a_placing_is_refused_with_all_that_is_wrong_with_it(hub: HubWorld) -> None:
    placed, today = system(hub), clock.today()
    foreign = networks.register(hub.outsider, hub.units[3], "卫健专网", OLD, today, why=WHY)

    with pytest.raises(Refused) as refused:
        told = Placing(network=foreign, protection="9", needs=(placed,))
        placing.place(hub.officer, placed, told, today, why=WHY)

    assert refused.value.codes == (
        "place.code_unknown",
        "place.network_foreign",
        "place.needs_itself",
    )


def test_a_second_data_platform_needs_an_approval_unless_a_ministrys(
    hub: HubWorld, settings
) -> None:
    settings.PACK = "chongqing-2019"
    today = clock.today()
    placing.place(hub.officer, system(hub), Placing(platform=True), today, why=WHY)
    second = system(hub, "第二平台")

    with pytest.raises(Refused) as refused:
        placing.place(hub.officer, second, Placing(platform=True), today, why=WHY)
    told = Placing(platform=True, vertical=True)
    vertical = placing.place(hub.officer, second, told, today, why=WHY)

    assert refused.value.codes == ("gate.shut",)
    assert vertical.platform


def test_what_was_closed_is_placed_no_more(hub: HubWorld) -> None:
    closed, today = system(hub), clock.today()
    placing.turn(hub.officer, closed, placing.State.CLOSED, today, why=WHY)

    with pytest.raises(Refused) as refused:
        placing.place(hub.officer, closed, Placing(), today, why=WHY)

    assert refused.value.codes == ("place.ended",)
