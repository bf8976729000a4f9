"""Layers: a local pack over a regional over a national one; stricter than the law, never looser.

A row above replaces the row below it with the same id. Limits that the law sets are compared
first; `pack.layered` puts whole packs together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TypeVar

from yunzhang.terms.faults import Fault
from yunzhang.terms.pack_faults import PACK_LOOSER
from yunzhang.terms.pack_rows import Citation, ClockRule, Limit, Procedure, Retention, Row

R = TypeVar("R", bound=Row)


def looser(below: Row, above: Row) -> Iterator[Fault]:
    """How one row is looser than the row of its kind that it would replace."""
    if isinstance(below, ClockRule) and isinstance(above, ClockRule):
        fields = _looser_clock(below, above)
    elif isinstance(below, Retention) and isinstance(above, Retention):
        fields = ["years"] if above.years < below.years else []
    elif isinstance(below, Limit) and isinstance(above, Limit):
        fields = _looser_limit(below, above)
    elif isinstance(below, Procedure) and isinstance(above, Procedure):
        yield from _looser_procedure(below, above)
        return
    else:
        fields = []
    if isinstance(below, ClockRule | Retention):
        fields += _uncovered(below, above)
    for field in fields:
        yield PACK_LOOSER(
            row=above.id,
            field=field,
            above=getattr(above, field) or "—",
            below=getattr(below, field) or "—",
            cite_above=_said(above.cite),
            cite_below=_said(below.cite),
        )


def _looser_clock(below: ClockRule, above: ClockRule) -> list[str]:
    """Fields that could let a duty fall due later, or begin on another occasion."""
    # So many working days never end before as many calendar days: only the way from calendar
    # to working days can loosen, and none at all, which does not move on from a holiday.
    unit = below.unit != above.unit and (below.unit == "calendar_day" or not below.days)
    consent = bool(above.extension_days) and above.extension_consent != below.extension_consent
    wrong = {
        "days": above.days > below.days,
        "unit": unit,
        "extension_days": above.extension_days > below.extension_days,
        "extension_consent": consent,
        "event": above.event != below.event,
    }
    return [field for field, yes in wrong.items() if yes]


def _looser_limit(below: Limit, above: Limit) -> list[str]:
    if not below.bound:
        return []
    further = (
        above.value >= below.value if below.bound == "at_least" else above.value <= below.value
    )
    wrong = {
        "value": not further,
        "unit": above.unit != below.unit,
        "bound": above.bound != below.bound,
    }
    return [field for field, yes in wrong.items() if yes]


def _looser_procedure(below: Procedure, above: Procedure) -> Iterator[Fault]:
    """Clocks no step keeps any more; papers, or a second person, a move no longer needs."""
    clocks = {step.clock for step in below.steps} - {step.clock for step in above.steps}
    needed = {move.id: set(move.attach) for step in below.steps for move in step.moves}
    asked = {move.id: set(move.attach) for step in above.steps for move in step.moves}
    lost = {paper for id, papers in needed.items() if id in asked for paper in papers - asked[id]}
    apart = {move.id for step in below.steps for move in step.moves if move.apart}
    alone = {move.id for step in above.steps for move in step.moves if not move.apart}
    found = (("clock", clocks), ("moves.attach", lost), ("moves.apart", apart & alone))
    for field, gone in found:
        if gone:
            yield PACK_LOOSER(
                row=above.id,
                field=f"steps.{field}",
                above="—",
                below=", ".join(sorted(gone)),
                cite_above=_said(above.cite),
                cite_below=_said(below.cite),
            )


def _uncovered(below: Row, above: Row) -> Iterator[str]:
    """Which end of the row above leaves days of the row below without any rule."""
    if above.from_date and (below.from_date is None or above.from_date > below.from_date):
        yield "from_date"
    if above.to_date and (below.to_date is None or above.to_date < below.to_date):
        yield "to_date"


def over(below: tuple[R, ...], above: tuple[R, ...]) -> tuple[R, ...]:
    """Rows below in their order, replaced where the same id stands above; then what is new."""
    new = {row.id: row for row in above}
    kept = [new.pop(row.id, row) for row in below]
    return tuple(chain(kept, new.values()))


def _said(cite: Citation) -> str:
    quote = f"“{cite.quote}”" if cite.quote else ""
    return f"{cite.document} {cite.clause}{quote}"
