"""The door to DuckDB: profiles, checks and comparisons over the lake's Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb

from yunzhang import packs
from yunzhang.engines import lake
from yunzhang.engines.profiles import (
    ColumnProfile,
    Counted,
    TableProfile,
    column_profile,
    guess_type,
)
from yunzhang.terms.codes import ItemType
from yunzhang.terms.faults import FaultKind, Refused, Text

ENGINE_FAILED = FaultKind(
    "engine.failed",
    500,
    Text("数据引擎未能完成计算({reason})。", "The data engine could not finish ({reason})."),
    Text("重新归集该表后重试;仍不行请联系管理员。", "Gather the table again and retry; else ask the administrator."),
)

READ_AS: Mapping[ItemType, str] = {
    ItemType.NUMBER: "DECIMAL(38, 10)",
    ItemType.CURRENCY: "DECIMAL(38, 10)",
    ItemType.INTEGER: "HUGEINT",
    ItemType.DOUBLE: "DOUBLE",
    ItemType.FLOAT: "DOUBLE",
    ItemType.DATE: "DATE",
    ItemType.DATETIME: "TIMESTAMP",
}


@contextmanager
def connect(*files: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that can read these Parquet files and nothing else, and stays so.

    Raises Refused with `lake.unreadable` or `engine.failed`.
    """
    pack = packs.read("national")
    with tempfile.TemporaryDirectory(prefix="yunzhang-") as spill, duckdb.connect() as connection:
        connection.execute(f"SET threads = {pack.limit('engines.threads')}")
        connection.execute(f"SET memory_limit = '{pack.limit('engines.memory_megabytes')}MB'")
        connection.execute(f"SET temp_directory = {literal(spill)}")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        listed = ", ".join(literal(str(file.resolve())) for file in files)
        connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            yield connection
        except duckdb.Error as error:
            raise Refused(ENGINE_FAILED(reason=type(error).__name__)) from error


def ask(connection: duckdb.DuckDBPyConnection, query: str, seconds: float) -> list[tuple[Any, ...]]:
    """All rows of a query; interrupted with duckdb.InterruptException after `seconds`."""
    timer = Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        return connection.execute(query).fetchall()
    finally:
        timer.cancel()


def literal(value: str) -> str:
    """A text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def name(column: str) -> str:
    """A column's name as a SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def table(parquet: Path) -> str:
    """A gathered table as the FROM of a query."""
    return f"read_parquet({literal(str(parquet.resolve()))}, file_row_number = true)"


def profile(parquet: Path) -> TableProfile:
    """What a gathered table looks like now; raises Refused with `lake.unreadable`.

    Each column is grouped once, and everything is counted on its distinct values: exact, and
    cheap because most columns repeat. Beyond the pack's `engines.distinct_exact_rows` distinct
    counts are estimates and say so.
    """
    columns = lake.columns(parquet)
    rows = lake.rows(parquet)
    exact = rows <= packs.read("national").limit("engines.distinct_exact_rows")
    with connect(parquet) as connection:
        counted = [
            Counted(name=column.name, native=column.native, rows=rows, distinct_exact=exact, **found)
            for column, found in zip(
                columns, _count(connection, parquet, [c.name for c in columns], exact), strict=True
            )
        ]
        profiles = tuple(_typed(connection, parquet, one) for one in counted)
        keys = _candidate_keys(connection, parquet, profiles, rows)
    return TableProfile(rows=rows, columns=profiles, candidate_keys=keys)


def _count(
    connection: duckdb.DuckDBPyConnection, parquet: Path, columns: list[str], exact: bool
) -> list[dict[str, Any]]:
    if not columns:
        return []
    values = packs.read("national").limit("engines.profile_values")
    parts = (_count_one(parquet, column, exact, values) for column in columns)
    query = " UNION ALL ".join(
        f"SELECT {place} AS place, * FROM ({part})" for place, part in enumerate(parts)
    )
    found = connection.execute(f"{query} ORDER BY place").fetchall()
    return [_counted(row[1:]) for row in found]


def _count_one(parquet: Path, column: str, exact: bool, values: int) -> str:
    group = "GROUP BY 1" if exact else ""
    distinct = "count(v)" if exact else "approx_count_distinct(v)"
    times = "count(*)" if exact else "1"
    return f"""
        SELECT coalesce(sum(n) FILTER (v IS NOT NULL), 0)::BIGINT, {distinct},
               coalesce(min(length(v)), 0), coalesce(max(length(v)), 0),
               coalesce(min(v), ''), coalesce(max(v), ''), arg_min(v, hash(v), {values})
        FROM (SELECT {name(column)} AS v, {times} AS n FROM {table(parquet)} {group})"""


def _counted(row: tuple[Any, ...]) -> dict[str, Any]:
    present, distinct, shortest, longest, minimum, maximum, values = row
    return {
        "present": present,
        "distinct": distinct,
        "min_length": shortest,
        "max_length": longest,
        "minimum": minimum,
        "maximum": maximum,
        "values": tuple(dict.fromkeys(values or ())),
    }


def _typed(
    connection: duckdb.DuckDBPyConnection, parquet: Path, counted: Counted
) -> ColumnProfile:
    """The sample's guess, kept only if every value of the column can be read so."""
    guess = guess_type(counted)
    if guess in READ_AS or guess is ItemType.LOGICAL:
        query = f"SELECT count(*) FROM {table(parquet)} WHERE {unlike(name(counted.name), guess)}"
        if connection.execute(query).fetchall()[0][0]:
            guess = ItemType.CHARACTER
    return column_profile(counted, guess)


def unlike(value: str, type: ItemType) -> str:
    """SQL that is true for a value that cannot be read as this catalog type; null is not judged."""
    if type is ItemType.LOGICAL:
        return f"lower({value}) NOT IN ('是', '否', 'true', 'false', 'yes', 'no', 'y', 'n', 't', 'f', '0', '1')"
    if type not in READ_AS:
        return "false"
    return f"({value} IS NOT NULL AND TRY_CAST({value} AS {READ_AS[type]}) IS NULL)"


def _candidate_keys(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    columns: tuple[ColumnProfile, ...],
    rows: int,
) -> tuple[tuple[str, ...], ...]:
    """Columns that identify a row, verified over all rows: single ones, else small sets."""
    if not rows:
        return ()
    filled = [column for column in columns if not column.nulls]
    if filled and filled[0].distinct_exact:
        single = [(c.name,) for c in filled if c.distinct == rows]
    else:
        # An estimate may be some percent off and the column still be a key.
        least = packs.read("national").limit("engines.likely_key_percent") * rows / 100
        likely = (c for c in filled if c.distinct >= least)
        single = [(c.name,) for c in likely if _identifies(connection, parquet, (c.name,), rows)]
    if single:
        return tuple(single)
    return tuple(_composites(connection, parquet, filled, rows))


def _composites(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    columns: Iterable[ColumnProfile],
    rows: int,
) -> Iterator[tuple[str, ...]]:
    pack = packs.read("national")
    promising = sorted(columns, key=lambda column: -column.distinct)[: pack.limit("engines.key_candidates")]
    for size in range(2, pack.limit("engines.key_columns") + 1):
        for chosen in combinations(promising, size):
            product = 1
            for column in chosen:
                product *= column.distinct
            names = tuple(column.name for column in chosen)
            if product >= rows and _identifies(connection, parquet, names, rows):
                yield names


def _identifies(
    connection: duckdb.DuckDBPyConnection, parquet: Path, columns: tuple[str, ...], rows: int
) -> bool:
    listed = ", ".join(map(name, columns))
    query = f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {table(parquet)})"
    return bool(connection.execute(query).fetchall()[0][0] == rows)
