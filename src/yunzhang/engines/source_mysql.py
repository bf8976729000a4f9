"""MySQL and MariaDB: one snapshot of a table in a stream, read-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from yunzhang import packs
from yunzhang.engines.readings import Reading, SourceSpec, TableName
from yunzhang.engines.source_databases import (
    Database,
    Opened,
    check_address,
    known,
    wait_seconds,
)

DATABASE = Database((pymysql.Error, OSError))


class Mysql:
    """mysql://user:password@host:port/database, with ?unix_socket=/path where there is one."""

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        with DATABASE.reached(spec), closing(self._connect(spec)) as connection:
            return tuple(TableName(name) for name in self._list(connection))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """One snapshot of the table, every value as the server's own text of it."""
        return DATABASE.reading(spec, self._open(spec), batch_rows)

    @contextmanager
    def _open(self, spec: SourceSpec) -> Iterator[Opened]:
        connection = self._connect(spec)
        try:
            table = _quoted(known(spec.table, self._list(connection)))
            described = self._ask(connection, f"SHOW COLUMNS FROM {table}")
            cursor = connection.cursor(SSCursor)
            names = tuple(row[0] for row in described)
            query = f"SELECT {', '.join(map(_quoted, names))} FROM {table}"
            yield Opened(names, tuple(row[1] for row in described), lambda: _stream(cursor, query))
        finally:
            _abandon(connection)

    def _list(self, connection: Any) -> tuple[str, ...]:
        return tuple(row[0] for row in self._ask(connection, "SHOW TABLES"))

    def _ask(self, connection: Any, query: str) -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def _connect(self, spec: SourceSpec) -> Any:
        check_address(spec, ("mysql", "mariadb"))
        url, wait = urlsplit(spec.location), wait_seconds()
        socket = parse_qs(url.query).get("unix_socket", [None])[0]
        connection = pymysql.connect(
            host=url.hostname or "127.0.0.1",
            port=url.port or 3306,
            unix_socket=socket,
            user=unquote(url.username or ""),
            password=unquote(url.password or ""),
            database=unquote(url.path.lstrip("/")),
            charset="utf8mb4",
            conv=encoders,  # and no decoders: values stay the text the server sent
            connect_timeout=wait,
            read_timeout=wait,
            write_timeout=wait,
        )
        self._limit(connection)
        return connection

    def _limit(self, connection: Any) -> None:
        seconds = packs.read("national").limit("engines.statement_seconds")
        mariadb = "mariadb" in connection.get_server_info().lower()
        limit = (
            f"max_statement_time = {seconds}"
            if mariadb
            else f"max_execution_time = {seconds * 1000}"
        )
        for statement in (
            f"SET SESSION {limit}",
            "SET SESSION TRANSACTION READ ONLY",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ):
            self._ask(connection, statement)


def _stream(cursor: Any, query: str) -> Iterator[Iterable[Any]]:
    cursor.execute(query)
    yield from cursor


def _abandon(connection: Any) -> None:
    """Cut the line: the rest of a stream that nobody reads is not worth waiting for.

    The driver has no such verb; left alone it would read on, from a line that is gone too.
    """
    if connection._result is not None:  # noqa: SLF001
        connection._result.unbuffered_active = False  # noqa: SLF001
        connection._result = None  # noqa: SLF001
    connection._force_close()  # noqa: SLF001


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
