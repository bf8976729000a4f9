"""Cage SQL: a bound table read into a rule's fields; what cannot be read is null and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from yunzhang.engines.check_sql import blank, check_digit, name, table
from yunzhang.terms.cage import CageField, Reads
from yunzhang.terms.deadlines import WorkCalendar
from yunzhang.terms.document import Document

ROWS = "rows_"
SERIES = "series"
WAYS = ("", SERIES)
MOVED = "moved_days"  # the temporary table of holidays on weekdays and of workdays on weekends
MONDAY, WEEK = "DATE '1900-01-01'", 5
READ_AMOUNTS = "read_amounts"  # the temporary table of amounts written in words
PLAIN_AMOUNT = "[+-]?[0-9]{1,15}([.][0-9]+)?"
DIVIDED_DAY = "^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?([ T].*)?$"
SOLID_DAY = "^([0-9]{4})([0-9]{2})([0-9]{2})$"
MONTH = "^([0-9]{4})[-/.年]?([0-9]{1,2})([-/.月].*)?$"
# A project's number without its serial: city, year and agent (LZZC2021-…-KLZB).
NUMBER_SERIES = "^([A-Z]{2,}[0-9]{4})-.*-([A-Z]+)[^A-Z]*$"


class Bound(Document, frozen=True, kw_only=True):
    """The column a field is read from; `way` "series" takes a project's number for its series."""

    column: str
    way: str = ""


def stripped(column: str) -> str:
    """SQL of the text without blanks around it; null where there is nothing but blanks."""
    value = f"{ROWS}.{name(column)}"  # no column of the table may pass for one of ours
    return f"CASE WHEN {blank(value)} THEN NULL ELSE trim({value}, ' \t\n\v\f\r\u3000') END"


def field(one: CageField, bound: Bound | None) -> str:
    """SQL of a field's value as the plan compares it."""
    if bound is None:
        return f"CAST(NULL AS {TYPES.get(one.reads, 'VARCHAR')})"
    text = stripped(bound.column)
    if bound.way == SERIES:
        year, agent = (f"regexp_extract({text}, '{NUMBER_SERIES}', {n})" for n in (1, 2))
        return f"nullif({year} || '-' || {agent}, '-')"
    return READINGS[one.reads](text)


def loaded(
    source: str, parquet: Path, fields: tuple[CageField, ...], bound: Mapping[str, Bound]
) -> str:
    """SQL that reads a source into a temporary table: rows, fields, texts as written."""
    columns, joins = ["file_row_number + 1 AS row_"], ""
    for one in fields:
        held = bound.get(one.id)
        if one.reads == "amount" and held is not None:
            text, words = stripped(held.column), name(f"words of {one.id}")
            joins += f" LEFT JOIN {READ_AMOUNTS} AS {words} ON {words}.written = {text}"
            value = f"coalesce({_figure(text)}, {words}.yuan)"
        else:
            value = field(one, held)
        columns.append(f"{value} AS {name(one.id)}")
        columns.append(f"{stripped(held.column) if held else 'NULL'} AS {raw(one.id)}")
    body = ", ".join(columns)
    return (
        f"CREATE TEMP TABLE {name(source)} AS SELECT {body} FROM {table(parquet)} AS {ROWS}{joins}"
    )


def counting(today: date, calendar: WorkCalendar) -> tuple[str, ...]:
    """SQL of what plans count days with: `today()` and `working_days(a, b)`.

    The plain week by arithmetic, and over it what the State Council moved, day by day.
    """
    moved = [
        f"(DATE '{day}', {1 if works else -1})"
        for day, works in sorted(calendar.exceptions.items())
        if works != (day.weekday() < WEEK)
    ]
    rows = f"VALUES {', '.join(moved)}" if moved else "SELECT NULL, NULL WHERE false"
    # Working days of the plain week from a Monday long ago up to and with a day.
    plain = f"(day - {MONDAY}) // 7 * {WEEK} + least((day - {MONDAY}) % 7 + 1, {WEEK})"
    between = f"(SELECT sum(more) FROM {MOVED} WHERE {MOVED}.day > a AND {MOVED}.day <= b)"
    counted = f"plain_days(b) - plain_days(a) + coalesce({between}, 0)"
    return (
        f"CREATE TEMP TABLE {MOVED} (day DATE, more INTEGER)",
        f"INSERT INTO {MOVED} {rows}",
        f"CREATE TEMP MACRO today() AS DATE '{today}'",
        f"CREATE TEMP MACRO plain_days(day) AS {plain}",
        f"CREATE TEMP MACRO working_days(a, b) AS {counted}",
    )


def raw(field: str) -> str:
    """The column of a loaded source that holds a field as it is written."""
    return name(f"{field} as written")


def worded(parquet: Path, column: str, limit: int) -> str:
    """SQL of the different amounts in a column that are no plain figures."""
    text = stripped(column)
    words = f"{text} IS NOT NULL AND NOT regexp_full_match({text}, '{PLAIN_AMOUNT}')"
    return f"SELECT DISTINCT {text} FROM {table(parquet)} AS {ROWS} WHERE {words} LIMIT {limit}"


def unread(one: CageField) -> str:
    """SQL that is true for a value that is there and could not be read."""
    return f"{raw(one.id)} IS NOT NULL AND {name(one.id)} IS NULL"


def _figure(text: str) -> str:
    plain = f"regexp_full_match({text}, '{PLAIN_AMOUNT}')"
    return f"CASE WHEN {plain} THEN TRY_CAST({text} AS DECIMAL(20, 2)) END"


def _day(text: str) -> str:
    parts = (_date(text, DIVIDED_DAY), _date(text, SOLID_DAY))
    return f"coalesce({', '.join(parts)})"


def _date(text: str, form: str) -> str:
    year, month, day = (f"regexp_extract({text}, '{form}', {n})" for n in (1, 2, 3))
    return f"TRY_CAST({year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0') AS DATE)"


def _month(text: str) -> str:
    year, month = (f"regexp_extract({text}, '{MONTH}', {n})" for n in (1, 2))
    whole = f"{year} || '-' || lpad({month}, 2, '0')"
    return f"CASE WHEN TRY_CAST({month} AS INTEGER) BETWEEN 1 AND 12 THEN {whole} END"


def _person(text: str) -> str:
    code = f"upper({text})"
    return f"CASE WHEN {check_digit(code, 'citizen_id')} THEN {code} END"


def _code(text: str) -> str:
    return f"nullif(upper(regexp_replace({text}, '\\s', '', 'g')), '')"


def _number(text: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{1,6}}') THEN CAST({text} AS INTEGER) END"


TYPES: dict[Reads, str] = {"amount": "DECIMAL(20, 2)", "day": "DATE", "number": "INTEGER"}
READINGS: dict[Reads, Callable[[str], str]] = {
    "text": lambda text: text,
    "group": lambda text: text,
    "code": _code,
    "person": _person,
    "day": _day,
    "month": _month,
    "number": _number,
}
