"""Unit tables: a whole tree of units from one file, parents standing anywhere in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from yunzhang.people import units
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, chosen
from yunzhang.people.models import Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, form_of, tables
from yunzhang.terms.grids import Grid, key

TWICE_IN_FILE = FaultKind(
    "import.unit_twice",
    422,
    Text("“{unit}”在第 {row} 行已经出现。", "{unit} stands in row {row} already."),
    Text("删去重复的一行。", "Remove one of the rows."),
)
IN_CIRCLE = FaultKind(
    "import.unit_circle",
    422,
    Text("上级关系成了循环：{way}。", "The parents run in a circle: {way}."),
    Text("核对这几个单位各自的上级。", "Check the parent of each of these units."),
)
FORM = form_of((Path(__file__).parent / "forms" / "units.toml").read_text(encoding="utf-8"))


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The units of the tables; every flaw of every row."""
    read = tables(grids, FORM, ("code", "name"), pack().limit("import.header_rows"))
    found = Plan(
        (Text("代码", "Code"), Text("名称", "Name"), Text("层级", "Tier"), Text("上级", "Parent")),
        notes=[*read.notes, *read.columns_missing(*FORM.needed)],
    )
    lines = [line for table in read.tables for line in table.lines]
    planned = [(line, _unit(line)) for line in lines]
    known = Units()
    for _, unit in planned:
        known.add(unit)
    for number, (line, unit) in enumerate(planned, 1):
        found.flaws += _parent(line, unit, known)
        tell(number, number / len(planned))
    found.flaws += [*_twice(planned), *_circles(planned)]
    for line, unit in planned:
        found.flaws += _flaws(actor, line, unit)
        found.records.append(_record(line, unit))
    return found


def _unit(line: Line) -> Unit:
    name = line.get("name")
    tier, kind, row = line.get("tier"), line.get("kind"), line.get("row")
    return Unit(
        code=line.get("code").upper().replace(" ", ""),
        name=name,
        short_name=line.get("short_name") or name,
        tier=chosen(pack().codes_of("tier"), tier) or tier,
        is_authority=line.yes("is_authority", []),
        kind=(chosen(pack().unit_kinds, kind) or kind) if kind else "",
        row=(chosen(pack().units, row) or row) if row else "",
        sharing_body=line.get("sharing_body"),
        division=line.get("division"),
    )


def _parent(line: Line, unit: Unit, known: Units) -> Iterator[Flaw]:
    written = line.get("parent")
    above = known.find(written) if written else None
    if isinstance(above, Fault):
        yield line.flaw("parent", above)
    else:
        unit.parent = above


def _twice(planned: list[tuple[Line, Unit]]) -> Iterator[Flaw]:
    seen: dict[tuple[str, str], int] = {}
    for line, unit in planned:
        for id, text in (("code", unit.code), ("name", unit.name)):
            first = seen.setdefault((id, key(text)), line.row)
            if text and first != line.row:
                yield line.flaw(id, TWICE_IN_FILE(unit=text, row=first))


def _circles(planned: list[tuple[Line, Unit]]) -> Iterator[Flaw]:
    for line, unit in planned:
        way = [unit]
        while (above := way[-1].parent) is not None and len(way) <= len(planned):
            way.append(above)
            if above is unit:
                said = " → ".join(each.name for each in way)
                yield line.flaw("parent", IN_CIRCLE(way=said))
                break


# Which cell each fault of a unit stands in.
CELLS = {
    units.UNIT_CODE_WRONG.code: "code",
    units.TIER_UNKNOWN.code: "tier",
    units.PARENT_LOWER.code: "parent",
    units.KIND_UNKNOWN.code: "kind",
    units.ROW_UNKNOWN.code: "row",
    units.DIVISION_WRONG.code: "division",
}


def _flaws(actor: Actor, line: Line, unit: Unit) -> Iterator[Flaw]:
    yield from line.missing(*FORM.needed)
    told: list[Flaw] = []
    line.yes("is_authority", told)
    yield from told
    for fault in units.faults(unit):
        cell = CELLS.get(fault.code, "name")
        empty = cell in FORM.needed and not line.get(cell)
        if fault.kind is units.UNIT_TWICE and dict(fault.details)["name"] == unit.code:
            cell = "code"
        if not empty and fault.kind is not units.UNIT_NAME_MISSING:
            yield line.flaw(cell, fault)
    parent = unit.parent if unit.parent and unit.parent.pk else None
    for fault in why_not(actor, NEEDS[Deed.UNIT_REGISTERED], parent):
        yield line.flaw("parent", fault)


def _record(line: Line, unit: Unit) -> Record:
    above = unit.parent
    tier = next((row.zh for row in pack().codes_of("tier") if row.code == unit.tier), unit.tier)
    shown = (unit.code, unit.name, tier, above.name if above else "—")
    waits = above.code if above is not None and not above.pk else ""
    return Record(unit.code, (line,), shown, partial(_enter, unit), waits)


def _enter(unit: Unit, actor: Actor, why: str) -> Made:
    # The parent may have been entered a moment ago, from a row further down.
    parent = Unit.objects.get(code=unit.parent.code) if unit.parent else None
    made = units.register(
        actor,
        unit.code,
        unit.name,
        unit.short_name,
        unit.tier,
        parent,
        is_authority=unit.is_authority,
        kind=unit.kind,
        row=unit.row,
        sharing_body=unit.sharing_body,
        division=unit.division,
        why=why,
    )
    return Made(f"unit:{made.code}", made.name)


UNITS = Kind(
    "units",
    Text("单位", "Units"),
    Text(
        "部门和机构，连同层级和上下级关系", "Departments and organisations, with tiers and parents"
    ),
    NEEDS[Deed.UNIT_REGISTERED],
    FORM,
    plan,
)
