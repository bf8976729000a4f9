"""Freezing: figures and the rows behind them become bases, and bases become signed scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from yunzhang.oversee.indicators import INDICATORS, figures_of
from yunzhang.oversee.models import GamingMark, Score
from yunzhang.oversee.scoring import basis_rows
from yunzhang.people import facts
from yunzhang.people.hub_key import sign
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.basis import Basis, BasisRow, score_of, without
from yunzhang.terms.document import decode, encode, replace
from yunzhang.terms.grant import Party
from yunzhang.terms.score import KIND, Figure, Weighed
from yunzhang.terms.score_rules import LIMITS_READ


def bases(
    units: Iterable[Unit], period: str, counted_on: date, now: datetime
) -> list[tuple[Unit, Basis]]:
    """The basis of every unit: a few queries for each kind of record, none for each unit."""
    facts.hold_still()
    held = list(units)
    gone = discounted()
    weighed = {
        number: tuple(replace(one, figure=_less(one.figure, gone)) for one in found)
        for number, found in _weighed(held, counted_on).items()
    }
    rows = basis_rows.described(_records(one for found in weighed.values() for one in found))
    return [
        (unit, _basis(unit, period, counted_on, now, weighed[unit.pk], rows, gone)) for unit in held
    ]


def recounted(unit: Unit, counted_on: date, indicator: str) -> tuple[Figure, list[BasisRow]]:
    """One indicator of a unit counted again from the records as they stand now."""
    facts.hold_still()
    figure = _less(INDICATORS[indicator].by_unit([unit], counted_on)[unit.pk], discounted())
    ids = {figure.kind: {*figure.held, *figure.failed}}
    return figure, list(basis_rows.described(ids).values())


def row_of(unit: Unit, basis: Basis, corrects: Score | None = None) -> Score:
    """The signed score that follows from a basis, as it is kept."""
    document = score_of(basis)
    return Score(
        unit=unit,
        period=basis.period,
        frozen_at=basis.frozen_at,
        total=Decimal(document.total) if document.total else None,
        measured=sum(one.share is not None and one.weight > 0 for one in document.figures),
        figures=encode([_flat(one) for one in document.figures]).decode(),
        signed=sign(KIND, document),
        version=basis.version,
        corrects=corrects,
        basis=encode(basis).decode(),
    )


def discounted() -> dict[str, frozenset[str]]:
    """The records that count no more, by kind: what confirmed signs of gaming had raised."""
    marks = GamingMark.objects.filter(confirmed=True).exclude(clocks="[]")
    clocks = (id for text in marks.values_list("clocks", flat=True) for id in decode(text, list))
    return {"clock": frozenset(map(str, clocks))}


def weigh(found: Iterable[Figure]) -> tuple[Weighed, ...]:
    """The figures with their indicators' weights and targets, in the pack's order.

    An indicator the pack does not name does not count.
    """
    by_id = {figure.indicator: figure for figure in found}
    return tuple(
        Weighed(figure=by_id[rule.id], weight=rule.weight, target=rule.target)
        for rule in pack().indicators
        if rule.id in by_id
    )


def _weighed(units: Sequence[Unit], today: date) -> dict[int, tuple[Weighed, ...]]:
    """What the pack weighs, and what its boards look at without weighing it."""
    found = {number: list(figures) for number, figures in figures_of(units, today).items()}
    known = {figure.indicator for figures in found.values() for figure in figures}
    looked_at = {row.indicator for row in pack().boards if row.indicator} - known
    for id in sorted(looked_at & INDICATORS.keys()):
        for number, figure in INDICATORS[id].by_unit(units, today).items():
            found[number].append(figure)
    return {number: weigh(figures) for number, figures in found.items()}


def _less(figure: Figure, gone: Mapping[str, frozenset[str]]) -> Figure:
    return without(figure, gone.get(figure.kind, frozenset()))


def _records(weighed: Iterable[Weighed]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one in weighed:
        found[one.figure.kind].update(one.figure.held, one.figure.failed)
    return found


def _basis(
    unit: Unit,
    period: str,
    counted_on: date,
    now: datetime,
    weighed: tuple[Weighed, ...],
    rows: Mapping[tuple[str, str], BasisRow],
    gone: Mapping[str, frozenset[str]],
) -> Basis:
    own = sorted((kind, id) for kind, ids in _records(weighed).items() for id in ids)
    return Basis(
        unit=Party(code=unit.code, name=unit.name),
        period=period,
        version=1,
        frozen_at=now,
        counted_on=counted_on,
        corrected_at=None,
        corrects="",
        appeal="",
        pack=pack().id,
        limits={name: pack().limit(name) for name in LIMITS_READ},
        counted=weighed,
        rows=tuple(rows[key] for key in own),
        discounted=tuple(f"{kind}:{id}" for kind, ids in gone.items() for id in sorted(ids)),
    )


def _flat(one: Weighed) -> dict[str, object]:
    """A figure as pages read it; percent as text with two places, or null."""
    figure = one.figure
    return {
        "indicator": figure.indicator,
        "kind": figure.kind,
        "hits": figure.hits,
        "of": figure.of,
        "percent": None if figure.percent is None else str(figure.percent),
        "weight": one.weight,
        "target": one.target,
        "held": figure.held,
        "failed": figure.failed,
        "measure": figure.measure,
        "value": None if figure.value is None else str(figure.value),
        "held_amounts": figure.held_amounts,
        "failed_amounts": figure.failed_amounts,
        "reported": figure.reported,
    }
