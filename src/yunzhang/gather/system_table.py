"""System tables: the information systems of units from one file, perhaps with their live tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from yunzhang import clock
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import placing, secrets, systems
from yunzhang.gather.models import Cloud, DataTable, InformationSystem
from yunzhang.gather.nodes import name_faults
from yunzhang.gather.placing import Placing
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, choices, chosen, home
from yunzhang.people.models import Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, form_of, tables
from yunzhang.terms.grids import Grid, key

TABLE_TWICE = FaultKind(
    "import.table_twice",
    422,
    Text("标识“{name}”在第 {row} 行已经出现。", "The name {name} stands in row {row} already."),
    Text("每张数据表用一个不同的标识。", "Give each table a name of its own."),
)
FORM = form_of((Path(__file__).parent / "forms" / "systems.toml").read_text(encoding="utf-8"))
CLOUD_UNKNOWN = FaultKind(
    "import.cloud_unknown",
    422,
    Text("没有登记名为“{name}”的云。", "No cloud called {name} is on record."),
    Text("先登记这朵云，或照登记的名称填写。", "Register it first, or write it as registered."),
)
NEEDED_UNKNOWN = FaultKind(
    "import.needed_unknown",
    422,
    Text(
        "依赖的系统“{name}”没有登记，也不在上面各行；或者有多个同名。",
        "{name}, which it depends on, is neither on record nor above, or stands there twice.",
    ),
    Text(
        "先登记它，把它排到前面，或写作“单位/系统”。",
        "Register it, move it up, or write unit/system.",
    ),
)
CODED = ("build_kind", "protection", "sensitivity")
WRITTEN = ("users", "interface", "recovery_place")
PLACING_PARTS = (*WRITTEN, "owner", "needs", "cloud", *CODED)
BETWEEN = re.compile(r"[、，,；;\n]+")
TABLE_PARTS = ("table_title", "table_name", "source_kind", "location")


@dataclass
class _Planned:
    """A system with the rows that name it; `known` when it is registered already."""

    unit: Unit
    name: str
    known: InformationSystem | None
    lines: list[Line] = field(default_factory=list)


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The systems of the tables, with the live tables named beside them."""
    read = tables(grids, FORM, ("name",), pack().limit("import.header_rows"))
    found = Plan(
        (
            *(Text("信息系统", "System"), Text("单位", "Unit")),
            *(Text("用途", "Purpose"), Text("数据表", "Tables")),
        ),
        notes=list(read.notes),
    )
    units, own = Units(), home(actor)
    existing = {(one.unit_id, one.name): one for one in InformationSystem.objects.all()}
    planned: dict[tuple[int, str], _Planned] = {}
    named: dict[str, int] = {}
    lines = [line for table in read.tables for line in table.lines]
    for number, line in enumerate(lines, 1):
        unit = units.find(line.get("unit")) if line.get("unit") else own
        found.flaws += line.missing("name")
        if isinstance(unit, Unit):
            refusals = why_not(actor, NEEDS[Deed.SYSTEM_REGISTERED], unit)
            found.flaws += [line.flaw("unit", fault) for fault in refusals]
            place = (unit.pk, line.get("name"))
            system = planned.setdefault(place, _Planned(unit, place[1], existing.get(place)))
            found.flaws += _needs_flaws(line, unit, units, set(planned) - {place})
            system.lines.append(line)
            found.flaws += _flaws(line, system, named, units)
        elif unit is not None:
            found.flaws.append(line.flaw("unit", unit))
        tell(number, number / len(lines))
    found.records += [_record(system) for system in planned.values()]
    return found


def _flaws(line: Line, system: _Planned, named: dict[str, int], units: Units) -> Iterator[Flaw]:
    row = InformationSystem(unit=system.unit, name=system.name)
    yield from (line.flaw("name", fault) for fault in too_long(row, "name"))
    yield from _placing_flaws(line, units)
    has_table = any(line.get(id) for id in TABLE_PARTS)
    again = system.known or len(system.lines) > 1
    if again and not has_table:
        yield line.flaw("name", systems.SYSTEM_TWICE(name=system.name))
    if has_table:
        yield from _table_flaws(line, named)


def _table_flaws(line: Line, named: dict[str, int]) -> Iterator[Flaw]:
    yield from line.missing(*TABLE_PARTS)
    name = line.get("table_name")
    if name:
        taken = DataTable.objects.filter(name=name).exists()
        yield from (line.flaw("table_name", fault) for fault in name_faults(name, taken=taken))
        first = named.setdefault(name, line.row)
        if first != line.row:
            yield line.flaw("table_name", TABLE_TWICE(name=name, row=first))
    row = DataTable(title=line.get("table_title"))
    yield from (line.flaw("table_title", fault) for fault in too_long(row, "title"))
    kind = key(line.get("source_kind"))
    if kind and kind not in set(SourceKind):
        yield line.unknown("source_kind", choices(FORM.column("source_kind")))
    elif kind and line.get("location"):
        yield from (line.flaw("location", fault) for fault in secrets.faults(_source(line)))


def _needs_flaws(
    line: Line, unit: Unit, units: Units, above: set[tuple[int, str]]
) -> Iterator[Flaw]:
    """Of every system it depends on: whether it is on record, or stands above in the table."""
    for name in _names(line.get("needs")):
        whose, place = _whose(name, unit, units)
        listed = (whose.pk, place) in above if whose else False
        if not listed and _needed(name, unit, units) is None:
            yield line.flaw("needs", NEEDED_UNKNOWN(name=name))


def _names(text: str) -> list[str]:
    return [one.strip() for one in BETWEEN.split(text) if one.strip()]


def _whose(name: str, unit: Unit, units: Units) -> tuple[Unit | None, str]:
    """The unit a name speaks of, and the system's own name."""
    before, slash, system = name.partition("/")
    if not slash:
        return unit, name
    found = units.find(before.strip())
    return (found if isinstance(found, Unit) else None), system.strip()


def _needed(name: str, unit: Unit, units: Units) -> InformationSystem | None:
    """The system meant: of the unit named or the own one, else the only one called so."""
    whose, system = _whose(name, unit, units)
    own = InformationSystem.objects.filter(unit=whose, name=system).first() if whose else None
    if own is not None or "/" in name:
        return own
    alike = list(InformationSystem.objects.filter(name=system)[:2])
    return alike[0] if len(alike) == 1 else None


def _placing_flaws(line: Line, units: Units) -> Iterator[Flaw]:
    for id in CODED:
        if line.get(id) and chosen(pack().codes_of(id), line.get(id)) is None:
            yield line.unknown(id, choices(FORM.column(id)))
    cloud = line.get("cloud")
    if cloud and not Cloud.objects.filter(name=cloud).exists():
        yield line.flaw("cloud", CLOUD_UNKNOWN(name=cloud))
    owner = units.find(line.get("owner")) if line.get("owner") else None
    if owner is not None and not isinstance(owner, Unit):
        yield line.flaw("owner", owner)
    for id in WRITTEN:
        row = InformationSystem(**{id: line.get(id)})
        yield from (line.flaw(id, fault) for fault in too_long(row, id))


def _source(line: Line) -> SourceSpec:
    return SourceSpec(
        kind=SourceKind(key(line.get("source_kind"))),
        location=line.get("location"),
        table=line.get("source_table"),
    )


def _record(system: _Planned) -> Record:
    purpose = next(filter(None, (line.get("purpose") for line in system.lines)), "")
    titles = "、".join(filter(None, (line.get("table_title") for line in system.lines)))
    shown = (system.name, system.unit.name, purpose or "—", titles or "—")
    name = f"{system.unit.code}\n{system.name}"
    return Record(name, tuple(system.lines), shown, partial(_enter, system, purpose))


def _told(planned: _Planned) -> Placing | None:
    """What the rows say of where the system runs, the first that says it; None without a word."""
    said = {
        id: next(filter(None, (line.get(id) for line in planned.lines)), "") for id in PLACING_PARTS
    }
    if not any(said.values()):
        return None
    codes = {id: chosen(pack().codes_of(id), said[id]) or "" for id in CODED}
    units, unit = Units(), planned.unit
    owner = units.find(said["owner"]) if said["owner"] else None
    needed = (_needed(name, unit, units) for name in _names(said["needs"]))
    return Placing(
        users=said["users"],
        interface=said["interface"],
        recovery_place=said["recovery_place"],
        build_kind=codes["build_kind"],
        owner=owner if isinstance(owner, Unit) else None,
        needs=tuple(one for one in needed if one is not None),
        cloud=Cloud.objects.filter(name=said["cloud"]).first() if said["cloud"] else None,
        protection=codes["protection"],
        sensitivity=codes["sensitivity"] or placing.PLAIN,
    )


def _enter(planned: _Planned, purpose: str, actor: Actor, why: str) -> Made:
    system = planned.known or systems.register(actor, planned.unit, planned.name, purpose, why=why)
    told = _told(planned)
    # What is on record already is changed on its own page, not by a table.
    if told is not None and planned.known is None:
        placing.place(actor, system, told, clock.today(), why=why)
    for line in planned.lines:
        if line.get("table_name"):
            name, title = line.get("table_name"), line.get("table_title")
            systems.register_table(actor, system, name, title, _source(line), why=why)
    return Made(f"system:{system.pk}", system.name)


SYSTEMS = Kind(
    "systems",
    Text("信息系统", "Information systems"),
    Text("名称、用途，可同时登记数据表", "Names and purposes; live tables may stand beside them"),
    NEEDS[Deed.SYSTEM_REGISTERED],
    FORM,
    plan,
)
