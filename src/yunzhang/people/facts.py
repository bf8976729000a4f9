"""Facts on their way to the log: each deed's leaf is appended once, whatever breaks in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet

from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import pack
from yunzhang.protect import merkle
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Fact
from yunzhang.terms.faults import FaultKind, Refused, Text

FACTS_LOST = FaultKind(
    "facts.lost",
    500,
    Text(
        "枢纽日志有 {size} 条，数据库记录的却有 {marked} 条：日志被换成了旧的。",
        "The hub's log has {size} entries but {marked} were appended: an old log was put back.",
    ),
    Text("从备份恢复完整的日志目录。", "Restore the whole log folder."),
)
FACT_STRANGE = FaultKind(
    "facts.strange",
    500,
    Text(
        "枢纽日志第 {index} 条在数据库中没有对应的记录。",
        "Entry {index} of the hub's log belongs to no record of the database.",
    ),
    Text(
        "数据库可能被换成了旧的；从备份恢复后再启动。",
        "The database may be an old one; restore it before going on.",
    ),
)


class Log(Protocol):
    """The part of a ledger that draining needs."""

    @property
    def size(self) -> int: ...

    def append(self, entries: list[bytes]) -> range: ...

    def entries(self, start: int, stop: int) -> list[bytes]: ...


def open_log() -> Ledger:
    """The hub's own ledger; one process at a time may hold it open."""
    return Ledger.open(Path(settings.LEDGER), hub_key())


def drain(log: Log) -> int:
    """Append every waiting fact in order and mark it with its index; how many were appended.

    A fact appended just before a crash is found in the log's tail and only marked.
    Raises `facts.lost` or `facts.strange` when log and database do not belong together.
    """
    _mark_tail(log)
    appended = 0
    while waiting := list(_waiting()[: pack().limit("facts.group")]):
        indexes = log.append([row.leaf.encode() for row in waiting])
        _mark(waiting, indexes)
        appended += len(waiting)
    return appended


def hold_still() -> None:
    """Let no other deed end before this one: what it reads is then all that the log has before it.

    SQLite lets one deed write at a time in any case.
    """
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(FactRow._meta.db_table)  # noqa: SLF001 - Django's own way
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def leaf_index(fact: FactRow) -> int | None:
    """Where the log holds this fact; None while it waits."""
    return FactRow.objects.values_list("index", flat=True).get(pk=fact.pk)


def waiting() -> int:
    """How many facts the log does not hold yet."""
    return _waiting().count()


def _waiting() -> QuerySet[FactRow]:
    return FactRow.objects.filter(index=None).order_by("number")


def _mark_tail(log: Log) -> None:
    newest = FactRow.objects.aggregate(newest=Max("index"))["newest"]
    marked = 0 if newest is None else newest + 1
    if marked > log.size:
        raise Refused(FACTS_LOST(size=log.size, marked=marked))
    group = pack().limit("facts.group")
    for start in range(marked, log.size, group):
        indexes = range(start, min(start + group, log.size))
        entries = log.entries(indexes.start, indexes.stop)
        _mark([_row_of(entry, i) for entry, i in zip(entries, indexes, strict=True)], indexes)


def _row_of(entry: bytes, index: int) -> FactRow:
    row = FactRow.objects.filter(id=decode(entry, Fact).id, index=None).first()
    if row is None or row.leaf.encode() != entry:
        raise Refused(FACT_STRANGE(index=index))
    return row


def _mark(rows: Sequence[FactRow], indexes: range) -> None:
    with transaction.atomic():
        for row, index in zip(rows, indexes, strict=True):
            row.index = index
        FactRow.objects.bulk_update(rows, ["index"])


def size_at(moment: datetime) -> int | None:
    """How many of the log's first entries come before the first one of this moment or later.

    None while the log is not yet known to hold all of them. Once there is a later entry, nobody
    can change the number any more.
    """
    if FactRow.objects.filter(index=None, at__lt=moment).exists():
        return None
    later = FactRow.objects.filter(index__isnull=False, at__gte=moment).aggregate(at=Min("index"))
    if later["at"] is not None:
        return int(later["at"])
    newest = FactRow.objects.aggregate(newest=Max("index"))["newest"]
    return 0 if newest is None else int(newest) + 1


def root_of(size: int) -> bytes:
    """The root over the log's first entries, from the leaves the hub holds."""
    hasher = hub_key().public.suite.digest

    def read(height: int, index: int) -> bytes:
        if height > merkle.TILE_HEIGHT:
            left, right = read(height - 1, 2 * index), read(height - 1, 2 * index + 1)
            return merkle.node_hash(left, right, hasher)
        start = index << height
        rows = FactRow.objects.filter(index__gte=start, index__lt=start + (1 << height))
        leaves = rows.order_by("index").values_list("leaf", flat=True)
        return merkle.fold([merkle.leaf_hash(leaf.encode(), hasher) for leaf in leaves], hasher)

    return merkle.root(size, read, hasher) if size else merkle.empty_root(hasher)
