"""The processes of the demonstration: one hub and two nodes, started, awaited and stopped by their own ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event
from types import TracebackType

import httpx

from yunzhang import clock
from yunzhang.terms.faults import FaultKind, Refused, Text

START_SECONDS = 40.0
STOP_SECONDS = 10.0

SERVER_DEAD = FaultKind(
    "demo.server_dead",
    500,
    Text("进程“{name}”没有启动起来。日志末尾:{tail}", "Process “{name}” did not come up. Its log ends: {tail}"),
    Text("查看 {log} 后重试。", "Read {log} and try again."),
)


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Servers:
    """Child processes of the demonstration; leaving the block stops every one of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Servers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children.values():
            child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, name: str, arguments: list[str], ready: str) -> int:
        """Start `yunzhang <arguments>` and wait until `ready` answers; the process id."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "yunzhang.cli", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ.copy(),
            )
        self._children[name] = child
        self._await(name, child, ready, log)
        return child.pid

    def _await(self, name: str, child: subprocess.Popen[bytes], ready: str, log: Path) -> None:
        tick, deadline = Event(), clock.monotonic() + START_SECONDS
        while child.poll() is None and clock.monotonic() < deadline:
            try:
                if httpx.get(ready, timeout=2).status_code < 500:
                    return
            except httpx.TransportError:
                pass
            tick.wait(0.1)
        tail = " ".join(log.read_text(errors="replace").split()[-40:])
        raise Refused(SERVER_DEAD(name=name, tail=tail, log=log))


def wait_for(what: str, ready: str, seconds: float = START_SECONDS) -> None:
    """Wait until the address answers 200; raises Refused when it does not in time."""
    tick, deadline = Event(), clock.monotonic() + seconds
    while clock.monotonic() < deadline:
        if httpx.get(ready, timeout=5).status_code == 200:
            return
        tick.wait(0.1)
    raise Refused(SERVER_DEAD(name=what, tail="", log=ready))
