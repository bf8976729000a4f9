"""Incidents: what went wrong with data or logs, whose it is, and how far it is put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.people.models import Case
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, of_values
from yunzhang.portal.share.services import begins
from yunzhang.portal.templatetags.said import said
from yunzhang.use import incidents
from yunzhang.use.incidents import Incident


@dataclass(frozen=True)
class Line:
    """One incident: what and whose it is, who told of it, and where it stands."""

    case: Case
    kind: str
    unit: str
    who: str
    found_on: date


STANDING = {
    "open": lambda row: row.case.closed_on is None,
    "closed": lambda row: row.case.closed_on is not None,
}


def _standing(_rows: object) -> Choices:
    return [("open", gettext("Open")), ("closed", gettext("Closed"))]


INCIDENTS = Listing(
    "incidents",
    _("Incidents"),
    (
        Column(
            "title",
            _("Incident"),
            lambda row: row.case.title,
            order="title",
            found=("title",),
            link=lambda row: reverse("case", args=[row.case.number]),
            note=lambda row: row.kind,
        ),
        Column("kind", _("Kind"), lambda row: row.kind, on="file"),
        Column("number", _("Case"), lambda row: row.case.number, Kind.CODE, "number"),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit", found=("unit",)),
        Column("found_on", _("Found on"), lambda row: row.found_on, Kind.DAY, "found_on"),
        Column("who", _("Reported by"), lambda row: row.who),
        Column("state", _("State"), lambda row: row.case.step, Kind.STATE, states="incident"),
    ),
    (
        _("No incident on record"),
        _("Units report theirs below; a broken log or a silent node reports itself."),
    ),
    filters=(
        of_values("unit", _("Unit"), lambda row: row.unit),
        Filter("state", _("State"), STANDING.get, _standing),
    ),
    hint=_("Incident or unit"),
)


@door("score.see")
def register(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"report": _report})
    home = request.actor.unit
    context = {
        "kinds": [(row.code, said(row)) for row in incidents.kinds()],
        "reports": home is not None and begins(request.actor, incidents.PROCEDURE, home),
        "today": clock.today(),
    }
    lines = list(_lines(request))
    return answer(
        request, "portal/incidents.html", context, incidents=Listed(request, INCIDENTS, lines)
    )


def _lines(request: Visit) -> Iterator[Line]:
    """Those of the visitor's units, or all."""
    found = incidents.all_of(seen.units(request.actor, "score.see"))
    for case in found.select_related("opened_by").prefetch_related("parties__unit"):
        units = [row.unit.short_name for row in case.parties.all() if row.party == incidents.UNIT]
        kind = incidents.kind_of(case)
        who = case.opened_by.full_name if case.opened_by else gettext("the hub")
        told = incidents.incident_of(case)
        yield Line(case, said(kind) if kind else told.kind, units[0], who, told.found_on)


def _report(request: Visit) -> str:
    unit = seen.home(request.actor, "score.see")
    told = Incident(kind=typed.text(request, "kind"), found_on=typed.day(request, "found_on"))
    paper = typed.paper(request, "paper")
    title = typed.text(request, "title")
    why = paper.text or paper.file_name or title
    case = incidents.report(request.actor, unit, title, told, paper, why=why)
    return reverse("case", args=[case.number])
