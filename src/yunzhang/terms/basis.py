"""Bases: the rows a score was counted from, as they were when it was frozen; pure.

A basis holds everything the score follows from, so that anyone who has it can count again:
`score_of` gives the very document that the hub signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from yunzhang.terms.document import Document, digest, encode, replace
from yunzhang.terms.grant import Party
from yunzhang.terms.record import Value
from yunzhang.terms.score import Figure, ScoreDocument, Weighed, total


class Leaf(Document, frozen=True, kw_only=True):
    """An entry of a log that a row stands on, and what of the row it stands for.

    `place` is the id of a fact in the hub's log, or the index in a node's.
    """

    role: str
    log: str  # HUB, or the name of a node
    place: str
    digest: str  # SHA-256 of the entry's bytes


class BasisRow(Document, frozen=True, kw_only=True):
    """One record as it was: the values a rule looks at, and the entries it stands on.

    Without an entry it is attested by the digest of the basis alone.
    """

    kind: str
    id: str
    values: dict[str, Value]
    leaves: tuple[Leaf, ...] = ()


class Ruling(Document, frozen=True, kw_only=True):
    """What an appeal made of one record of one figure."""

    indicator: str
    record: str
    to: Literal["held", "out"]  # counts as held, or on neither side


class Basis(Document, frozen=True, kw_only=True):
    """All that a unit's score of a period follows from.

    `counted` are the figures with the weights and targets of that day, before any ruling;
    `discounted` are records that count no more since an auditor confirmed a sign of gaming.
    """

    unit: Party
    period: str
    version: int
    frozen_at: datetime
    counted_on: date
    corrected_at: datetime | None
    corrects: str  # the digest of the signed score it corrects, "" for the first
    appeal: str  # the number of the case that corrected it
    pack: str
    limits: dict[str, int]
    counted: tuple[Weighed, ...]
    rows: tuple[BasisRow, ...]
    rulings: tuple[Ruling, ...] = ()
    discounted: tuple[str, ...] = ()

    def row(self, kind: str, id: str) -> BasisRow | None:
        """The row of a record; None where the basis lacks it."""
        return self.by_key().get((kind, id))

    def by_key(self) -> Mapping[tuple[str, str], BasisRow]:
        """The rows by kind and id."""
        return {(row.kind, row.id): row for row in self.rows}


HUB = "HUB"
LEFT = "left"  # the role of a fact that left a record as the row says it


def score_of(basis: Basis) -> ScoreDocument:
    """The score that follows from a basis, to the byte."""
    figures = tuple(ruled(one, basis.rulings) for one in basis.counted)
    found = total(figures)
    return ScoreDocument(
        unit=basis.unit,
        period=basis.period,
        frozen_at=basis.frozen_at,
        figures=figures,
        total="" if found is None else str(found),
        version=basis.version,
        basis=digest(encode(basis)),
        corrects=basis.corrects,
    )


def ruled(one: Weighed, rulings: tuple[Ruling, ...]) -> Weighed:
    """A figure with what appeals made of its records."""
    figure = one.figure
    mine = {ruling.record: ruling.to for ruling in rulings if ruling.indicator == figure.indicator}
    if not mine:
        return one
    held, failed = (
        _amounts(figure.held, figure.held_amounts),
        _amounts(figure.failed, figure.failed_amounts),
    )
    for record, to in mine.items():
        amount = failed.pop(record, None)
        amount = held.pop(record, None) if amount is None else amount
        if to == "held" and amount is not None:
            held[record] = amount
    return replace(one, figure=_counted(figure, held, failed))


def without(figure: Figure, records: frozenset[str]) -> Figure:
    """A figure without some of its records, on neither side."""
    if not records.intersection(figure.held) and not records.intersection(figure.failed):
        return figure
    held = _amounts(figure.held, figure.held_amounts)
    failed = _amounts(figure.failed, figure.failed_amounts)
    return _counted(
        figure,
        {id: n for id, n in held.items() if id not in records},
        {id: n for id, n in failed.items() if id not in records},
    )


def _amounts(ids: tuple[str, ...], amounts: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(ids, amounts or (1,) * len(ids), strict=True))


def _counted(figure: Figure, held: dict[str, int], failed: dict[str, int]) -> Figure:
    weighted = bool(figure.held_amounts or figure.failed_amounts)
    right, wrong = _in_order(held), _in_order(failed)
    return replace(
        figure,
        held=right,
        failed=wrong,
        held_amounts=tuple(held[id] for id in right) if weighted else (),
        failed_amounts=tuple(failed[id] for id in wrong) if weighted else (),
    )


def _in_order(ids: Mapping[str, int]) -> tuple[str, ...]:
    # Numbers kept as text come in the order of numbers.
    return tuple(sorted(ids, key=lambda text: (len(text), text)))
