"""Cases: where a matter stands, what was handed in, and what may be done next by whoever reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.reports import quarterly
from yunzhang.people import cases, clocks
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, CaseMove, CasePaper, Clock
from yunzhang.people.permissions import pack
from yunzhang.portal import drawing, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing
from yunzhang.portal.people import case_content, case_links
from yunzhang.portal.people.course_words import procedure_names, step_names
from yunzhang.portal.templatetags.said import said
from yunzhang.portal.use import risk_rows
from yunzhang.terms import procedures
from yunzhang.terms.pack_rows import CodeRow, Move, Procedure


@dataclass(frozen=True)
class Gone:
    """A move that was made: its words, who made it, what was handed in."""

    row: CaseMove
    move: Move
    papers: tuple[tuple[str, CasePaper], ...]


@dataclass(frozen=True)
class Open:
    """A move that may be made now, with the papers it needs, or the page where it is made."""

    move: Move
    papers: tuple[CodeRow, ...]
    page: str


CASES = Listing(
    "cases",
    _("Cases"),
    (
        Column(
            "title",
            _("Case"),
            lambda row: row.title,
            order="title",
            found=("title", "number", "parties__unit__name"),
            link=lambda row: reverse("case", args=[row.number]),
            note=lambda row: row.number,
        ),
        Column("number", _("Case number"), lambda row: row.number, Kind.CODE, on="file"),
        Column(
            "procedure",
            _("Procedure"),
            lambda row: procedure_names().get(row.procedure, row.procedure),
            order="procedure",
        ),
        Column("step", _("Step"), step_names, order="step"),
        Column("opened", _("Opened"), lambda row: row.opened_at, Kind.DAY, "opened_at"),
        Column("moved", _("Last moved"), lambda row: row.moved_at, Kind.DAY, "moved_at"),
        Column("closed", _("Closed"), lambda row: row.closed_on, Kind.DAY, "closed_on"),
    ),
    (_("No case"), _("Corrections, needs, disputes and the like are opened where they arise.")),
    order=("-pk",),
    filters=(
        Filter(
            "procedure",
            _("Procedure"),
            lambda value: Q(procedure=value),
            lambda rows: [
                (id, procedure_names().get(id, id))
                for id in rows.order_by("procedure").values_list("procedure", flat=True).distinct()
            ],
        ),
        Filter(
            "open",
            _("State"),
            lambda value: Q(closed_on=None) if value == "yes" else Q(closed_on__isnull=False),
            lambda _rows: [("yes", gettext("Open")), ("no", gettext("Closed"))],
        ),
    ),
    hint=_("Title, number or unit"),
)


@door("desk.see")
def case_list(request: Visit) -> HttpResponseBase:
    listed = Listed(request, CASES, visible(request).select_related("course").distinct())
    return answer(request, "portal/cases.html", {}, cases=listed)


@door("desk.see")
def case(request: Visit, number: str) -> HttpResponse:
    found = seen.one(visible(request), number=number)
    if request.method == "POST":
        return do(request, {"move": _move}, found)
    return render(request, "portal/case.html", _told(request, found))


@door("desk.see")
def paper(request: Visit, number: str, paper: int) -> HttpResponse:
    """A file handed in with a case: always to be saved, never shown as a page of ours."""
    found = seen.one(visible(request), number=number)
    held = seen.one(CasePaper.objects.filter(move__case=found), pk=paper)
    if not held.file:
        raise Http404
    response = HttpResponse(bytes(held.file), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-{held.pk}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def visible(request: Visit) -> QuerySet[Case]:
    """Cases the actor's units have a part in; all for whoever sees every unit."""
    found = Case.objects.select_related("course", "opened_by")
    own = seen.units(request.actor, "desk.see")
    # What was found secret is told to nobody but its own unit (Order 809 Arts. 3 and 13).
    home = [post.unit_id for post in request.actor.posts]
    secret = Q(procedure="assessment", step="forbidden")
    found = found.exclude(secret & ~Q(parties__unit__in=home))
    return found if own is None else found.filter(parties__unit__in=own).distinct()


def _told(request: Visit, found: Case) -> dict[str, Any]:
    procedure = cases.course_of(found)
    step = procedures.step_of(procedure, found.step)
    matter = cases.matter_of(found)
    subject = cases.subject_of(found)
    running = Clock.objects.filter(subject=subject, ended_on=None).first()
    made = list(found.moves.select_related("person", "unit").prefetch_related("papers"))
    ways = {(row.from_step, row.to_step) for row in made if row.to_step}
    return {
        "case": found,
        "procedure": procedure,
        "content": case_content.of(found),
        "risk": risk_rows.of(found),
        "step": step,
        "matter": matter,
        "picture": drawing.draw(procedure, found.step, ways),
        "running": running,
        "days": clocks.left(running, clock.today()) if running else None,
        "gone": [_gone(row, procedure) for row in made],
        "open": [_open_move(found, move) for move in cases.moves_for(request.actor, found)],
        "about": case_links.about(found),
        "about_name": case_links.about_name(found),
        "links": case_links.of(found, request.actor),
        "contact": case_links.contact(found, request.actor),
        "history": told(subject),
    }


def _gone(row: CaseMove, procedure: Procedure) -> Gone:
    names = {code.id: said(code) for code in pack().codes_of("paper")}
    left = procedures.step_of(procedure, row.from_step)
    move = next(move for move in left.moves if move.id == row.move)
    papers = tuple((names.get(one.paper, one.paper), one) for one in row.papers.all())
    return Gone(row, move, papers)


def _open_move(found: Case, move: Move) -> Open:
    codes = {code.id: code for code in pack().codes_of("paper")}
    # A report is written beside its figures, which the hub itself counts: nobody types them.
    page = reverse("report", args=[found.number]) if quarterly.hands_in(found, move.id) else ""
    asked = [id for id in (*move.attach, *move.may_attach) if id != quarterly.FIGURES]
    return Open(move, tuple(codes[id] for id in asked if id in codes), page)


def _move(request: Visit, found: Case) -> None:
    """The move whose button was pressed, with its texts and files."""
    move = typed.text(request, "move")
    if quarterly.hands_in(found, move):
        text = typed.paper(request, f"{move}.report", ".file")
        quarterly.submit(request.actor, found, text, why=typed.text(request, f"{move}.why"))
        return
    papers: dict[str, Paper] = {}
    for code in pack().codes_of("paper"):
        given = typed.paper(request, f"{move}.{code.code}", ".file")
        if not given.empty:
            papers[code.id] = given
    cases.move(request.actor, found, move, why=typed.text(request, f"{move}.why"), papers=papers)
