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
from yunzhang.terms.pack_rows import Citation, ClockRule, Limit, Move, Procedure, Retention, Row

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
    """What the course below demands and this one drops; where it halts a limit at will."""
    old, new = _demands(below), _demands(above)
    moves = {move.id for step in above.steps for move in step.moves}
    for field, demanded in old.items():
        if field in FREEDOMS:
            gone = new[field] - demanded
        else:
            gone = {(id, what) for id, what in demanded - new[field] if id in moves | {""}}
        if gone:
            yield PACK_LOOSER(
                row=above.id,
                field=f"steps.{field}",
                above=_listed(gone) if field in FREEDOMS else "—",
                below="—" if field in FREEDOMS else _listed(gone),
                cite_above=_said(above.cite),
                cite_below=_said(below.cite),
            )


FREEDOMS = ("rests", "moves.extends")  # these a row above may not add; the others it may not drop


def _demands(course: Procedure) -> dict[str, set[tuple[str, str]]]:
    """(move or "", what) under each field in which a course can be looser than another.

    A move is demanded only where the course above has one of its name at all; a clock always.
    """
    clocks = {step.id: step.clock for step in course.steps}
    made = [(step, move) for step in course.steps for move in step.moves]
    named: dict[str, list[Move]] = {}
    for _, move in made:
        named.setdefault(move.id, []).append(move)
    # What only some of the moves of one name need is not demanded of that name.
    papers = {id: set.intersection(*(set(m.attach) for m in all_)) for id, all_ in named.items()}
    return {
        "clock": {("", step.clock) for step in course.steps if step.clock},
        "moves.attach": {(id, paper) for id, needed in papers.items() for paper in needed},
        "moves.apart": {(id, id) for id, all_ in named.items() if all(m.apart for m in all_)},
        "moves.once": {(id, id) for id, all_ in named.items() if all(m.once for m in all_)},
        "moves.all": {(id, id) for id, all_ in named.items() if all(m.all for m in all_)},
        "moves.to": {(move.id, clocks[move.to]) for _, move in made if clocks.get(move.to)},
        "rests": {(step.id, step.clock) for step in course.steps if step.rests and step.clock},
        "moves.extends": {
            (move.id, " ".join((step.clock, move.party or step.party, *(move.who or step.who))))
            for step, move in made
            if move.extends
        },
    }


def _listed(found: set[tuple[str, str]]) -> str:
    return ", ".join(sorted({what or id for id, what in found}))


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
