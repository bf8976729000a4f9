"""Scores: the ranking, a unit's score, and the rows behind each figure."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.oversee import scores
from yunzhang.oversee.indicators import INDICATORS
from yunzhang.oversee.models import Score
from yunzhang.people.permissions import may, pack
from yunzhang.portal import figures, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.terms.pack_rows import IndicatorRule


@door("score.see")
def scoreboard(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"freeze": _freeze})
    periods = _periods()
    period = request.GET.get("period") or (periods[0] if periods else "")
    ranked = list(scores.ranking(period)) if period else []
    context = {
        "period": period,
        "periods": periods,
        "ranked": [_place(*each) for each in zip(scores.places(ranked), ranked, strict=True)],
        "indicators": _measured(),
        "chart": _bars(ranked),
        "mine": request.actor.unit,
    }
    return render(request, "portal/scores.html", context)


@door("score.see")
def unit_score(request: Visit, period: str, unit: str) -> HttpResponse:
    score = _score(period, unit)
    past = Score.objects.filter(unit=score.unit).order_by("frozen_at")
    context = {
        "score": score,
        "figures": [(rule, _figures(score).get(rule.id)) for rule in _measured()],
        "chart": _trend(list(past)),
    }
    return render(request, "portal/score.html", context)


@door("score.see")
def figure(request: Visit, period: str, unit: str, indicator: str) -> HttpResponse:
    """The rows a figure was counted from: those that held and those that did not."""
    score = _score(period, unit)
    shown = _figures(score).get(indicator)
    if shown is None:
        raise Http404
    limit = pack().limit("page.export_rows")
    own = may(request.actor, "score.see", score.unit)
    context = {
        "score": score,
        "rule": next(row for row in pack().indicators if row.id == indicator),
        "figure": shown,
        "failed": figures.records(shown["kind"], shown["failed"][:limit], linked=own),
        "held": figures.records(shown["kind"], shown["held"][:limit], linked=own),
    }
    return render(request, "portal/figure.html", context)


def _measured() -> list[IndicatorRule]:
    """The pack's indicators that the hub can measure; the others stand on the pack's page only."""
    return [rule for rule in pack().indicators if rule.id in INDICATORS]


def _periods() -> list[str]:
    """The periods frozen so far, the newest first."""
    rows = Score.objects.values("period").annotate(last=Max("pk")).order_by("-last")
    return [row["period"] for row in rows[: pack().limit("page.rows")]]


def _score(period: str, unit: str) -> Score:
    return seen.one(Score.objects.select_related("unit"), period=period, unit__code=unit)


def _figures(score: Score) -> dict[str, Any]:
    """The frozen figures by indicator."""
    return {figure["indicator"]: figure for figure in json.loads(score.figures)}


def _place(place: int | None, score: Score) -> dict[str, Any]:
    shown = _figures(score)
    measured = sum(figure["percent"] is not None for figure in shown.values())
    return {"place": place, "score": score, "shown": shown, "measured": measured}


def _bars(ranked: list[Score]) -> dict[str, Any]:
    return {
        "kind": "bars",
        "labels": [score.unit.short_name for score in ranked],
        "series": [{"name": "", "data": [float(score.total or 0) for score in ranked]}],
    }


def _trend(past: list[Score]) -> dict[str, Any]:
    return {
        "kind": "lines",
        "labels": [score.period for score in past],
        "series": [{"name": "", "data": [float(s.total or 0) for s in past]}],
    }


def _freeze(request: Visit) -> str:
    today = clock.today()
    period = typed.text(request, "period") or today.isoformat()
    scores.freeze(request.actor, period, today, why=typed.why(request))
    return f"{request.path}?period={period}"
