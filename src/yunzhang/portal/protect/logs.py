"""Logs: the hub's own and each node's as the hub holds them, with proofs made from those leaves.

A proof is made from the leaves in the database and the checkpoint its log signed: when it holds,
database and log tell the same story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import Http404

from yunzhang.gather.models import Node
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import FactRow
from yunzhang.protect import merkle
from yunzhang.protect.keys import PublicKey
from yunzhang.protect.merkle import TILE_HEIGHT
from yunzhang.protect.notes import Checkpoint, Proof, format_proof, verify_checkpoint
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.use.models import NodeLog, Usage

HUB = "HUB"  # in capitals: no node can be called so

ENTRY_WAITING = FaultKind(
    "log.entry_waiting",
    409,
    Text(
        "第 {index} 条还没有写入签名的检查点（现有 {size} 条）。",
        "Entry {index} is not yet under a signed checkpoint (of {size} entries).",
    ),
    Text(
        "稍后刷新；后台每分钟发布一次检查点。",
        "Reload shortly: checkpoints are published all the time.",
    ),
)


@dataclass(frozen=True)
class Log:
    """One log: its name on the pages, its key, its signed checkpoint, and how to read leaves."""

    name: str
    key: PublicKey
    note: str
    held: int  # leaves here; a checkpoint may promise more than has arrived
    leaves: Callable[[int, int], list[bytes]]
    node: Node | None = None

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What the log signed last; None before its first. Raises as `verify_checkpoint`."""
        return verify_checkpoint(self.note, self.key) if self.note else None

    @property
    def size(self) -> int:
        return self.checkpoint.size if self.checkpoint else 0


def named(name: str) -> Log:
    """The log of the hub or of a node; 404 for any other name."""
    if name == HUB:
        held = FactRow.objects.exclude(index=None).count()
        return Log(HUB, hub_key().public, _hub_note(), held, _hub_leaves)
    node = Node.objects.select_related("unit").filter(name=name).first()
    if node is None:
        raise Http404
    log = NodeLog.objects.filter(node=node).first() or NodeLog(node=node)
    return Log(name, PublicKey.parse(node.key), log.checkpoint, log.size, _node_leaves(node), node)


def leaf(log: Log, index: int) -> bytes:
    """The exact bytes of an entry; 404 when the hub does not hold it."""
    found = log.leaves(index, index + 1)
    if not found:
        raise Http404
    return found[0]


def proof(log: Log, index: int) -> str:
    """That the entry is under the checkpoint, as tlog-proof text; raises `log.entry_waiting`."""
    checkpoint = log.checkpoint
    if checkpoint is None or index >= log.size or log.held < log.size:
        raise Refused(ENTRY_WAITING(index=index, size=min(log.size, log.held)))
    path = merkle.inclusion_proof(index, checkpoint.size, reader(log), log.key.suite.digest)
    return format_proof(Proof(index, path, log.note))


def reader(log: Log) -> merkle.Read:
    """Hashes of complete subtrees; those above a tile never change and are kept in the cache."""
    hasher = log.key.suite.digest

    def read(height: int, index: int) -> bytes:
        if height <= TILE_HEIGHT:
            start, count = index << height, 1 << height
            return merkle.fold(
                [merkle.leaf_hash(x, hasher) for x in log.leaves(start, start + count)], hasher
            )
        kept = f"subtree:{log.key.id.hex()}:{log.name}:{height}:{index}"
        found: bytes | None = cache.get(kept)
        if found is None:
            left, right = read(height - 1, 2 * index), read(height - 1, 2 * index + 1)
            found = merkle.node_hash(left, right, hasher)
            cache.set(kept, found, None)
        return found

    return read


def _hub_note() -> str:
    path = Path(settings.LEDGER) / "public" / "checkpoint"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _hub_leaves(start: int, stop: int) -> list[bytes]:
    rows = FactRow.objects.filter(index__gte=start, index__lt=stop).order_by("index")
    return [text.encode() for text in rows.values_list("leaf", flat=True)]


def _node_leaves(node: Node) -> Callable[[int, int], list[bytes]]:
    def read(start: int, stop: int) -> list[bytes]:
        rows = Usage.objects.filter(log__node=node, index__gte=start, index__lt=stop)
        return [text.encode() for text in rows.order_by("index").values_list("leaf", flat=True)]

    return read
