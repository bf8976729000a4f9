"""Violations: the evidence the records hold of each kind, for people to judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.scoring import violations
from yunzhang.oversee.scoring.violations import Evidence
from yunzhang.people.models import Unit
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.people import waiting
from yunzhang.portal.templatetags.said import said
from yunzhang.terms.pack_rows import ViolationKind

OF = {"provider": _("Provider"), "consumer": _("Consumer"), "authority": _("Authority")}


@dataclass(frozen=True)
class Counted:
    """One kind with what there is of it in the units the reader sees."""

    kind: ViolationKind
    evidence: int
    units: int
    looked_for: bool


@door("score.see")
def kinds(request: Visit) -> HttpResponseBase:
    rules = violations.kinds()
    seen_ = _seen(request, rules)
    counted = [
        Counted(
            rule,
            len(seen_[rule.id]),
            len({one.unit for one in seen_[rule.id]}),
            violations.is_looked_for(rule),
        )
        for rule in rules
    ]
    return answer(request, "portal/violations.html", {}, kinds=Listed(request, KINDS, counted))


@door("score.see")
def kind(request: Visit, kind: str) -> HttpResponseBase:
    rule = next((row for row in violations.kinds() if row.id == kind), None)
    if rule is None:
        raise Http404
    names = dict(Unit.objects.values_list("pk", "short_name"))
    context = {"kind": rule, "looked_for": violations.is_looked_for(rule)}
    listed = Listed(request, _evidence(names), _seen(request, (rule,))[rule.id])
    return answer(request, "portal/violation.html", context, evidence=listed)


def _seen(request: Visit, rules: Iterable[ViolationKind]) -> dict[str, list[Evidence]]:
    """The evidence on the units whose affairs the reader may see, by kind."""
    found = violations.evidence(rules, clock.today())
    own = seen.units(request.actor, "score.see")
    if own is None:
        return found
    return {id: [one for one in rows if one.unit in own] for id, rows in found.items()}


def _evidence(names: dict[int, str]) -> Listing:
    def of_unit(value: str) -> Any:
        return lambda row: names.get(row.unit) == value

    def units(rows: Any) -> Choices:
        found = sorted({names.get(row.unit, "") for row in rows} - {""})
        return [(name, name) for name in found]

    return Listing(
        "evidence",
        _("Records that speak for it"),
        (
            Column("unit", _("Unit"), lambda row: names.get(row.unit, ""), order="unit",
                   found=("unit",)),
            Column(
                "says",
                _("What the record says"),
                lambda row: said(row.says),
                found=("says",),
                link=lambda row: waiting.address(row.subject, row.reference) or _system(row),
                note=lambda row: row.title or row.reference,
            ),
            Column("on", _("Since"), lambda row: row.on, Kind.DAY, "on"),
        ),
        (_("No evidence"), _("Nothing on record of the window speaks for it.")),
        filters=(Filter("unit", _("Unit"), of_unit, units, least=2),),
        hint=_("Unit or words"),
    )  # fmt: skip


def _system(row: Evidence) -> str:
    kind, _colon, name = row.subject.partition(":")
    return reverse("system", args=[name]) if kind == "system" else ""


KINDS = Listing(
    "violations",
    _("Evidence of violations"),
    (
        Column(
            "kind",
            _("Kind of violation"),
            lambda row: said(row.kind),
            order="kind",
            found=("kind",),
            link=lambda row: reverse("violation", args=[row.kind.id]),
            note=lambda row: row.kind.cite.clause,
        ),
        Column("of", _("Whose"), lambda row: gettext(OF[row.kind.of]), order="of"),
        Column(
            "evidence",
            _("Records that speak for it"),
            lambda row: row.evidence if row.looked_for or row.evidence else None,
            Kind.NUMBER,
            "evidence",
            tone=lambda row: "bad" if row.evidence else "",
            note=lambda row: "" if row.looked_for else gettext("only what cases name"),
        ),
        Column("units", _("Units"), lambda row: row.units, Kind.NUMBER, "units"),
    ),
    (_("No kind of violation"), _("The pack in force names none.")),
    hint=_("Name of the kind"),
)
