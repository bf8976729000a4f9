"""Reported numbers: what units say of themselves, with evidence, and the checks drawn by a seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.indicators import reported
from yunzhang.oversee.indicators.reported import Number
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing, of_values
from yunzhang.portal.share.services import begins
from yunzhang.portal.templatetags.said import measured, said
from yunzhang.terms.score import value_of


@dataclass(frozen=True)
class Line:
    """One reported number: whose, of which indicator, what, and whether it was checked."""

    case: Case
    indicator: str
    unit: str
    who: str
    number: Number
    figure: str

    @property
    def as_of(self) -> date:
        return self.number.as_of


NUMBERS = Listing(
    "reported",
    _("Reported numbers"),
    (
        Column(
            "indicator",
            _("Indicator"),
            lambda row: row.indicator,
            order="indicator",
            found=("indicator",),
            link=lambda row: reverse("case", args=[row.case.number]),
            note=lambda row: row.case.number,
        ),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit", found=("unit",)),
        Column("figure", _("Reported"), lambda row: row.figure),
        Column("hits", _("Hits"), lambda row: row.number.hits, Kind.NUMBER, on="file"),
        Column("of", _("Of"), lambda row: row.number.of, Kind.NUMBER, on="file"),
        Column("as_of", _("As of"), lambda row: row.as_of, Kind.DAY, "as_of"),
        Column("who", _("Reported by"), lambda row: row.who),
        Column("state", _("State"), lambda row: row.case.step, Kind.STATE, states="reported"),
    ),
    (
        _("Nothing reported yet"),
        _("Units report here what the hub cannot count, each number with its evidence."),
    ),
    filters=(of_values("unit", _("Unit"), lambda row: row.unit),),
    hint=_("Indicator or unit"),
)


@door("score.see")
def numbers(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"report": _report})
    home = request.actor.unit
    seed = request.GET.get("seed", "").strip()
    checks = seen.units(request.actor, "score.see") is None
    drawn = reported.drawn(seed) if seed and checks else []
    context = {
        "rules": [(rule.id, said(rule)) for rule in reported.reportable()],
        "reports": home is not None and begins(request.actor, reported.PROCEDURE, home),
        "checks": checks,
        "seed": seed,
        "drawn": list(_lines(drawn)),
        "part": pack().limit("reported.check_percent"),
        "today": clock.today(),
    }
    listed = Listed(request, NUMBERS, list(_lines(_cases(request))))
    return answer(request, "portal/reported.html", context, numbers=listed)


def _cases(request: Visit) -> Iterable[Case]:
    """Those of the visitor's units, or all."""
    own = seen.units(request.actor, "score.see")
    found = Case.objects.filter(procedure=reported.PROCEDURE)
    if own is not None:
        found = found.filter(parties__party=reported.UNIT, parties__unit__in=own)
    return found.select_related("opened_by").prefetch_related("parties__unit").order_by("-pk")


def _lines(found: Iterable[Case]) -> Iterable[Line]:
    rules = {rule.id: rule for rule in pack().indicators}
    for case in found:
        id, number = case.about.partition(":")[2], reported.number_of(case)
        measure = "percent" if number.of else "count"
        figure = measured(value_of(measure, number.hits, number.of), measure)  # type: ignore[arg-type]
        told = f"{figure}（{number.hits:,} / {number.of:,}）" if number.of else figure
        units = [row.unit.short_name for row in case.parties.all() if row.party == reported.UNIT]
        who = case.opened_by.full_name if case.opened_by else ""
        name = said(rules[id]) if id in rules else id
        yield Line(case, name, units[0] if units else "", who, number, told)


def _report(request: Visit) -> str:
    number = Number(
        hits=typed.whole(request, "hits"),
        of=typed.whole_number(typed.text(request, "of") or "0"),
        as_of=typed.day(request, "as_of"),
    )
    unit = seen.home(request.actor, "score.see")
    evidence = typed.paper(request, "evidence")
    why = evidence.text or evidence.file_name
    case = reported.report(
        request.actor, unit, typed.text(request, "indicator"), number, evidence, why=why
    )
    return reverse("case", args=[case.number])
