"""Plans, zombies and idle resources: the register changes when the authority has confirmed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang import clock
from yunzhang.gather import clouds, harvest, networks, placing, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem, Network
from yunzhang.gather.placing import Placing
from yunzhang.oversee.clouds import activity, plans, zombies
from yunzhang.oversee.clouds.plans import Plan
from yunzhang.people import cases, watch
from yunzhang.people.models import Case, Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Refused

OLD = date(2015, 6, 1)


@pytest.fixture
def cloud(hub: HubWorld) -> Cloud:
    form = CloudForm("全区统一政务云", "region", OLD)
    return clouds.register(hub.reviewer, hub.units[1], form, why=WHY)


@pytest.fixture
def system(hub: HubWorld) -> InformationSystem:
    return systems.register(hub.officer, hub.units[2], "区划系统", "", why=WHY)


def later(days: int) -> date:
    return clock.today() + timedelta(days=days)


def silence() -> date:
    """The day on which what was registered today has been silent for too long."""
    return later(pack().limit("system.zombie_days") + 1)


def carry(hub: HubWorld, case: Case) -> Case:
    """From the head's approval to the confirmed proof."""
    case = cases.move(hub.head, case, "approve", why=WHY)
    case = cases.move(hub.reviewer, case, "accept", why=WHY)
    proof = {"paper.migration_proof": "割接报告"}
    case = cases.move(hub.officer, case, "prove", papers=proof, why=WHY)
    return cases.move(hub.reviewer, case, "confirm", why=WHY)


def test_a_system_is_on_the_cloud_once_the_proof_is_confirmed(
    hub: HubWorld, cloud: Cloud, system: InformationSystem
) -> None:
    plan = Plan("cloud", later(30), cloud=cloud)
    case = plans.propose(hub.officer, system, plan, "分两步迁移", why=WHY)
    before = InformationSystem.objects.get(pk=system.pk).cloud

    case = carry(hub, case)

    moved = InformationSystem.objects.get(pk=system.pk)
    assert before is None
    assert (case.step, moved.cloud, moved.state) == ("done", cloud, "in_use")


def test_the_planned_day_runs_as_a_clock_until_the_proof_is_handed_in(
    hub: HubWorld, system: InformationSystem
) -> None:
    case = plans.propose(hub.officer, system, Plan("close", later(30)), "关停", why=WHY)
    case = cases.move(hub.head, case, "approve", why=WHY)
    case = cases.move(hub.reviewer, case, "accept", why=WHY)

    [running] = Clock.objects.filter(subject=cases.subject_of(case))

    assert (running.due_on, running.unit, running.ended_on) == (later(30), hub.units[2], None)


def test_a_merged_system_says_into_which_and_a_merged_network_is_out(
    hub: HubWorld, system: InformationSystem
) -> None:
    into = systems.register(hub.officer, hub.units[2], "一体化平台", "", why=WHY)
    network = networks.register(hub.officer, hub.units[2], "专网", OLD, clock.today(), why=WHY)

    merge = Plan("merge", later(9), into=into)
    carry(hub, plans.propose(hub.officer, system, merge, "合并", why=WHY))
    carry(hub, plans.propose(hub.officer, network, Plan("extranet", later(9)), "并网", why=WHY))

    gone = InformationSystem.objects.get(pk=system.pk)
    assert (gone.state, gone.merged_into, gone.state_since) == ("merged", into, clock.today())
    assert Network.objects.get().state == "merged"


def test_a_plan_is_refused_with_all_that_is_wrong_with_it(
    hub: HubWorld, system: InformationSystem
) -> None:
    with pytest.raises(Refused) as refused:
        plans.propose(hub.officer, system, Plan("cloud", later(-1)), "", why=WHY)

    assert refused.value.codes == ("plan.cloud_missing", "plan.day_over", "procedure.paper_missing")


def test_one_plan_is_under_way_at_a_time(hub: HubWorld, system: InformationSystem) -> None:
    plans.propose(hub.officer, system, Plan("close", later(9)), "关停", why=WHY)

    with pytest.raises(Refused) as refused:
        plans.propose(hub.officer, system, Plan("close", later(9)), "关停", why=WHY)

    assert refused.value.codes == ("plan.running",)


def test_a_silent_system_is_asked_about_once_and_closed_when_confirmed(
    hub: HubWorld, system: InformationSystem
) -> None:
    assert zombies.sweep(clock.today()) == []

    [case] = zombies.sweep(silence())
    again = zombies.sweep(silence())
    reply = {"paper.zombie_reply": "业务已并入省级系统"}
    case = cases.move(hub.officer, case, "close", papers=reply, why=WHY)
    case = cases.move(hub.reviewer, case, "confirm", why=WHY)

    assert again == []
    assert case.step == "closed"
    assert InformationSystem.objects.get(pk=system.pk).state == "closed"


def test_a_reason_that_was_accepted_is_not_asked_for_again_at_once(
    hub: HubWorld, system: InformationSystem
) -> None:
    [case] = zombies.sweep(silence())
    case = cases.move(hub.officer, case, "explain", papers={"paper.zombie_reply": "备用"}, why=WHY)
    cases.move(hub.reviewer, case, "keep", why=WHY)

    assert zombies.sweep(later(pack().limit("system.zombie_days") - 1)) == []
    assert InformationSystem.objects.get(pk=system.pk).state == "in_use"


def test_where_nobody_could_confirm_the_sweep_goes_on_and_asks_later(
    hub: HubWorld, system: InformationSystem
) -> None:
    Unit.objects.update(is_authority=False)
    without = zombies.sweep(silence())
    Unit.objects.filter(pk=hub.units[1].pk).update(is_authority=True)

    [case] = zombies.sweep(silence())

    assert without == []
    assert case.about == f"system:{system.pk}"


def test_a_gathered_table_is_a_sign_of_life(hub: HubWorld) -> None:
    table = harvest.gather(hub.officer, hub.table(), why=WHY)

    assert activity.lives([table.system])[table.system_id].last == clock.today()
    assert activity.silent([table.system], silence()) == [table.system]


def test_idle_resources_go_from_the_alert_to_the_authoritys_own_cut(
    hub: HubWorld, cloud: Cloud, system: InformationSystem
) -> None:
    placed = placing.place(hub.officer, system, Placing(cloud=cloud), clock.today(), why=WHY)
    case = zombies.report_idle(hub.reviewer, placed, "处理器月均使用率 3%", why=WHY)

    watch.sweep(later(40))
    urged = Case.objects.get(pk=case.pk).step
    watch.sweep(later(80))
    case = Case.objects.get(pk=case.pk)
    proof = {"paper.idle_proof": "核减 8 核 16G"}
    ended = cases.move(hub.reviewer, case, "cut", papers=proof, why=WHY)

    assert (urged, case.step, ended.step) == ("urged", "powers", "cut")


def test_only_the_hub_says_that_the_time_is_over(
    hub: HubWorld, cloud: Cloud, system: InformationSystem
) -> None:
    placed = placing.place(hub.officer, system, Placing(cloud=cloud), clock.today(), why=WHY)
    case = zombies.report_idle(hub.reviewer, placed, "闲置", why=WHY)

    assert [move.id for move in cases.moves_for(hub.officer, case)] == ["reduce"]
    assert cases.moves_for(hub.reviewer, case) == []


def test_idle_resources_are_those_of_a_system_on_a_cloud(
    hub: HubWorld, system: InformationSystem
) -> None:
    with pytest.raises(Refused) as refused:
        zombies.report_idle(hub.reviewer, system, "", why=WHY)

    assert refused.value.codes == ("idle.not_on_cloud", "procedure.paper_missing")
