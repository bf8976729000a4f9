"""Network tables: the dedicated networks of units from one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from yunzhang import clock
from yunzhang.gather import networks
from yunzhang.gather.models import Network
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, home
from yunzhang.people.models import Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, form_of, tables
from yunzhang.terms.grids import Grid

TWICE = FaultKind(
    "import.network_twice",
    422,
    Text("“{name}”在第 {row} 行已经出现。", "{name} stands in row {row} already."),
    Text("删去重复的一行。", "Remove one of the rows."),
)
FORM = form_of((Path(__file__).parent / "forms" / "networks.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _Planned:
    """A network as a row tells it."""

    line: Line
    unit: Unit
    built_on: date
    secret: bool

    @property
    def row(self) -> Network:
        line, unit = self.line, self.unit
        return Network(
            unit=unit,
            name=line.get("name"),
            built_on=self.built_on,
            secret=self.secret,
            approval=line.get("approval"),
        )


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The networks of the tables; every flaw of every row."""
    read = tables(grids, FORM, FORM.needed, pack().limit("import.header_rows"))
    heads = (Text("专网", "Network"), Text("单位", "Unit"), Text("建成日期", "Built on"))
    found = Plan(heads, notes=list(read.notes))
    lines = [line for table in read.tables for line in table.lines]
    units, own, seen = Units(), home(actor), dict[tuple[int, str], int]()
    for number, line in enumerate(lines, 1):
        found.flaws += line.missing(*FORM.needed)
        day, secret = line.day("built_on", found.flaws), line.yes("secret", found.flaws)
        unit = units.find(line.get("unit")) if line.get("unit") else own
        if isinstance(unit, Unit):
            refusals = why_not(actor, NEEDS[Deed.NETWORK_REGISTERED], unit)
            found.flaws += [line.flaw("unit", fault) for fault in refusals]
            if day is not None:
                planned = _Planned(line, unit, day, bool(secret))
                found.flaws += _flaws(planned, seen)
                found.records.append(_record(planned))
        elif unit is not None:
            found.flaws.append(line.flaw("unit", unit))
        tell(number, number / len(lines))
    return found


CELLS = {"gate.shut": "approval", "place.day_ahead": "built_on"}


def _flaws(planned: _Planned, seen: dict[tuple[int, str], int]) -> Iterator[Flaw]:
    line, row = planned.line, planned.row
    for fault in networks.faults(row, clock.today()):
        if row.name:
            yield line.flaw(CELLS.get(fault.code, "name"), fault)
    first = seen.setdefault((planned.unit.pk, row.name), line.row)
    if first != line.row:
        yield line.flaw("name", TWICE(name=row.name, row=first))


def _record(planned: _Planned) -> Record:
    name = planned.line.get("name")
    shown = (name, planned.unit.name, planned.built_on.isoformat())
    key = f"{planned.unit.code}\n{name}"
    return Record(key, (planned.line,), shown, partial(_enter, planned))


def _enter(planned: _Planned, actor: Actor, why: str) -> Made:
    row = planned.row
    made = networks.register(
        actor,
        row.unit,
        row.name,
        row.built_on,
        clock.today(),
        secret=row.secret,
        approval=row.approval,
        why=why,
    )
    return Made(f"network:{made.pk}", made.name)


NETWORKS = Kind(
    "networks",
    Text("业务专网", "Dedicated networks"),
    Text("名称、建成日期、是否涉密", "Names, when they were built, whether they are secret"),
    NEEDS[Deed.NETWORK_REGISTERED],
    FORM,
    plan,
)
