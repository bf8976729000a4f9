"""Heat: units by kinds of trouble, worst first; each number leads to the list behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop as _

from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.portal import seen
from yunzhang.share.models import GrantRow
from yunzhang.terms.deadlines import WorkCalendar, add_working_days
from yunzhang.use import usage
from yunzhang.use.models import UsageDay

RUNNING = "running"  # counted along, for the choice of units; no trouble in itself
KINDS = {
    "late": _("Limits missed"),
    "near": _("Due soon"),
    "drift": _("Entries that drifted"),
    "verdict": _("Failing checks"),
    "unused": _("Grants never used"),
}
# Where each kind's list stands, whoever may open it, and what narrows it to a unit.
LISTS = {
    "late": ("queue", "desk.see", {"state": "late"}, "unit"),
    "near": ("queue", "desk.see", {"state": "near"}, "unit"),
    "drift": ("catalog", "catalog.see", {"drift": "yes"}, "unit"),
    "verdict": ("quality", "quality.see", {"verdict": "failed"}, "unit"),
    "unused": ("grants", "grant.see", {"use": "never"}, "consumer"),
}
# From so many on a cell is hotter.
STEPS = (1, 3, 6, 12)


@dataclass(frozen=True)
class Cell:
    """How many, how hot, and the list that shows them."""

    kind: str
    number: int
    address: str

    @property
    def heat(self) -> int:
        """0 for none up to 4."""
        return sum(self.number >= step for step in STEPS)


@dataclass(frozen=True)
class UnitRow:
    """One unit of the map."""

    code: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def trouble(self) -> tuple[int, ...]:
        """Its order: what is missed weighs more than what is near, and so on."""
        return tuple(-cell.number for cell in self.cells)


@dataclass(frozen=True)
class Map:
    """The units with any trouble, worst first, and every unit that has a limit running."""

    rows: list[UnitRow]
    units: list[tuple[str, str]]


def read(actor: Actor, today: date, work: WorkCalendar) -> Map:
    """The map of the units whose affairs the actor sees; one query."""
    first, *others = _counted(actor, today, work)
    named: dict[str, str] = {}
    numbers: dict[str, dict[str, int]] = {}
    for kind, code, name, number in first.union(*others, all=True):
        named[code] = name
        numbers.setdefault(code, {})[kind] = number
    rows = [
        UnitRow(code, named[code], tuple(_cell(actor, code, kind, found) for kind in KINDS))
        for code, found in numbers.items()
        if found.keys() & KINDS.keys()
    ]
    running = sorted((code, named[code]) for code in numbers if RUNNING in numbers[code])
    return Map(sorted(rows, key=lambda row: (*row.trouble, row.code)), running)


def near(today: date, work: WorkCalendar) -> Q:
    """Due within its own warning time, or else the pack's, and not over."""
    usual = pack().limit("clock.warn_days")
    own = {row.warn_days for row in pack().clocks if row.warn_days is not None}
    own.add(pack().limit("dated.warn_days"))
    # A clock of an older pack may keep days that no row has any more: the usual ones serve.
    soon = Q(due_on__lte=_horizon(today, usual, work)) & (Q(warn_days=None) | ~Q(warn_days__in=own))
    for days in own:
        soon |= Q(warn_days=days, due_on__lte=_horizon(today, days, work))
    return soon & Q(due_on__gte=today)


def _horizon(today: date, days: int, work: WorkCalendar) -> date:
    return add_working_days(today, days, work).on


def _counted(
    actor: Actor, today: date, work: WorkCalendar
) -> list[QuerySet[Any, tuple[str, str, str, int]]]:
    limits = Clock.objects.filter(
        seen.within(actor, "request.see", "unit"), ended_on=None, rested_on=None
    )
    used = UsageDay.objects.filter(grant=OuterRef("pk"), answered__gt=0)
    wrong = Turn.objects.filter(seen.within(actor, "quality.see", "unit"))
    grants = GrantRow.objects.filter(
        ~Exists(used),
        seen.within(actor, "usage.see", "consumer"),
        state=GrantRow.State.ACTIVE,
        issued_at__lt=usage.ripe_before(today),
    )
    return [
        _by_unit(RUNNING, limits, "unit"),
        _by_unit("late", limits.filter(due_on__lt=today), "unit"),
        _by_unit("near", limits.filter(near(today, work)), "unit"),
        _by_unit("drift", wrong.filter(step="drift"), "unit", "subject"),
        _by_unit("verdict", wrong.filter(step="verdict"), "unit", "subject"),
        _by_unit("unused", grants, "consumer"),
    ]


def _by_unit(
    kind: str, found: QuerySet[Any], unit: str, counted: str = "pk"
) -> QuerySet[Any, tuple[str, str, str, int]]:
    # A turn of several roles is one thing: what is counted may be named.
    named = (
        found.order_by()
        .exclude(**{unit: None})
        .annotate(
            kind_=Value(kind, output_field=TextField()),
            code_=Cast(F(f"{unit}__code"), TextField()),
            name_=Cast(F(f"{unit}__short_name"), TextField()),
        )
    )
    grouped = named.values("kind_", "code_", "name_")
    number = Count(counted, distinct=counted != "pk")
    counts: QuerySet[Any, tuple[str, str, str, int]] = grouped.annotate(n_=number).values_list(
        "kind_", "code_", "name_", "n_"
    )
    return counts


def _cell(actor: Actor, code: str, kind: str, found: dict[str, int]) -> Cell:
    route, permission, narrowed, unit = LISTS[kind]
    number = found.get(kind, 0)
    opens = number and may(actor, permission)
    query = urlencode({**narrowed, unit: code})
    return Cell(kind, number, f"{reverse(route)}?{query}" if opens else "")


def titles(kinds: Iterable[str] = KINDS) -> list[str]:
    """The heads of the columns, as msgids."""
    return [KINDS[kind] for kind in kinds]
