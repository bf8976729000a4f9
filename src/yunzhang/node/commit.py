"""Group commit: many calls, one wait for the disk.

Calls that become ready in the same turn of the event loop queue their entries; one flush,
scheduled behind them with `call_soon`, writes and syncs them together and wakes each caller.
The flush runs on the event loop itself. Measured with eight connections, a thread of its own
costs two hand-overs of the interpreter lock per group, more than the group's share of the
wait; while the disk works, the next requests gather in the sockets and form the next group.
The log's head is signed once for the group.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from yunzhang.protect.ledger import Ledger
from yunzhang.terms.document import encode


GROUP = 256  # entries that are not kept waiting for more


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an entry lies, and the signed head of the log that covers it, as JSON text."""

    index: int
    head: bytes


class GroupCommit:
    """The way of every receipt into the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._queue: list[tuple[bytes, asyncio.Future[Recorded]]] = []
        self._seen = 0

    def record(self, entry: bytes) -> asyncio.Future[Recorded]:
        """Done once the entry is durable; raises Refused with `ledger.unwritable` otherwise."""
        loop = asyncio.get_running_loop()
        recorded: asyncio.Future[Recorded] = loop.create_future()
        if not self._queue:
            loop.call_soon(self._flush)
        self._queue.append((entry, recorded))
        return recorded

    def _flush(self) -> None:
        if self._seen < len(self._queue) < GROUP:
            self._seen = len(self._queue)
            asyncio.get_running_loop().call_soon(self._flush)
            return
        group, self._queue, self._seen = self._queue, [], 0
        try:
            places = self.ledger.append([entry for entry, _ in group])
            head = encode(self.ledger.head())
        except Exception as error:
            for _, recorded in group:
                if not recorded.done():
                    recorded.set_exception(error)
            return
        for index, (_, recorded) in zip(places, group, strict=True):
            if not recorded.done():
                recorded.set_result(Recorded(index, head))
