"""Indicators: what a unit's records say of it. Every figure opens to the rows it was counted from.

Computed from catalog, clocks, verdicts and receipts; never from what a unit says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.db.models import Q

from yunzhang.gather import drift
from yunzhang.gather.models import DataTable, Drift, EntryVersion, Resource, VerdictRow
from yunzhang.oversee.rates import RATES
from yunzhang.people.models import Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.share.models import GrantRow
from yunzhang.terms.pack_rows import IndicatorRule
from yunzhang.terms.score import Figure
from yunzhang.use import usage


def catalog_coverage(unit: Unit, _today: date) -> Figure:
    """Tables of the unit with a published entry / its tables (Order 809 Art. 13)."""
    tables = DataTable.objects.filter(system__unit=unit)
    published = Q(resources__versions__state=EntryVersion.State.PUBLISHED)
    return _figure("catalog_coverage", "table", tables.filter(published), tables)


def catalog_linked(unit: Unit, _today: date) -> Figure:
    """Published entries with a live table that fits them / published entries (Art. 16).

    Fits: gathered at least once, and no open drift that unlinks it.
    """
    entries = Resource.objects.filter(unit=unit, versions__state=EntryVersion.State.PUBLISHED)
    drifted = Drift.objects.filter(kind__in=drift.UNLINKING, cleared_at=None).values("resource")
    linked = entries.filter(table__gathered_at__isnull=False).exclude(pk__in=drifted)
    return _figure("catalog_linked", "resource", linked, entries)


def clock_punctuality(unit: Unit, today: date) -> Figure:
    """Legal limits kept / limits that have ended or are overdue, of those the unit must keep.

    A limit that still runs within its time counts on neither side, nor does one that rests
    after a notice: stopping to rest in time was keeping it. What ended before the pack's window
    no longer counts; what is overdue today does, however old.
    """
    clocks = Clock.objects.filter(unit=unit)
    since = today - timedelta(days=pack().limit("score.window_days"))
    ended = clocks.filter(ended_on__gt=since)
    overdue = clocks.filter(ended_on=None, rested_on=None, due_on__lt=today)
    held = [c for c in ended if (c.rested_on or c.ended_on or today) <= c.due_on]
    return _figure("clock_punctuality", "clock", held, [*ended, *overdue])


def quality(unit: Unit, _today: date) -> Figure:
    """Tables whose latest verdict passed / tables that were checked (Art. 18)."""
    verdicts = VerdictRow.objects.filter(table__system__unit=unit).only("table", "passed")
    latest = {row.table_id: row for row in verdicts.order_by("ran_at", "pk")}.values()
    return _figure("quality", "verdict", [v for v in latest if v.passed], latest)


def approved_used(unit: Unit, today: date) -> Figure:
    """Active grants held that were used / those used or old enough to have been (Art. 38).

    A grant younger than the pack's waiting time and not yet used counts on neither side.
    """
    grants = GrantRow.objects.filter(consumer=unit, state=GrantRow.State.ACTIVE)
    used = usage.used_grants(grants)
    ripe = grants.filter(Q(issued_at__lt=usage.ripe_before(today)) | Q(pk__in=used))
    return _figure("approved_used", "grant", grants.filter(pk__in=used), ripe)


INDICATORS: dict[str, Callable[[Unit, date], Figure]] = {
    "catalog_coverage": catalog_coverage,
    "catalog_linked": catalog_linked,
    "clock_punctuality": clock_punctuality,
    "quality": quality,
    "approved_used": approved_used,
}


def figures(unit: Unit, today: date) -> tuple[Figure, ...]:
    """Every indicator of a unit, as of today, and the rates that the pack in force scores."""
    own = tuple(indicator(unit, today) for indicator in INDICATORS.values())
    return own + tuple(RATES[rule.id]([unit], today) for rule in pack().indicators if _scored(rule))


def is_measured(rule: IndicatorRule) -> bool:
    """Whether it stands in a score: ours always, a rate of the registers only with a weight."""
    return rule.id in INDICATORS or _scored(rule)


def _scored(rule: IndicatorRule) -> bool:
    return rule.id in RATES and rule.weight > 0


Record = DataTable | Resource | Clock | VerdictRow | GrantRow


def _figure(indicator: str, kind: str, held: Iterable[Record], all: Iterable[Record]) -> Figure:
    # Sets: a join may give a record twice.
    holding = {str(record.pk) for record in held}
    failing = {str(record.pk) for record in all} - holding
    return Figure(
        indicator=indicator, kind=kind, held=_in_order(holding), failed=_in_order(failing)
    )


def _in_order(ids: Iterable[str]) -> tuple[str, ...]:
    # Numbers kept as text come in the order of numbers.
    return tuple(sorted(ids, key=lambda text: (len(text), text)))
