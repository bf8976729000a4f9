"""Reports: a unit's report with the figures of its period, live until handed in, then kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang.engines.official_paper import CENTRED, HEADING, TITLE, Paragraph, paragraphs
from yunzhang.oversee.reports import period, quarterly
from yunzhang.people import cases
from yunzhang.people.models import Case
from yunzhang.portal import seen, typed, word_file
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.people.cases import visible
from yunzhang.portal.reports import counted
from yunzhang.terms.counted import Counted, Report


@door("desk.see")
def report(request: Visit, number: str) -> HttpResponse:
    found = _one(request, number)
    if request.method == "POST":
        return do(request, {"submit": _submit}, found)
    kept = quarterly.kept(found)
    writes = quarterly.SUBMIT in {move.id for move in cases.moves_for(request.actor, found)}
    shown = period.report(quarterly.span_of(found)) if writes or kept is None else kept
    context: dict[str, Any] = {
        "case": found,
        "unit": quarterly.span_of(found).unit,
        "report": shown,
        "writes": writes,
        "frozen": shown is kept,
        "first": period.sentences(shown),
        "rows": _beside(shown, period.again(shown) if shown is kept else None),
    }
    return render(request, "portal/report.html", context)


@door("desk.see")
def figure(request: Visit, number: str, id: str) -> HttpResponseBase:
    found = _one(request, number)
    shown = quarterly.kept(found) or period.report(quarterly.span_of(found))
    unit = quarterly.span_of(found).unit
    own = seen.units(request.actor, "score.see")
    linked = own is None or (unit is not None and unit.pk in own)
    back = (found.title, reverse("report", args=[found.number]))
    return counted.page(request, shown.figures, id, back, linked=linked)


@require_GET
@door("desk.see")
def report_word(request: Visit, number: str) -> HttpResponse:
    """The report as Word: as it was handed in, else its figures as they stand now."""
    found = _one(request, number)
    kept = quarterly.kept(found)
    shown = kept or period.report(quarterly.span_of(found))
    unit = quarterly.span_of(found).unit
    state = _("as it was handed in") if kept else _("counted at this moment")
    addresses = [reverse("report_figure", args=[found.number, one.id]) for one in shown.figures]
    blocks = [
        Paragraph(found.title, TITLE),
        Paragraph(f"{unit.name if unit else ''}  {shown.since} – {shown.until}", CENTRED),
        *paragraphs(quarterly.text_of(found) or period.sentences(shown)),
        Paragraph(f"{gettext('Figures of the period')} ({gettext(state)})", HEADING),
        word_file.figures(request, shown.figures, addresses),
    ]
    return word_file.as_file(blocks, f"report-{found.number}")


def _one(request: Visit, number: str) -> Case:
    return seen.one(visible(request), number=number, procedure=quarterly.PROCEDURE)


def _beside(shown: Report, now: Report | None) -> list[tuple[Counted, int | None]]:
    """Each figure, and beside a kept one what it counts to today."""
    today = {one.id: one.n for one in now.figures} if now else {}
    return [(one, today.get(one.id)) for one in shown.figures]


def _submit(request: Visit, found: Case) -> str:
    why = gettext("The report is drafted from the figures")
    quarterly.submit(request.actor, found, typed.text(request, "report"), why=why)
    return reverse("case", args=[found.number])
