"""Usage: who called what, for which purpose, and what was granted but never used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q
from django.http import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.people.permissions import pack
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing
from yunzhang.portal.templatetags.said import coded
from yunzhang.share.models import GrantRow
from yunzhang.use import usage

DIMENSIONS = {
    "consumer": _("Consumer"),
    "provider": _("Provider"),
    "purpose": _("Purpose"),
    "scenario": _("Scenario"),
    "field": _("Priority field"),
    "resource": _("Resource"),
}


@door("usage.see")
def used(request: Visit) -> HttpResponseBase:
    asked = request.GET.get("by", "consumer")
    dimension = asked if asked in DIMENSIONS else "consumer"
    today = clock.today()
    since, only = _asked(request, today - timedelta(days=pack().limit("page.usage_days")))
    own = seen.units(request.actor, "usage.see")
    unit = None if own is None else seen.home(request.actor, "usage.see")
    rows, most = usage.by(dimension, unit, since, only), pack().limit("page.rows")
    unused = [g for g in usage.approved_unused(today) if _concerns(g, own)]
    context = {
        "unit": unit,
        "dimension": dimension,
        "dimensions": [(key, gettext(title)) for key, title in DIMENSIONS.items()],
        "rows": rows,
        "unused": unused[:most],
        "more_unused": max(0, len(unused) - most),
        "chart": _chart("bars", dimension, rows[:most]),
        "daily": _chart("lines", "day", usage.by("day", unit, since, only)),
        "since": since,
    }
    listed = Listed(request, tallies(dimension), rows)
    return answer(request, "portal/usage.html", context, tallies=listed)


def _asked(request: Visit, usual: date) -> tuple[date, Q]:
    """From which day, and what else the address of a figure narrows the calls to."""
    since, until = (_day(request, name) for name in ("since", "until"))
    only = Q(day__lte=until) if until else Q()
    for side in ("provider", "consumer"):
        if code := request.GET.get(side, ""):
            only &= Q(**{f"{side}__code": code})
    if request.GET.get("between") == "units":
        only &= Q(provider__isnull=False, consumer__isnull=False) & ~Q(provider=F("consumer"))
    return since or usual, only


def _day(request: Visit, name: str) -> date | None:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def tallies(dimension: str) -> Listing:
    """The list of calls under each value of a dimension."""
    return Listing(
        f"usage-{dimension}",
        _("Calls"),
        (
            Column(
                "name",
                DIMENSIONS[dimension],
                lambda row: _named(dimension, row),
                order="name",
                found=("name",),
            ),
            Column("calls", _("Calls"), lambda row: row.calls, Kind.NUMBER, "calls"),
            Column("answered", _("Answered"), lambda row: row.answered, Kind.NUMBER, "answered"),
            Column("refused", _("Refused"), lambda row: row.refused, Kind.NUMBER, "refused"),
            Column("rows", _("Rows"), lambda row: row.rows, Kind.NUMBER, "rows"),
        ),
        (_("No call yet"), _("Calls stand here as soon as nodes report their receipts.")),
        filters=(Filter("calls", _("Calls"), _some_refused, _ways),),
    )


def _named(dimension: str, row: usage.Tally) -> str:
    if dimension == "field":
        return coded(row.name, "priority_field") if row.name else gettext("None of them")
    return row.name or gettext("unknown")


def _some_refused(_asked: str) -> Callable[[usage.Tally], bool]:
    return lambda row: row.refused > 0


def _ways(_rows: object) -> list[tuple[str, str]]:
    return [("refused", gettext("Some refused"))]


def _concerns(grant: GrantRow, own: frozenset[int] | None) -> bool:
    return own is None or grant.consumer_id in own or grant.provider_id in own


def _chart(kind: str, dimension: str, rows: list[usage.Tally]) -> dict[str, Any]:
    """Calls answered and refused under each value, for the chart and its table."""
    return {
        "kind": kind,
        "labels": [_named(dimension, row) for row in rows],
        "series": [
            {"name": gettext("Answered"), "data": [row.answered for row in rows]},
            {"name": gettext("Refused"), "data": [row.refused for row in rows]},
        ],
    }
