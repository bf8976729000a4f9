"""Points: machine rooms, clouds and overdue cases, each at the middle of its division."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather.models import Cloud
from yunzhang.oversee.mapping.map_models import Boundary
from yunzhang.oversee.models import DataRoom
from yunzhang.people.models import Clock
from yunzhang.people.permissions import Actor
from yunzhang.portal import seen
from yunzhang.terms import divisions

KINDS = {"room": _("Machine rooms"), "cloud": _("Clouds"), "late": _("Overdue")}


@dataclass(frozen=True)
class Point:
    """One thing on the map: what it is, whose, and the smallest area drawn that holds it."""

    kind: str
    name: str
    unit: str
    code: str
    place: str
    address: str
    number: int = 1


def points(actor: Actor, known: Mapping[str, Boundary]) -> list[Point]:
    """All that stands on the map and the actor may see; what lies in no area drawn is left out."""
    found = [*_rooms(), *_clouds(), *_late(actor)]
    return [
        Point(kind, name, unit, code, known[code].name, address, number)
        for kind, name, unit, division, address, number in found
        if (code := divisions.nearest(division, known.keys()))
    ]


def grouped(found: Iterable[Point], known: Mapping[str, Boundary]) -> list[dict[str, Any]]:
    """The points of each kind in each place as one, with their number."""
    counts = Counter[tuple[str, str]]()
    for one in found:
        counts[one.kind, one.code] += one.number
    return [
        {
            "kind": kind,
            "n": number,
            "name": known[code].name,
            "at": [known[code].lon, known[code].lat],
        }
        for (kind, code), number in sorted(counts.items())
    ]


Found = tuple[str, str, str, str, str, int]


def _rooms() -> list[Found]:
    rows = DataRoom.objects.exclude(state=DataRoom.State.CLOSED).select_related("unit")
    return [
        ("room", row.name, row.unit.short_name, row.division, reverse("room", args=[row.pk]), 1)
        for row in rows.order_by("unit", "name")
    ]


def _clouds() -> list[Found]:
    rows = Cloud.objects.select_related("unit").order_by("level", "name")
    return [
        (
            "cloud",
            row.name,
            row.unit.short_name,
            row.unit.division,
            reverse("cloud", args=[row.pk]),
            1,
        )
        for row in rows
    ]


def _late(actor: Actor) -> list[Found]:
    late = Clock.objects.filter(
        seen.within(actor, "request.see", "unit"),
        ended_on=None,
        rested_on=None,
        due_on__lt=clock.today(),
    )
    fields = ("unit__code", "unit__short_name", "unit__division")
    counted = late.order_by("unit__code").values_list(*fields).annotate(n=Count("pk"))
    return [
        (
            "late",
            gettext("Limits missed: %(n)s") % {"n": n},
            name,
            division,
            f"{reverse('queue')}?{urlencode({'unit': code, 'state': 'late'})}",
            n,
        )
        for code, name, division, n in counted
    ]
