"""The spool: receipts on their way up to the hub. The log itself is the queue, so nothing is lost.

The hub answers each batch with how many leaves it holds; the next batch begins there. A batch
sent twice changes nothing; after any outage sending goes on where the hub says.
"""

from __future__ import annotations

import base64
from itertools import accumulate
from pathlib import Path

from yunzhang.node.home import write_durably
from yunzhang.node.post import Post
from yunzhang.node.transport import HubLine
from yunzhang.protect.keys import sign
from yunzhang.terms.document import Document, Natural, decode, encode
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


HUB_STUCK = FaultKind(
    "spool.hub_stuck",
    502,
    Text(
        "枢纽收到从第 {start} 条起的回执，仍称只有 {start} 条。",
        "The hub was sent receipts from {start} on and still says it holds {start}.",
    ),
    Text("请枢纽运行方检查。", "Ask the hub's operator to look into it."),
)

BATCH_GAP = "batch.gap"  # the hub's refusal of a batch that begins beyond what it holds
SHARE_OF_BODY = 3  # base64 makes a batch 4/3 as long, and JSON escapes its quotes


class Size(Document, frozen=True, kw_only=True):
    """The hub's answer to a batch: how many leaves of the node's log it holds now."""

    size: Natural


async def send_up(post: Post, line: HubLine) -> None:
    """Send everything the hub does not have yet; raises Refused when the hub cannot be reached."""
    ledger, mark = post.desk.commit.ledger, post.home.folder / "sent"
    start = min(_hint(mark), ledger.size)
    while start < ledger.size:
        start = await _go_on(post, line, start)
        post.hub.receipts_sent = start
        # Only a hint for the next start: the hub's own count decides.
        write_durably(mark, str(start).encode())


def _hint(mark: Path) -> int:
    told = mark.read_text(encoding="ascii", errors="replace") if mark.exists() else ""
    return int(told) if told.isdecimal() else 0


async def _go_on(post: Post, line: HubLine, start: int) -> int:
    """One batch further, or back to the beginning when the hub no longer holds what it held."""
    try:
        theirs = await _send_batch(post, line, start)
    except Refused as refused:
        if start and BATCH_GAP in refused.codes:
            return 0  # restored from an older copy: what it still holds, it passes over
        raise
    if theirs == start:
        raise Refused(HUB_STUCK(start=start))
    return theirs


async def _send_batch(post: Post, line: HubLine, start: int) -> int:
    """Send one batch; gives the index the hub wants next."""
    ledger = post.desk.commit.ledger
    # Nothing is awaited here, so head and size are of one moment.
    size = ledger.size
    entries = _batched(post, start, size)
    stop = start + len(entries)
    path = ledger.consistency(stop, size) if stop < size else ()
    batch = Batch(
        log=post.desk.log,
        start=start,
        entries=entries,
        checkpoint=ledger.head(),
        consistency=tuple(base64.b64encode(step).decode() for step in path),
    )
    signed = sign(BATCH_KIND, batch, post.home.key)
    answer = await line.post(f"/exchange/{post.home.name}/receipts", encode(signed))
    theirs = decode(answer, Size).size
    if theirs > ledger.size:
        raise Refused(HUB_AHEAD(theirs=theirs, ours=ledger.size))
    return theirs


def _batched(post: Post, start: int, size: int) -> tuple[str, ...]:
    """The entries of the next batch: so many, and together no more than the hub takes in."""
    limit = post.pack.limit
    room = limit("exchange.batch_bytes") // SHARE_OF_BODY
    stop = min(size, start + limit("node.batch_entries"))
    entries = post.desk.commit.ledger.entries(start, stop)
    ends = accumulate(map(len, entries))
    fitting = sum(1 for end in ends if end <= room)
    return tuple(entry.decode() for entry in entries[: max(1, fitting)])
