"""The demonstration's processes: one hub, two nodes; started, awaited, stopped by their own ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self

import httpx

from yunzhang import clock
from yunzhang.terms.faults import FaultKind, Refused, Text

START_SECONDS = 60.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.1

SERVER_DEAD = FaultKind(
    "demo.server_dead",
    500,
    Text(
        "进程“{name}”没有启动起来。日志末尾：{tail}",
        "“{name}” did not come up. Its log ends: {tail}",
    ),
    Text("查看 {log} 后重试。", "Read {log} and try again."),
)
STATE_LATE = FaultKind(
    "demo.state_late",
    500,
    Text(
        "{address} 在 {seconds} 秒内没有到达预期状态。",
        "{address} was not ready in {seconds} seconds.",
    ),
    Text("查看演示文件夹中的日志后重试。", "Read the logs in the demo's folder and try again."),
)


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str) -> str:
    """What a server says at an address."""
    return httpx.get(address, timeout=START_SECONDS).raise_for_status().text


def wait_for(address: str, ready: Callable[[Any], bool]) -> None:
    """Wait until the JSON at the address satisfies `ready`; raises Refused when it is late."""
    wait_until(lambda: ready(httpx.get(address, timeout=START_SECONDS).json()), address)


def wait_until(ready: Callable[[], bool], address: str) -> None:
    """Wait until `ready()`; raises Refused, naming the address, when it takes too long."""
    tick, deadline = Event(), clock.monotonic() + START_SECONDS
    while not ready():
        if clock.monotonic() > deadline:
            raise Refused(STATE_LATE(address=address, seconds=START_SECONDS))
        tick.wait(LOOK_SECONDS)


class Servers:
    """Child processes; leaving the block stops every one of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in self._children:
            child.send_signal(signal.SIGTERM)
        for child in self._children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, name: str, arguments: list[str], ready: str) -> int:
        """Start `yunzhang <arguments>`, wait until the address `ready` answers; the process id."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "yunzhang.cli", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ.copy(),
                start_new_session=True,  # Ctrl-C reaches the demo alone, which stops them in order.
            )
        self._children.append(child)
        wait_until(lambda: child.poll() is not None or _answers(ready), ready)
        if child.poll() is not None:
            tail = " ".join(log.read_text(errors="replace").split()[-40:])
            raise Refused(SERVER_DEAD(name=name, tail=tail, log=log))
        return child.pid


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=START_SECONDS).status_code < 500
    except httpx.TransportError:
        return False
