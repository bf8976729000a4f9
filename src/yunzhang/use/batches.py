"""Batches: whether a node's receipts continue its log, leaf for leaf, as the node has signed it.

Pure: what the hub holds of the log comes as an argument; nothing is believed for being sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yunzhang.protect.keys import PublicKey, from_base64
from yunzhang.protect.merkle import Frontier, leaf_hash, verify_consistency
from yunzhang.protect.notes import Checkpoint, verify_checkpoint
from yunzhang.terms.document import decode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.receipt import Batch, Receipt

_LOOK = Text(
    "停止采信该节点日志，核对节点的日志目录并用 yunzhang verify log 验证。",
    "Stop relying on this log; look at the node's log folder and run yunzhang verify log.",
)

LOG_OTHER = FaultKind(
    "batch.log_other",
    409,
    Text("这批回执属于日志 {found}，不是 {wanted}。", "The batch is of {found}, not of {wanted}."),
    Text(
        "用节点登记的密钥对应的日志上报。", "Send the log of the key the node is registered with."
    ),
)
BATCH_GAP = FaultKind(
    "batch.gap",
    409,
    Text(
        "这批回执从第 {start} 条开始，枢纽只收到前 {size} 条。",
        "The batch starts at {start}; the hub holds {size} receipts.",
    ),
    Text("从第 {size} 条起重新上报。", "Send again from index {size}."),
)
CHECKPOINT_BEHIND = FaultKind(
    "batch.checkpoint_behind",
    409,
    Text(
        "检查点只覆盖 {covered} 条，这批回执到第 {end} 条。",
        "The checkpoint covers {covered} entries; the batch reaches {end}.",
    ),
    Text("附上覆盖整批回执的检查点。", "Send a checkpoint that covers the whole batch."),
)
LOG_FORKED = FaultKind(
    "batch.log_forked",
    409,
    Text(
        "前 {size} 条回执算不出节点签名的树根：日志被改动或分叉。",
        "The first {size} receipts do not give the root the node signed: changed or forked.",
    ),
    _LOOK,
)
RECEIPT_CHANGED = FaultKind(
    "batch.receipt_changed",
    409,
    Text(
        "第 {index} 条回执与枢纽已收到的不同：日志被改动或分叉。",
        "Receipt {index} differs from the one the hub holds: changed or forked.",
    ),
    _LOOK,
)
RECEIPT_WRONG = FaultKind(
    "batch.receipt_wrong",
    422,
    Text("第 {index} 条回执格式不符：{reason}", "Receipt {index} is malformed: {reason}"),
    Text(
        "升级节点，使其回执符合 receipt 格式。", "Bring the node to a version that writes receipts."
    ),
)
CONSISTENCY_WRONG = FaultKind(
    "batch.consistency_wrong",
    409,
    Text(
        "一致性证明不成立：前 {end} 条不是检查点（{covered} 条）的前缀。",
        "The proof fails: the first {end} entries are no prefix of the checkpoint ({covered}).",
    ),
    _LOOK,
)

_LARGEST = {"rows": 2**31 - 1, "bytes": 2**63 - 1}  # what the records hold


@dataclass(frozen=True)
class Held:
    """What the hub holds of a log: its size, its right edge, and the last head it was promised."""

    size: int
    stack: tuple[bytes, ...]
    promised: Checkpoint | None


@dataclass(frozen=True)
class Growth:
    """What a batch adds: leaves `start`.., read, and the right edge after them."""

    start: int
    leaves: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    stack: tuple[bytes, ...]
    keep_promise: bool  # the promised head lies further on than this batch: hold on to it

    @property
    def size(self) -> int:
        return self.start + len(self.leaves)


def growth(batch: Batch, held: Held, known: Sequence[str], key: PublicKey) -> Growth:
    """What the batch adds to the log, once every leaf of it is seen to be what `key` signed.

    `known` are the leaves the hub holds from `batch.start` on, as many as the batch repeats.
    Raises Refused naming the first thing that is wrong.
    """
    _continues(batch, held, known, key)
    leaves = batch.entries[len(known) :]
    frontier = _grown(leaves, held, key)
    if leaves:
        head = verify_checkpoint(batch.checkpoint, key)
        _covered(batch, head, frontier, key)
        _agrees(head, held.promised)
    receipts = tuple(_receipt(held.size + at, leaf) for at, leaf in enumerate(leaves))
    further = held.promised is not None and held.promised.size > frontier.size
    return Growth(held.size, leaves, receipts, frontier.stack, further)


def _grown(leaves: Sequence[str], held: Held, key: PublicKey) -> Frontier:
    """The right edge after the leaves, which must pass through the promised head on the way."""
    hasher, promised = key.suite.digest, held.promised
    hashes = [leaf_hash(leaf.encode(), hasher) for leaf in leaves]
    frontier = Frontier(held.size, held.stack, hasher)
    before = max(0, promised.size - held.size) if promised else 0
    frontier.extend(hashes[:before])
    _kept(promised, frontier)
    frontier.extend(hashes[before:])
    return frontier


def _continues(batch: Batch, held: Held, known: Sequence[str], key: PublicKey) -> None:
    if batch.log != key.name:
        raise Refused(LOG_OTHER(found=batch.log, wanted=key.name))
    if not 0 <= batch.start <= held.size:
        raise Refused(BATCH_GAP(start=batch.start, size=held.size))
    for at, leaf in enumerate(known):
        if leaf != batch.entries[at]:
            raise Refused(RECEIPT_CHANGED(index=batch.start + at))


def _covered(batch: Batch, head: Checkpoint, frontier: Frontier, key: PublicKey) -> None:
    """The signed head covers the batch's end, directly or through a consistency proof."""
    end = frontier.size
    if head.size < end:
        raise Refused(CHECKPOINT_BEHIND(covered=head.size, end=end))
    if head.size == end:
        _kept(head, frontier)
        return
    steps = [from_base64(step) or b"" for step in batch.consistency]
    proven = verify_consistency(end, head.size, steps, frontier.root(), head.root, key.suite.digest)
    if not proven:
        raise Refused(CONSISTENCY_WRONG(end=end, covered=head.size))


def _kept(promise: Checkpoint | None, frontier: Frontier) -> None:
    if promise and promise.size == frontier.size and promise.root != frontier.root():
        raise Refused(LOG_FORKED(size=frontier.size))


def _agrees(head: Checkpoint, promised: Checkpoint | None) -> None:
    if promised and promised.size == head.size and promised.root != head.root:
        raise Refused(LOG_FORKED(size=head.size))


def _receipt(index: int, leaf: str) -> Receipt:
    try:
        receipt = decode(leaf, Receipt)
    except Refused as refused:
        raise Refused(RECEIPT_WRONG(index=index, reason=refused.faults[0].sentence("en"))) from None
    for name, largest in _LARGEST.items():
        if not 0 <= getattr(receipt, name) <= largest:
            raise Refused(RECEIPT_WRONG(index=index, reason=f"{name} is out of range"))
    if receipt.at.tzinfo is None:
        raise Refused(RECEIPT_WRONG(index=index, reason="the time names no zone"))
    return receipt
