"""Rows: a register from a table, one record a row, every flaw of every row told before any deed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, home
from yunzhang.people.models import Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.forms import Flaw, Form, Line, form_of, tables
from yunzhang.terms.grids import Grid

TWICE = FaultKind(
    "import.row_twice",
    422,
    Text("“{name}”在第 {row} 行已经出现。", "{name} stands in row {row} already."),
    Text("删去重复的一行。", "Remove one of the rows."),
)
FORMS = Path(__file__).parent / "forms"


@dataclass(frozen=True)
class Item:
    """A record as a row tells it: its name, what is shown of it, its faults, how it is entered."""

    name: str
    shown: tuple[str, ...]
    faults: Iterable[Fault]
    enter: Callable[[Actor, str], Made]


Read = Callable[[Line, Unit, list[Flaw]], Item | None]


def form(id: str) -> Form:
    """The form of this name beside the code."""
    return form_of((FORMS / f"{id}.toml").read_text(encoding="utf-8"))


def kind(
    name: Text,
    about: Text,
    deed: Deed,
    form: Form,
    heads: Sequence[Text],
    read: Read,
    cells: dict[str, str],
) -> Kind:
    """A register that tables bring; `cells` says in which column a fault of a code stands."""

    def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
        held = tables(grids, form, form.needed, pack().limit("import.header_rows"))
        found = Plan((Text("单位", "Unit"), *heads), notes=list(held.notes))
        lines = [line for table in held.tables for line in table.lines]
        units, own, seen = Units(), home(actor), dict[tuple[int, str], int]()
        for number, line in enumerate(lines, 1):
            found.flaws += line.missing(*form.needed)
            unit = units.find(line.get("unit")) if line.get("unit") else own
            if isinstance(unit, Unit):
                refusals = why_not(actor, NEEDS[deed], unit)
                found.flaws += [line.flaw("unit", fault) for fault in refusals]
                item = read(line, unit, found.flaws)
                if item is not None:
                    found.flaws += _flaws(line, unit, item, seen)
                    found.records.append(_record(line, unit, item))
            elif unit is not None:
                found.flaws.append(line.flaw("unit", unit))
            tell(number, number / len(lines))
        return found

    def _flaws(line: Line, unit: Unit, item: Item, seen: dict[tuple[int, str], int]) -> list[Flaw]:
        found = [line.flaw(cells.get(fault.code, form.needed[0]), fault) for fault in item.faults]
        first = seen.setdefault((unit.pk, item.name), line.row)
        if first != line.row:
            found.append(line.flaw(form.needed[0], TWICE(name=item.name, row=first)))
        return found

    return Kind(form.id, name, about, NEEDS[deed], form, plan)


def _record(line: Line, unit: Unit, item: Item) -> Record:
    key = f"{line.sheet}\n{line.row}"
    return Record(key, (line,), (unit.short_name, *item.shown), item.enter)
