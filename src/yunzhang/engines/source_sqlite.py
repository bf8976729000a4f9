"""SQLite: one snapshot of a table of a file that is opened read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from yunzhang.engines.readings import (
    SOURCE_MISSING,
    SOURCE_UNREADABLE,
    Reading,
    SourceSpec,
    TableName,
)
from yunzhang.engines.source_databases import Database, Opened, known, wait_seconds
from yunzhang.terms.faults import Refused

DATABASE = Database((sqlite3.Error, OSError), SOURCE_UNREADABLE)


class Sqlite:
    """A SQLite file."""

    LIST = r"""
        SELECT name FROM sqlite_schema
        WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name"""

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        with DATABASE.reached(spec), closing(self._connect(spec)) as connection:
            return tuple(TableName(name) for (name,) in connection.execute(self.LIST))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """One snapshot of the table; text that is not UTF-8 is read as GB18030."""
        return DATABASE.reading(spec, self._open(spec), batch_rows)

    @contextmanager
    def _open(self, spec: SourceSpec) -> Iterator[Opened]:
        with closing(self._connect(spec)) as connection:
            known(spec.table, [name for (name,) in connection.execute(self.LIST)])
            name = spec.table.replace('"', '""')
            described = connection.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
            shown = [(row[1], row[2]) for row in described if row[6] != 1]
            listed = ", ".join('"' + n.replace('"', '""') + '"' for n, _ in shown)
            query = f'SELECT {listed} FROM "{name}"'
            names, natives = zip(*shown, strict=True)
            connection.text_factory = _lenient
            yield Opened(names, natives, lambda: iter(connection.execute(query)))

    def _connect(self, spec: SourceSpec) -> sqlite3.Connection:
        path = Path(spec.location)
        if not path.is_file():
            raise Refused(SOURCE_MISSING(source=path.name))
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=wait_seconds(),
            check_same_thread=False,
        )
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection


def _lenient(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "surrogateescape")
