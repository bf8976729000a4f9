"""`yunzhang hub up`: pages are served, the worker runs beside them, and all end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest

from yunzhang import clock
from yunzhang.hub.companion import Companion

PATIENCE = 60.0


@pytest.fixture
def hub_process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = [sys.executable, "-m", "yunzhang.cli", "hub", "--home", str(tmp_path / "hub"), "up"]
    with (tmp_path / "log").open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: process.poll() is not None or answers(address))
        assert process.poll() is None, (tmp_path / "log").read_text()
        yield process, address
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_it_serves_restarts_a_dead_worker_and_ends_in_order(
    hub_process: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    process, address = hub_process
    checkpoint = tmp_path / "hub" / "log" / "public" / "checkpoint"
    until(checkpoint.exists)

    first = worker_of(process)
    os.kill(first, signal.SIGKILL)
    until(lambda: worker_of(process, but=first) is not None)

    assert httpx.get(f"{address}/sign-in").status_code == 200
    children = children_of(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    until(lambda: not any(map(alive, children)))


def test_a_killed_hub_leaves_no_process_behind(
    hub_process: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, address = hub_process
    until(lambda: worker_of(process) is not None)
    children = children_of(process.pid)

    process.kill()
    process.wait()

    until(lambda: not any(map(alive, children)))
    assert not answers(address)


def test_a_worker_that_will_not_end_is_ended_hard() -> None:
    stubborn = (
        "import signal, sys; signal.signal(15, lambda *_: None); print(1); sys.stdout.flush()"
    )
    command = (sys.executable, "-c", f"{stubborn}\nwhile True: signal.pause()")

    with Companion(0.1, 0.5, command) as companion:
        until(lambda: companion.pid is not None)
        pid = companion.pid

    assert not alive(pid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/sign-in").status_code == 200
    except httpx.TransportError:
        return False


def children_of(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for one in threads for child in (one / "children").read_text().split()]


def alive(pid: int | None) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def worker_of(process: subprocess.Popen[bytes], but: int = 0) -> int | None:
    for pid in children_of(process.pid):
        if pid != but and alive(pid) and b"yunzhang.worker" in command_of(pid):
            return pid
    return None


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def until(ready: Callable[[], bool]) -> None:
    tick, deadline = Event(), clock.monotonic() + PATIENCE
    while not ready():
        assert clock.monotonic() < deadline, "it took too long"
        tick.wait(0.1)
