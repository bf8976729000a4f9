"""Trials: the frozen figures of a period put under other weights, by the units' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yunzhang.oversee.scoring import scores, simulation
from yunzhang.oversee.scoring.simulation import Outcome, Wanted
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack


@dataclass(frozen=True)
class Trial:
    """What a change would make of a period; nothing of it is kept."""

    outcomes: list[tuple[Unit, Outcome]]
    unmeasured: tuple[str, ...]  # indicators that would weigh and were not measured then

    @property
    def rising(self) -> int:
        return sum((one.rise or 0) > 0 for _unit, one in self.outcomes)

    @property
    def falling(self) -> int:
        return sum((one.rise or 0) < 0 for _unit, one in self.outcomes)


def weights_of(period: str) -> dict[str, Wanted]:
    """The weights and targets a period was frozen with."""
    found: dict[str, Wanted] = {}
    for score in scores.current().filter(period=period):
        for one in scores.figures_in(score):
            found.setdefault(one.figure.indicator, Wanted(one.weight, one.target))
    return found


def run(period: str, wanted: Mapping[str, Wanted]) -> Trial:
    """Put every unit's figures of the period under these weights and targets."""
    rows = {row.unit.code: row for row in scores.ranking(period)}
    figures = {code: scores.figures_in(row) for code, row in rows.items()}
    least = pack().limit("score.least_indicators")
    outcomes = simulation.simulate(figures, wanted, least)
    named = [(rows[one.unit].unit, one) for one in outcomes]
    return Trial(named, simulation.unmeasured(figures, wanted))
