"""Databases: PostgreSQL, MySQL or MariaDB, and SQLite, read in a stream and never written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pyarrow as pa
import pymysql
from psycopg import sql
from pymysql.cursors import SSCursor

from yunzhang import packs
from yunzhang.engines.readings import (
    SOURCE_LOST,
    SOURCE_MISSING,
    SOURCE_UNREACHABLE,
    SOURCE_UNREADABLE,
    TABLE_UNKNOWN,
    Reading,
    RowFaults,
    SourceColumn,
    SourceSpec,
    TableName,
    batches,
    name_columns,
    text,
)
from yunzhang.terms.faults import Refused

# Driver messages quote accounts, addresses and values, so only the name of the error is passed on.
FAILURES = (psycopg.Error, pymysql.Error, sqlite3.Error, OSError)

Rows = Iterator[Iterable[Any]]


@dataclass(frozen=True)
class Opened:
    """A table's declared columns, and the stream of its rows while the connection stands."""

    names: tuple[str, ...]
    natives: tuple[str, ...]
    rows: Callable[[], Rows]


def _reading(spec: SourceSpec, held: AbstractContextManager[Opened], batch_rows: int) -> Reading:
    """Hold the connection open from now until the last batch is drawn or the reading fails."""
    with _reached(spec):
        opened = held.__enter__()
        try:
            stream = opened.rows()
        except FAILURES:
            _release(held)
            raise
    names, repairs = name_columns(opened.names)
    columns = tuple(
        SourceColumn(name=name, native=native)
        for name, native in zip(names, opened.natives, strict=True)
    )
    faults = RowFaults(packs.read("national").limit("engines.row_faults_kept"))
    rows = ((number, [text(v) for v in row]) for number, row in enumerate(stream, 1))
    drawn = batches(rows, columns, batch_rows, faults)
    return Reading(columns, _drawn(held, drawn), faults, repairs)


def _drawn(
    held: AbstractContextManager[Opened], drawn: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    rows = 0
    try:
        for batch in drawn:
            rows += batch.num_rows
            yield batch
    except FAILURES as error:
        raise Refused(SOURCE_LOST(rows=rows, reason=_reason(error))) from None
    finally:
        _release(held)


def _release(held: AbstractContextManager[Opened]) -> None:
    try:
        held.__exit__(None, None, None)
    except FAILURES:
        return  # a connection that is already gone needs no closing


def _reason(error: BaseException) -> str:
    state = getattr(error, "sqlstate", None) or next(iter(getattr(error, "args", ())), None)
    code = f" {state}" if isinstance(state, int) or (isinstance(state, str) and len(state) == 5) else ""
    return type(error).__name__ + code


@contextmanager
def _reached(spec: SourceSpec) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        kind = SOURCE_UNREADABLE if isinstance(error, sqlite3.Error) else SOURCE_UNREACHABLE
        # "from None": the driver's own message may hold the password.
        raise Refused(kind(source=spec.public, reason=_reason(error))) from None


def _known(table: str, among: Iterable[str]) -> str:
    """The table's name, if the database itself lists it: nothing else is put into a statement."""
    if table not in among:
        raise Refused(TABLE_UNKNOWN(table=table))
    return table


def _wait_seconds() -> int:
    return packs.read("national").limit("engines.source_wait_seconds")


class Postgresql:
    """postgresql://user:password@host:port/database. A table of another schema is schema.table."""

    LIST = """
        SELECT CASE WHEN n.nspname = current_schema() THEN c.relname
                    ELSE n.nspname || '.' || c.relname END, n.nspname, c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
          AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
          AND has_table_privilege(c.oid, 'SELECT')
        ORDER BY n.nspname = current_schema() DESC, 1"""
    COLUMNS = """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum"""

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        with _reached(spec), self._connect(spec) as connection:
            return tuple(TableName(name) for name in self._list(connection))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """One snapshot of the table, every value as the server's own text of it."""
        return _reading(spec, self._open(spec, batch_rows), batch_rows)

    @contextmanager
    def _open(self, spec: SourceSpec, batch_rows: int) -> Iterator[Opened]:
        with closing(self._connect(spec)) as connection:
            listed = self._list(connection)
            place = listed[_known(spec.table, listed)]
            described = connection.execute(self.COLUMNS, place).fetchall()
            query = sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(n)) for n, _ in described),
                sql.Identifier(*place),
            )
            cursor = connection.cursor("yunzhang")
            cursor.itersize = batch_rows
            names, natives = zip(*described, strict=True) if described else ((), ())
            yield Opened(names, natives, lambda: iter(cursor.execute(query)))

    def _list(self, connection: psycopg.Connection[Any]) -> dict[str, tuple[str, str]]:
        return {name: (schema, table) for name, schema, table in connection.execute(self.LIST)}

    def _connect(self, spec: SourceSpec) -> psycopg.Connection[Any]:
        _check_url(spec, ("postgresql", "postgres"))
        wait = _wait_seconds()
        connection = psycopg.connect(
            spec.location, connect_timeout=wait, keepalives_idle=wait, tcp_user_timeout=wait * 1000,
            client_encoding="utf8",
        )
        connection.execute(f"SET statement_timeout = '{wait}s'")
        connection.commit()
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return connection


class Mysql:
    """mysql://user:password@host:port/database, MySQL and MariaDB; ?unix_socket=/path also works."""

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        with _reached(spec), closing(self._connect(spec)) as connection:
            return tuple(TableName(name) for name in self._list(connection))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """One snapshot of the table, every value as the server's own text of it."""
        return _reading(spec, self._open(spec), batch_rows)

    @contextmanager
    def _open(self, spec: SourceSpec) -> Iterator[Opened]:
        connection = self._connect(spec)
        try:
            table = _quoted(_known(spec.table, self._list(connection)))
            described = self._ask(connection, f"SHOW COLUMNS FROM {table}")
            cursor = connection.cursor(SSCursor)
            names = tuple(row[0] for row in described)
            query = f"SELECT {', '.join(map(_quoted, names))} FROM {table}"  # noqa: S608
            yield Opened(names, tuple(row[1] for row in described), lambda: _stream(cursor, query))
        finally:
            # The rest of an unread stream is not worth waiting for: cut the line.
            connection._force_close()

    def _list(self, connection: Any) -> tuple[str, ...]:
        return tuple(row[0] for row in self._ask(connection, "SHOW TABLES"))

    def _ask(self, connection: Any, query: str) -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def _connect(self, spec: SourceSpec) -> Any:
        _check_url(spec, ("mysql", "mariadb"))
        url, wait = urlsplit(spec.location), _wait_seconds()
        socket = parse_qs(url.query).get("unix_socket", [None])[0]
        connection = pymysql.connect(
            host=url.hostname or "127.0.0.1", port=url.port or 3306, unix_socket=socket,
            user=unquote(url.username or ""), password=unquote(url.password or ""),
            database=unquote(url.path.lstrip("/")), charset="utf8mb4", conv={},
            connect_timeout=wait, read_timeout=wait, write_timeout=wait,
        )
        self._limit(connection)
        return connection

    def _limit(self, connection: Any) -> None:
        seconds = packs.read("national").limit("engines.statement_seconds")
        mariadb = "mariadb" in connection.get_server_info().lower()
        limit = f"max_statement_time = {seconds}" if mariadb else f"max_execution_time = {seconds * 1000}"
        for statement in (
            f"SET SESSION {limit}",
            "SET SESSION TRANSACTION READ ONLY",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ):
            self._ask(connection, statement)


def _stream(cursor: Any, query: str) -> Rows:
    cursor.execute(query)
    yield from cursor


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class Sqlite:
    """A SQLite file."""

    LIST = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        with _reached(spec), closing(self._connect(spec)) as connection:
            return tuple(TableName(name) for (name,) in connection.execute(self.LIST))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """One snapshot of the table; text that is not UTF-8 is read as GB18030."""
        return _reading(spec, self._open(spec), batch_rows)

    @contextmanager
    def _open(self, spec: SourceSpec) -> Iterator[Opened]:
        with closing(self._connect(spec)) as connection:
            _known(spec.table, [name for (name,) in connection.execute(self.LIST)])
            name = spec.table.replace('"', '""')
            described = connection.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
            shown = [(row[1], row[2]) for row in described if row[6] != 1]
            listed = ", ".join('"' + n.replace('"', '""') + '"' for n, _ in shown)
            query = f'SELECT {listed} FROM "{name}"'  # noqa: S608
            names, natives = zip(*shown, strict=True)
            connection.text_factory = _lenient
            yield Opened(names, natives, lambda: iter(connection.execute(query)))

    def _connect(self, spec: SourceSpec) -> sqlite3.Connection:
        path = Path(spec.location)
        if not path.is_file():
            raise Refused(SOURCE_MISSING(source=path.name))
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_wait_seconds(),
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


def _check_url(spec: SourceSpec, schemes: tuple[str, ...]) -> None:
    if urlsplit(spec.location).scheme not in schemes:
        raise Refused(SOURCE_UNREADABLE(source=spec.public, reason=f"地址应为 {schemes[0]}://…"))
