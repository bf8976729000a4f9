"""A mail server on loopback: takes letters over real SMTP, and can be told to misbehave."""

from __future__ import annotations

import email
import email.policy
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class Letters:
    """What the server took, and how it answers each recipient and each letter."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)  # address -> an answer other than 250
    after_taking: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.taken if one["To"] == address]


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        letters: Letters = self.server.letters  # type: ignore[attr-defined]
        self._say("220 loopback")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if verb.upper() == "QUIT":
                return self._say("221 bye")
            if verb.upper() == "DATA":
                self._say("354 go on")
                self._take(letters)
            elif verb.upper() == "RCPT":
                address = rest.partition("<")[2].partition(">")[0]
                self._say(letters.recipients.get(address, "250 ok"))
            else:
                self._say("250 ok")
        return None

    def _take(self, letters: Letters) -> None:
        text = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            text += line.removeprefix(b".") if line.startswith(b"..") else line
        message = email.message_from_bytes(text, policy=email.policy.default)
        with letters.lock:
            letters.taken.append(message)
        letters.after_taking()
        self._say("250 taken")

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def smtp_server(port: int = 0) -> Iterator[Letters]:
    """The server, on a free port unless one is given, until the block ends."""
    with _Server(("127.0.0.1", port), _Session) as server:
        letters = Letters(port=server.server_address[1])
        server.letters = letters  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield letters
        finally:
            server.shutdown()
            thread.join()


def free_port() -> int:
    """A port where nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
