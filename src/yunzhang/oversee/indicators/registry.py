"""The registry of indicators: one function a number, with its formula, source and meaning in words.

A function gives rows, for many units at once: which record of which unit, and whether it holds.
All else follows from the rows: the figure of a unit, of a tier, of all, and what it opens to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Text
from yunzhang.terms.score import Figure, Measure


class Row(NamedTuple):
    """One record that counts for a unit: whether it holds, and for how much it counts."""

    unit: int
    record: int | str
    holds: bool = True
    amount: int = 1


Units = Collection[int]
Count = Callable[[Units, date], Iterable[Row]]


@dataclass(frozen=True)
class Indicator:
    """A number the hub counts. More is better in every one: what fails is to be put right."""

    id: str
    theme: str
    kind: str  # of the records
    count: Count
    formula: Text
    source: Text
    told: Text
    measure: Measure = "percent"
    reported: bool = False  # as a unit said of itself, not counted here

    def __call__(self, units: Iterable[Unit], today: date) -> Figure:
        """The figure of these units together."""
        return self._figure(self.count([unit.pk for unit in units], today))

    def by_unit(self, units: Iterable[Unit], today: date) -> dict[int, Figure]:
        """The figure of each of these units; the records are read once for all of them."""
        return self.split(units, today)[1]

    def split(self, units: Iterable[Unit], today: date) -> tuple[Figure, dict[int, Figure]]:
        """The figure of these units together, and the part of each."""
        found: dict[int, list[Row]] = {unit.pk: [] for unit in units}
        for row in self.count(found.keys(), today):
            found[row.unit].append(row)
        whole = self._figure(row for rows in found.values() for row in rows)
        return whole, {number: self._figure(rows) for number, rows in found.items()}

    def _figure(self, rows: Iterable[Row]) -> Figure:
        # By record: a join may give one twice.
        held, failed = dict[str, int](), dict[str, int]()
        for row in rows:
            (held if row.holds else failed)[str(row.record)] = row.amount
        if not self.reported and not _weighted(held, failed):
            failed = {id: 1 for id in failed if id not in held}
        right, wrong = _in_order(held), _in_order(failed)
        weighted = _weighted(held, failed)
        return Figure(
            indicator=self.id,
            kind=self.kind,
            held=right,
            failed=wrong,
            measure=self.measure,
            reported=self.reported,
            held_amounts=tuple(held[id] for id in right) if weighted else (),
            failed_amounts=tuple(failed[id] for id in wrong) if weighted else (),
        )


INDICATORS: dict[str, Indicator] = {}


def indicator(
    theme: str,
    kind: str,
    *,
    formula: Text,
    source: Text,
    told: Text,
    id: str = "",
    measure: Measure = "percent",
) -> Callable[[Count], Indicator]:
    """Put a counting function into the registry, under its own name unless another is given."""

    def registered(count: Count) -> Indicator:
        name = id or count.__name__
        made = Indicator(name, theme, kind, count, formula, source, told, measure)
        INDICATORS[name] = made
        return made

    return registered


def window(today: date) -> date:
    """What happened on this day or before it no longer counts."""
    return today - timedelta(days=pack().limit("score.window_days"))


def _weighted(*sides: dict[str, int]) -> bool:
    return any(amount != 1 for side in sides for amount in side.values())


def _in_order(ids: Iterable[str]) -> tuple[str, ...]:
    # Numbers kept as text come in the order of numbers.
    return tuple(sorted(ids, key=lambda text: (len(text), text)))
