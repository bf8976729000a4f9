"""Packs: a jurisdiction's policy as rows that cite their clause.

Pure: `parse` takes the texts of a pack's TOML files; reading them is `yunzhang.packs`. The kinds
of rows are in `pack_rows`, what can be wrong with them in `pack_check`, what one row may change of
another in `pack_layers`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar, get_args, get_origin, get_type_hints

from yunzhang.terms.cage import CageRule
from yunzhang.terms.document import build, replace
from yunzhang.terms.faults import Fault, Refused, refuse_if
from yunzhang.terms.pack_check import HEAD_FILE, Found, Head, read, references
from yunzhang.terms.pack_faults import PACK_ROW_MISSING
from yunzhang.terms.pack_layers import looser, over
from yunzhang.terms.pack_rows import (
    CheckRule,
    ChiefRow,
    ClockRule,
    CodeRow,
    Duty,
    GateRule,
    Goal,
    IndicatorRule,
    Limit,
    ListRule,
    MaskDefault,
    Procedure,
    ReportRule,
    Retention,
    Role,
    Row,
    SourceText,
    Target,
    Task,
    UnitKind,
    UnitRow,
    ViolationKind,
)
from yunzhang.terms.pack_score_rows import BoardRule, IncentiveRule


class Pack(Head, frozen=True):
    """All rows of one jurisdiction; `over` names the pack it was layered over."""

    documents: tuple[SourceText, ...] = ()
    unit_kinds: tuple[UnitKind, ...] = ()
    units: tuple[UnitRow, ...] = ()
    roles: tuple[Role, ...] = ()
    chiefs: tuple[ChiefRow, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    retentions: tuple[Retention, ...] = ()
    limits: tuple[Limit, ...] = ()
    codes: tuple[CodeRow, ...] = ()
    masks: tuple[MaskDefault, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    indicators: tuple[IndicatorRule, ...] = ()
    targets: tuple[Target, ...] = ()
    tasks: tuple[Task, ...] = ()
    goals: tuple[Goal, ...] = ()
    duties: tuple[Duty, ...] = ()
    gates: tuple[GateRule, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    lists: tuple[ListRule, ...] = ()
    boards: tuple[BoardRule, ...] = ()
    incentives: tuple[IncentiveRule, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    violations: tuple[ViolationKind, ...] = ()
    cage_rules: tuple[CageRule, ...] = ()

    def clock(self, id: str) -> ClockRule:
        return _find(self.clocks, id)

    def retention(self, id: str) -> Retention:
        return _find(self.retentions, id)

    def limit(self, id: str) -> int:
        return _find(self.limits, id).value

    def role(self, id: str) -> Role:
        return _find(self.roles, id)

    def codes_of(self, list: str, parent: str | None = None) -> tuple[CodeRow, ...]:
        """The rows of a code list, in order; only those below `parent` when it is given."""
        return tuple(row for row in self.codes if row.list == list and parent in (None, row.parent))

    def mask_way(self, grade: int, kind: str) -> str:
        """The default mask for an item: the row of its kind, else the row of any kind ("*")."""
        for wanted in (kind, "*"):
            for row in self.masks:
                if row.grade == grade and row.kind == wanted:
                    return row.way
        raise Refused(PACK_ROW_MISSING(row=f"masks grade {grade}"))

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every row with the name of its table, in the order of the tables."""
        for table in TABLES:
            for row in getattr(self, table):
                yield table, row

    def on(self, day: date) -> Pack:
        """The pack with only the rows in force on a day."""
        tables = {
            table: tuple(row for row in getattr(self, table) if _in_force(row, day))
            for table in TABLES
        }
        return replace(self, **tables)


TABLES: dict[str, type[Row]] = {
    name: get_args(hint)[0]
    for name, hint in get_type_hints(Pack).items()
    if get_origin(hint) is tuple
}
"""Each table of a pack and the kind of its rows."""

R = TypeVar("R", bound=Row)


def over_of(files: Mapping[str, str]) -> str:
    """The pack these files stand over, "" for none; what is wrong is left for `parse` to say."""
    try:
        named = tomllib.loads(files.get(HEAD_FILE, "")).get("over", "")
    except tomllib.TOMLDecodeError:
        return ""
    return named if isinstance(named, str) else ""


def parse(files: Mapping[str, str], below: Pack | None = None) -> Pack:
    """Build a pack from {file name: TOML text}, layered over `below` when it is given.

    Raises Refused with every fault of every file: form, ids, citations, dates, placeholders,
    references, and rows looser than those they stand on.
    """
    found = read(files, TABLES)
    known = {table: _ids(below, table) for table in TABLES}
    stood_on = {} if below is None else _by_id(below)
    refuse_if([*found.faults, *references(found, known), *_loosened(stood_on, _rows(found))])
    own = _own(found)
    return own if below is None else layered(below, own)


def layered(below: Pack, above: Pack) -> Pack:
    """The pack `above` standing on `below`: its name, all rows of both, each id once.

    Raises Refused with `pack.looser`, citing both rows, for every limit loosened.
    """
    refuse_if(_loosened(_by_id(below), above.rows()))
    tables = {table: over(getattr(below, table), getattr(above, table)) for table in TABLES}
    return replace(above, over=above.over or below.id, **tables)


def _loosened(
    below: Mapping[tuple[str, str], Row], above: Iterable[tuple[str, Row]]
) -> Iterator[Fault]:
    for table, row in above:
        if (table, row.id) in below:
            yield from looser(below[table, row.id], row)


def _by_id(pack: Pack) -> dict[tuple[str, str], Row]:
    return {(table, row.id): row for table, row in pack.rows()}


def _ids(pack: Pack | None, table: str) -> set[str]:
    return set() if pack is None else {row.id for row in getattr(pack, table)}


def _rows(found: Found) -> Iterator[tuple[str, Row]]:
    return ((each.table, each.row) for each in found.placed if each.row is not None)


def _own(found: Found) -> Pack:
    """The pack of these files alone."""
    tables: dict[str, tuple[Row, ...]] = {}
    for table, row in _rows(found):
        tables[table] = (*tables.get(table, ()), row)
    return replace(build(found.head, Pack), **tables)


def _find(rows: tuple[R, ...], id: str) -> R:
    for row in rows:
        if row.id == id:
            return row
    raise Refused(PACK_ROW_MISSING(row=id))


def _in_force(row: Row, day: date) -> bool:
    begun = row.from_date is None or row.from_date <= day
    return begun and (row.to_date is None or day <= row.to_date)
