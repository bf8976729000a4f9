"""Scores: the ranking, a unit's score, and the rows behind each figure."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from yunzhang import clock
from yunzhang.oversee.indicators import is_measured
from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import appeals, incentives, scores
from yunzhang.people.permissions import may, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.scoring import figures, score_lists
from yunzhang.terms.pack_rows import IndicatorRule


@door("score.see")
def scoreboard(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"freeze": _freeze})
    periods = scores.periods(pack().limit("page.rows"))
    period = request.GET.get("period") or (periods[0] if periods else "")
    ranked = list(scores.ranking(period)) if period else []
    context = {
        "period": period,
        "periods": periods,
        "indicators": _measured(),
        "chart": _bars([score for score in ranked if scores.is_ranked(score)]),
    }
    rows = score_lists.placed(ranked, request.actor.unit, appeals.pending(period))
    listed = Listed(request, score_lists.ranking(_measured()), rows)
    return answer(request, "portal/scores.html", context, ranked=listed)


@door("score.see")
def unit_score(request: Visit, period: str, unit: str) -> HttpResponse:
    score = _version(request, period, unit)
    past = scores.current().filter(unit=score.unit).order_by("frozen_at")
    versions = Score.objects.filter(unit=score.unit, period=period).order_by("version")
    context = {
        "score": score,
        "versions": versions,
        "appeals": appeals.of_score(score),
        "appealable": _appealable(request, score),
        **_brought(score),
        "own": may(request.actor, "score.see", score.unit),
        "figures": [(rule, score_lists.figures(score).get(rule.id)) for rule in _measured()],
        "chart": _trend(list(past)),
    }
    return render(request, "portal/score.html", context)


@door("score.see")
def figure(request: Visit, period: str, unit: str, indicator: str) -> HttpResponseBase:
    """The rows a figure was counted from: those that held and those that did not."""
    score = _version(request, period, unit)
    shown = score_lists.figures(score).get(indicator)
    if shown is None:
        raise Http404
    own, frozen = may(request.actor, "score.see", score.unit), figures.frozen(shown)
    context = {
        "score": score,
        "version": request.GET.get("version", ""),
        "misses": frozen.misses,
        "weighted": frozen.weighted,
        "rule": next(row for row in pack().indicators if row.id == indicator),
        "figure": shown,
    }
    rows = figures.opened(frozen, linked=own)
    listed = Listed(request, score_lists.records(weighted=frozen.weighted), rows)
    return answer(request, "portal/figure.html", context, records=listed)


def _brought(score: Score) -> dict[str, Any]:
    """What the score brings by the pack, and what the documents leave to people."""
    ranked = scores.ranking(score.period)
    places = {row.pk: place for row, place in zip(ranked, scores.places(ranked), strict=True)}
    place = places.get(score.pk)
    return {
        "place": place,
        "of": sum(one is not None for one in places.values()),
        "brought": incentives.brought(pack().incentives, place, score.total),
        "open_incentives": incentives.unmeasured(pack().incentives),
    }


def _appealable(request: Visit, score: Score) -> bool:
    """Whether the actor may appeal for the unit, while there is time and no appeal runs."""
    own = any(post.unit_id == score.unit_id for post in request.actor.posts)
    last = appeals.until(score)
    return own and bool(score.basis) and (last is None or clock.today() <= last)


def _measured() -> list[IndicatorRule]:
    """The pack's indicators that the hub can measure; the others stand on the pack's page only."""
    return [rule for rule in pack().indicators if is_measured(rule)]


def _score(period: str, unit: str) -> Score:
    """The score as it holds now."""
    return seen.one(scores.current().select_related("unit"), period=period, unit__code=unit)


def _version(request: Visit, period: str, unit: str) -> Score:
    """The version the address names, else the one that holds now."""
    number = typed.place(request.GET.get("version", ""))
    if number is None:
        return _score(period, unit)
    found = Score.objects.select_related("unit")
    return seen.one(found, period=period, unit__code=unit, version=number)


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
