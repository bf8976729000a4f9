"""The door to DuckDB: profiles, checks and comparisons over the lake's Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb

from yunzhang import packs
from yunzhang.engines import cage, checking, comparing, profiling
from yunzhang.engines.cage import Asked, Outcome
from yunzhang.engines.check_sql import literal
from yunzhang.engines.checks import Check, Verdict
from yunzhang.engines.comparing import Comparison
from yunzhang.engines.profiles import TableProfile
from yunzhang.engines.profiling import Ask
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text

ENGINE_FAILED = FaultKind(
    "engine.failed",
    422,
    Text("数据引擎未能完成计算（{reason}）。", "The data engine could not finish ({reason})."),
    Text(
        "核对规则，或重新归集该表后重试。", "Review the rule, or gather the table again, and retry."
    ),
)
ENGINE_TOO_SLOW = FaultKind(
    "engine.too_slow",
    422,
    Text(
        "计算超过 {seconds} 秒，已停止。",
        "The work took more than {seconds} seconds and was stopped.",
    ),
    Text("把规则写得简单些，或分批检查。", "Make the rule simpler, or check in parts."),
)


def profile(parquet: Path) -> TableProfile:
    """What a gathered table looks like now.

    Raises Refused with `lake.unreadable`, `engine.failed` or `engine.too_slow`.
    """
    with engine(parquet) as ask:
        return profiling.profile(ask, parquet)


def run_checks(
    parquet: Path,
    checks: Iterable[Check],
    references: Mapping[str, Path] | None = None,
    as_of: date | None = None,
) -> Verdict:
    """Hold a gathered table to its checks; `references` gives the tables that others refer to.

    A check that cannot run says why in its result and does not end the others. `as_of` is the
    day freshness is judged by; a Freshness check without it cannot run. Raises as `profile`.
    """
    referred = references or {}
    with engine(parquet, *referred.values()) as ask:
        return checking.run(ask, parquet, tuple(checks), referred, as_of)


def wrong(checks: Iterable[Check], columns: tuple[str, ...]) -> tuple[Fault, ...]:
    """What is wrong with the patterns and expressions of checks for a table of these columns."""
    with engine() as ask:
        return tuple(checking.wrong(ask, checks, columns))


def supervise(asked: Asked) -> Outcome:
    """Ask a rule of the data cage of gathered tables.

    Raises Refused with every column that is gone, `cage.amounts_many`, else as `profile`.
    """
    with engine(*asked.files.values()) as ask:
        return cage.run(ask, asked)


def compare(
    left: Path, right: Path, key_left: str, key_right: str, value_left: str, value_right: str
) -> Comparison:
    """Set two registers side by side by a code: which codes both have, and whose values differ.

    Raises Refused with `check.column_missing` for a column neither has, else as `profile`.
    """
    with engine(left, right) as ask:
        return comparing.compare(ask, (left, key_left, value_left), (right, key_right, value_right))


@contextmanager
def engine(*files: Path) -> Iterator[Ask]:
    """A way to ask about these Parquet files, and nothing else on this machine or network."""
    with tempfile.TemporaryDirectory(prefix="yunzhang-") as spill, duckdb.connect() as connection:
        for setting in _settings(files, spill):
            connection.execute(setting)
        yield lambda query: _ask(connection, query)


def _settings(files: Iterable[Path], spill: str) -> tuple[str, ...]:
    pack = packs.read("national")
    allowed = ", ".join(literal(str(file.resolve())) for file in files)
    return (
        f"SET threads = {pack.limit('engines.threads')}",
        f"SET memory_limit = '{pack.limit('engines.memory_megabytes')}MB'",
        f"SET temp_directory = {literal(spill)}",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        f"SET allowed_paths = [{allowed}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    )


def _ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    seconds = _seconds()
    timer = Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        return connection.execute(query).fetchall()
    except duckdb.InterruptException:
        raise Refused(ENGINE_TOO_SLOW(seconds=seconds)) from None
    except duckdb.Error as error:
        # DuckDB's own message may quote a value, so only its kind is passed on.
        raise Refused(ENGINE_FAILED(reason=type(error).__name__)) from None
    finally:
        timer.cancel()


def _seconds() -> float:
    return packs.read("national").limit("engines.check_seconds")
