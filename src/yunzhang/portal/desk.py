"""My desk: what waits for me, by deadline, and how my unit stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.gather.models import Drift
from yunzhang.oversee import scores
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
        "tasks": tasks,
        "running": running,
        "late": sum(days < 0 for held, days, _page in running if not held.rested_on),
        "drifts": _drifts(request),
        "standing": _standing(request),
        "red": waiting.red(request.actor, running) if _oversees(request) else (),
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
    before = past[1].total if len(past) > 1 else None
    change = None if before is None else past[0].total - before
    ranked = scores.ranking(past[0].period)
    places = dict(zip((score.pk for score in ranked), scores.places(ranked), strict=True))
    of = sum(place is not None for place in places.values())
    return {"score": past[0], "place": places[past[0].pk], "of": of, "change": change}
