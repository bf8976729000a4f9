"""Harvest: brings a live table into the lake, with its bad rows listed and its profile taken."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from yunzhang.engines import lake, on_duckdb
from yunzhang.engines.lake import Gathered, Progress
from yunzhang.engines.profiles import TableProfile
from yunzhang.gather import counting, keeping, secrets
from yunzhang.gather.models import DataTable
from yunzhang.gather.systems import source_of
from yunzhang.people.act import act, allow
from yunzhang.people.permissions import Actor
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text

GATHER_RUNNING = FaultKind(
    "table.gather_running",
    409,
    Text("数据表“{table}”正在归集。", "The table {table} is being gathered."),
    Text("等本次归集结束后再试。", "Try again when it is done."),
)
TABLE_UNGATHERED = FaultKind(
    "table.ungathered",
    409,
    Text("数据表“{table}”还没有归集。", "The table {table} has not been gathered."),
    Text("先归集数据表。", "Gather the table first."),
)


def gather(
    actor: Actor, table: DataTable, *, why: str, progress: Progress | None = None
) -> DataTable:
    """Read the whole source into the lake and profile it; the table row tells the outcome.

    The load runs outside any transaction; copy and record change together at the end, or, when
    the source fails, not at all. Raises Refused as the engine does, and `table.gather_running`.
    """
    allow(actor, Deed.TABLE_GATHERED, table.unit, why)
    with _alone(table) as incoming:
        found = lake.gather(secrets.unlocked(source_of(table), table.unit), incoming, progress)
        profile = on_duckdb.profile(incoming)
        subject = f"table:{table.name}"
        with act(actor, Deed.TABLE_GATHERED, subject, unit=table.unit, why=why) as deeds:
            deeds.content.update(rows=found.rows, rejected=found.rejected, digest=found.digest)
            table = DataTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
            table.gathered_at = deeds.at
            _fill(table, found, profile)
            keeping.gathered(table)
            for resource in table.resources.all():
                counting.entry(resource)
            incoming.replace(lake_file(table))
    return table


def look(table: DataTable) -> TableProfile:
    """The profile of the live table as it is now; the lake's copy stays as it was."""
    with _alone(table) as incoming:
        lake.gather(secrets.unlocked(source_of(table), table.unit), incoming)
        return on_duckdb.profile(incoming)


def lake_file(table: DataTable) -> Path:
    """Where the lake keeps the table's gathered copy."""
    return Path(settings.LAKE) / f"{table.name}.parquet"


def profile_of(table: DataTable) -> TableProfile:
    """The profile taken at the last gathering; raises `table.ungathered`."""
    if not table.profile:
        raise Refused(TABLE_UNGATHERED(table=table.name))
    return decode(table.profile, TableProfile)


def _fill(table: DataTable, found: Gathered, profile: TableProfile) -> None:
    table.rows = found.rows
    table.rejected = found.rejected
    table.row_faults = encode(found.faults).decode()
    table.repairs = encode(found.repairs).decode()
    table.encoding = found.encoding
    table.digest = found.digest
    table.profile = encode(profile).decode()
    table.save()


@contextmanager
def _alone(table: DataTable) -> Iterator[Path]:
    """A path for the incoming copy, held by one gathering at a time; cleared on the way out."""
    folder = Path(settings.LAKE) / "incoming" / table.name
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock", table):
        _clear(folder)
        try:
            yield folder / "table.parquet"
        finally:
            _clear(folder)


@contextmanager
def _locked(path: Path, table: DataTable) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(lock, table)
        yield
    finally:
        os.close(lock)


def _lock(lock: int, table: DataTable) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(GATHER_RUNNING(table=table.name)) from error


def _clear(folder: Path) -> None:
    # Also what a killed gathering left behind.
    for path in folder.iterdir():
        if path.name != "lock":
            path.unlink()
