"""Checking: runs a table's checks in as few scans as they allow and draws up the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from yunzhang import packs
from yunzhang.engines import expressions, lake
from yunzhang.engines.check_sql import RowCheck, failing, judged, literal, name, table
from yunzhang.engines.checks import (
    CHECK_COLUMN_MISSING,
    CHECK_EXPRESSION_LONG,
    CHECK_NO_DATE,
    CHECK_PATTERN_WRONG,
    CHECK_REFERENCE_MISSING,
    Check,
    CheckFault,
    CheckResult,
    Expression,
    FailingRow,
    Format,
    Freshness,
    Reference,
    Unique,
    Verdict,
    by_dimension,
    columns_of,
    dimension_of,
    score,
)
from yunzhang.engines.profiling import Ask
from yunzhang.terms.faults import Fault, Refused


@dataclass(frozen=True)
class Table:
    """The table under check: how to ask about it, its columns, and what it may be compared to."""

    ask: Ask
    parquet: Path
    columns: tuple[str, ...]
    references: Mapping[str, Path]
    as_of: date | None

    @property
    def sql(self) -> str:
        return table(self.parquet)


def run(
    ask: Ask,
    parquet: Path,
    checks: tuple[Check, ...],
    references: Mapping[str, Path],
    as_of: date | None,
) -> Verdict:
    """The verdict in the order of the checks; one that cannot run carries its fault."""
    columns = tuple(column.name for column in lake.columns(parquet))
    under = Table(ask, parquet, columns, references, as_of)
    results = dict(_stopped(under, checks))
    together = [c for c in checks if c.id not in results and isinstance(c, RowCheck)]
    results.update(_run_together(under, together))
    for check in checks:
        if check.id not in results:
            results[check.id] = _run_alone(under, check)
    ordered = tuple(results[check.id] for check in checks)
    return Verdict(
        rows=lake.rows(parquet),
        as_of=as_of,
        results=ordered,
        dimensions=by_dimension(ordered),
    )


# What cannot run


def wrong(ask: Ask, checks: Iterable[Check], columns: tuple[str, ...]) -> Iterator[Fault]:
    """What no table could be held to, told before there is a run: patterns and expressions."""
    for check in checks:
        try:
            if isinstance(check, Expression):
                _columns_read(ask, check.sql, columns)
            elif isinstance(check, Format) and check.pattern:
                fault = _bad_pattern(ask, check.pattern)
                yield from [fault] if fault else []
        except Refused as refused:
            yield from refused.faults


def _stopped(under: Table, checks: Iterable[Check]) -> Iterable[tuple[str, CheckResult]]:
    for check in checks:
        fault = _obstacle(under, check)
        if fault is not None:
            yield check.id, _unable(check, fault)


def _obstacle(under: Table, check: Check) -> Fault | None:
    for column in columns_of(check):
        if column not in under.columns:
            return CHECK_COLUMN_MISSING(column=column)
    if isinstance(check, Format) and check.pattern:
        return _bad_pattern(under.ask, check.pattern)
    if isinstance(check, Reference):
        return _bad_reference(under, check)
    return None


def _bad_pattern(ask: Ask, pattern: str) -> Fault | None:
    try:
        ask(f"SELECT regexp_full_match('', {literal(pattern)})")
    except Refused:
        return CHECK_PATTERN_WRONG(pattern=pattern)
    return None


def _bad_reference(under: Table, check: Reference) -> Fault | None:
    target = under.references.get(check.table)
    try:
        found = target and [column.name for column in lake.columns(target)]
    except Refused:
        found = None
    if not found:
        return CHECK_REFERENCE_MISSING(table=check.table)
    missing = check.to_column not in found
    return CHECK_COLUMN_MISSING(column=f"{check.table}.{check.to_column}") if missing else None


def _unable(check: Check, fault: Fault) -> CheckResult:
    return CheckResult(
        id=check.id,
        kind=check.kind,
        dimension=dimension_of(check.kind),
        fault=CheckFault(
            code=fault.code,
            zh=fault.sentence("zh"),
            en=fault.sentence("en"),
            next_step_zh=fault.next_step("zh"),
            next_step_en=fault.next_step("en"),
        ),
    )


# Row by row, all in one scan


def _run_together(under: Table, checks: list[RowCheck]) -> Iterable[tuple[str, CheckResult]]:
    if not checks:
        return
    counts = ", ".join(
        f"count(*) FILTER ({judged(check)}), count(*) FILTER ({failing(check)})" for check in checks
    )
    found = under.ask(f"SELECT {counts} FROM {under.sql}")[0]
    for place, check in enumerate(checks):
        total, failed = found[2 * place : 2 * place + 2]
        yield check.id, _result(under, check, total, failed, failing(check), (check.column,))


# One by one


def _run_alone(under: Table, check: Check) -> CheckResult:
    try:
        match check:
            case Unique():
                return _unique(under, check)
            case Reference():
                return _reference(under, check)
            case Freshness():
                return _freshness(under, check)
            case Expression():
                return _expression(under, check)
            case _:
                raise TypeError(f"{check.kind} runs with the others")
    except Refused as refusal:
        return _unable(check, refusal.faults[0])


def _unique(under: Table, check: Unique) -> CheckResult:
    columns = ", ".join(map(name, check.columns))
    whole = " AND ".join(f"{name(column)} IS NOT NULL" for column in check.columns)
    groups = f"SELECT {columns}, count(*) AS n FROM {under.sql} WHERE {whole} GROUP BY ALL"
    sums = "coalesce(sum(n), 0)::BIGINT, coalesce(sum(n) FILTER (n > 1), 0)::BIGINT"
    total, failed = under.ask(f"SELECT {sums} FROM ({groups})")[0]
    where = f"({columns}) IN (SELECT ({columns}) FROM ({groups}) WHERE n > 1)"
    return _result(under, check, total, failed, where, check.columns)


def _reference(under: Table, check: Reference) -> CheckResult:
    value, to = name(check.column), name(check.to_column)
    target = table(under.references[check.table])
    where = (
        f"{value} IS NOT NULL AND {value} NOT IN (SELECT {to} FROM {target} WHERE {to} IS NOT NULL)"
    )
    total = under.ask(f"SELECT count({value}) FROM {under.sql}")[0][0]
    failed = under.ask(f"SELECT count(*) FROM {under.sql} WHERE {where}")[0][0]
    return _result(under, check, total, failed, where, (check.column,))


def _freshness(under: Table, check: Freshness) -> CheckResult:
    """One judgement of the whole table: fresh or not."""
    latest = check.updated_on
    if check.column:
        query = f"SELECT max(TRY_CAST({name(check.column)}[1:10] AS DATE)) FROM {under.sql}"
        latest = under.ask(query)[0][0]
    if latest is None or under.as_of is None:
        return _unable(check, CHECK_NO_DATE())
    limit = packs.read("national").limit(f"cycle.{check.cycle}_days")
    stale = (under.as_of - latest).days > limit
    return _counted(check, 1, int(stale), ())


def _columns_read(ask: Ask, sql: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns an expression reads; raises Refused where it is none that may be run."""
    limit = packs.read("national").limit("engines.expression_characters")
    if len(sql) > limit:
        raise Refused(CHECK_EXPRESSION_LONG(limit=limit))
    tree = ask(f"SELECT json_serialize_sql({literal(expressions.statement(sql))})")[0][0]
    return expressions.judge(tree, columns)


def _expression(under: Table, check: Expression) -> CheckResult:
    columns = _columns_read(under.ask, check.sql, under.columns)
    # TRY turns an error on one row into null, and COALESCE turns null into "does not hold".
    where = f"NOT coalesce(TRY(CAST(({check.sql}\n) AS BOOLEAN)), false)"
    total, failed = under.ask(f"SELECT count(*), count(*) FILTER ({where}) FROM {under.sql}")[0]
    return _result(under, check, total, failed, where, columns)


# Results


def _result(
    under: Table, check: Check, total: int, failed: int, where: str, columns: tuple[str, ...]
) -> CheckResult:
    return _counted(check, total, failed, _sample(under, where, columns) if failed else ())


def _sample(under: Table, where: str, columns: tuple[str, ...]) -> tuple[FailingRow, ...]:
    limit = packs.read("national").limit("engines.failures_kept")
    listed = "".join(f", {name(column)}" for column in columns)
    query = f"SELECT file_row_number + 1{listed} FROM {under.sql} WHERE {where} LIMIT {limit}"
    return tuple(
        FailingRow(row=number, values=dict(zip(columns, values, strict=True)))
        for number, *values in under.ask(query)
    )


def _counted(check: Check, total: int, failed: int, sample: tuple[FailingRow, ...]) -> CheckResult:
    return CheckResult(
        id=check.id,
        kind=check.kind,
        dimension=dimension_of(check.kind),
        total=total,
        failed=failed,
        score=score(total, failed),
        sample=sample,
    )
