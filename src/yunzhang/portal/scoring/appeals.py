"""Appeals: a unit disputes a figure or its score; the office rules record by record."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import appeals, scores
from yunzhang.oversee.scoring.appeals import Verdict
from yunzhang.people import cases
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.people.cases import visible
from yunzhang.portal.scoring import figures
from yunzhang.portal.scoring.figures import Record

# Kinds whose records come in the order of their numbers, as the ids of a figure do.
NUMBERED = ("table", "resource", "clock", "verdict")


@door("score.see")
def new_appeal(request: Visit, period: str, unit: str) -> HttpResponse:
    """What is disputed, with the records of the figure to choose from."""
    own = seen.within(request.actor, "score.see", "unit")
    found = scores.current().select_related("unit").filter(own)
    score = seen.one(found, period=period, unit__code=unit)
    if request.method == "POST":
        return do(request, {"lodge": _lodge}, score)
    indicator = request.typed.get("indicator") or request.GET.get("figure", "")
    context = {
        "score": score,
        "figures": _figures(score),
        "indicator": indicator,
        "records": _failing(score, indicator),
        "chosen": request.typed.getlist("records"),
        "until": appeals.until(score),
    }
    return render(request, "portal/appeal_new.html", context)


@door("score.freeze")
def appeal(request: Visit, number: str) -> HttpResponse:
    """The office's page: every disputed record with what the unit says, and a ruling for each."""
    case = seen.one(visible(request).filter(procedure=appeals.PROCEDURE), number=number)
    if request.method == "POST":
        return do(request, {"correct": _decide}, case)
    score, told = appeals.score_of(case), appeals.dispute_of(case)
    if score is None or not any(m.id == "correct" for m in cases.moves_for(request.actor, case)):
        raise Http404
    shown = scores.shown(score).get(told.indicator, {})
    first = case.moves.prefetch_related("papers").order_by("pk").first()
    context = {
        "case": case,
        "score": score,
        "rule": next((row for row in pack().indicators if row.id == told.indicator), None),
        "figure": shown,
        "grounds": list(first.papers.all()) if first else [],
        "records": [
            (id, record, request.typed.get(f"ruling.{id}", ""))
            for id, record in _records(shown.get("kind", ""), told.records)
        ],
    }
    return render(request, "portal/appeal.html", context)


def _figures(score: Score) -> list[Any]:
    shown = scores.shown(score)
    return [row for row in pack().indicators if row.id in shown]


def _failing(score: Score, indicator: str) -> list[tuple[str, Record]]:
    shown = scores.shown(score).get(indicator, {})
    return _records(shown.get("kind", ""), shown.get("failed", ()))


def _records(kind: str, ids: Any) -> list[tuple[str, Record]]:
    """(id, record) of each; one that is gone since is known by its id alone."""
    found = []
    all = figures.records(kind, ids, linked=True) if ids else []
    if len(all) == len(ids) and kind in NUMBERED:
        return list(zip(ids, all, strict=True))
    for id in ids:
        records = figures.records(kind, [id], linked=True)
        found.append((id, records[0] if records else Record(id, id, "")))
    return found


def _lodge(request: Visit, score: Score) -> str:
    case = appeals.lodge(
        request.actor,
        score,
        typed.paper(request, "grounds"),
        indicator=typed.text(request, "indicator"),
        records=request.POST.getlist("records"),
        why=typed.why(request),
    )
    return reverse("case", args=[case.number])


def _decide(request: Visit, case: Case) -> str:
    rulings: dict[str, Verdict] = {}
    for id in appeals.dispute_of(case).records:
        ruled = typed.text(request, f"ruling.{id}")
        if ruled == "held":
            rulings[id] = "held"
        elif ruled == "out":
            rulings[id] = "out"
    recount = typed.checked(request, "recount")
    reason = typed.paper(request, "reason")
    why = typed.why(request)
    appeals.decide(request.actor, case, rulings, reason, recount=recount, why=why)
    return reverse("case", args=[case.number])
