"""Applications: what systems are for, who had them built, whether they offer an interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import EntryVersion, InformationSystem
from yunzhang.oversee.building import budgets
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import coded

OFFERS, OWES, NONE = "offers", "owes", "none"


@dataclass(frozen=True)
class Line:
    """A system as an application: what for, whose, what it shares, how much it is used."""

    system: InformationSystem
    calls: int

    @property
    def unit(self) -> str:
        return self.system.unit.short_name

    @property
    def interface(self) -> str:
        if self.system.interface:
            return OFFERS
        return OWES if self.system.livelihood else NONE


WORDS = {
    OFFERS: (_("Offers an interface"), Tone.GOOD),
    OWES: (_("Owes an interface"), Tone.BAD),
}


def _marks(row: Line) -> Sequence[Mark]:
    found = [Mark(gettext("Livelihood service"))] if row.system.livelihood else []
    if row.interface in WORDS:
        words, tone = WORDS[row.interface]
        found.append(Mark(gettext(words), tone))
    return found


def _of_interface(_rows: Any) -> Choices:
    return [(id, gettext(words)) for id, (words, _tone) in WORDS.items()]


def _units(rows: Sequence[Line]) -> Choices:
    return sorted({(row.unit, row.unit) for row in rows})


def _living(row: Line) -> bool:
    return row.system.state in placing.LIVING


APPLICATIONS = Listing(
    "applications",
    _("Applications there are"),
    (
        Column(
            "name",
            _("Application"),
            lambda row: row.system.name,
            order="name",
            found=("name", "purpose", "unit"),
            link=lambda row: reverse("system", args=[row.system.pk]),
            marks=_marks,
            note=lambda row: row.system.purpose,
        ),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit"),
        Column(
            "kind",
            _("Class"),
            lambda row: coded(row.system.build_kind, "build_kind") if row.system.build_kind else "",
            order="kind",
        ),
        Column(
            "owner",
            _("Owner of construction"),
            lambda row: row.system.owner.short_name if row.system.owner else "",
            order="owner",
        ),
        Column("users", _("Who works with it"), lambda row: row.system.users, order="users"),
        Column("interface", _("Interface"), lambda row: row.system.interface, on="file"),
        Column("tables", _("Tables"), lambda row: row.system.held, Kind.NUMBER, "tables"),
        Column("entries", _("Entries"), lambda row: row.system.published, Kind.NUMBER, "entries"),
        Column("calls", _("Calls answered"), lambda row: row.calls, Kind.NUMBER, "calls"),
        Column(
            "state", _("State"), lambda row: row.system.state, Kind.STATE, "state", states="running"
        ),
    ),
    (_("No application yet"), _("Register the information systems of your unit.")),
    filters=(
        Filter(
            "standing",
            _("Which ones"),
            lambda value: lambda row: _living(row) is (value == "living"),
            lambda _rows: [
                ("living", gettext("applications in use")),
                ("out", gettext("merged or shut down")),
            ],
        ),
        Filter(
            "interface",
            _("Interface"),
            lambda value: lambda row: row.interface == value,
            _of_interface,
        ),
        Filter("unit", _("Unit"), lambda value: lambda row: row.unit == value, _units, least=2),
    ),
    hint=_("Application, purpose or unit"),
)


@door("score.see")
def application_list(request: Visit) -> HttpResponseBase:
    own = seen.within(request.actor, "score.see", "unit")
    published = Q(tables__resources__versions__state=EntryVersion.State.PUBLISHED)
    found = InformationSystem.objects.filter(own).select_related("unit", "owner")
    found = found.annotate(
        held=Count("tables", distinct=True),
        published=Count("tables__resources__versions", filter=published, distinct=True),
    )
    today = clock.today()
    since = today - timedelta(days=pack().limit("score.window_days"))
    systems = list(found.order_by("unit", "name"))
    calls = budgets.calls_by_system([one.pk for one in systems], since, today)
    lines = [Line(one, calls[one.pk]) for one in systems]
    living = [line for line in lines if _living(line)]
    seen_units = seen.units(request.actor, "score.see")
    units = Unit.objects.all() if seen_units is None else Unit.objects.filter(pk__in=seen_units)
    livelihood = [line for line in living if line.system.livelihood]
    context = {
        "living": len(living),
        "units_with": len({line.system.unit_id for line in living}),
        "units": units.count(),
        "livelihood": len(livelihood),
        "offering": sum(line.interface == OFFERS for line in livelihood),
        "out": len(lines) - len(living),
        "rule": next((row for row in pack().duties if row.id == "open_api"), None),
    }
    listed = Listed(request, APPLICATIONS, lines)
    return answer(request, "portal/applications.html", context, applications=listed)
