"""Sources: what a department keeps its tables in; one reader for each kind."""

from __future__ import annotations

from collections.abc import Mapping

from yunzhang.engines import source_files
from yunzhang.engines.bad_rows import RowFault, RowFaults
from yunzhang.engines.parquet import SourceColumn
from yunzhang.engines.readings import (
    Reader,
    Reading,
    SourceKind,
    SourceSpec,
    TableName,
)
from yunzhang.engines.source_mysql import Mysql
from yunzhang.engines.source_postgresql import Postgresql
from yunzhang.engines.source_sqlite import Sqlite

__all__ = [
    "READERS",
    "Reading",
    "RowFault",
    "RowFaults",
    "SourceColumn",
    "SourceKind",
    "SourceSpec",
    "TableName",
    "read",
    "tables",
]

READERS: Mapping[SourceKind, Reader] = {
    SourceKind.CSV: source_files.CSV,
    SourceKind.EXCEL: source_files.EXCEL,
    SourceKind.PARQUET: source_files.PARQUET,
    SourceKind.JSON: source_files.JSON,
    SourceKind.GEOJSON: source_files.GEOJSON,
    SourceKind.SQLITE: Sqlite(),
    SourceKind.POSTGRESQL: Postgresql(),
    SourceKind.MYSQL: Mysql(),
}


def tables(spec: SourceSpec) -> tuple[TableName, ...]:
    """The tables of a source that can be registered: files, sheets, or tables and views.

    Raises Refused with `source.missing`, `source.unreachable` or `source.unreadable`.
    """
    return READERS[spec.kind].tables(spec)


def read(spec: SourceSpec, batch_rows: int) -> Reading:
    """Open `spec.table` for one reading in batches of text; see `Reading`.

    Raises Refused as `tables` does, and with `source.table_unknown`.
    """
    return READERS[spec.kind].read(spec, batch_rows)
