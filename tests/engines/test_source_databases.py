"""Databases: real servers, read without a trace, and one that is killed in mid-load."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pymysql
import pytest

from tests import databases
from tests.engines.test_source_csv import rows
from yunzhang.engines import lake, sources
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.terms.faults import Refused

ODD = 'odd "table`; --'


def gathered(tmp_path, kind, url, table):
    target = tmp_path / "lake" / "table.parquet"
    outcome = lake.gather(SourceSpec(kind=kind, location=url, table=table), target)
    return outcome, rows(target)


@pytest.mark.postgresql
def test_postgresql_values_arrive_as_its_own_text(tmp_path, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS values_of_all_kinds")
        connection.execute(
            "CREATE TABLE values_of_all_kinds (code char(6), n numeric(12,3), f float8, d date, t timestamptz, j jsonb, b bool, 空 text)"
        )
        connection.execute(
            "INSERT INTO values_of_all_kinds VALUES ('045000', 12.500, 450000, '2026-01-02', NULL, '{\"a\": [1]}', true, '')"
        )

    outcome, read = gathered(tmp_path, SourceKind.POSTGRESQL, postgres_url, "values_of_all_kinds")

    assert read == [("045000", "12.500", "450000", "2026-01-02", None, '{"a": [1]}', "true", "")]
    assert [c.native for c in outcome.columns][:3] == [
        "character(6)",
        "numeric(12,3)",
        "double precision",
    ]


@pytest.mark.postgresql
def test_postgresql_dates_and_bytes_read_the_same_whatever_the_server_prefers(
    tmp_path, postgres_url
):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute("DROP TABLE IF EXISTS preferred")
        connection.execute(
            "CREATE TABLE preferred (d date, t timestamptz, i interval, b bytea, a text[])"
        )
        connection.execute(
            "INSERT INTO preferred VALUES ('2026-02-01', '2026-02-01 08:00+08', '1 day 02:00',"
            " '\\x00ff', '{甲,\"乙,丙\"}')"
        )
        for setting in (
            "datestyle = 'SQL, DMY'",
            "timezone = 'America/New_York'",
            "intervalstyle = 'sql_standard'",
            "bytea_output = 'escape'",
        ):
            connection.execute(f'ALTER DATABASE "{name}" SET {setting}')
    try:
        _, read = gathered(tmp_path, SourceKind.POSTGRESQL, postgres_url, "preferred")
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" RESET ALL')

    moment = "2026-02-01 08:00:00+08"
    assert read == [("2026-02-01", moment, "P1DT2H", r"\x00ff", '{甲,"乙,丙"}')]


@pytest.mark.postgresql
def test_postgresql_tables_of_every_schema_are_listed_and_odd_names_are_quoted(
    tmp_path, postgres_url
):
    odd = ODD.replace('"', '""')
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS health")
        connection.execute("DROP TABLE IF EXISTS health.beds")
        connection.execute("CREATE TABLE health.beds (n int)")
        connection.execute(f'DROP TABLE IF EXISTS "{odd}"')
        connection.execute(f'CREATE TABLE "{odd}" AS SELECT 1 AS "a "" b%"')

    listed = sources.tables(SourceSpec(kind=SourceKind.POSTGRESQL, location=postgres_url))
    outcome, read = gathered(tmp_path, SourceKind.POSTGRESQL, postgres_url, ODD)

    assert {"health.beds", ODD} <= set(listed)
    assert (outcome.columns[0].name, read) == ('a " b%', [("1",)])


@pytest.mark.postgresql
def test_a_view_that_writes_cannot(tmp_path, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS victim CASCADE")
        connection.execute("CREATE TABLE victim (n int)")
        connection.execute(
            "CREATE OR REPLACE FUNCTION harm() RETURNS int LANGUAGE sql AS 'INSERT INTO victim VALUES (1) RETURNING n'"
        )
        connection.execute("CREATE OR REPLACE VIEW trap AS SELECT harm() AS n")

    with pytest.raises(Refused):
        gathered(tmp_path, SourceKind.POSTGRESQL, postgres_url, "trap")

    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM victim").fetchall() == [(0,)]


@pytest.mark.postgresql
def test_postgresql_killed_in_mid_load_leaves_the_old_table_whole(tmp_path):
    target = tmp_path / "table.parquet"
    with databases.postgres() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE big AS SELECT n, repeat('x', 100) AS x FROM generate_series(1, 400000) n"
            )
            connection.execute("CREATE TABLE small AS SELECT 1 AS n")
        small = SourceSpec(kind=SourceKind.POSTGRESQL, location=server.url, table="small")
        big = SourceSpec(kind=SourceKind.POSTGRESQL, location=server.url, table="big")
        before = lake.gather(small, target)

        with pytest.raises(Refused) as refusal:
            lake.gather(big, target, lambda done, fraction: _kill_all(server))

    assert refusal.value.codes == ("source.lost",)
    assert databases.PASSWORD not in str(refusal.value)
    assert before.digest == lake.digest(target)
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


@pytest.mark.mariadb
def test_mariadb_values_arrive_as_its_own_text(tmp_path, mariadb_url):
    odd = ODD.replace("`", "``")
    with closing(_mariadb(mariadb_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE TABLE `{odd}` (code char(6), n decimal(12,3), d date, z int(6) zerofill, 名 varchar(9), b varbinary(4))"
        )
        cursor.execute(
            f"INSERT INTO `{odd}` VALUES ('045000', 12.5, '2026-01-02', 42, '敬德镇𠮷', x'00ff'), (NULL, NULL, NULL, NULL, '', NULL)"
        )
        connection.commit()

    outcome, read = gathered(tmp_path, SourceKind.MYSQL, mariadb_url, ODD)

    assert read == [
        ("045000", "12.500", "2026-01-02", "000042", "敬德镇𠮷", "00ff"),
        (None, None, None, None, "", None),
    ]
    assert outcome.columns[1].native == "decimal(12,3)"
    assert ODD in sources.tables(SourceSpec(kind=SourceKind.MYSQL, location=mariadb_url))


@pytest.mark.mariadb
def test_mariadb_killed_in_mid_load_writes_nothing(tmp_path):
    target = tmp_path / "table.parquet"
    with databases.mariadb() as server:
        with closing(_mariadb(server.url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE big AS SELECT seq AS n, repeat('x', 200) AS x FROM seq_1_to_400000"
            )
            connection.commit()
        spec = SourceSpec(kind=SourceKind.MYSQL, location=server.url, table="big")

        with pytest.raises(Refused) as refusal:
            lake.gather(spec, target, lambda done, fraction: server.kill())

    assert refusal.value.codes == ("source.lost",)
    assert list(tmp_path.iterdir()) == []


def test_sqlite_keeps_text_and_null_apart_and_reads_gb18030(tmp_path):
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            f'CREATE TABLE "{ODD.replace(chr(34), chr(34) * 2)}" (code TEXT, n REAL, 名 TEXT)'
        )
        connection.execute(
            f'INSERT INTO "{ODD.replace(chr(34), chr(34) * 2)}" VALUES (?, ?, CAST(? AS TEXT)), (NULL, NULL, ?)',
            ("0450", 450000.0, "敬德镇".encode("gb18030"), ""),
        )
        connection.commit()

    outcome, read = gathered(tmp_path, SourceKind.SQLITE, str(path), ODD)

    assert read == [("0450", "450000", "敬德镇"), (None, None, "")]
    assert [column.native for column in outcome.columns] == ["TEXT", "REAL", "TEXT"]


def test_a_damaged_sqlite_file_is_refused(tmp_path):
    (tmp_path / "a.sqlite").write_bytes(b"not a database at all" * 100)

    with pytest.raises(Refused) as refusal:
        sources.tables(SourceSpec(kind=SourceKind.SQLITE, location=str(tmp_path / "a.sqlite")))

    assert refusal.value.codes == ("source.unreadable",)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (SourceKind.POSTGRESQL, "postgresql://who:hunter2@127.0.0.1:1/db?application_name=hunter2"),
        (SourceKind.POSTGRESQL, "host=127.0.0.1 password=hunter2"),
        (SourceKind.POSTGRESQL, "postgresql://who:hunter2@[::1/db"),
        (SourceKind.MYSQL, "mysql://who:hunter2@127.0.0.1:1/db"),
        (SourceKind.MYSQL, "mysql://who:hunter2@127.0.0.1:hunter2/db"),
    ],
)
def test_an_unreachable_database_is_said_without_its_secret(kind, url):
    spec = SourceSpec(kind=kind, location=url, table="t")

    with pytest.raises(Refused) as refusal:
        sources.tables(spec)

    assert "hunter2" not in str(refusal.value) + repr(spec) + str(refusal.value.plain())
    assert refusal.value.codes[0].startswith("source.")


@pytest.mark.postgresql
def test_a_table_the_database_does_not_list_is_refused(tmp_path, postgres_url):
    with pytest.raises(Refused) as refusal:
        gathered(tmp_path, SourceKind.POSTGRESQL, postgres_url, "pg_catalog.pg_authid")

    assert refusal.value.codes == ("source.table_unknown",)


def _kill_all(server):
    # The postmaster first, so that nobody restarts; its children hold the connection.
    listed = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    server.kill()
    for child in listed.split():
        databases.Server("", int(child)).kill()


def _mariadb(url):
    user, _, place = url.removeprefix("mysql://").partition("@")
    host, _, port = place.partition("/")[0].partition(":")
    name, _, password = user.partition(":")
    return pymysql.connect(
        host=host, port=int(port), user=name, password=password, database=name, charset="utf8mb4"
    )
