"""Standings: every indicator of every unit, month by month, kept up daily and never recounted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Sum

from yunzhang.oversee import indicators
from yunzhang.oversee.models import Standing
from yunzhang.people.models import Unit
from yunzhang.terms.score import Figure, Measure, value_of

SAID = ("hits", "of", "value", "reported")
BATCH = 1000  # rows a statement: what SQLite takes in one


@dataclass(frozen=True)
class Point:
    """What a figure was in a month: of one unit, or of all together."""

    month: date
    counted_on: date
    value: Decimal | None
    hits: int
    of: int


def keep(today: date) -> int:
    """Write down how every indicator stands today; the month's row is its last day's.

    The worker's daily verb. What it writes follows from records that facts account for already.
    """
    units, month = list(Unit.objects.all()), today.replace(day=1)
    figures = {
        (unit, rule.id): figure
        for rule in indicators.known()
        for unit, figure in indicators.of_rule(rule).by_unit(units, today).items()
    }
    told = Standing.objects.filter(month=month)
    stood = {(unit, id): rest for unit, id, *rest in told.values_list("unit", "indicator", *SAID)}
    # From one day to the next few figures differ: the others are only dated anew.
    new = [
        _row(unit, figure, month, today)
        for (unit, id), figure in figures.items()
        if stood.get((unit, id)) != [getattr(figure, name) for name in SAID]
    ]
    with transaction.atomic():
        told.filter(indicator__in={id for _unit, id in figures}).update(counted_on=today)
        Standing.objects.bulk_create(
            new,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["month", "indicator", "unit"],
            update_fields=("counted_on", *SAID),
        )
    return len(figures)


class Stood(NamedTuple):
    """A unit's figure of one indicator as it was last counted."""

    hits: int
    of: int
    measure: Measure
    reported: bool

    @property
    def value(self) -> Decimal | None:
        return value_of(self.measure, self.hits, self.of)


def latest(units: Iterable[Unit]) -> dict[int, dict[str, Stood]]:
    """How each unit stood when it was last counted, by indicator; one read of aggregates."""
    found: dict[int, dict[str, Stood]] = {unit.pk: {} for unit in units}
    measures = {rule.id: indicators.of_rule(rule).measure for rule in indicators.known()}
    rows = Standing.objects.filter(month=Standing.objects.aggregate(last=Max("month"))["last"])
    # Plain numbers, no records: a province has tens of thousands, and a screen waits a second.
    for unit, id, hits, of, reported in rows.values_list(
        "unit", "indicator", "hits", "of", "reported"
    ):
        if unit in found and id in measures:
            found[unit][id] = Stood(hits, of, measures[id], reported)
    return found


def counted_on() -> date | None:
    """The day figures were last counted for all units."""
    day: date | None = Standing.objects.aggregate(last=Max("counted_on"))["last"]
    return day


def trend(indicator: str, measure: Measure, unit: Unit | None = None) -> list[Point]:
    """The figure month by month: a unit's own, or that of all units together."""
    rows = Standing.objects.filter(indicator=indicator)
    if unit is not None:
        return [Point(row.month, row.counted_on, row.value, row.hits, row.of)
                for row in rows.filter(unit=unit).order_by("month")]  # fmt: skip
    sums = rows.values("month").annotate(at=Max("counted_on"), h=Sum("hits"), o=Sum("of"))
    return [
        Point(row["month"], row["at"], value_of(measure, row["h"], row["o"]), row["h"], row["o"])
        for row in sums.order_by("month")
    ]


def _row(unit: int, figure: Figure, month: date, today: date) -> Standing:
    return Standing(
        unit_id=unit,
        indicator=figure.indicator,
        month=month,
        counted_on=today,
        hits=figure.hits,
        of=figure.of,
        value=figure.value,
        reported=figure.reported,
    )
