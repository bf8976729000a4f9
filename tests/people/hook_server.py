"""A unit's own system on loopback: takes calls over real HTTP, and answers as it is told."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from yunzhang import clock


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
def hook_server(certificate: Path | None = None, key: Path | None = None) -> Iterator[System]:
    """The system on a free port until the block ends; with a certificate it speaks TLS."""
    with _Server(("127.0.0.1", 0), _Answer) as server:
        if certificate and key:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        system = System(port=server.server_address[1])
        server.system = system  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield system
        finally:
            server.shutdown()
            thread.join()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=clock.now() - timedelta(days=1),
        not_valid_after=clock.now() + timedelta(days=1),
    ).add_extension(host, critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    places = folder / "certificate.pem", folder / "key.pem"
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    places[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    places[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, plain))
    return places
