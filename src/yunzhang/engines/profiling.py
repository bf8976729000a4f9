"""Profiling: counts every column of a gathered table, guesses its type, finds its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from math import prod
from pathlib import Path
from typing import Any

from yunzhang import packs
from yunzhang.engines import lake
from yunzhang.engines.check_sql import name, table, unlike
from yunzhang.engines.profiles import (
    ColumnProfile,
    Counted,
    TableProfile,
    column_profile,
    guess_type,
    spread,
)
from yunzhang.terms.codes import ItemType

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Puts a query to an engine and gives all rows back; raises Refused when it cannot."""


def profile(ask: Ask, parquet: Path) -> TableProfile:
    """What a gathered table looks like now.

    Each column is grouped once, and everything is counted on its distinct values: exact, and
    cheap because most columns repeat. Beyond the pack's `engines.distinct_exact_rows` distinct
    counts are estimates and say so.
    """
    rows = lake.rows(parquet)
    exact = rows <= packs.read("national").limit("engines.distinct_exact_rows")
    profiles = tuple(_typed(ask, parquet, one) for one in _count(ask, parquet, rows, exact=exact))
    keys = _candidate_keys(ask, parquet, profiles, rows)
    return TableProfile(rows=rows, columns=profiles, candidate_keys=keys)


def _count(ask: Ask, parquet: Path, rows: int, *, exact: bool) -> list[Counted]:
    columns = lake.columns(parquet)
    wanted = packs.read("national").limit("engines.profile_values")
    # About four times the values wanted of a column that never repeats; others are asked again.
    thin = max(1, rows // (4 * wanted))
    parts = (
        f"SELECT {place} AS place, * FROM ({_count_one(parquet, column.name, thin, exact=exact)})"
        for place, column in enumerate(columns)
    )
    found = ask(" UNION ALL ".join(parts) + " ORDER BY place")
    return [
        Counted(
            name=column.name,
            native=column.native,
            rows=rows,
            present=present,
            distinct=distinct,
            distinct_exact=exact,
            min_length=shortest,
            max_length=longest,
            minimum=minimum,
            maximum=maximum,
            values=_values(ask, parquet, column.name, values or (), min(wanted, distinct)),
        )
        for column, (_, present, distinct, shortest, longest, minimum, maximum, values) in zip(
            columns, found, strict=True
        )
    ]


def _count_one(parquet: Path, column: str, thin: int, *, exact: bool) -> str:
    group = "GROUP BY 1" if exact else ""
    distinct = "count(v)" if exact else "approx_count_distinct(v)"
    times = "count(*)" if exact else "1"
    return f"""
        SELECT coalesce(sum(n) FILTER (v IS NOT NULL), 0)::BIGINT, {distinct},
               coalesce(min(length(v)), 0), coalesce(max(length(v)), 0),
               coalesce(min(v), ''), coalesce(max(v), ''),
               list(v) FILTER (v IS NOT NULL AND hash(v) % {thin} = 0)
        FROM (SELECT {name(column)} AS v, {times} AS n FROM {table(parquet)} {group})"""


def _values(
    ask: Ask, parquet: Path, column: str, found: Iterable[str], wanted: int
) -> tuple[str, ...]:
    """Distinct values spread over the column; of one that repeats much, drawn from its groups."""
    values = set(found)
    if len(values) < wanted:
        groups = f"SELECT DISTINCT {name(column)} AS v FROM {table(parquet)}"
        values = set(ask(f"SELECT arg_min(v, hash(v), {wanted}) FROM ({groups})")[0][0] or ())
    return spread(sorted(values), wanted)


def _typed(ask: Ask, parquet: Path, counted: Counted) -> ColumnProfile:
    """The sample's guess, kept only if every value of the column can be read so."""
    guess = guess_type(counted)
    unfit = unlike(name(counted.name), guess)
    if unfit != "false" and ask(f"SELECT 1 FROM {table(parquet)} WHERE {unfit} LIMIT 1"):
        guess = ItemType.CHARACTER
    return column_profile(counted, guess)


def _candidate_keys(
    ask: Ask, parquet: Path, columns: tuple[ColumnProfile, ...], rows: int
) -> tuple[tuple[str, ...], ...]:
    """Columns that identify a row, verified over all rows: single ones, else small sets."""
    filled = [column for column in columns if rows and not column.nulls]
    # An estimated count may be some percent off and the column still be a key.
    least = packs.read("national").limit("engines.likely_key_percent") * rows / 100
    single = [
        (column.name,)
        for column in filled
        if (
            column.distinct == rows
            if column.distinct_exact
            else column.distinct >= least and _identifies(ask, parquet, (column.name,), rows)
        )
    ]
    return tuple(single or _composites(ask, parquet, filled, rows))


def _composites(
    ask: Ask, parquet: Path, columns: Iterable[ColumnProfile], rows: int
) -> Iterator[tuple[str, ...]]:
    pack = packs.read("national")
    promising = sorted(columns, key=lambda column: -column.distinct)
    promising = promising[: pack.limit("engines.key_candidates")]
    for size in range(2, pack.limit("engines.key_columns") + 1):
        for chosen in combinations(promising, size):
            names = tuple(column.name for column in chosen)
            enough = prod(column.distinct for column in chosen) >= rows
            if enough and _identifies(ask, parquet, names, rows):
                yield names


def _identifies(ask: Ask, parquet: Path, columns: tuple[str, ...], rows: int) -> bool:
    listed = ", ".join(map(name, columns))
    query = f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {table(parquet)})"
    return bool(ask(query)[0][0] == rows)
