"""Scores: a unit's figures of a period and what they make together, as the hub signs them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from yunzhang.terms.document import Document
from yunzhang.terms.grant import Party

KIND = "score/1"
_CENT = Decimal("0.01")


class Figure(Document, frozen=True, kw_only=True):
    """One indicator of one unit: the rows that hold it and the rows that fail it.

    `kind` names the records the ids belong to. With no rows there is nothing to measure, which
    is neither good nor bad: `percent` is None.
    """

    indicator: str  # the id of an indicator row of the pack
    kind: str
    held: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def hits(self) -> int:
        return len(self.held)

    @property
    def of(self) -> int:
        return len(self.held) + len(self.failed)

    @property
    def share(self) -> Fraction | None:
        """The exact part of the rows that hold, 0 to 1."""
        return Fraction(self.hits, self.of) if self.of else None

    @property
    def percent(self) -> Decimal | None:
        """The same in percent, to two places."""
        return None if self.share is None else in_percent(self.share)


class Weighed(Document, frozen=True, kw_only=True):
    """A figure with the weight and target (percent) its indicator had when it was frozen."""

    figure: Figure
    weight: int
    target: int


class ScoreDocument(Document, frozen=True, kw_only=True):
    """A unit's frozen score. `total` is percent with two places; "" when nothing was measured."""

    unit: Party
    period: str
    frozen_at: datetime
    figures: tuple[Weighed, ...]
    total: str


def total(figures: Iterable[Weighed]) -> Decimal | None:
    """The weighted mean, in percent, of the figures that measure something; None without any.

    Exact until the last step, so that anyone who computes it again gets the same.
    """
    measured = [(w.figure.share, w.weight) for w in figures if w.figure.share is not None]
    weights = sum(weight for _, weight in measured)
    if not weights:
        return None
    return in_percent(sum((share * weight for share, weight in measured), Fraction()) / weights)


def in_percent(share: Fraction) -> Decimal:
    """A part of one as percent, rounded half up to two places."""
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return exact.quantize(_CENT, ROUND_HALF_UP)


def recomputes(document: ScoreDocument) -> bool:
    """Whether the document's total follows from its figures."""
    found = total(document.figures)
    return document.total == ("" if found is None else str(found))
