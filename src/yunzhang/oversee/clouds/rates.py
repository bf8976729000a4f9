"""Rates beside their targets: the figures of all units together, and each unit's part of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from yunzhang.oversee import indicators
from yunzhang.oversee.indicators import INDICATORS
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.people.units import tiers
from yunzhang.terms.pack_rows import IndicatorRule, Target
from yunzhang.terms.score import Figure

# The rates of the page of clouds.
RATES = {id: one for id, one in INDICATORS.items() if one.theme == "clouds"}


@dataclass(frozen=True)
class Measured:
    """An indicator as the pack in force calls it, with the targets it sets."""

    rule: IndicatorRule
    figure: Figure
    targets: tuple[Target, ...]
    parts: Mapping[int, Figure]  # of each unit

    def met(self, target: Target) -> bool | None:
        """Whether the figure of today reaches the target; None without anything to compare."""
        if self.figure.value is None or target.value is None:
            return None
        return self.figure.value >= target.value


def measured(units: Iterable[Unit], today: date) -> list[Measured]:
    """Every rate of clouds that the pack in force names, over these units."""
    held = list(units)
    return [of_rule(rule, held, today) for rule in pack().indicators if rule.id in RATES]


def of_rule(rule: IndicatorRule, units: Iterable[Unit], today: date) -> Measured:
    """One indicator of the pack over these units."""
    whole, parts = indicators.of_rule(rule).split(units, today)
    return Measured(rule, whole, targets_of(rule.id), parts)


def targets_of(indicator: str) -> tuple[Target, ...]:
    """What the pack in force wants of an indicator, and by when."""
    return tuple(row for row in pack().targets if row.indicator == indicator)


def by_tier(rate: str, today: date) -> list[tuple[str, Figure]]:
    """A rate of each tier that has a unit, the highest first."""
    found: dict[str, list[Unit]] = {tier: [] for tier in tiers()}
    for unit in Unit.objects.all():
        found.setdefault(unit.tier, []).append(unit)
    return [(tier, INDICATORS[rate](units, today)) for tier, units in found.items() if units]
