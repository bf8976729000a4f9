"""Acceptance: a project is taken over for what it promised, its conditions and its contractors."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee.project_world import (
    NEED,
    Office,
    again,
    drafted,
    office,
    planned,
    sound,
    submitted,
    year,
)
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.gather import catalog, placing, systems
from yunzhang.gather.models import EntryVersion
from yunzhang.oversee.building import acceptance, contractors
from yunzhang.oversee.building.contractors import ContractorForm
from yunzhang.oversee.building.project_models import Project
from yunzhang.people import cases
from yunzhang.people.models import Case, Clock
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft

BUILDER = "91350100M000100Y43"


@pytest.fixture
def those(hub: HubWorld) -> Office:
    return office(hub)


def carried(those: Office, hub: HubWorld) -> tuple[Project, Case]:
    """A sound project, approved; and the case it is built in."""
    project = sound(hub)
    those.approve(submitted(hub, project))
    course = Case.objects.get(procedure="project_course")
    return again(project), course


def renamed(hub: HubWorld) -> EntryVersion:
    """The promised entry, catalogued from a table of another name and published."""
    version = hub.drafted("homes")
    draft = decode(version.draft, EntryDraft)
    items = tuple(
        replace(item, title=title)
        for item, title in zip(draft.items, ("机构名称", "床位数", "区划"), strict=True)
    )
    version = hub.completed(version, title=NEED.title, items=items)
    version = catalog.submit(hub.officer, version, why=WHY)
    version = catalog.approve(hub.head, version, why=WHY)
    return catalog.publish(hub.reviewer, version, why=WHY)


def test_building_runs_until_the_end_of_its_last_year_as_a_dated_duty(
    hub: HubWorld, those: Office
) -> None:
    project, course = carried(those, hub)

    [running] = Clock.objects.filter(subject=cases.subject_of(course))

    assert running.due_on == date(year() + 1, 12, 31)
    assert (running.unit, course.step, project.state) == (hub.units[2], "build", "building")


def test_it_is_accepted_once_the_promised_catalog_is_published_with_its_items(
    hub: HubWorld, those: Office
) -> None:
    project, course = carried(those, hub)
    report = {"paper.acceptance_report": "已建成"}
    opinion = {"paper.acceptance_opinion": "符合方案"}
    course = cases.move(hub.officer, course, "hand_in", papers=report, why=WHY)
    missing = refused(cases.move, hub.reviewer, course, "accept", papers=opinion, why=WHY)

    version = renamed(hub)
    course = cases.move(hub.reviewer, course, "accept", papers=opinion, why=WHY)

    held = again(project)
    assert missing == ("acceptance.entry_missing",)
    assert (course.step, held.state, held.accepted_on) == ("operate", "operating", clock.today())
    assert [one.resource for one in held.produced.all()] == [version.resource]
    assert Clock.objects.get(subject=cases.subject_of(course)).ended_on == clock.today()


def test_conditions_are_carried_and_each_is_met_by_the_registers_or_confirmed(
    hub: HubWorld, those: Office
) -> None:
    project = drafted(hub)
    those.approve(submitted(hub, project))
    project = again(project)
    before = {one.rule for one in acceptance.open_conditions(project)}

    planned(hub, project)  # the registers say so from now on
    after = {one.rule for one in acceptance.open_conditions(project)}
    support = project.conditions.get(rule="gate.support")
    nothing = refused(acceptance.meet, hub.reviewer, support, " ", why=WHY)
    acceptance.meet(those.finance, support, "改用全区统一支付平台", why=WHY)
    left = {one.rule for one in acceptance.open_conditions(project)}

    assert before == {f"gate.{rule}" for rule in ("planned", "network", "cloud", "platform", "support")}  # fmt: skip
    assert before - after == {"gate.planned"}
    assert after - left == {"gate.support"}
    assert nothing == ("condition.proof",)
    found = [one.code for one in acceptance.faults(project)]
    assert found == ["acceptance.entry_missing"] + ["acceptance.condition"] * 3


def test_what_a_project_replaces_is_on_its_way_out_before_it_is_accepted(
    hub: HubWorld, those: Office
) -> None:
    old = systems.register(hub.officer, hub.units[2], "养老一期", "", why=WHY)
    project = sound(hub, replaces=(old.pk,))
    those.approve(submitted(hub, project))
    renamed(hub)

    before = [one.code for one in acceptance.faults(again(project))]
    placing.turn(hub.officer, old, placing.State.CLOSED, clock.today(), why=WHY)

    assert before == ["acceptance.replaced"]
    assert list(acceptance.faults(again(project))) == []


def test_who_built_it_is_bound_and_cleared_before_it_is_evaluated(
    hub: HubWorld, those: Office
) -> None:
    project, course = carried(those, hub)
    today = clock.today()
    wrong = ContractorForm("", "123", "x", "", date(today.year + 1, 1, 1))
    faults = refused(contractors.name, hub.officer, project, wrong, today, why=WHY)
    form = ContractorForm("某软件公司", BUILDER, "build", "合同2026-1", today)
    builder = contractors.name(hub.officer, project, form, today, why=WHY)
    renamed(hub)
    course = cases.move(
        hub.officer, course, "hand_in", papers={"paper.acceptance_report": "已建成"}, why=WHY
    )
    course = cases.move(
        hub.reviewer, course, "accept", papers={"paper.acceptance_opinion": "符合"}, why=WHY
    )
    course = cases.move(
        hub.officer, course, "report", papers={"paper.post_evaluation": "调用多"}, why=WHY
    )
    conclude = {"paper.evaluation_opinion": "达到目标"}
    kept = refused(cases.move, those.finance, course, "conclude", papers=conclude, why=WHY)

    contractors.clear(hub.reviewer, builder, today, "现场核查，介质已销毁", today, why=WHY)
    course = cases.move(those.finance, course, "conclude", papers=conclude, why=WHY)

    assert faults == (
        "project.missing",
        "contractor.code",
        "contractor.part",
        "contractor.contract",
        "contractor.day_ahead",
    )
    assert kept == ("acceptance.contractor",)
    assert (course.step, again(project).state) == ("evaluated", "evaluated")
