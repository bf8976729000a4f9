"""Indicators: what the hub's own records say of a unit. Every figure opens to its rows.

Counted from registers, clocks, verdicts and receipts; never from what a unit says of itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yunzhang.oversee.indicators import (
    catalog,
    clocks,
    clouds,
    collection,
    duties,
    exchange,
    opening,
    quality,
    reported,
    safety,
    stock,
)
from yunzhang.oversee.indicators.registry import INDICATORS, Indicator, Row
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.pack_rows import IndicatorRule
from yunzhang.terms.score import Figure

__all__ = [
    "INDICATORS",
    "Indicator",
    "Row",
    "figure",
    "figures",
    "figures_of",
    "is_measured",
    "known",
    "of_rule",
]

# In the order in which pages show them.
THEMES = (catalog, quality, clocks, exchange, collection, opening, duties, safety, clouds, stock)


def figures(unit: Unit, today: date) -> tuple[Figure, ...]:
    """The figures that make a unit's score, as of today: those the pack in force weighs."""
    return figures_of([unit], today)[unit.pk]


def figures_of(units: Iterable[Unit], today: date) -> dict[int, tuple[Figure, ...]]:
    """The same of many units: each indicator is counted once for all of them."""
    held = list(units)
    found = [INDICATORS[rule.id].by_unit(held, today) for rule in pack().indicators
             if is_measured(rule)]  # fmt: skip
    return {unit.pk: tuple(one[unit.pk] for one in found) for unit in held}


def figure(id: str, units: Iterable[Unit], today: date) -> Figure:
    """One indicator of these units together."""
    return INDICATORS[id](units, today)


def of_rule(rule: IndicatorRule) -> Indicator:
    """How an indicator of the pack is counted, or reported where the hub cannot count it."""
    return INDICATORS.get(rule.id) or reported.indicator_of(rule)


def known() -> list[IndicatorRule]:
    """The pack's indicators, those the hub counts first; the rest are reported."""
    return [
        *(rule for rule in pack().indicators if rule.id in INDICATORS),
        *reported.reportable(),
    ]


def is_measured(rule: IndicatorRule) -> bool:
    """Whether it stands in a score: counted here, never reported, and given a weight."""
    return rule.id in INDICATORS and rule.weight > 0
