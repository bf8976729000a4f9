"""The lake: gathered tables as Parquet files, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from yunzhang import packs
from yunzhang.engines import parquet as files
from yunzhang.engines import sources
from yunzhang.engines.bad_rows import RowFault
from yunzhang.engines.parquet import Batch, SourceColumn
from yunzhang.engines.readings import Reading, SourceSpec
from yunzhang.terms.document import Document
from yunzhang.terms.faults import FaultKind, Refused, Text

LAKE_UNWRITABLE = FaultKind(
    "lake.unwritable",
    507,
    Text(
        "数据湖写不进去（{reason}），原有数据没有改动。",
        "The lake cannot be written ({reason}); what was there before is untouched.",
    ),
    Text(
        "清理磁盘或核对目录权限后重新归集。",
        "Free some disk or check the folder's rights, then gather again.",
    ),
)
LAKE_UNREADABLE = FaultKind(
    "lake.unreadable",
    404,
    Text("数据湖中没有可读的文件 {name}。", "The lake holds no readable file {name}."),
    Text("先归集该数据表。", "Gather the table first."),
)

Progress = Callable[[int, float | None], None]
"""Called after each batch with rows gathered so far and the part of the source read (0 to 1)."""


class Repair(Document, frozen=True, kw_only=True):
    """One thing put right while gathering, such as a column without a name."""

    code: str
    zh: str
    en: str


class Gathered(Document, frozen=True, kw_only=True):
    """What one gathering brought in. `digest` is the SHA-256 of the Parquet file: its version."""

    rows: int
    rejected: int
    fault_counts: dict[str, int]
    faults: tuple[RowFault, ...]  # a bounded sample; `rejected` is exact
    repairs: tuple[Repair, ...]
    columns: tuple[SourceColumn, ...]
    encoding: str
    bytes: int
    digest: str


def gather(spec: SourceSpec, target: Path, progress: Progress | None = None) -> Gathered:
    """Stream one table into the Parquet file `target`, replacing it only when all went well.

    Raises Refused as `sources.read` does, with `source.lost` when the source breaks off and
    `lake.unwritable` when the disk does; the old file then stays as it was.
    """
    reading = sources.read(spec, packs.read("national").limit("engines.batch_rows"))
    with _atomic(target) as part:
        rows = _write(reading, part, progress or _silent)
        size, version = part.stat().st_size, digest(part)
    faults = reading.faults
    return Gathered(
        rows=rows,
        rejected=faults.rejected,
        fault_counts=dict(faults.counts),
        faults=tuple(faults.sample),
        repairs=tuple(
            Repair(code=fault.code, zh=fault.sentence("zh"), en=fault.sentence("en"))
            for fault in reading.repairs
        ),
        columns=reading.columns,
        encoding=reading.encoding,
        bytes=size,
        digest=version,
    )


def columns(parquet: Path) -> tuple[SourceColumn, ...]:
    """The columns of a gathered table, in order, with the types its source declared."""
    with _opened(parquet) as file:
        return files.declared(file)


def rows(parquet: Path) -> int:
    """How many rows a gathered table has, from its footer alone."""
    with _opened(parquet) as file:
        return int(file.metadata.num_rows)


def batches(
    parquet: Path, names: tuple[str, ...] | None = None, batch_rows: int | None = None
) -> Iterator[Batch]:
    """The table's rows in order, all text; only the columns `names` when given."""
    limit = batch_rows or packs.read("national").limit("engines.batch_rows")
    with _opened(parquet) as file:
        yield from file.iter_batches(limit, columns=list(names) if names else None)


@contextmanager
def _opened(parquet: Path) -> Iterator[Any]:
    try:
        file = files.opened(parquet)
    except files.BROKEN as error:
        raise Refused(LAKE_UNREADABLE(name=parquet.name)) from error
    with file:
        yield file


def _silent(rows: int, fraction: float | None) -> None:
    """Nobody watches this gathering."""


def _write(reading: Reading, part: Path, progress: Progress) -> int:
    done = 0
    with closing(_drawn(reading)) as drawn, files.writing(part, reading.columns) as write:
        for batch in drawn:
            write(batch)
            done += batch.num_rows
            progress(done, reading.fraction())
    return done


def _drawn(reading: Reading) -> Generator[Batch, None, None]:
    yield from reading.batches


@contextmanager
def _atomic(target: Path) -> Iterator[Path]:
    """A new file beside `target` that takes its place, durably, only if the body succeeds."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise Refused(LAKE_UNWRITABLE(reason=os.strerror(error.errno or 0))) from error
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(parquet: Path) -> str:
    """The SHA-256 of a gathered table's file, in hex: its version."""
    with parquet.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
