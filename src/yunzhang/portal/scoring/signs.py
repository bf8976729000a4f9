"""Signs of gaming: what may have been done only for a score, open to its receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.scoring import gaming, suspicions
from yunzhang.oversee.scoring.gaming import Sign
from yunzhang.people.models import Case, Unit
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.people import waiting
from yunzhang.portal.templatetags.said import said
from yunzhang.share.models import ShareRequest


def _rule_name(row: Any) -> str:
    found = gaming.RULES.get(row.rule)
    return said(found) if found else str(row.rule)


def _rules(_rows: Any) -> Choices:
    return [(rule, said(name)) for rule, name in gaming.RULES.items()]


def _of_rule(value: str) -> Callable[[Any], bool]:
    return lambda row: row.rule == value


@door("ledger.verify")
def sign_list(request: Visit) -> HttpResponseBase:
    today = clock.today()
    context = {"rules": [said(name) for name in gaming.RULES.values()]}
    signs = Listed(request, _signs(), suspicions.signs(today))
    marks = Listed(request, MARKS, suspicions.marked())
    return answer(request, "portal/signs.html", context, signs=signs, marks=marks)


@door("ledger.verify")
def sign(request: Visit, rule: str, subject: str) -> HttpResponseBase:
    """One sign with its receipts, requests or report, and what the auditor makes of it."""
    if request.method == "POST":
        return do(request, {"confirm": _confirm, "dismiss": _dismiss}, rule, subject)
    found = suspicions.find(clock.today(), rule, subject)
    context = {
        "sign": found,
        "rule": gaming.RULES[rule],
        "unit": Unit.objects.get(pk=found.unit),
        "about": waiting.address(subject, _reference(found)),
        "requests": ShareRequest.objects.filter(pk__in=_numbers(found)).order_by("pk"),
    }
    listed = Listed(request, RECEIPTS, suspicions.receipts(found))
    return answer(request, "portal/sign.html", context, receipts=listed)


def _numbers(found: Sign) -> list[str]:
    return [subject.partition(":")[2] for subject in found.requests]


def _reference(found: Sign) -> str:
    kind, _colon, name = found.subject.partition(":")
    if kind == "case":
        row = Case.objects.filter(pk=name).first()
        return row.number if row else ""
    return name if kind == "grant" else ""


def _signs() -> Listing:
    names = dict(Unit.objects.values_list("pk", "short_name"))
    return Listing(
        "signs",
        _("Signs of gaming"),
        (
            Column(
                "rule",
                _("Kind of sign"),
                _rule_name,
                order="rule",
                found=("rule",),
                link=lambda row: reverse("sign", args=[row.rule, row.subject]),
                note=lambda row: said(row.detail),
            ),
            Column("unit", _("Unit"), lambda row: names.get(row.unit, ""), order="unit"),
            Column("count", _("Times"), lambda row: row.count, Kind.NUMBER, "count"),
            Column("since", _("First day"), lambda row: row.since, Kind.DAY, "since"),
            Column("until", _("Last day"), lambda row: row.until, Kind.DAY, "until"),
            Column("subject", _("About"), lambda row: row.subject, Kind.CODE, on="file"),
        ),
        (_("No sign of gaming"), _("Nothing of the window meets a threshold of the pack.")),
        filters=(Filter("rule", _("Kind of sign"), _of_rule, _rules),),
        hint=_("Name of the sign"),
    )


MARKS = Listing(
    "marks",
    _("Signs looked at"),
    (
        Column("rule", _("Kind of sign"), _rule_name, order="rule", note=lambda row: row.why),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column(
            "confirmed",
            _("Outcome"),
            lambda row: "confirmed" if row.confirmed else "unfounded",
            Kind.STATE,
            "confirmed",
            states="sign",
        ),
        Column("calls", _("Calls not counted"), lambda row: row.calls, Kind.NUMBER, "calls"),
        Column("person", _("Person"), lambda row: row.person and row.person.full_name),
        Column("at", _("At"), lambda row: row.at, Kind.DAY, "at"),
        Column("why", _("Reason"), lambda row: row.why, on="file"),
    ),
    (_("Nothing looked at yet"), _("What is confirmed or found groundless stands here.")),
    order=("-pk",),
    prefix="m-",
    search=False,
)

RECEIPTS = Listing(
    "receipts",
    _("Receipts"),
    (
        Column(
            "at",
            _("At"),
            lambda row: row.at,
            Kind.MOMENT,
            "at",
            link=lambda row: reverse("leaf", args=[row.log.node.name, row.index]),
        ),
        Column("purpose", _("Purpose"), lambda row: row.purpose, order="purpose",
               found=("purpose", "scenario")),
        Column("rows", _("Rows"), lambda row: row.rows, Kind.NUMBER, "rows"),
        Column("bytes", _("Bytes"), lambda row: row.bytes, Kind.NUMBER, "bytes"),
    ),
    (_("No receipt"), _("This sign is not made of calls.")),
    order=("-at", "-pk"),
)  # fmt: skip


def _confirm(request: Visit, rule: str, subject: str) -> str:
    return _mark(request, rule, subject, confirmed=True)


def _dismiss(request: Visit, rule: str, subject: str) -> str:
    return _mark(request, rule, subject, confirmed=False)


def _mark(request: Visit, rule: str, subject: str, *, confirmed: bool) -> str:
    today, why = clock.today(), typed.why(request)
    suspicions.mark(request.actor, rule, subject, today, confirmed=confirmed, why=why)
    return reverse("signs")
