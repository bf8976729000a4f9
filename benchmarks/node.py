"""Node: a call with everything on, against a bare handler, datasette and plain SQLite.

A table of a million rows, eight connections, the server alone on one core, the load on the
other. The sides take turns of a few seconds, so that whatever else the machine does hurts all
alike; each figure is a median over the rounds, each ratio the median of the rounds' ratios.
"""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load import load
from benchmarks.villages import (
    COUNTY_ROWS,
    ITEMS,
    ROWS,
    UNIT,
    code_of,
    copy_plain,
    county_of,
    full_grant,
    serve_table,
)
from yunzhang import clock
from yunzhang.node import store
from yunzhang.node.asked import Call
from yunzhang.node.caller import check
from yunzhang.node.grantbook import Grantbook
from yunzhang.node.home import Home, init
from yunzhang.node.session import accept, call_header, hello
from yunzhang.protect.keys import Exchange, SigningKey, sign
from yunzhang.terms.codes import Operator
from yunzhang.terms.document import decode, encode, to_second
from yunzhang.terms.grant import (
    KIND,
    REVOCATIONS_KIND,
    Condition,
    Grant,
    RevocationList,
)
from yunzhang.terms.signed import Signed

CONNECTIONS = 8
SECONDS = 2.0
ROUNDS = 5
SERVER_CORE, LOAD_CORE = 0, 1
PLENTY = 40_000  # requests signed beforehand for one round


def run() -> list[dict[str, Any]]:
    """The three ratios of a call, and the speed against datasette."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=Path.cwd()))
        bench = stack.enter_context(_bench(Path(folder)))
        rounds = [_round(bench) for _ in range(ROUNDS)]
    return [
        _result(
            rounds,
            "keyed call, everything on, against a bare handler with the same bytes",
            "keyed",
            "bare",
            ">= 0.3",
            "requests/s",
        ),
        _result(
            rounds,
            "keyed call against datasette's row by id as JSON",
            "keyed",
            "datasette",
            ">= 8",
            "requests/s",
        ),
        _result(
            rounds,
            "filtered call, 100 rows, against plain SQLite and JSON in process",
            "filtered",
            "plain",
            ">= 0.6",
            "calls/s",
        ),
    ]


def _result(
    rounds: list[dict[str, float]], name: str, ours: str, peer: str, target: str, unit: str
) -> dict[str, Any]:
    sides = {side: statistics.median(each[side] for each in rounds) for side in (ours, peer)}
    ratios = [each[ours] / each[peer] for each in rounds]
    return {
        "name": name,
        "unit": unit,
        "ours": round(sides[ours]),
        "peer": round(sides[peer]),
        "ratio": round(statistics.median(ratios), 2),
        "target": target,
        "note": f"{len(rounds)} rounds, ratios {min(ratios):.2f} to {max(ratios):.2f}",
    }


@dataclass
class _Bench:
    """Servers that run, and the session to call the node with."""

    grant: Grant
    node: str
    bare: int
    datasette: int
    database: sqlite3.Connection
    home: Home
    session: str = ""
    secret: bytes = b""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)


def _round(bench: _Bench) -> dict[str, float]:
    """One turn of each side: requests or calls a second."""
    keyed = [_signed(bench, _keyed(bench)) for _ in range(PLENTY)]
    speeds = {"keyed": _load(bench.home.settings.listen_port, keyed)}
    speeds["bare"] = _load(bench.bare, keyed * 3)
    rows = [f"/table/rows/{random.randrange(ROWS) + 1}.json" for _ in range(PLENTY)]
    speeds["datasette"] = _load(bench.datasette, [_get(path) for path in rows])
    filtered = [_signed(bench, _filtered(bench)) for _ in range(PLENTY // 2)]
    speeds["filtered"] = _load(bench.home.settings.listen_port, filtered)
    speeds["plain"] = _plain(bench.database)
    return speeds


def _load(port: int, requests: list[bytes]) -> float:
    return load(port, requests, CONNECTIONS, SECONDS)


def _plain(database: sqlite3.Connection) -> float:
    """The same rows without node, mask or proof, on the server's core."""
    os.sched_setaffinity(0, {SERVER_CORE})
    columns = ", ".join(store.quote(item) for item in ITEMS)
    query = f'SELECT {columns} FROM rows WHERE "county" = ? ORDER BY rowid LIMIT {COUNTY_ROWS + 1}'
    counties = [county_of(random.randrange(ROWS)) for _ in range(1000)]
    done, began = 0, time.perf_counter()
    ends = began + SECONDS / 2
    while (now := time.perf_counter()) < ends:
        for county in counties[:50]:
            encode(database.execute(query, (county,)).fetchall())
        random.shuffle(counties)
        done += 50
    os.sched_setaffinity(0, {LOAD_CORE})
    return done / (now - began)


def _keyed(bench: _Bench) -> bytes:
    key = {"code": code_of(random.randrange(ROWS))}
    return encode(Call(grant=bench.grant.id, purpose="防控", items=ITEMS, key=key))


def _filtered(bench: _Bench) -> bytes:
    county = county_of(random.randrange(ROWS))
    condition = Condition(item="county", op=Operator.EQ, values=(county,))
    return encode(Call(grant=bench.grant.id, purpose="防控", items=ITEMS, filter=(condition,)))


def _signed(bench: _Bench, body: bytes) -> bytes:
    header = call_header(bench.session, bench.secret, b"POST", b"/call", body, int(clock.seconds()))
    return (
        f"POST /call HTTP/1.1\r\nhost: n\r\nyunzhang-call: {header}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: d\r\n\r\n".encode()


@contextmanager
def _bench(folder: Path) -> Iterator[_Bench]:
    """Everything running and pinned; stopped at the end."""
    hub, consumer = SigningKey.generate("hub.bench"), SigningKey.generate("consumer.bench")
    home = init(
        folder / "home", name="node-bench", unit=UNIT, hub_key=hub.public.text, port=_port()
    )
    table = serve_table(home)
    grant = full_grant(home, consumer)
    book = Grantbook.open(home.folder, home.name, home.hub_key)
    now = clock.now()
    book.receive(sign(KIND, grant, hub))
    listed = RevocationList(node=home.name, number=1, issued_at=to_second(now), revoked=())
    book.receive_revocations(sign(REVOCATIONS_KIND, listed, hub), now)
    plain = copy_plain(table, folder / "table.db")
    bench = _Bench(
        grant,
        f"http://127.0.0.1:{home.settings.listen_port}",
        _port(),
        _port(),
        plain.connect(100),
        home,
    )
    os.sched_setaffinity(0, {LOAD_CORE})
    try:
        _start(bench, ["-m", "yunzhang.cli", "node", "up", str(home.folder)])
        _wait(bench.node + "/status")
        _open_session(bench, consumer)
        _start_peers(bench, folder)
        yield bench
    finally:
        for process in bench.processes:
            process.terminate()
            process.wait(20)


def _start_peers(bench: _Bench, folder: Path) -> None:
    sample = folder / "answer.json"
    body = _keyed(bench)
    answer = httpx.post(bench.node + "/call", content=body, headers=_headers(bench, body))
    check(answer.content, body, bench.home.key.public)
    sample.write_bytes(answer.content)
    _start(bench, ["-m", "benchmarks.bare_server", str(bench.bare), str(sample)])
    _wait(f"http://127.0.0.1:{bench.bare}/")
    _start(
        bench,
        [
            "-m",
            "datasette",
            "serve",
            "-i",
            str(folder / "table.db"),
            "--port",
            str(bench.datasette),
            "--setting",
            "default_cache_ttl",
            "0",
        ],
    )
    _wait(f"http://127.0.0.1:{bench.datasette}/table/rows/1.json")


def _headers(bench: _Bench, body: bytes) -> dict[str, str]:
    second = int(clock.seconds())
    header = call_header(bench.session, bench.secret, b"POST", b"/call", body, second)
    return {"Yunzhang-Call": header}


def _start(bench: _Bench, arguments: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.sched_setaffinity(process.pid, {SERVER_CORE})
    bench.processes.append(process)


def _wait(address: str) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            httpx.get(address, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{address} did not start")


def _open_session(bench: _Bench, key: SigningKey) -> None:
    exchange = Exchange()
    sent = hello(bench.home.name, key, exchange, clock.now())
    answer = httpx.post(bench.node + "/session", content=encode(sent)).content
    welcome, bench.secret = accept(sent, decode(answer, Signed), exchange, bench.home.key.public)
    bench.session = welcome.session


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
