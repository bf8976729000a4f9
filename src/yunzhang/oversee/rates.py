"""Rates of clouds, networks and systems: counted from the registers, of a unit or of all.

Shown beside the pack's targets. They enter a score only where the pack gives them a weight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yunzhang.gather import placing
from yunzhang.gather.models import InformationSystem, Network
from yunzhang.oversee import activity
from yunzhang.oversee.models import Drill
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.people.units import tiers
from yunzhang.terms.document import replace
from yunzhang.terms.pack_rows import IndicatorRule, Target
from yunzhang.terms.score import Figure

OUT = (placing.State.MERGED, placing.State.CLOSED)
Units = Iterable[Unit]


def cloud_migration_rate(units: Units, _today: date) -> Figure:
    """Systems on a cloud / living systems that are not secret, and not sensitive unless counted."""
    counted = _living(units).exclude(sensitivity=placing.SECRET)
    if not pack().limit("cloud.count_sensitive"):
        counted = counted.filter(sensitivity=placing.PLAIN)
    return _figure("cloud_migration_rate", "system", counted.filter(cloud__isnull=False), counted)


def consolidation_rate(units: Units, _today: date) -> Figure:
    """Systems merged or closed / systems there were on the baseline day, none of a ministry's.

    Without a baseline in the pack: all that were ever registered.
    """
    rules = [row.baseline for row in pack().indicators if row.id == "consolidation_rate"]
    there = _systems(units).exclude(sensitivity=placing.SECRET).filter(vertical=False)
    for day in filter(None, rules):
        there = there.filter(Q(built_on=None) | Q(built_on__lte=day))
    return _figure("consolidation_rate", "system", there.filter(state__in=OUT), there)


def network_merge_rate(units: Units, _today: date) -> Figure:
    """Dedicated networks merged or closed / those that are not secret."""
    known = Network.objects.filter(unit__in=units, secret=False)
    return _figure("network_merge_rate", "network", known.filter(state__in=OUT), known)


def gov_extranet_coverage(units: Units, today: date) -> Figure:
    """Units connected to the government extranet / units."""
    known = Unit.objects.filter(pk__in=[unit.pk for unit in units])
    connected = known.filter(extranet__since__lte=today)
    return _figure("gov_extranet_coverage", "unit", connected, known)


def exchange_join_rate(units: Units, _today: date) -> Figure:
    """Systems with a table gathered here / living systems that are not secret."""
    living = _living(units).exclude(sensitivity=placing.SECRET)
    joined = living.filter(tables__gathered_at__isnull=False)
    return _figure("exchange_join_rate", "system", joined, living)


def recovery_rate(units: Units, today: date) -> Figure:
    """Of the living systems of the pack's level of protection on: recovery was tried, and held.

    The last drill counts, of the system itself or of its cloud, and it must not be too old.
    """
    level, oldest = pack().limit("recovery.level"), _oldest_drill(today)
    levels = [row.code for row in pack().codes_of("protection") if int(row.code) >= level]
    owing = _living(units).filter(protection__in=levels).select_related("cloud")
    rows = Drill.objects.filter(held_on__lte=today).order_by("held_on", "pk")
    last_of_system = {row.system_id: row for row in rows if row.system_id}
    last_of_cloud = {row.cloud_id: row for row in rows if row.cloud_id}

    def recovers(system: InformationSystem) -> bool:
        cloud = system.cloud
        if system.recovery_place:
            found = last_of_system.get(system.pk)
        else:
            found = last_of_cloud.get(cloud.pk) if cloud and cloud.recovery_place else None
        return found is not None and found.passed and found.held_on >= oldest

    return _figure("recovery_rate", "system", [s for s in owing if recovers(s)], owing)


def living_rate(units: Units, today: date) -> Figure:
    """Living systems that showed life / living systems."""
    living = list(_living(units))
    still = {system.pk for system in activity.silent(living, today)}
    return _figure("living_rate", "system", [s for s in living if s.pk not in still], living)


RATES: dict[str, Callable[[Units, date], Figure]] = {
    "cloud_migration_rate": cloud_migration_rate,
    "consolidation_rate": consolidation_rate,
    "network_merge_rate": network_merge_rate,
    "gov_extranet_coverage": gov_extranet_coverage,
    "exchange_join_rate": exchange_join_rate,
    "recovery_rate": recovery_rate,
    "living_rate": living_rate,
}


@dataclass(frozen=True)
class Measured:
    """A rate as the pack in force calls it, with the targets it sets."""

    rule: IndicatorRule
    figure: Figure
    targets: tuple[Target, ...]

    def met(self, target: Target) -> bool | None:
        """Whether the figure of today reaches the target; None without anything to compare."""
        if self.figure.percent is None or target.value is None:
            return None
        return self.figure.percent >= target.value


def measured(units: Units, today: date) -> list[Measured]:
    """Every rate the pack in force names, over these units."""
    held = list(units)
    return [
        Measured(
            rule,
            RATES[rule.id](held, today),
            tuple(row for row in pack().targets if row.indicator == rule.id),
        )
        for rule in pack().indicators
        if rule.id in RATES
    ]


def of_unit(figures: Iterable[Figure], unit: Unit) -> dict[str, Figure]:
    """The part of each figure that is a unit's own, by rate."""
    own = {
        "system": _ids(InformationSystem.objects.filter(unit=unit)),
        "network": _ids(Network.objects.filter(unit=unit)),
        "unit": {str(unit.pk)},
    }
    return {
        one.indicator: replace(
            one,
            held=tuple(id for id in one.held if id in own[one.kind]),
            failed=tuple(id for id in one.failed if id in own[one.kind]),
        )
        for one in figures
    }


def by_tier(rate: str, today: date) -> list[tuple[str, Figure]]:
    """A rate of each tier that has a unit, the highest first."""
    found: dict[str, list[Unit]] = {tier: [] for tier in tiers()}
    for unit in Unit.objects.all():
        found.setdefault(unit.tier, []).append(unit)
    return [(tier, RATES[rate](units, today)) for tier, units in found.items() if units]


Record = InformationSystem | Network | Unit


def _systems(units: Units) -> QuerySet[InformationSystem]:
    return InformationSystem.objects.filter(unit__in=units)


def _living(units: Units) -> QuerySet[InformationSystem]:
    return _systems(units).filter(state__in=placing.LIVING)


def _ids(rows: QuerySet[InformationSystem] | QuerySet[Network]) -> set[str]:
    return {str(number) for number in rows.values_list("pk", flat=True)}


def _oldest_drill(today: date) -> date:
    return today - timedelta(days=pack().limit("recovery.drill_days"))


def _figure(rate: str, kind: str, held: Iterable[Record], all: Iterable[Record]) -> Figure:
    # Sets: a join may give a record twice.
    holding = {record.pk for record in held}
    failing = {record.pk for record in all} - holding
    return Figure(
        indicator=rate,
        kind=kind,
        held=tuple(str(number) for number in sorted(holding)),
        failed=tuple(str(number) for number in sorted(failing)),
    )
