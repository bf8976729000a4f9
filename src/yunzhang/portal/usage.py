"""Usage: who called what, for which purpose, and what was granted but never used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop

from yunzhang import clock
from yunzhang.people.permissions import pack
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.share.models import GrantRow
from yunzhang.use import usage

DIMENSIONS = {
    "consumer": gettext_noop("Consumer"),
    "provider": gettext_noop("Provider"),
    "purpose": gettext_noop("Purpose"),
    "scenario": gettext_noop("Scenario"),
    "resource": gettext_noop("Resource"),
}


@door("usage.see")
def used(request: Visit) -> HttpResponse:
    asked = request.GET.get("by", "consumer")
    dimension = asked if asked in DIMENSIONS else "consumer"
    today = clock.today()
    since = today - timedelta(days=pack().limit("page.usage_days"))
    own = seen.units(request.actor, "usage.see")
    unit = None if own is None else seen.home(request.actor, "usage.see")
    rows = usage.by(dimension, unit, since)[: pack().limit("page.rows")]
    context = {
        "unit": unit,
        "dimension": dimension,
        "dimensions": [(key, gettext(title)) for key, title in DIMENSIONS.items()],
        "rows": rows,
        "unused": [g for g in usage.approved_unused(today) if _concerns(g, own)],
        "chart": _chart("bars", rows),
        "daily": _chart("lines", usage.by("day", unit, since)),
        "since": since,
    }
    return render(request, "portal/usage.html", context)


def _concerns(grant: GrantRow, own: frozenset[int] | None) -> bool:
    return own is None or grant.consumer_id in own or grant.provider_id in own


def _chart(kind: str, rows: list[usage.Tally]) -> dict[str, Any]:
    """Calls answered and refused under each value, for the chart and its table."""
    return {
        "kind": kind,
        "labels": [row.name or gettext("unknown") for row in rows],
        "series": [
            {"name": gettext("Answered"), "data": [row.answered for row in rows]},
            {"name": gettext("Refused"), "data": [row.refused for row in rows]},
        ],
    }
