"""Simulation: what a change of weights and targets would make of a frozen period; pure.

Nothing is written: a change is looked at from all sides before anybody adopts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from yunzhang.terms.document import replace
from yunzhang.terms.pack_rows import IndicatorRule
from yunzhang.terms.score import Weighed, in_percent, placed, total

REASONS = 2  # the changes that move a total most are told, no more


@dataclass(frozen=True)
class Wanted:
    """The weight and the target an indicator would have."""

    weight: int
    target: int


NOTHING = Wanted(0, 0)


@dataclass(frozen=True)
class Side:
    """A unit's score under one set of weights."""

    total: Decimal | None
    measured: int
    missed: int  # figures below their target
    place: int | None = None


@dataclass(frozen=True)
class Shift:
    """By how much one indicator moves a total, in points."""

    indicator: str
    before: int  # its weight
    after: int
    points: Decimal


@dataclass(frozen=True)
class Outcome:
    """A unit before and after, and what moves it most."""

    unit: str  # its code
    before: Side
    after: Side
    shifts: tuple[Shift, ...]

    @property
    def change(self) -> Decimal | None:
        """The change of the total."""
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total

    @property
    def rise(self) -> int | None:
        """Places gained; negative when it falls."""
        if self.before.place is None or self.after.place is None:
            return None
        return self.before.place - self.after.place


Units = Mapping[str, Sequence[Weighed]]


def of_rules(rules: Iterable[IndicatorRule]) -> dict[str, Wanted]:
    """The weights and targets a pack sets."""
    return {rule.id: Wanted(rule.weight, rule.target) for rule in rules}


def simulate(units: Units, wanted: Mapping[str, Wanted], least: int) -> list[Outcome]:
    """Every unit under the weights it was frozen with and under those wanted, best after first.

    An indicator not wanted counts no more. `least`: figures measured without which a unit is not
    ranked.
    """
    then = {code: _under(figures, wanted) for code, figures in units.items()}
    olds = {code: _side(figures) for code, figures in units.items()}
    news = {code: _side(figures) for code, figures in then.items()}
    old_places, new_places = _places(olds, least), _places(news, least)
    found = [
        Outcome(
            code,
            _at(olds[code], old_places[code]),
            _at(news[code], new_places[code]),
            _shifts(figures, then[code]),
        )
        for code, figures in units.items()
    ]
    return sorted(found, key=lambda one: (one.after.place is None, one.after.place or 0, one.unit))


def unmeasured(units: Units, wanted: Mapping[str, Wanted]) -> tuple[str, ...]:
    """Indicators that would weigh and of which the period holds no figure at all."""
    known = {one.figure.indicator for figures in units.values() for one in figures}
    return tuple(id for id, one in wanted.items() if one.weight and id not in known)


def _under(figures: Iterable[Weighed], wanted: Mapping[str, Wanted]) -> list[Weighed]:
    """The same figures with the weights and targets wanted."""
    rules = [(one, wanted.get(one.figure.indicator, NOTHING)) for one in figures]
    return [replace(one, weight=rule.weight, target=rule.target) for one, rule in rules]


def _side(figures: Sequence[Weighed]) -> Side:
    measured = [one for one in figures if one.share is not None and one.weight]
    missed = sum(one.missed for one in measured)
    return Side(total(figures), len(measured), missed)


def _shifts(olds: Sequence[Weighed], news: Sequence[Weighed]) -> tuple[Shift, ...]:
    """What moves the total most; the points of all indicators add up to the whole change."""
    old, new = _parts(olds), _parts(news)
    if not old or not new:
        return ()
    # A part of the weight is told against the mean: what the unit does well in raises the total
    # as its part grows.
    mean = sum((share * part for share, part in old.values()), Fraction())
    found = []
    for before, after in zip(olds, news, strict=True):
        id = before.figure.indicator
        points = in_percent(_moves(new, id, mean) - _moves(old, id, mean))
        if points:
            found.append(Shift(id, before.weight, after.weight, points))
    return tuple(sorted(found, key=lambda one: -abs(one.points))[:REASONS])


Parts = Mapping[str, tuple[Fraction, Fraction]]


def _parts(figures: Iterable[Weighed]) -> Parts:
    """What is earned of each indicator that weighs, and its part of the whole weight."""
    measured = [(one, one.share) for one in figures if one.weight]
    weights = sum(one.weight for one, share in measured if share is not None)
    return {
        one.figure.indicator: (share, Fraction(one.weight, weights))
        for one, share in measured
        if share is not None
    }


def _moves(parts: Parts, id: str, mean: Fraction) -> Fraction:
    share, part = parts.get(id, (mean, Fraction()))
    return (share - mean) * part


def _places(sides: Mapping[str, Side], least: int) -> dict[str, int | None]:
    held = {code: side.total if side.measured >= least else None for code, side in sides.items()}
    return dict(zip(held, placed(list(held.values())), strict=True))


def _at(side: Side, place: int | None) -> Side:
    return Side(side.total, side.measured, side.missed, place)
