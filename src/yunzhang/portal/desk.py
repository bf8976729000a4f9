"""My desk: what waits for me, by deadline, and how my unit stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.gather.models import Drift
from yunzhang.oversee.models import Score
from yunzhang.people import calendar
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
        "score": _score(request),
        "warnings": calendar.warnings(today),
    }
    return render(request, "portal/desk.html", context)


def _drifts(request: Visit) -> int:
    own = seen.within(request.actor, "catalog.see", "resource__unit")
    return Drift.objects.filter(own, cleared_at=None).count()


def _score(request: Visit) -> Score | None:
    """The last frozen score of the actor's own unit."""
    unit = request.actor.unit
    return Score.objects.filter(unit=unit).order_by("-frozen_at", "-pk").first() if unit else None
