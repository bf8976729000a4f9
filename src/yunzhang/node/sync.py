"""Keeping in step with the hub: fetch grants and revocations, send receipts, publish the log.

Each is a task beside the server. The hub being down delays them and nothing else; so does any
failure nobody foresaw, such as a disk with no room for a grant: a node whose tasks had ended
would go on serving with an ever older revocation list.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from yunzhang import clock
from yunzhang.node.post import Post
from yunzhang.node.transport import HubLine
from yunzhang.terms.document import Document, decode
from yunzhang.terms.faults import Fault, Refused
from yunzhang.terms.signed import Signed


class Sent(Document, frozen=True, kw_only=True):
    """What the hub sends down: all grants of this node, and the list of revocations in force."""

    grants: tuple[Signed, ...]
    revocations: Signed


async def fetch_grants(post: Post, line: HubLine) -> None:
    """Ask the hub once and keep what verifies; raises Refused with all that does not."""
    body = await line.get(f"/exchange/{post.home.name}/grants")
    sent = decode(body, Sent)
    faults: list[Fault] = []
    # Revocations first: what was taken back must not wait for anything else.
    faults += _attempt(lambda: post.desk.book.receive_revocations(sent.revocations, clock.now()))
    for signed in sent.grants:
        faults += _attempt(lambda signed=signed: post.desk.book.receive(signed))  # type: ignore[misc]
    if faults:
        raise Refused(*faults)


async def repeat(
    post: Post, work: Callable[[], Awaitable[None]], seconds: float, longest: float
) -> None:
    """Do the work for ever, every so many seconds; after a failure wait longer, with jitter."""
    failures = 0
    while True:
        try:
            await work()
            post.hub.reached(clock.now())
            failures = 0
        except Exception as error:  # noqa: BLE001  # nothing may end the task
            refusal = error if isinstance(error, Refused) else post.incident(error)
            post.hub.lost(refusal.faults[0].sentence("zh"))
            failures += 1
        wait = min(longest, seconds * 2 ** min(failures, 20))
        # Jitter, so that all nodes do not come back to a recovered hub at once.
        await asyncio.sleep(wait * random.uniform(0.5, 1) if failures else seconds)  # noqa: S311


async def renew_tables(post: Post, seconds: float) -> None:
    """Serve newly loaded versions, and publish the log's tiles, every so many seconds."""
    published = -1
    while True:
        try:
            post.desk.tables.refresh()
            ledger = post.desk.commit.ledger
            if ledger.size != published:
                published = ledger.size
                await asyncio.to_thread(ledger.publish)
        except Refused:
            published = -1  # a full disk: the calls say so themselves
        except Exception as error:  # noqa: BLE001  # nothing may end the task
            published = -1
            post.incident(error)
        await asyncio.sleep(seconds)


def _attempt(work: Callable[[], object]) -> tuple[Fault, ...]:
    try:
        work()
    except Refused as refusal:
        return refusal.faults
    return ()
