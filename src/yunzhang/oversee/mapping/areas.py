"""Areas: what the units of a region, city or county make together, of any measure at any time.

The one function between the map and the indicators: a frozen period is read from the signed
scores, the present from the registers. Every number is a sum over units, whose rows it opens to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from yunzhang.gather import placing, search
from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.indicators import is_measured, known, of_rule
from yunzhang.oversee.scoring import scores
from yunzhang.people.models import Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.terms import divisions
from yunzhang.terms.faults import Text
from yunzhang.terms.pack_rows import IndicatorRule
from yunzhang.use.models import UsageDay

NOW = ""  # the present, beside the names of frozen periods
TOTAL = "total"
Units = Collection[int] | None  # whose affairs may be counted; None: everyone's
Parts = dict[int, tuple[float, float]]  # by unit: hits and of, points and one, or a number


class Kind(StrEnum):
    """How units make an area: parts of a whole add up, scores are averaged, numbers add up."""

    RATE = "rate"
    MEAN = "mean"
    COUNT = "count"


# How units make an area of an indicator, by its measure; what is neither adds up.
KINDS = {"percent": Kind.RATE, "days": Kind.MEAN}


@dataclass(frozen=True)
class Measure:
    """Something the map can be coloured by."""

    id: str
    name: Text
    kind: Kind
    frozen: bool  # there is one of every frozen period
    live: bool  # there is one of now
    worse: bool = False  # more of it is worse
    theme: str = ""  # of an indicator

    @property
    def zh(self) -> str:
        return self.name.zh

    @property
    def en(self) -> str:
        return self.name.en


@dataclass(frozen=True)
class Whole:
    """What some units make together."""

    kind: Kind
    sum: float
    of: float
    units: int

    @property
    def value(self) -> float | None:
        """Percent, points or a number; None when there was nothing to measure."""
        if self.kind is Kind.COUNT:
            return self.sum
        if not self.of:
            return None
        return round(self.sum * (100 if self.kind is Kind.RATE else 1) / self.of, 2)


def measures() -> list[Measure]:
    """All the map knows: the total score, every indicator of the pack in force, numbers."""
    return [
        Measure(TOTAL, Text("综合得分", "Total score"), Kind.MEAN, frozen=True, live=False),
        *(_of_rule(row) for row in known()),
        *(
            Measure(id, name, Kind.COUNT, frozen=False, live=True, worse=worse)
            for id, (name, worse, _count) in NUMBERS.items()
        ),
    ]


def _of_rule(row: IndicatorRule) -> Measure:
    one = of_rule(row)
    return Measure(
        row.id,
        Text(row.zh, row.en),
        KINDS.get(one.measure, Kind.COUNT),
        frozen=is_measured(row),
        live=True,
        theme=one.theme,
    )


def periods() -> list[str]:
    """The newest frozen periods, in the order they were frozen."""
    return scores.periods(pack().limit("map.periods"))[::-1]


def by_unit(measure: Measure, frozen: Sequence[str], today: date, units: Units) -> dict[str, Parts]:
    """The measure of every unit in each of these periods, and now; `units` bounds the numbers."""
    found: dict[str, Parts] = {}
    if measure.frozen and frozen:
        found = _frozen(measure.id, frozen)
    if measure.live:
        number = NUMBERS.get(measure.id)
        found[NOW] = number[2](today, units) if number else _of_now(measure.id, today)
    return found


def whole(measure: Measure, parts: Parts, units: Iterable[int]) -> Whole:
    """What these units make together."""
    held = [parts[unit] for unit in units if unit in parts]
    return Whole(
        measure.kind, sum(one for one, _ in held), sum(of for _, of in held), units=len(held)
    )


def members(units: Mapping[int, str], areas: Iterable[str]) -> dict[str, list[int]]:
    """The units in each of the areas, by the division each has."""
    return {
        area: [unit for unit, code in units.items() if divisions.within(code, area)]
        for area in areas
    }


def placed() -> dict[int, str]:
    """The division of every unit that has one."""
    return dict(Unit.objects.exclude(division="").values_list("pk", "division"))


def _frozen(id: str, periods: Sequence[str]) -> dict[str, Parts]:
    found: dict[str, Parts] = {period: {} for period in periods}
    found_in = scores.current().filter(period__in=periods)
    if id == TOTAL:
        # What is too little to be ranked by is too little to be coloured by.
        least = pack().limit("score.least_indicators")
        known = found_in.exclude(total=None).filter(measured__gte=least)
        for period, unit, total in known.values_list("period", "unit", "total"):
            found[period][unit] = (float(total or 0), 1)
        return found
    for period, unit, figures in found_in.values_list("period", "unit", "figures"):
        for one in json.loads(figures):
            if one["indicator"] == id and one["of"]:
                found[period][unit] = (one["hits"], one["of"])
    return found


def _of_now(indicator: str, today: date) -> Parts:
    """An indicator counted once over all units, each with its own part."""
    [rule] = [row for row in known() if row.id == indicator]
    figures = of_rule(rule).by_unit(Unit.objects.all(), today)
    return {unit: (one.hits, one.of) for unit, one in figures.items() if one.value is not None}


def _entries(_today: date, _units: Units) -> Parts:
    return _counted(search.published(), "resource__unit", None)


def _systems(_today: date, _units: Units) -> Parts:
    living = InformationSystem.objects.filter(state__in=placing.LIVING)
    return _counted(living, "unit", None)


def _late(today: date, units: Units) -> Parts:
    late = Clock.objects.filter(ended_on=None, rested_on=None, due_on__lt=today)
    return _counted(late, "unit", units)


def _calls(today: date, units: Units) -> Parts:
    since = today - timedelta(days=pack().limit("page.usage_days"))
    days = UsageDay.objects.filter(day__gte=since).exclude(provider=None)
    return _counted(days, "provider", units, Sum(F("answered") + F("refused")))


def _counted(rows: QuerySet[Any], unit: str, units: Units, number: Any = None) -> Parts:
    held = rows if units is None else rows.filter(**{f"{unit}__in": units})
    counts = held.order_by().values(unit).annotate(n=number or Count("pk"))
    return {row[unit]: (row["n"], 1) for row in counts}


Number = tuple[Text, bool, Callable[[date, Units], Parts]]
NUMBERS: dict[str, Number] = {
    "entries": (Text("已发布目录条目", "Published entries"), False, _entries),
    "systems": (Text("在用信息系统", "Systems in use"), False, _systems),
    "calls": (Text("被调用次数", "Calls answered for"), False, _calls),
    "late": (Text("逾期时限", "Limits missed"), True, _late),
}
