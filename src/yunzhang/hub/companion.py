"""The companion: keeps the worker running beside the web server, and ends it with it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

log = logging.getLogger("yunzhang.hub")

COMMAND = (sys.executable, "-m", "yunzhang.worker", "--parent", str(os.getpid()))


class Companion:
    """A child process that is started again when it dies, until the block is left."""

    def __init__(
        self, restart_seconds: float, stop_seconds: float, command: tuple[str, ...] = COMMAND
    ) -> None:
        self._restart_seconds, self._stop_seconds = restart_seconds, stop_seconds
        self._command = command
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="companion", daemon=True)

    @property
    def pid(self) -> int | None:
        """The process id of the worker that runs now."""
        return self._child.pid if self._child else None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        with self._lock:
            child = self._child
        if child is not None:
            child.terminate()
            try:
                child.wait(self._stop_seconds)
            except subprocess.TimeoutExpired:
                child.kill()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                if self._stop.is_set():
                    return
                self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
            status = self._child.wait()
            if not self._stop.wait(self._restart_seconds):
                log.error("the worker ended with status %s and is started again", status)
