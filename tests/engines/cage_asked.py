"""Asking a rule of the cage of files, as the tests of its plans need it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from yunzhang.engines import lake, on_duckdb
from yunzhang.engines.cage import Asked, Outcome
from yunzhang.engines.cage_sql import Bound
from yunzhang.packs import read
from yunzhang.terms.cage import CageRule
from yunzhang.terms.deadlines import WorkCalendar

TODAY = date(2026, 3, 2)  # a Monday
WEEKS = WorkCalendar()  # plain weeks: no holiday is known


def rule(id: str) -> CageRule:
    return next(row for row in read("national").cage_rules if row.id == id)


def ask(
    id: str,
    files: Mapping[str, Path],
    columns: Mapping[str, Bound] = {},
    calendar: WorkCalendar = WEEKS,
    **numbers: int,
) -> Outcome:
    """Ask a rule of files whose columns bear the names of the rule's fields, unless told otherwise."""
    asked = rule(id)
    bound = dict(columns)
    for source, file in files.items():
        held = {column.name for column in lake.columns(file)}
        for one in asked.fields_of(source):
            if one.id in held:
                bound.setdefault(one.id, Bound(column=one.id))
    known = {one.id: bound[one.id] for one in asked.needs if one.id in bound}
    told = {**asked.numbers, **numbers}
    return on_duckdb.supervise(Asked(asked, files, known, told, TODAY, calendar))


def rows(outcome: Outcome) -> list[list[int]]:
    """The row numbers of each hit, those of its first source."""
    return [sorted(one.row for one in found.rows) for found in outcome.found]
