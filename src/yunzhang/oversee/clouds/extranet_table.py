"""Extranet tables: since when the units of a list are connected, from one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from yunzhang import clock
from yunzhang.gather.networks import ahead
from yunzhang.oversee.clouds import extranet
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units
from yunzhang.people.models import Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, form_of, tables
from yunzhang.terms.grids import Grid

TWICE = FaultKind(
    "import.connection_twice",
    422,
    Text("“{unit}”在第 {row} 行已经出现。", "{unit} stands in row {row} already."),
    Text("删去重复的一行。", "Remove one of the rows."),
)
FORM = form_of((Path(__file__).parent / "forms" / "extranet.toml").read_text(encoding="utf-8"))


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The connections of the tables; every flaw of every row."""
    read = tables(grids, FORM, FORM.needed, pack().limit("import.header_rows"))
    found = Plan(
        (Text("单位", "Unit"), Text("接入日期", "Connected since")), notes=list(read.notes)
    )
    lines = [line for table in read.tables for line in table.lines]
    units, seen = Units(), dict[int, int]()
    for number, line in enumerate(lines, 1):
        found.flaws += line.missing(*FORM.needed)
        since = line.day("since", found.flaws)
        unit = units.find(line.get("unit")) if line.get("unit") else None
        if isinstance(unit, Unit):
            found.flaws += _flaws(actor, line, unit, since, seen)
            if since is not None:
                found.records.append(_record(line, unit, since))
        elif unit is not None:
            found.flaws.append(line.flaw("unit", unit))
        tell(number, number / len(lines))
    return found


def _flaws(
    actor: Actor, line: Line, unit: Unit, since: date | None, seen: dict[int, int]
) -> Iterator[Flaw]:
    for refusal in why_not(actor, NEEDS[Deed.EXTRANET_CHANGED], unit):
        yield line.flaw("unit", refusal)
    if since is not None:
        yield from (line.flaw("since", fault) for fault in ahead(since, clock.today()))
    first = seen.setdefault(unit.pk, line.row)
    if first != line.row:
        yield line.flaw("unit", TWICE(unit=unit.name, row=first))


def _record(line: Line, unit: Unit, since: date) -> Record:
    shown = (unit.name, since.isoformat())
    return Record(unit.code, (line,), shown, partial(_enter, unit, since))


def _enter(unit: Unit, since: date, actor: Actor, why: str) -> Made:
    extranet.connect(actor, unit, since, clock.today(), why=why)
    return Made(f"unit:{unit.code}", unit.name)


EXTRANET = Kind(
    "extranet",
    Text("外网接入", "Extranet connections"),
    Text("哪些单位接入电子政务外网、何时接入", "Which units the extranet reaches, and since when"),
    NEEDS[Deed.EXTRANET_CHANGED],
    FORM,
    plan,
)
