"""Quality: what each table is held to, and how it did, by the dimensions of GB/T 36344."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from django.db.models import Exists, OuterRef, Q, QuerySet

from yunzhang import clock
from yunzhang.engines import checks as engine_checks
from yunzhang.engines import on_duckdb
from yunzhang.engines.checks import Check, Reference, Verdict, suggest_checks
from yunzhang.engines.profiles import draft_items
from yunzhang.gather import counting, keeping
from yunzhang.gather.harvest import TABLE_UNGATHERED, lake_file, profile_of
from yunzhang.gather.models import CheckSet, DataTable, EntryVersion, VerdictRow
from yunzhang.people.act import act, allow
from yunzhang.people.permissions import Actor
from yunzhang.terms.codes import ShareType
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

CHECK_TWICE = FaultKind(
    "check.twice",
    422,
    Text("规则编号“{id}”重复。", "The check {id} appears twice."),
    Text("删除或改名其中一条。", "Remove or rename one of them."),
)
CHECK_COLUMN_UNKNOWN = FaultKind(
    "check.column_unknown",
    422,
    Text(
        "规则“{id}”所指的列 {column} 不在数据表中。",
        "The check {id} names a column, {column}, that the table lacks.",
    ),
    Text("从数据表的列中选择。", "Choose one of the table's columns."),
)
CHECK_TABLE_UNKNOWN = FaultKind(
    "check.table_unknown",
    422,
    Text(
        "规则“{id}”引用的数据表 {table} 没有登记。",
        "The check {id} refers to a table, {table}, that is not registered.",
    ),
    Text("先登记并归集被引用的数据表。", "Register and gather that table first."),
)
CHECK_TABLE_CLOSED = FaultKind(
    "check.table_closed",
    403,
    Text(
        "规则“{id}”引用的数据表 {table} 不属于本单位，也不是无条件共享的资源。",
        "The check {id} refers to {table}, another unit's table that is not shared with all.",
    ),
    Text(
        "只引用本单位的表，或已发布为无条件共享的表（条例第十四条）。",
        "Refer to your own tables, or to those published as unconditional (Order 809 Art. 14).",
    ),
)
CHECKS_MISSING = FaultKind(
    "quality.checks_missing",
    409,
    Text("数据表“{table}”还没有设定质量规则。", "No checks are set for the table {table}."),
    Text("先设定质量规则，可从系统建议开始。", "Set checks first; the suggested ones are a start."),
)


def suggest(table: DataTable) -> tuple[Check, ...]:
    """Checks to begin with, from the table's profile; raises `table.ungathered`."""
    profile = profile_of(table)
    return suggest_checks(draft_items(profile), profile)


def referable(table: DataTable) -> QuerySet[DataTable]:
    """The other gathered tables that checks may refer to: the unit's own, and those open to all."""
    own = Q(system__unit=table.system.unit_id)
    found = DataTable.objects.filter(own | Exists(_open_ones(OuterRef("pk")))).exclude(pk=table.pk)
    return found.exclude(profile="").order_by("title")


def checks_of(table: DataTable) -> tuple[Check, ...]:
    """The checks set for a table; none when none are set."""
    held = CheckSet.objects.filter(table=table).first()
    return decode(held.checks, tuple[Check, ...]) if held else ()


def set_checks(actor: Actor, table: DataTable, checks: Iterable[Check], *, why: str) -> CheckSet:
    """Hold the table to these checks from now on; raises Refused with all that cannot be."""
    wanted = tuple(checks)
    subject = f"table:{table.name}"
    with act(actor, Deed.CHECKS_SET, subject, unit=table.unit, why=why) as deeds:
        refuse_if(_faults(table, wanted))
        text = encode(wanted).decode()
        deeds.content.update(checks=[check.id for check in wanted])
        return CheckSet.objects.update_or_create(table=table, defaults={"checks": text})[0]


def run(actor: Actor, table: DataTable, *, why: str) -> VerdictRow:
    """Check the gathered copy; the verdict keeps exact counts and a bounded sample of bad rows.

    Raises `quality.checks_missing`, `table.ungathered`, or what the engine raises.
    """
    allow(actor, Deed.TABLE_CHECKED, table.unit, why)
    checks = checks_of(table)
    if not checks:
        raise Refused(CHECKS_MISSING(table=table.name))
    if not lake_file(table).exists():
        raise Refused(TABLE_UNGATHERED(table=table.name))
    refuse_if(_closed(table, checks))
    verdict = on_duckdb.run_checks(lake_file(table), checks, _referred(checks), clock.today())
    subject = f"table:{table.name}"
    with act(actor, Deed.TABLE_CHECKED, subject, unit=table.unit, why=why) as deeds:
        deeds.content.update(rows=verdict.rows, passed=verdict.passed, table=table.digest)
        keeping.checked(table, passed=verdict.passed)
        row = VerdictRow.objects.create(
            table=table,
            ran_at=deeds.at,
            rows=verdict.rows,
            score=_score(verdict),
            passed=verdict.passed,
            verdict=encode(verdict).decode(),
        )
        counting.verdict(row)
    return row


def verdict_of(row: VerdictRow) -> Verdict:
    """The whole verdict of a run: each check, each dimension, the failing rows kept."""
    return decode(row.verdict, Verdict)


def _score(verdict: Verdict) -> Decimal | None:
    total = sum(result.total for result in verdict.results)
    failed = sum(result.failed for result in verdict.results)
    found = engine_checks.score(total, failed)
    return None if found is None else Decimal(str(found)).quantize(Decimal("0.01"), "ROUND_DOWN")


def _referred(checks: Iterable[Check]) -> dict[str, Path]:
    names = {check.table for check in checks if isinstance(check, Reference)}
    tables = DataTable.objects.filter(name__in=names)
    return {table.name: lake_file(table) for table in tables if lake_file(table).exists()}


def _faults(table: DataTable, checks: tuple[Check, ...]) -> Iterator[Fault]:
    ids = [check.id for check in checks]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield CHECK_TWICE(id=id)
    profile = profile_of(table)
    for check in checks:
        for column in engine_checks.columns_of(check):
            if profile.column(column) is None:
                yield CHECK_COLUMN_UNKNOWN(id=check.id, column=column)
        yield from _to_column_faults(check)
        if isinstance(check, Reference) and not _registered(check.table):
            yield CHECK_TABLE_UNKNOWN(id=check.id, table=check.table)
    yield from _closed(table, checks)
    yield from on_duckdb.wrong(checks, tuple(column.name for column in profile.columns))


def _to_column_faults(check: Check) -> Iterator[Fault]:
    if isinstance(check, Reference):
        other = DataTable.objects.filter(name=check.table).exclude(profile="").first()
        if other is not None and profile_of(other).column(check.to_column) is None:
            yield CHECK_COLUMN_UNKNOWN(id=check.id, column=f"{check.table}.{check.to_column}")


def _registered(name: str) -> bool:
    return DataTable.objects.filter(name=name).exists()


def _closed(table: DataTable, checks: Iterable[Check]) -> Iterator[Fault]:
    # A reference tells which values another table holds: nobody may ask that of closed data.
    for check in checks:
        if isinstance(check, Reference) and _registered(check.table):
            other = DataTable.objects.select_related("system").get(name=check.table)
            if other.system.unit_id != table.system.unit_id and not _open_to_all(other):
                yield CHECK_TABLE_CLOSED(id=check.id, table=check.table)


def _open_to_all(table: DataTable) -> bool:
    return _open_ones(table).exists()


def _open_ones(table: DataTable | OuterRef) -> QuerySet[EntryVersion]:
    return EntryVersion.objects.filter(
        resource__table=table,
        state=EntryVersion.State.PUBLISHED,
        share_type=ShareType.UNCONDITIONAL,
    )
