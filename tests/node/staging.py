"""A node with a table and a hub's key, and what is needed to call it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from yunzhang.node import home as homes
from yunzhang.node import store
from yunzhang.node.caller import Caller
from yunzhang.node.grantbook import Grantbook
from yunzhang.node.home import Home
from yunzhang.protect.keys import SigningKey, sign
from yunzhang.terms.codes import Delivery
from yunzhang.terms.grant import (
    KIND,
    REVOCATIONS_KIND,
    Condition,
    Grant,
    Mask,
    Party,
    Quota,
    Revocation,
    RevocationList,
)

PROVIDER = Party(code="11450000007565452X", name="广西壮族自治区民政厅")
CONSUMER = Party(code="11450000MB0R12345A", name="广西壮族自治区卫生健康委员会")
ITEMS = ("代码", "名称", "电话", "县")
COLUMNS = ("code", "name", "tel", "county")
MASKS = (
    Mask(item="代码", way="keep"),
    Mask(item="名称", way="keep"),
    Mask(item="电话", way="partial", kind="phone"),
    Mask(item="县", way="keep"),
)
PLAN = store.Plan(
    table="villages",
    items=dict(zip(ITEMS, COLUMNS, strict=True)),
    key_items=("代码",),
    filter_items=("县", "名称", "代码"),
)


def village(number: int) -> tuple[str, ...]:
    return (f"45{number:010d}", f"第{number}村", f"138{number:08d}", f"45{number // 100:04d}")


VILLAGES = [village(number) for number in range(1000)]


@dataclass
class Stage:
    """Keys of hub and consumer, and a node's home."""

    folder: Path
    home: Home
    hub: SigningKey
    consumer: SigningKey
    lists: int = 0
    grants: int = 0
    issued: list[Grant] = field(default_factory=list)

    @property
    def book(self) -> Grantbook:
        return Grantbook.open(self.home.folder, self.home.name, self.home.hub_key)

    def load(self, rows: Sequence[Sequence[str | None]] = VILLAGES) -> store.Table:
        return store.build(self.home.store, PLAN, COLUMNS, [rows])

    def draft(self, **changes: Any) -> Grant:
        now = datetime.now(UTC).replace(microsecond=0)
        self.grants += 1
        fields: dict[str, Any] = {
            "id": f"G-{self.grants}",
            "request": "R-1",
            "resource_code": "307001/000001",
            "entry_version": 1,
            "node": self.home.name,
            "table": "villages",
            "provider": PROVIDER,
            "consumer": CONSUMER,
            "consumer_key": self.consumer.public.text,
            "items": ITEMS,
            "key_items": ("代码",),
            "filter_items": ("县", "名称", "代码"),
            "rows": (),
            "masks": MASKS,
            "purpose": "传染病防控",
            "scenario": "流调",
            "legal_basis": "传染病防治法第四十条",
            "delivery": (Delivery.SERVICE_API,),
            "quota": Quota(
                calls_a_day=10**6, rows_a_day=10**8, calls_a_second=10**6, rows_a_page=500
            ),
            "starts_at": now - timedelta(days=1),
            "until": now + timedelta(days=30),
            "issued_at": now,
        }
        return Grant(**(fields | changes))

    def grant(self, **changes: Any) -> Grant:
        """Issue a grant and deliver it to the node's folder."""
        grant = self.draft(**changes)
        self.book.receive(sign(KIND, grant, self.hub))
        self.issued.append(grant)
        return grant

    def revoke(self, *revoked: Revocation, age_seconds: int = 0) -> None:
        """Deliver a fresh revocation list."""
        now = datetime.now(UTC).replace(microsecond=0)
        self.lists += 1
        listed = RevocationList(
            node=self.home.name,
            number=self.lists,
            issued_at=now - timedelta(seconds=age_seconds),
            revoked=revoked,
        )
        self.book.receive_revocations(sign(REVOCATIONS_KIND, listed, self.hub), now)

    def caller(self, address: str, grant: Grant, key: SigningKey | None = None) -> Caller:
        return Caller(address, key or self.consumer, grant, node_key=self.home.key.public)


def make_stage(folder: Path, name: str = "mca-gx") -> Stage:
    """A node with 1,000 villages, no grant yet, and a fresh revocation list."""
    hub = SigningKey.generate("hub.gx")
    home = homes.init(
        folder / "home", name=name, unit=PROVIDER, hub_key=hub.public.text, port=free_port()
    )
    made = Stage(folder, home, hub, SigningKey.generate("health.gx"))
    made.load()
    made.revoke()
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(home: Home) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The node as a process of its own; killed at the end if it still runs."""
    process = start(home)
    address = f"http://127.0.0.1:{home.settings.listen_port}"
    try:
        wait_until_up(address, process)
        yield address, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def start(home: Home) -> subprocess.Popen[bytes]:
    """Start `up` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "yunzhang.cli", "node", "up", str(home.folder)],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
    )


def wait_until_up(address: str, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Knock until the node opens: a process's start gives no other sign."""
    host, port = address.removeprefix("http://").split(":")
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(f"the node did not start (exit status {process.poll()})")


def where(item: str, op: str, *values: str) -> Condition:
    from yunzhang.terms.codes import Operator

    return Condition(item=item, op=Operator(op), values=values)
