"""My desk: what waits for me, by deadline, and how my unit stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.gather.models import Drift
from yunzhang.oversee.models import Score
from yunzhang.people import calendar
from yunzhang.people.permissions import may
from yunzhang.portal import seen, waiting
from yunzhang.portal.doors import Visit, door


@door("desk.see")
def desk(request: Visit) -> HttpResponse:
    today = clock.today()
    tasks = waiting.tasks(request.actor, today)
    running = waiting.running(request.actor, today)
    context = {
        "tasks": tasks[: waiting.SHOWN],
        "running": running,
        "late": sum(days < 0 for held, days, _page in running if not held.rested_on),
        "drifts": _drifts(request),
        "standing": _standing(request),
        "red": waiting.red(request.actor, today) if _oversees(request) else (),
        "warnings": calendar.warnings(today),
    }
    return render(request, "portal/desk.html", context)


def _drifts(request: Visit) -> int:
    own = seen.within(request.actor, "catalog.see", "resource__unit")
    return Drift.objects.filter(own, cleared_at=None).count()


def _oversees(request: Visit) -> bool:
    """Whether the person answers for units rather than working a desk in one."""
    return may(request.actor, "score.see") and not may(request.actor, "system.register")


def _standing(request: Visit) -> dict[str, Any] | None:
    """The last score of the actor's unit, its place among all, and the change since the last."""
    unit = request.actor.unit
    past = list(Score.objects.filter(unit=unit).order_by("-frozen_at", "-pk")[:2])
    if unit is None or not past or past[0].total is None:
        return None
    ahead = Score.objects.filter(period=past[0].period, total__gt=past[0].total).count()
    before = past[1].total if len(past) > 1 else None
    change = None if before is None else past[0].total - before
    measured = Score.objects.filter(period=past[0].period).exclude(total=None).count()
    return {"score": past[0], "place": ahead + 1, "of": measured, "change": change}
