"""The demonstration's province: its year is played in order, and leaves something on every page."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.hub_world import PASSWORD, hub_home
from yunzhang import clock
from yunzhang.demo import days, province
from yunzhang.demo.hub_steps import Town
from yunzhang.demo.registers import Downloads, write
from yunzhang.oversee.building import judging
from yunzhang.oversee.building.project_models import Project
from yunzhang.oversee.duties import dated
from yunzhang.oversee.inspection.evaluation_models import Evaluation
from yunzhang.oversee.inspection.patrol_models import Mark
from yunzhang.oversee.reports.circular_models import Circular
from yunzhang.oversee.scoring import scores
from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chief_models import Handover
from yunzhang.people.models import Case, FactRow, Person

__all__ = ["hub_home"]

PAGES = ("desk", "chiefs", "map", "scores", "boards", "tasks", "pain_points", "meetings",
         "patrols", "evaluations", "surveys", "circulars", "clouds", "running", "networks",
         "services_bought", "projects", "plans")  # fmt: skip


@pytest.mark.slow
def test_a_year_of_the_province_leaves_something_true_on_every_page(
    db, settings, hub_home: Path
) -> None:
    if not Downloads.of().civil.exists():
        pytest.skip("the public registers are not on this machine: run make setup")
    settings.PACK = province.PACK
    write(hub_home / "registers")
    settings.SOURCES = [str(hub_home / "registers")]

    made = province.build(Town(hub_home), PASSWORD)

    today = clock.today()
    by_state = Counter(Project.objects.values_list("state", flat=True))
    assert by_state == {"draft": 2, "review": 1, "building": 2, "operating": 1}
    twin = judging.current(made.projects["twin"])
    assert twin is not None
    assert "gate.twin" in {
        f.rule for f in judging.judgement_of(twin).findings if f.outcome == "stop"
    }
    assert dated.supervised(today).count() >= 5
    assert Case.objects.filter(procedure="zombie", closed_on=None).exists()
    assert Case.objects.filter(procedure="score_appeal", closed_on=None).count() == 1
    assert Mark.objects.filter(outcome="wrong").count() == 3
    assert Circular.objects.get().state == Circular.State.PUBLISHED
    assert Evaluation.objects.get().closes_on > today
    assert [one.closed_at for one in Handover.objects.all()] == [None]
    assert len([v for v in chiefs.vacancies(today) if v.role.id == "cloud_chief"]) == 9
    region = list(scores.current().filter(unit=made.region).order_by("period"))
    assert len(region) == 4
    assert all(scores.is_ranked(score) for score in region)
    assert region[-1].total > region[0].total

    times = list(FactRow.objects.order_by("number").values_list("at", flat=True))
    assert times == sorted(times)

    client = Client()
    client.force_login(Person.objects.get(username=province.HEAD))
    for name in PAGES:
        answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        assert 'class="empty"' not in answer.content.decode(), name


def test_the_clock_goes_on_after_a_day_of_history() -> None:
    day = clock.today() - timedelta(days=100)

    with days.on(day):
        then, at = clock.today(), clock.now()

    assert (then, at.date()) == (day, day)
    assert clock.today() == day + timedelta(days=100)
