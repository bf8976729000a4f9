"""A node at its post: home, log, grants, tables and sessions opened together, and its status."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from yunzhang import clock, packs
from yunzhang.node import incident
from yunzhang.node.call import Desk
from yunzhang.node.commit import GroupCommit
from yunzhang.node.grantbook import Grantbook
from yunzhang.node.home import Home
from yunzhang.node.meter import Meter
from yunzhang.node.salts import Salts
from yunzhang.node.session import Sessions
from yunzhang.node.tables import Tables
from yunzhang.protect.keys import mac
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack import Pack


@dataclass
class HubLine:
    """How the connection to the hub stands, as the tasks in the background see it."""

    reachable_since: datetime | None = None
    last_fault: str = ""
    receipts_sent: int = 0

    def reached(self, now: datetime) -> None:
        self.reachable_since = self.reachable_since or now
        self.last_fault = ""

    def lost(self, fault: str) -> None:
        self.reachable_since = None
        self.last_fault = fault


@dataclass
class Post:
    """An open node."""

    home: Home
    pack: Pack
    desk: Desk
    sessions: Sessions
    hub: HubLine = field(default_factory=HubLine)
    opened_at: datetime = field(default_factory=clock.now)

    @classmethod
    def open(cls, home: Home) -> Post:
        """Open log, grants and tables; raises Refused when the log is damaged or in use."""
        pack = packs.read("national")
        ledger = Ledger.open(home.log, home.key)
        book = Grantbook.open(home.folder, home.name, home.hub_key)
        tables = Tables(home.store, pack)
        tables.refresh()
        secret = home.mask_key
        desk = Desk(
            log=home.name,
            book=book,
            tables=tables,
            commit=GroupCommit(ledger),
            meter=Meter.rebuilt(ledger, clock.now()),
            salts=Salts(home.salts),
            hash_key=cache(lambda grant: mac(secret, grant.encode())),
            revocation_seconds=pack.limit("node.revocation_age_seconds"),
            filter_values=pack.limit("node.filter_values"),
        )
        return cls(home, pack, desk, Sessions(home.name, home.key, book, pack))

    def close(self) -> None:
        """Let go of log and tables."""
        self.desk.commit.ledger.close()
        self.desk.tables.close()

    def status(self, now: datetime) -> dict[str, Any]:
        """What anyone may know of the node: sizes, versions, ages; no secret, no row."""
        book, issued_at = self.desk.book, self.desk.book.issued_at
        faults = (*book.faults, *self.desk.tables.faults)
        return {
            "node": self.home.name,
            "unit": {"code": self.home.settings.unit.code, "name": self.home.settings.unit.name},
            "log": {
                "name": self.desk.log,
                "size": self.desk.commit.ledger.size,
                "sent": self.hub.receipts_sent,
                "key": self.home.key.public.text,
            },
            "grants": len(book.grants),
            "revocations_age_seconds": int((now - issued_at).total_seconds())
            if issued_at
            else None,
            "tables": {
                name: {"version": version, "rows": rows}
                for name, (version, rows) in self.desk.tables.versions.items()
            },
            "hub": {
                "address": self.home.settings.hub,
                "reachable_since": self.hub.reachable_since,
                "last_fault": self.hub.last_fault,
            },
            "up_since": self.opened_at,
            "faults": [fault.plain() for fault in faults],
        }

    def incident(self, error: Exception) -> Refused:
        """An unforeseen failure as a number to tell; what it was stays on the node."""
        return incident.note(self.home.folder, error)
