"""A unit's own system on loopback: takes calls over real HTTP, and answers as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class System:
    """What came in, as (headers, body), and what is answered: status, body, seconds to drip it."""

    port: int = 0
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    body: bytes = b""
    drip_seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        system: System = self.server.system  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        system.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(system.status)
        for name, value in system.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for byte in system.body if system.drip_seconds else ():
            time.sleep(system.drip_seconds)
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
        if not system.drip_seconds:
            self.wfile.write(system.body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Nothing is said on the terminal."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller that hangs up early is what some tests are about."""


@contextmanager
def hook_server() -> Iterator[System]:
    """The system on a free port until the block ends."""
    with _Server(("127.0.0.1", 0), _Answer) as server:
        system = System(port=server.server_address[1])
        server.system = system  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield system
        finally:
            server.shutdown()
            thread.join()
