"""Two years of a regime, checked at the end of each: what the hub says against the reckoning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.scenarios.regime import Begin
from tests.simulation import local, reckoning
from tests.simulation.province import FIRST, UNITS, Province, founded, mondays
from tests.simulation.reckoning import Limit, Part
from tests.simulation.regimes import REGIMES
from yunzhang.oversee.models import Score
from yunzhang.oversee.reports import circulars
from yunzhang.oversee.reports.circulars import CircularForm
from yunzhang.oversee.scoring import boards, scores

YEARS = (date(2025, 12, 31), date(2026, 12, 31))


def began(begin: Begin, folder: Path, pack: str, seed: int) -> Province:
    """The province on its first day, under the regime's pack and a local one that states boards."""
    return founded(begin(local.written(folder, pack), FIRST), REGIMES[pack], seed)


def frozen(province: Province, end: date) -> list[Score]:
    """The year played to its end and the scores frozen; the authority's own is not among them."""
    province.play(end)
    scores.freeze(province.regime.who("reviewer"), str(end.year), end, why="年度考核")
    return [one for one in scores.ranking(str(end.year)) if one.unit in province.units]


def limits(province: Province) -> dict[int, list[Limit]]:
    """Every limit of every unit, by the raw events alone."""
    return {
        unit: reckoning.limits(province.events, unit, province.rule.owed, mondays())
        for unit in range(UNITS)
    }


def reckoned(province: Province, end: date) -> dict[int, dict[str, Part]]:
    """Every unit's figures by the raw events alone."""
    found = limits(province)
    return {unit: reckoning.parts(province.events, unit, found[unit], end) for unit in found}


def circular(province: Province, end: date) -> tuple[dict[str, int], dict[str, int]]:
    """What the year's circular tells, and what the raw events make of the same figures."""
    since, reviewer = date(end.year, 1, 1), province.regime.who("reviewer")
    form = CircularForm(f"{end.year}年通报", "见附数。")
    drafted = circulars.draft(reviewer, reviewer.unit, form, since, end, why="年度通报")
    told = {one.id: one.n for one in circulars.figures_of(drafted)}
    every = [one for each in limits(province).values() for one in each]
    mine = reckoning.circular(province.events, every, since, end)
    # The authority reviewed every entry on the day it was sent: its own limits, all kept (C2).
    mine["kept"] += mine["published"]
    return {name: told[name] for name in mine}, mine


def figures(province: Province, found: list[Score]) -> dict[int, dict[str, Part]]:
    """What the hub froze of the five national indicators, by the number of the unit."""
    numbers = {unit.pk: number for number, unit in enumerate(province.units)}
    return {
        numbers[score.unit_id]: {
            one.figure.indicator: (one.figure.hits, one.figure.of)
            for one in scores.opened(score).figures
            if one.figure.indicator in NATIONAL
        }
        for score in found
    }


def totals(parts: dict[int, dict[str, Part]]) -> dict[int, Decimal]:
    """The totals that follow; a unit with nothing measured has none."""
    found = {unit: reckoning.total(each) for unit, each in parts.items()}
    return {unit: total for unit, total in found.items() if total is not None}


def on_board(province: Province, board: str, end: date) -> set[int]:
    """The units that a published board names, by number."""
    issue = boards.publish(province.regime.who("reviewer"), board, str(end.year), why="年度榜单")
    codes = {unit.code: number for number, unit in enumerate(province.units)}
    named = {line[0] for line in boards.opened(issue).lines}
    return {codes[code] for code in named if code in codes}


NATIONAL = ("catalog_coverage", "catalog_linked", "clock_punctuality", "quality", "approved_used")
