"""Scores: a unit's figures of a period and what they make together, as the hub signs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from yunzhang.terms.document import Document
from yunzhang.terms.grant import Party

KIND = "score/2"
BEFORE_BASES = "score/1"  # frozen when no basis was kept
_CENT = Decimal("0.01")


Measure = Literal["percent", "count", "bytes", "days"]


class Figure(Document, frozen=True, kw_only=True, omit_defaults=True):
    """One indicator of one unit: the rows that hold it and the rows that fail it.

    `kind` names the records the ids belong to. With no rows there is nothing to measure, which
    is neither good nor bad: `percent` is None. A count or bytes add up what the rows held count
    for, days are their mean. What stands at its default is not written, so that a figure of rows
    alone reads and signs as it always did.
    """

    indicator: str  # the id of an indicator row of the pack
    kind: str
    held: tuple[str, ...]
    failed: tuple[str, ...]
    measure: Measure = "percent"
    # What each row counts for, in the order of the rows; empty: one each.
    held_amounts: tuple[int, ...] = ()
    failed_amounts: tuple[int, ...] = ()
    reported: bool = False  # as a unit said of itself, not counted here

    @property
    def hits(self) -> int:
        return sum(self.held_amounts) if self.held_amounts else len(self.held)

    @property
    def of(self) -> int:
        """What the hits are part of; of days, how many are averaged."""
        if self.measure == "days":
            return len(self.held)
        return self.hits + self.misses

    @property
    def misses(self) -> int:
        """What does not hold, counted as the hits are."""
        return sum(self.failed_amounts) if self.failed_amounts else len(self.failed)

    @property
    def weighted(self) -> bool:
        """Whether rows count for more or less than one each."""
        return bool(self.held_amounts or self.failed_amounts)

    @property
    def share(self) -> Fraction | None:
        """The exact part of the rows that hold, 0 to 1; None where the figure is no percentage."""
        return Fraction(self.hits, self.of) if self.measure == "percent" and self.of else None

    @property
    def percent(self) -> Decimal | None:
        """The same in percent, to two places."""
        return None if self.share is None else in_percent(self.share)

    @property
    def value(self) -> Decimal | None:
        """The figure in its own measure; None with nothing to measure. No call is a count: 0."""
        return value_of(self.measure, self.hits, self.of)

    def reached(self, target: int) -> Fraction | None:
        """What a score takes of it, 0 to 1: the share, or how far a number comes to its target.

        None where there is nothing to measure or, of a number, no target. Fewer days are better.
        """
        if self.measure == "percent":
            return self.share
        if not target or self.value is None:
            return None
        if self.measure == "days":
            return min(Fraction(1), Fraction(target * self.of, self.hits or 1))
        return min(Fraction(1), Fraction(self.hits, target))


class Weighed(Document, frozen=True, kw_only=True):
    """A figure with the weight and target its indicator had when it was frozen."""

    figure: Figure
    weight: int
    target: int

    @property
    def share(self) -> Fraction | None:
        """What of the weight is earned, 0 to 1."""
        return self.figure.reached(self.target)

    @property
    def missed(self) -> bool:
        """Whether the figure falls short of its target."""
        if self.figure.measure == "percent":
            return self.share is not None and self.share * 100 < self.target
        return self.share is not None and self.share < 1


class ScoreDocument(Document, frozen=True, kw_only=True):
    """A unit's frozen score. `total` is percent with two places; "" when nothing was measured.

    `basis` is the digest of what it was counted from; `corrects` that of the signed score an
    appeal made it replace.
    """

    unit: Party
    period: str
    frozen_at: datetime
    figures: tuple[Weighed, ...]
    total: str
    version: int = 1
    basis: str = ""
    corrects: str = ""


def total(figures: Iterable[Weighed]) -> Decimal | None:
    """The weighted mean, in percent, of the figures that measure something; None without any.

    Exact until the last step, so that anyone who computes it again gets the same.
    """
    measured = [(w.share, w.weight) for w in figures if w.share is not None]
    weights = sum(weight for _, weight in measured)
    if not weights:
        return None
    return in_percent(sum((share * weight for share, weight in measured), Fraction()) / weights)


def placed(totals: Sequence[Decimal | None]) -> list[int | None]:
    """The place of each total, the best first; equal ones share one, None has none."""
    best = sorted((found for found in totals if found is not None), reverse=True)
    first = {found: place for place, found in reversed(list(enumerate(best, start=1)))}
    return [None if found is None else first[found] for found in totals]


def value_of(measure: Measure, hits: int, of: int) -> Decimal | None:
    """A figure of these sums in its own measure; of days, `of` is how many are averaged."""
    if measure == "percent":
        return in_percent(Fraction(hits, of)) if of else None
    if measure == "days":
        return _rounded(Fraction(hits, of)) if of else None
    return Decimal(hits)


def in_percent(share: Fraction) -> Decimal:
    """A part of one as percent, rounded half up to two places."""
    return _rounded(share * 100)


def recomputes(document: ScoreDocument) -> bool:
    """Whether the document's total follows from its figures."""
    found = total(document.figures)
    return document.total == ("" if found is None else str(found))


def _rounded(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(_CENT, ROUND_HALF_UP)
