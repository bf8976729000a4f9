"""Proposals: a project of every unit each year; who games proposes what there is, who is silent promises no data."""

from __future__ import annotations

from random import Random

from tests.scenarios.regime import WHY
from tests.simulation.habits import Habit, habits
from tests.simulation.province import UNITS, Province
from tests.simulation.reckoning import Limit, Part, total
from yunzhang.oversee.building import judging, projects
from yunzhang.terms.document import replace
from yunzhang.terms.project import PreEntry, Proposal

# What the national gate says of a unit's record; percent, as its rows do.
SCORE_STOP, SCORE_FLOOR, UNLINKED_MOST = 40, 60, 20
WATCHED = ("gate.twin", "gate.catalog", "gate.score_stop", "gate.score_floor", "gate.late",
           "gate.unlinked")  # fmt: skip
STOPS = {"gate.twin", "gate.catalog", "gate.score_stop"}

Judged = dict[int, set[str]]  # by unit: what the gate holds against its project


def word(chance: Random, length: int) -> str:
    """A word of signs that no two projects share but by accident."""
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(length))


def proposal(chance: Random, year: int) -> Proposal:
    """A project like no other."""
    entry = PreEntry(
        title=word(chance, 8), items=(word(chance, 6), word(chance, 6)), share_type="1",
        update_cycle="month",
    )  # fmt: skip
    return Proposal(
        name=word(chance, 10), kind="trade", money_source="fiscal", amount_yuan=500_000,
        from_year=year, to_year=year, functions=(word(chance, 8), word(chance, 8)),
        produces=(entry,),
    )  # fmt: skip


def twin(of: Proposal) -> Proposal:
    """What stands in the register sixty times already, under a new year's money."""
    entry = replace(of.produces[0], items=("code", "name", "county"))
    return replace(of, name=f"业务系统{of.from_year}", functions=("登记管理",), produces=(entry,))


def judged(province: Province, year: int) -> Judged:
    """Every unit puts its project to the gate; what the gate held against it."""
    chance, found = Random(province.seed + year), {}
    for unit, kind in enumerate(habits(province.seed, UNITS)):
        wanted = proposal(chance, year)
        if kind == Habit.GAMING:
            wanted = twin(wanted)
        elif kind == Habit.SILENT:
            wanted = replace(wanted, produces=())
        found[unit] = _asked(province, unit, wanted)
    return found


def _asked(province: Province, unit: int, wanted: Proposal) -> set[str]:
    officer, home = province.officer(unit), province.units[unit]
    project = projects.draft(officer, home, home, wanted, why=WHY)
    result = judging.judge(officer, project, why=WHY)
    against = {
        one.rule for one in judging.judgement_of(result).findings
        if one.outcome != "pass" and one.rule in WATCHED
    }  # fmt: skip
    # A local pack may stop it for more; for these it is stopped under every pack.
    assert result.verdict == "no" or not against & STOPS
    return against


def reckoned(
    province: Province, parts: dict[int, dict[str, Part]], limits: dict[int, list[Limit]]
) -> Judged:
    """What the gate must hold against each unit, by the raw events alone."""
    kinds, today = habits(province.seed, UNITS), province.regime.today
    found: Judged = {}
    for unit, its in parts.items():
        score, (linked, entries) = total(its), its["catalog_linked"]
        assert score is not None
        late = any(one.due < today and one.kept is None for one in limits[unit])
        against = {
            "gate.twin": kinds[unit] == Habit.GAMING,
            "gate.catalog": kinds[unit] == Habit.SILENT,
            "gate.score_stop": score < SCORE_STOP,
            "gate.score_floor": score < SCORE_FLOOR,
            "gate.late": late,
            "gate.unlinked": 100 * (entries - linked) > UNLINKED_MOST * entries,
        }
        found[unit] = {rule for rule, yes in against.items() if yes}
    return found
