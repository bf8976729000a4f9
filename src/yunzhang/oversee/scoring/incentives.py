"""Incentives: what a score brings by the pack's rows; what has no measure is left to people."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from yunzhang.terms.pack_score_rows import IncentiveRule


def brought(
    rules: Iterable[IncentiveRule], place: int | None, total: Decimal | None
) -> list[IncentiveRule]:
    """The rows with a measure that this place and total meet; an unranked unit meets none."""
    if place is None or total is None:
        return []
    return [rule for rule in rules if rule.measures and _met(rule, place, total)]


def unmeasured(rules: Iterable[IncentiveRule]) -> list[IncentiveRule]:
    """The rows whose document names no measure: people decide whom they are for."""
    return [rule for rule in rules if not rule.measures]


def _met(rule: IncentiveRule, place: int, total: Decimal) -> bool:
    among = not rule.first or place <= rule.first
    enough = rule.at_least is None or total >= rule.at_least
    return among and enough and (rule.below is None or total < rule.below)
