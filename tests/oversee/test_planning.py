"""Planning: projects stand in years; what is off plan is added, what is unfinished rolls forward."""

from __future__ import annotations

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee.project_world import (
    again,
    appoint,
    drafted,
    office,
    planned,
    sound,
    submitted,
    year,
)
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.oversee.building import judging, planning
from yunzhang.oversee.building.project_models import PlanLine, ProjectPlan
from yunzhang.people import cases
from yunzhang.people.models import FactRow
from yunzhang.terms.fact import Deed

URGENT = {"paper.urgency": "上级新增任务"}


def begun(hub: HubWorld, kind: str = "yearly_plan", years: int = 1) -> ProjectPlan:
    first = year()
    name = f"{first}年度计划"
    return planning.draft(hub.officer, hub.units[2], kind, name, first, first + years - 1, why=WHY)


def approved(hub: HubWorld, plan: ProjectPlan) -> ProjectPlan:
    case = planning.submit(hub.officer, plan, {"paper.yearly_plan": "计划"}, why=WHY)
    cases.move(hub.reviewer, case, "approve", why=WHY)
    return ProjectPlan.objects.get(pk=plan.pk)


def test_a_plan_holds_projects_of_its_years_and_units_and_is_approved_by_its_procedure(
    hub: HubWorld,
) -> None:
    plan, project = begun(hub), drafted(hub)
    later = drafted(hub, name="远期系统", from_year=year() + 3, to_year=year() + 4)
    outside = refused(planning.put, hub.officer, plan, [project, later], why=WHY)
    empty = refused(planning.submit, hub.officer, plan, {"paper.yearly_plan": "计划"}, why=WHY)

    planning.put(hub.officer, plan, [project], why=WHY)
    plan = approved(hub, plan)

    assert (outside, empty) == (("project_plan.outside",), ("project_plan.empty",))
    assert (plan.state, plan.approved_on) == ("approved", clock.today())
    assert [line.project for line in plan.lines.all()] == [project]
    assert refused(planning.put, hub.officer, plan, [], why=WHY) == ("project_plan.not_draft",)


def test_a_plan_is_refused_with_all_that_is_wrong_and_begun_once(hub: HubWorld) -> None:
    begun(hub)
    unit = hub.units[2]

    wrong = refused(planning.draft, hub.officer, unit, "x", "", 2027, 2026, why=WHY)
    twice = refused(begun, hub)
    foreign = refused(
        planning.draft, hub.outsider, unit, "yearly_plan", "计划", year(), year(), why=WHY
    )

    assert wrong == ("project_plan.kind", "project.missing", "project_plan.years")
    assert twice == ("project_plan.there",)
    assert foreign == ("permission.missing",)


def test_what_stands_in_no_plan_is_added_by_its_procedure(hub: HubWorld) -> None:
    first, project = drafted(hub, name="甲系统"), drafted(hub)
    plan = begun(hub)
    planning.put(hub.officer, plan, [first], why=WHY)
    early = refused(planning.ask_addition, hub.officer, plan, project, URGENT, why=WHY)
    plan = approved(hub, plan)
    judging.judge(hub.officer, project, why=WHY)

    case = planning.ask_addition(hub.officer, plan, project, URGENT, why=WHY)
    twice = refused(planning.ask_addition, hub.officer, plan, project, URGENT, why=WHY)
    before = PlanLine.objects.filter(project=project).exists()
    cases.move(hub.reviewer, case, "approve", why=WHY)

    line = PlanLine.objects.get(project=project)
    found = judging.judgement_of(judging.judge(hub.officer, project, why=WHY)).findings
    assert (early, twice) == (("project_plan.not_approved",), ("project.under_way",))
    assert (before, line.way, case.number in line.reason) == (False, "added", True)
    assert [one.outcome for one in found if one.check == "planned"] == ["pass"]


def test_what_is_unfinished_rolls_forward_by_one_deed_with_its_reason(hub: HubWorld) -> None:
    those = office(hub)
    done, under_way = (
        sound(hub, name="已建系统"),
        drafted(hub, name="殡葬预约", functions=("遗体接运",), produces=()),
    )
    plan = ProjectPlan.objects.get()
    PlanLine.objects.create(plan=plan, project=under_way, since=clock.today())
    those.approve(submitted(hub, done))
    type(done).objects.filter(pk=done.pk).update(state="operating")

    finished = refused(planning.roll, hub.officer, plan, [again(done)], why=WHY)
    following = planning.roll(hub.officer, plan, [under_way], why="征地延误，跨年续建")

    [line] = following.lines.all()
    [fact] = FactRow.objects.filter(deed=Deed.PROJECTS_ROLLED)
    assert finished == ("project_plan.finished",)
    assert (following.from_year, following.to_year, following.state) == (
        year() + 1,
        year() + 1,
        "draft",
    )
    assert (line.project, line.way, line.rolled_from) == (under_way, "rolled", plan)
    assert line.reason == fact.why == "征地延误，跨年续建"
    assert planning.unfinished(plan) == []


def test_rolling_twice_and_choosing_again_keep_what_was_rolled(hub: HubWorld) -> None:
    project, other = (
        drafted(hub, to_year=year() + 1),
        drafted(hub, name="另一系统", to_year=year() + 1),
    )
    planned(hub, project)
    plan = ProjectPlan.objects.get()
    following = planning.roll(hub.officer, plan, [project], why="跨年")

    planning.put(hub.officer, following, [other], why=WHY)

    assert refused(planning.roll, hub.officer, plan, [project], why="再转") == ("project_plan.finished",)  # fmt: skip
    assert {line.way for line in following.lines.all()} == {"rolled", "planned"}
    assert following.name == f"{year() + 1}年度建设计划" or str(year() + 1) in following.name


def test_nothing_rolls_out_of_a_plan_that_is_not_approved(hub: HubWorld) -> None:
    plan, project = begun(hub), drafted(hub)
    planning.put(hub.officer, plan, [project], why=WHY)

    assert refused(planning.roll, hub.officer, plan, [project], why=WHY) == (
        "project_plan.not_approved",
    )


@pytest.mark.parametrize(
    ("pack", "kind", "papers", "moves"),
    [
        ("guangxi-2018", "project_library", {"paper.three_year_plan": "规划", "paper.projects": "清单"}, ["finish"]),
        ("chongqing-2019", "yearly_rolling", {}, ["finish"]),
    ],
)  # fmt: skip
def test_a_plan_takes_the_way_its_pack_gives_its_kind(
    hub: HubWorld, settings: object, pack: str, kind: str, papers: dict[str, str], moves: list[str]
) -> None:
    settings.PACK = pack  # type: ignore[attr-defined]
    chief = appoint(hub, hub.units[2], "chief", "cloud_chief")
    office_ = appoint(hub, hub.units[1], "office", "cloud_chief_office")
    plan = begun(hub, kind, years=3)
    planning.put(hub.officer, plan, [drafted(hub)], why=WHY)

    case = planning.submit(chief, plan, papers, why=WHY)
    for move in moves:
        case = cases.move(office_, case, move, why=WHY)

    assert case.closed_on == clock.today()
    assert ProjectPlan.objects.get(pk=plan.pk).state == "approved"


def test_in_guangxi_a_three_year_plan_with_its_list_reaches_the_office_and_the_library(
    hub: HubWorld, settings: object
) -> None:
    settings.PACK = "guangxi-2018"  # type: ignore[attr-defined]
    chief = appoint(hub, hub.units[2], "chief", "cloud_chief")
    plan = begun(hub, "project_library", years=3)
    planning.put(hub.officer, plan, [drafted(hub)], why=WHY)
    without = refused(planning.submit, chief, plan, {"paper.three_year_plan": "规划"}, why=WHY)
    both = {"paper.three_year_plan": "规划", "paper.projects": "清单"}

    case = planning.submit(chief, plan, both, why=WHY)

    assert without == ("procedure.paper_missing",)
    assert (case.step, ProjectPlan.objects.get(pk=plan.pk).state) == ("collect", "review")
    assert plan.to_year == year() + 2
