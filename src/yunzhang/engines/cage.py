"""The cage's runs: a rule's sources loaded, its plan asked, its hits and unreadable values told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from yunzhang import packs
from yunzhang.engines import amounts, lake
from yunzhang.engines.cage_plans import written
from yunzhang.engines.cage_sql import READ_AMOUNTS, Bound, counting, loaded, raw, unread, worded
from yunzhang.engines.check_sql import literal, name
from yunzhang.engines.profiling import Ask
from yunzhang.terms.cage import CageField, CageRule
from yunzhang.terms.deadlines import WorkCalendar
from yunzhang.terms.document import Document
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

AMOUNTS_MANY = FaultKind(
    "cage.amounts_many",
    422,
    Text(
        "列“{column}”中有超过 {most} 种不是纯数字的金额。",
        "The column {column} holds more than {most} different amounts that are no plain figures.",
    ),
    Text("先在数据源中规范金额的写法。", "Have the amounts written as figures at the source."),
)
COLUMN_GONE = FaultKind(
    "cage.column_gone",
    409,
    Text(
        "数据表“{table}”中没有列“{column}”（字段“{field_zh}”）。",
        "The table {table} has no column {column} (field “{field_en}”).",
    ),
    Text("在规则页重新绑定列。", "Bind the columns anew on the rule's page."),
)


@dataclass(frozen=True)
class Asked:
    """What a run works on: the rule, its files, its columns, its numbers, the day it is run on."""

    rule: CageRule
    files: Mapping[str, Path]
    bound: Mapping[str, Bound]
    numbers: Mapping[str, int]
    today: date
    calendar: WorkCalendar = field(default_factory=WorkCalendar)


class Unread(Document, frozen=True, kw_only=True):
    """What a field could not say: rows without a value, and rows whose value is no such thing."""

    field: str
    blank: int
    unreadable: int
    rows: tuple[int, ...]


class Evidence(Document, frozen=True, kw_only=True):
    """One row of a hit: its source, its number in the file, its fields as they are written."""

    source: str
    row: int
    values: dict[str, str | None]


class Found(Document, frozen=True, kw_only=True):
    """One hit: what it is about, and the rows that show it."""

    subject: str
    rows: tuple[Evidence, ...]


class Outcome(Document, frozen=True, kw_only=True):
    """What a run found: its hits, rows read, what was unreadable, whether it was cut."""

    found: tuple[Found, ...]
    read: dict[str, int]
    unread: tuple[Unread, ...]
    cut: bool


Row = tuple[Any, ...]
Rows = frozenset[tuple[str, int]]


def run(ask: Ask, asked: Asked) -> Outcome:
    """Ask the plan; a hit whose rows all stand in a larger one is part of that one."""
    refuse_if(_gone(asked))
    _load(ask, asked)
    most = packs.read("national").limit("cage.rows_found")
    query = f"SELECT subject, source, row_ FROM ({plan_of(asked)}) ORDER BY ALL LIMIT {most + 1}"
    rows = ask(query)
    groups = _largest(_grouped(_whole(rows, most)))
    held = _evidence(ask, asked, groups)
    return Outcome(
        found=tuple(
            Found(subject=subject, rows=tuple(held[one] for one in sorted(rows)))
            for subject, rows in groups
        ),
        read={one.id: _count(ask, one.id) for one in asked.rule.sources},
        unread=tuple(_unread(ask, asked)),
        cut=len(rows) > most,
    )


def plan_of(asked: Asked) -> str:
    """The plan's SQL as it is asked."""
    bound = {one.id: one.id in asked.bound for one in asked.rule.needs}
    return written(asked.rule.plan, asked.numbers, bound)


def _gone(asked: Asked) -> Iterator[Fault]:
    for source in asked.rule.sources:
        columns = {column.name for column in lake.columns(asked.files[source.id])}
        for one in asked.rule.fields_of(source.id):
            held = asked.bound.get(one.id)
            if held is not None and held.column not in columns:
                where = asked.files[source.id].stem
                yield COLUMN_GONE(table=where, column=held.column, field_zh=one.zh, field_en=one.en)


def _load(ask: Ask, asked: Asked) -> None:
    for statement in counting(asked.today, asked.calendar):
        ask(statement)
    ask(f"CREATE TEMP TABLE {READ_AMOUNTS} (written VARCHAR, yuan DECIMAL(20, 2))")
    words: dict[str, Decimal | None] = {}
    for one in asked.rule.needs:
        if one.reads == "amount" and one.id in asked.bound:
            words.update(_worded(ask, asked, one))
    for part in _parts([(text, yuan) for text, yuan in words.items() if yuan is not None]):
        ask(f"INSERT INTO {READ_AMOUNTS} VALUES {part}")
    for source in asked.rule.sources:
        fields = asked.rule.fields_of(source.id)
        ask(loaded(source.id, asked.files[source.id], fields, dict(asked.bound)))


def _worded(ask: Ask, asked: Asked, one: CageField) -> dict[str, Decimal | None]:
    most = packs.read("national").limit("cage.amounts_read")
    column = asked.bound[one.id].column
    found = ask(worded(asked.files[one.of], column, most + 1))
    if len(found) > most:
        raise Refused(AMOUNTS_MANY(column=column, most=most))
    return {text: amounts.read(text) for (text,) in found}


def _parts(rows: list[tuple[str, Decimal]]) -> Iterator[str]:
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        yield ", ".join(f"({literal(text)}, {yuan})" for text, yuan in part)


def _whole(rows: list[Row], most: int) -> list[Row]:
    """The rows that are kept: of a run that is cut, no hit of which some rows are missing."""
    if len(rows) <= most:
        return rows
    kept = [row for row in rows[:most] if row[0] != rows[most][0]]
    return kept or rows[:most]


def _grouped(rows: Iterable[Row]) -> list[tuple[str, Rows]]:
    groups: dict[str, set[tuple[str, int]]] = {}
    for subject, source, row in rows:
        # A row without the name it should have is a hit by itself.
        about = subject if subject is not None else f"{source} {row}"
        groups.setdefault(about, set()).add((source, row))
    return [(subject, frozenset(held)) for subject, held in groups.items()]


def _largest(groups: list[tuple[str, Rows]]) -> list[tuple[str, Rows]]:
    """The groups none of which lies within another; of two alike the first stands for both."""
    kept: list[tuple[str, Rows]] = []
    within: dict[tuple[str, int], list[Rows]] = {}
    for subject, rows in sorted(groups, key=lambda group: (-len(group[1]), group[0])):
        around = within.get(next(iter(rows)), ())
        if not any(rows <= larger for larger in around):
            kept.append((subject, rows))
            for row in rows:
                within.setdefault(row, []).append(rows)
    return sorted(kept, key=lambda group: (min(group[1]), group[0]))


def _evidence(
    ask: Ask, asked: Asked, groups: list[tuple[str, Rows]]
) -> dict[tuple[str, int], Evidence]:
    held: dict[tuple[str, int], Evidence] = {}
    for source in asked.rule.sources:
        numbers = sorted({row for _, rows in groups for of, row in rows if of == source.id})
        fields = [one.id for one in asked.rule.fields_of(source.id) if one.id in asked.bound]
        columns = ", ".join(raw(field) for field in fields)
        for start in range(0, len(numbers), 1000):
            chosen = ", ".join(map(str, numbers[start : start + 1000]))
            query = f"SELECT row_, {columns} FROM {name(source.id)} WHERE row_ IN ({chosen})"
            for row, *values in ask(query):
                told = dict(zip(fields, values, strict=True))
                held[source.id, row] = Evidence(source=source.id, row=row, values=told)
    return held


def _unread(ask: Ask, asked: Asked) -> Iterator[Unread]:
    most = packs.read("national").limit("cage.rows_told")
    for one in asked.rule.needs:
        if one.id in asked.bound:
            source, wrong = name(one.of), unread(one)
            counts = f"count(*) FILTER ({raw(one.id)} IS NULL), count(*) FILTER ({wrong})"
            blank, unreadable = ask(f"SELECT {counts} FROM {source}")[0]
            query = f"SELECT row_ FROM {source} WHERE {wrong} ORDER BY row_ LIMIT {most}"
            rows = tuple(row for (row,) in ask(query)) if unreadable else ()
            if blank or unreadable:
                yield Unread(field=one.id, blank=blank, unreadable=unreadable, rows=rows)


def _count(ask: Ask, source: str) -> int:
    return int(ask(f"SELECT count(*) FROM {name(source)}")[0][0])
