"""PostgreSQL: one snapshot of a table through a server-side cursor, read-only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from yunzhang.engines.readings import Reading, SourceSpec, TableName
from yunzhang.engines.source_databases import (
    Database,
    Opened,
    check_address,
    known,
    wait_seconds,
)

DATABASE = Database((psycopg.Error, OSError))
# How values look as text: a server may prefer day before month, or its own zone.
AS_TEXT = (
    "datestyle = ISO",
    "intervalstyle = iso_8601",
    "bytea_output = hex",
    "extra_float_digits = 1",
    "timezone = 'Asia/Shanghai'",
)


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
        with DATABASE.reached(spec), self._connect(spec) as connection:
            return tuple(TableName(name) for name in self._list(connection))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """One snapshot of the table, every value as the server's own text of it."""
        return DATABASE.reading(spec, self._open(spec, batch_rows), batch_rows)

    @contextmanager
    def _open(self, spec: SourceSpec, batch_rows: int) -> Iterator[Opened]:
        with closing(self._connect(spec)) as connection:
            listed = self._list(connection)
            place = listed[known(spec.table, listed)]
            described = connection.execute(self.COLUMNS, place).fetchall()
            query = sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(
                    sql.SQL("{}::text").format(sql.Identifier(n)) for n, _ in described
                ),
                sql.Identifier(*place),
            )
            cursor = connection.cursor("yunzhang")
            cursor.itersize = batch_rows
            names, natives = zip(*described, strict=True) if described else ((), ())
            yield Opened(names, natives, lambda: iter(cursor.execute(query)))

    def _list(self, connection: psycopg.Connection[Any]) -> dict[str, tuple[str, str]]:
        return {name: (schema, table) for name, schema, table in connection.execute(self.LIST)}

    def _connect(self, spec: SourceSpec) -> psycopg.Connection[Any]:
        check_address(spec, ("postgresql", "postgres"))
        wait = wait_seconds()
        connection = psycopg.connect(
            spec.location,
            connect_timeout=wait,
            keepalives_idle=wait,
            tcp_user_timeout=wait * 1000,
            client_encoding="utf8",
        )
        for setting in (*AS_TEXT, f"statement_timeout = '{wait}s'"):
            connection.execute(f"SET {setting}")
        connection.commit()
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return connection
