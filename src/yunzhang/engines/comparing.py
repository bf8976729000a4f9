"""Comparing: two registers side by side by a code, to see what a join by code would have done."""

from __future__ import annotations

from pathlib import Path

from yunzhang import packs
from yunzhang.engines import lake
from yunzhang.engines.check_sql import name, table
from yunzhang.engines.checks import CHECK_COLUMN_MISSING
from yunzhang.engines.profiling import Ask
from yunzhang.terms.document import Document
from yunzhang.terms.faults import refuse_if

Side = tuple[Path, str, str]
"""A register: its Parquet file, its key column, the column to compare."""


class Difference(Document, frozen=True, kw_only=True):
    """A key that both registers have with different values."""

    key: str
    left: str | None
    right: str | None


class Comparison(Document, frozen=True, kw_only=True):
    """Keys counted exactly, each once however often it repeats; null keys are left out.

    A key that repeats with several values in one register is the `same` only if the other has
    exactly the same least and greatest value.
    """

    both: int
    same: int
    differ: int
    only_left: int
    only_right: int
    sample: tuple[Difference, ...]


def compare(ask: Ask, left: Side, right: Side) -> Comparison:
    """Count what two registers share and where they differ; raises `check.column_missing`."""
    refuse_if(
        CHECK_COLUMN_MISSING(column=column)
        for parquet, *wanted in (left, right)
        for column in wanted
        if column not in {found.name for found in lake.columns(parquet)}
    )
    joined = f"{_values(left)} AS l FULL JOIN {_values(right)} AS r USING (key)"
    counts = f"""
        SELECT count(*) FILTER ({BOTH}), count(*) FILTER ({BOTH} AND NOT ({DIFFER})),
               count(*) FILTER ({BOTH} AND ({DIFFER})),
               count(*) FILTER (r.n IS NULL), count(*) FILTER (l.n IS NULL)
        FROM {joined}"""
    both, same, differ, only_left, only_right = ask(counts)[0]
    return Comparison(
        both=both,
        same=same,
        differ=differ,
        only_left=only_left,
        only_right=only_right,
        sample=_sample(ask, joined),
    )


BOTH = "l.n IS NOT NULL AND r.n IS NOT NULL"
DIFFER = "l.least IS DISTINCT FROM r.least OR l.most IS DISTINCT FROM r.most"


def _values(side: Side) -> str:
    parquet, key, value = side
    return f"""(
        SELECT {name(key)} AS key, min({name(value)}) AS least, max({name(value)}) AS most,
               count(*) AS n
        FROM {table(parquet)} WHERE {name(key)} IS NOT NULL GROUP BY 1)"""


def _sample(ask: Ask, joined: str) -> tuple[Difference, ...]:
    limit = packs.read("national").limit("engines.compare_sample")
    query = f"""
        SELECT key, l.least, r.least, l.most, r.most FROM {joined}
        WHERE {BOTH} AND ({DIFFER}) ORDER BY key LIMIT {limit}"""
    return tuple(
        Difference(key=key, left=least[0], right=least[1])
        if least[0] != least[1]
        else Difference(key=key, left=most[0], right=most[1])
        for key, *values in ask(query)
        for least, most in [(values[:2], values[2:])]
    )
