"""The spool: receipts on their way up to the hub. The log itself is the queue, so nothing is lost.

The hub answers each batch with how many leaves it holds; the next batch begins there. A batch
sent twice changes nothing; after any outage sending goes on where the hub says.
"""

from __future__ import annotations

import base64

from yunzhang.node.home import write_durably
from yunzhang.node.post import Post
from yunzhang.node.transport import HubLine
from yunzhang.protect.keys import sign
from yunzhang.terms.document import Document, decode, encode
from yunzhang.terms.exchange import BATCH_KIND
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.receipt import Batch

HUB_AHEAD = FaultKind(
    "spool.hub_ahead",
    409,
    Text(
        "枢纽已有 {theirs} 条回执，本节点日志只有 {ours} 条。",
        "The hub holds {theirs} receipts, this node's log only {ours}.",
    ),
    Text(
        "本节点日志可能丢失或被换成旧副本；停用并核查。",
        "This log may be lost or an old copy: take the node out of use and look into it.",
    ),
)


class Size(Document, frozen=True, kw_only=True):
    """The hub's answer to a batch: how many leaves of the node's log it holds now."""

    size: int


async def send_up(post: Post, line: HubLine) -> None:
    """Send everything the hub does not have yet; raises Refused when the hub cannot be reached."""
    ledger, mark = post.desk.commit.ledger, post.home.folder / "sent"
    start = min(int(mark.read_text()) if mark.exists() else 0, ledger.size)
    while start < ledger.size:
        start = await _send_batch(post, line, start)
        post.hub.receipts_sent = start
        # Only a hint for the next start: the hub's own count decides.
        write_durably(mark, str(start).encode())


async def _send_batch(post: Post, line: HubLine, start: int) -> int:
    """Send one batch; gives the index the hub wants next."""
    ledger = post.desk.commit.ledger
    # Nothing is awaited here, so head and size are of one moment.
    size = ledger.size
    stop = min(size, start + post.pack.limit("node.batch_entries"))
    path = ledger.consistency(stop, size) if stop < size else ()
    batch = Batch(
        log=post.desk.log,
        start=start,
        entries=tuple(entry.decode() for entry in ledger.entries(start, stop)),
        checkpoint=ledger.head(),
        consistency=tuple(base64.b64encode(step).decode() for step in path),
    )
    signed = sign(BATCH_KIND, batch, post.home.key)
    answer = await line.post(f"/exchange/{post.home.name}/receipts", encode(signed))
    theirs = decode(answer, Size).size
    if theirs > ledger.size:
        raise Refused(HUB_AHEAD(theirs=theirs, ours=ledger.size))
    return theirs
