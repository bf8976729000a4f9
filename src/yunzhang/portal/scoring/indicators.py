"""Indicators: every number the hub counts, how it is counted, who stands where, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponseBase

from yunzhang import clock
from yunzhang.oversee import indicators as counted
from yunzhang.oversee.clouds import rates
from yunzhang.oversee.clouds.rates import Measured
from yunzhang.oversee.indicators import Indicator
from yunzhang.oversee.scoring import standings
from yunzhang.people.models import Unit
from yunzhang.people.permissions import may, pack
from yunzhang.people.units import tiers
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.scoring import figures, score_lists
from yunzhang.portal.scoring.indicator_lists import THEMES, Line, Part, listing, units_listing
from yunzhang.terms.pack_rows import IndicatorRule, Target
from yunzhang.terms.score import Figure, value_of


@door("score.see")
def catalog(request: Visit) -> HttpResponseBase:
    """The catalog of all indicators as they were last counted."""
    own, everyone = request.actor.unit, list(Unit.objects.all())
    stood = _stood(everyone)
    names = {unit.pk: unit for unit in everyone} if _sees_all(request) else {}
    lines = [_line(rule, stood, own, names) for rule in counted.known()]
    context = {"counted_on": standings.counted_on()}
    return answer(
        request, "portal/indicators.html", context, lines=Listed(request, listing(own), lines)
    )


@door("score.see")
def indicator(request: Visit, id: str) -> HttpResponseBase:
    """One indicator: how it is counted, its targets, its course, every unit, and its rows."""
    today, unit = clock.today(), _asked_unit(request)
    units = [unit] if unit else list(Unit.objects.all())
    rule = next((rule for rule in counted.known() if rule.id == id), None)
    if rule is None:
        raise Http404
    one, found = counted.of_rule(rule), rates.of_rule(rule, units, today)
    linked = may(request.actor, "score.see", unit) if unit else _sees_all(request)
    few = len(found.figure.held) + len(found.figure.failed) <= pack().limit("page.export_rows")
    rows = figures.opened(found.figure, linked=linked) if few else []
    context = {
        "rule": rule,
        # Its words, not the indicator: a template would call it.
        "measure": one.measure,
        "formula": one.formula,
        "source": one.source,
        "told": one.told,
        "reported": one.reported,
        "theme": THEMES[one.theme],
        "unit": unit,
        "figure": found.figure,
        "targets": [(target, standing(found, target, today)) for target in found.targets],
        "tiers": [] if unit else _tiers(found, one, units),
        "chart": _trend(one, unit),
        "too_many": not few,
    }
    records = Listed(request, score_lists.records(weighted=bool(found.figure.weighted)), rows)
    lists = {"records": records}
    if unit is None:
        lists["units"] = Listed(request, units_listing(rule, one), _units(request, found, units))
    return answer(request, "portal/indicator.html", context, **lists)


def standing(one: Measured, target: Target, today: date) -> str:
    """How a target of the pack stands today."""
    met = one.met(target)
    if met is None:
        return "unmeasured"
    if met:
        return "met"
    return "missed" if target.by < today else "ahead"


Stood = Mapping[int, Mapping[str, Part]]


def _stood(units: list[Unit]) -> Stood:
    """How each unit stood when it was last counted."""
    kept = standings.latest(units)
    return {
        unit.pk: {
            id: Part(unit.short_name, row.value, row.hits, row.of, unit.code)
            for id, row in kept[unit.pk].items()
        }
        for unit in units
    }


def _part(unit: Unit, figure: Figure) -> Part:
    return Part(unit.short_name, figure.value, figure.hits, figure.of, unit.code)


def _line(rule: IndicatorRule, stood: Stood, own: Unit | None, names: Mapping[int, Unit]) -> Line:
    one = counted.of_rule(rule)
    parts = {unit: rows[rule.id] for unit, rows in stood.items() if rule.id in rows}
    whole = _together("", one, parts.values())
    # Where nothing is there to measure nobody stands anywhere.
    known = [
        part for unit, part in parts.items() if unit in names and part.of and part.value is not None
    ]
    known.sort(key=lambda part: (part.value or Decimal(), part.code), reverse=one.measure != "days")
    differ = len({part.value for part in known}) > 1
    return Line(
        rule,
        one,
        whole,
        parts.get(own.pk) if own else None,
        known[0] if differ else None,
        known[-1] if differ else None,
    )


def _together(name: str, one: Indicator, parts: Iterable[Part]) -> Part:
    held = list(parts)
    hits, of = sum(part.hits for part in held), sum(part.of for part in held)
    return Part(name, value_of(one.measure, hits, of), hits, of)


def _tiers(found: Measured, one: Indicator, units: list[Unit]) -> list[Part]:
    """The figure of each tier that has a unit, the highest first; none of a single tier."""
    by_tier: dict[str, list[Part]] = {tier: [] for tier in tiers()}
    for unit in units:
        by_tier.setdefault(unit.tier, []).append(_part(unit, found.parts[unit.pk]))
    told = [_together(tier, one, parts) for tier, parts in by_tier.items() if parts]
    return told if len(told) > 1 else []


def _units(request: Visit, found: Measured, units: list[Unit]) -> list[Part]:
    mine = request.actor.unit
    shown = units if _sees_all(request) else [unit for unit in units if mine and unit.pk == mine.pk]
    return [_part(unit, found.parts[unit.pk]) for unit in shown]


def _trend(one: Indicator, unit: Unit | None) -> dict[str, Any]:
    points = standings.trend(one.id, one.measure, unit)
    return {
        "kind": "lines",
        "labels": [point.month.strftime("%Y-%m") for point in points],
        "series": [
            {
                "name": "",
                "data": [None if p.value is None else float(p.value) for p in points],
            }
        ],
    }


def _asked_unit(request: Visit) -> Unit | None:
    code = request.GET.get("of", "")
    return seen.one(Unit.objects.all(), code=code) if code else None


def _sees_all(request: Visit) -> bool:
    return seen.units(request.actor, "score.see") is None
