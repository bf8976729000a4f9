"""Incidents: reported by their unit or found by the hub, contained, explained, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.share.world import WHY, World, build
from yunzhang import clock
from yunzhang.gather.models import Node
from yunzhang.people import cases
from yunzhang.people.models import Case, Clock
from yunzhang.terms.document import encode
from yunzhang.terms.faults import Refused
from yunzhang.use import incidents
from yunzhang.use.batches import BATCH_GAP, LOG_FORKED
from yunzhang.use.incidents import Incident
from yunzhang.use.models import NodeLog


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def report(world: World, kind: str = "leak", back: int = 0) -> Case:
    told = Incident(kind=kind, found_on=clock.today() - timedelta(days=back))
    return incidents.report(
        world.provider_officer, world.provider, "名录外泄", told, "导出文件被转发", why=WHY
    )


def closed(world: World, case: Case) -> Case:
    for actor, move, paper in (
        (world.provider_officer, "contain", "paper.contained"),
        (world.provider_officer, "explain", "paper.cause"),
        (world.reviewer, "close", "paper.reason"),
    ):
        case = cases.move(actor, case, move, papers={paper: "已办"}, why=WHY)
    return case


def test_an_incident_is_reported_contained_explained_and_closed(world):
    case = report(world)
    assert case.step == "contain"

    case = closed(world, case)

    assert (case.step, case.closed_on) == ("closed", clock.today())


def test_a_report_is_refused_with_all_that_is_wrong_with_it(world):
    told = Incident(kind="storm", found_on=clock.today() + timedelta(days=1))

    with pytest.raises(Refused) as refused:
        incidents.report(world.provider_officer, world.provider, " ", told, "", why=WHY)

    assert refused.value.codes == (
        "incident.title_wrong",
        "incident.kind_unknown",
        "incident.day_ahead",
        "procedure.paper_missing",
    )
    assert not Case.objects.exists()


@pytest.mark.parametrize(("back", "kept"), [(0, True), (1, True), (2, False)])
def test_a_flaw_that_touches_the_state_is_reported_within_a_day(world, back, kept):
    case = report(world, "state_flaw", back)

    limit = Clock.objects.get(subject=cases.subject_of(case))
    assert (limit.rule, limit.clause) == ("incident_report", "第十条")
    assert limit.due_on == clock.today() - timedelta(days=back - 1)
    assert limit.ended_on is not None
    assert (limit.ended_on <= limit.due_on) is kept


def test_other_incidents_have_no_limit_that_no_text_states(world):
    report(world)

    assert not Clock.objects.filter(rule="incident_report").exists()


def test_nobody_reports_for_another_unit(world):
    told = Incident(kind="leak", found_on=clock.today())

    with pytest.raises(Refused):
        incidents.report(world.consumer_officer, world.provider, "名录外泄", told, "听说", why=WHY)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (LOG_FORKED(size=4), "log_rewritten"),
        (BATCH_GAP(start=9, size=4), "log_gap"),
    ],
)
def test_a_broken_log_reports_itself_once(world, fault, kind):
    told = {language: Refused(fault).plain(language) for language in ("zh", "en")}
    NodeLog.objects.create(node=world.node, fault=encode(told).decode())

    [case] = incidents.sweep(clock.today())

    assert incidents.incident_of(case).kind == kind
    assert (case.step, case.opened_by) == ("contain", None)
    assert incidents.sweep(clock.today()) == []


def test_a_node_is_silent_after_the_packs_days_and_asked_about_again_later(world):
    today = clock.today()
    Node.objects.update(seen_at=clock.now() - timedelta(days=3))
    assert incidents.sweep(today) == []

    Node.objects.update(seen_at=clock.now() - timedelta(days=4))
    [case] = incidents.sweep(today)
    assert incidents.incident_of(case).kind == "node_silent"

    closed(world, case)
    assert incidents.sweep(today) == []
    [again] = incidents.sweep(today + timedelta(days=3))
    assert again.pk != case.pk
