"""The ledger: an append-only log on disk. What it acknowledged is never lost and never changed.

A folder holds `lock`, `journal/` (truth: see journal.py) and `public/` (checkpoint and tiles,
derived by `publish`, for any static file server).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from yunzhang.protect import merkle
from yunzhang.protect.journal import Damaged, Segment, SegmentHead, read_groups, read_head
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.merkle import TILE_HEIGHT, TILE_WIDTH, Frontier
from yunzhang.protect.notes import (
    Checkpoint,
    Proof,
    format_proof,
    sign_checkpoint,
    verify_checkpoint,
)
from yunzhang.protect.tiles import (
    ENTRIES,
    LONGEST_ENTRY,
    TileFolder,
    levels,
    pack_entries,
    path_of,
    widths,
    write_all,
)
from yunzhang.terms.faults import FaultKind, Refused, Text

_RESTORE = Text(
    "保留现场,从备份恢复日志目录,再用 yunzhang verify log 验证。",
    "Keep the folder as it is, restore a copy, and check it with yunzhang verify log.",
)

LEDGER_UNWRITABLE = FaultKind(
    "ledger.unwritable",
    503,
    Text(
        "日志无法写入,本次操作未生效:{reason}",
        "The log cannot be written, so nothing was done: {reason}",
    ),
    Text("清理磁盘空间后重试;无需重启。", "Free disk space and try again; no restart is needed."),
)
LEDGER_DAMAGED = FaultKind(
    "ledger.damaged",
    500,
    Text("日志文件 {where} 损坏:{reason}", "The log is damaged in {where}: {reason}"),
    _RESTORE,
)
LEDGER_ROLLED_BACK = FaultKind(
    "ledger.rolled_back",
    500,
    Text(
        "磁盘上的日志({size} 条)不能重现已发布的检查点({published} 条)。",
        "The log on disk ({size} entries) cannot reproduce its published checkpoint ({published}).",
    ),
    _RESTORE,
)
LEDGER_IN_USE = FaultKind(
    "ledger.in_use",
    503,
    Text("日志目录 {folder} 正被另一进程使用。", "Another process is writing the log in {folder}."),
    Text("每个进程使用各自的日志目录。", "Give each process a log folder of its own."),
)
LEDGER_OTHER_LOG = FaultKind(
    "ledger.other_log",
    409,
    Text(
        "目录中的日志是 {found},不是 {wanted}。", "The folder holds the log {found}, not {wanted}."
    ),
    Text("使用该日志自己的密钥和目录。", "Use that log's own key and folder."),
)
ENTRY_TOO_LONG = FaultKind(
    "ledger.entry_too_long",
    413,
    Text(
        "日志条目有 {length} 字节,上限 {limit}。",
        "The entry has {length} bytes; {limit} is the limit.",
    ),
    Text("缩短条目。", "Shorten the entry."),
)
ENTRY_ABSENT = FaultKind(
    "ledger.entry_absent",
    404,
    Text("日志中没有第 {index} 条(共 {size} 条)。", "The log has no entry {index}; it has {size}."),
    Text("核对日志名称和序号。", "Check the log's name and the index."),
)

# Shape of the files, chosen by measurement and not policy: when a segment is followed by the
# next, and how many entries may wait in memory for `publish` before `append` calls it.
SEGMENT_BYTES = 16 << 20
WAITING_ENTRIES = 1 << 16

T = TypeVar("T")


@dataclass(frozen=True)
class Span(Generic[T]):
    """Items of a long sequence from number `base` on. It only grows; dropping makes a new one."""

    base: int
    items: list[T]

    @property
    def end(self) -> int:
        return self.base + len(self.items)

    def get(self, start: int, stop: int) -> list[T]:
        return self.items[start - self.base : stop - self.base]

    def drop(self, before: int) -> Span[T]:
        return Span(before, self.items[before - self.base :]) if before > self.base else self


class Ledger:
    """One log, one writer. Methods may be called from several threads; `open` makes one."""

    def __init__(self, folder: Path, key: SigningKey, lock: int) -> None:
        self.folder = folder
        self.public = folder / "public"
        self._key = key
        self._lock = lock
        self._hasher = key.suite.digest
        self._tiles = TileFolder(self.public, self._hasher)
        self._writing, self._publishing, self._state = Lock(), Lock(), Lock()
        self._closed = False
        self._frontier = Frontier(hasher=self._hasher)
        self._hashes: list[Span[bytes]] = []
        self._waiting: Span[bytes] = Span(0, [])
        self._tiled = 0  # entries that are durable in full tiles and bundles
        self._head = (-1, "")
        self._segment: Segment

    @classmethod
    def open(cls, folder: Path, key: SigningKey) -> Ledger:
        """Open or begin the log named `key.name` in `folder`, recovering from a crash.

        Raises `ledger.in_use`, `ledger.other_log`, `ledger.damaged`, `ledger.rolled_back`,
        `ledger.unwritable`. Costs the unpublished entries, not the whole log.
        """
        try:
            (folder / "journal").mkdir(parents=True, exist_ok=True)
            (folder / "public").mkdir(exist_ok=True)
            ledger = cls(folder, key, _lock(folder))
        except OSError as error:
            raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error
        try:
            ledger._recover()
        except BaseException:
            os.close(ledger._lock)
            raise
        return ledger

    @property
    def size(self) -> int:
        """The number of durable entries."""
        return self._frontier.size

    def append(self, entries: list[bytes]) -> range:
        """Add a group of entries; on return they are durable, at the indexes given back.

        One write and one wait for the disk. Each entry has at most 65,535 bytes, else
        `ledger.entry_too_long`; a failed write leaves the log as it was: `ledger.unwritable`.
        """
        too_long = [len(entry) for entry in entries if len(entry) > LONGEST_ENTRY]
        if too_long:
            raise Refused(*(ENTRY_TOO_LONG(length=n, limit=LONGEST_ENTRY) for n in too_long))
        with self._writing:
            first = self.size
            if entries:
                self._write(first, entries)
                self._take(entries)
            return range(first, self.size)

    def head(self) -> str:
        """The signed checkpoint (C2SP tlog-checkpoint) of all durable entries."""
        with self._state:
            size = self.size
            if self._head[0] == size:
                return self._head[1]
            root = self._frontier.root()
        note = sign_checkpoint(Checkpoint(self._key.name, size, root), self._key)
        self._head = (size, note)
        return note

    def entry(self, index: int) -> bytes:
        """The entry at `index`; raises `ledger.entry_absent` or `ledger.damaged`."""
        return self.entries(index, index + 1)[0]

    def entries(self, start: int, stop: int) -> list[bytes]:
        """Entries start..stop; raises `ledger.entry_absent` unless all of them exist."""
        if not 0 <= start <= stop <= self.size:
            raise Refused(ENTRY_ABSENT(index=start if start < 0 else stop - 1, size=self.size))
        waiting = self._waiting
        found: list[bytes] = []
        while start < min(stop, waiting.base):
            end = min(stop, waiting.base, (start // TILE_WIDTH + 1) * TILE_WIDTH)
            found += self._from_bundle(start, end)
            start = end
        return found + (waiting.get(start, stop) if start < stop else [])

    def proof(self, index: int) -> str:
        """That the entry is in the log as it stands: a C2SP tlog-proof under a signed checkpoint."""
        note = self.head()
        checkpoint = verify_checkpoint(note, self._key.public)
        if not 0 <= index < checkpoint.size:
            raise Refused(ENTRY_ABSENT(index=index, size=checkpoint.size))
        path = merkle.inclusion_proof(index, checkpoint.size, self._subtree, self._hasher)
        leaf = self._subtree(0, index)
        # A proof from a damaged tile would convince nobody: find it here, not at the caller's.
        if not merkle.verify_inclusion(
            index, checkpoint.size, leaf, path, checkpoint.root, self._hasher
        ):
            raise Refused(
                LEDGER_DAMAGED(where="public/tile", reason="its hashes do not give the root")
            )
        return format_proof(Proof(index, path, note))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """That the tree of `old` entries is a prefix of the tree of `new` (RFC 6962 2.1.2)."""
        if not 0 <= old <= new <= self.size:
            raise Refused(ENTRY_ABSENT(index=max(old, new) - 1, size=self.size))
        return merkle.consistency_proof(old, new, self._subtree, self._hasher)

    def publish(self) -> str:
        """Write tiles, bundles and then the signed checkpoint; gives the checkpoint.

        Everything is durable before the checkpoint names it. Raises `ledger.unwritable`.
        """
        with self._publishing:
            note = self.head()
            size = self._head[0]
            try:
                write_all(self.public, self._derived(size))
                write_all(self.public, [("checkpoint", note.encode())])
            except OSError as error:
                raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error
            self._forget(size)
            return note

    def close(self) -> None:
        """Let go of the files and of the lock; nothing is lost without it."""
        with self._writing, self._publishing:
            if not self._closed:
                self._closed = True
                self._segment.seal()
                os.close(self._lock)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def _write(self, first: int, entries: list[bytes]) -> None:
        if self._closed:
            raise Refused(LEDGER_UNWRITABLE(reason="the log is closed"))
        if len(self._waiting.items) >= WAITING_ENTRIES:
            self.publish()
        try:
            if self._segment.end >= SEGMENT_BYTES:
                self._next_segment(first)
            self._segment.write(first, entries)
        except OSError as error:
            raise Refused(LEDGER_UNWRITABLE(reason=error.strerror or error)) from error

    def _next_segment(self, first: int) -> None:
        root = self._frontier.root()
        new = Segment.create(self.folder / "journal", self._key.name, first, root)
        self._segment.seal()
        self._segment = new

    def _take(self, entries: Iterable[bytes]) -> None:
        hasher = self._hasher
        with self._state:
            for entry in entries:
                self._waiting.items.append(entry)
                self._add(merkle.leaf_hash(entry, hasher))

    def _add(self, leaf: bytes) -> None:
        # Hashes are in memory before the size says so, for readers in other threads.
        hashes = self._hashes
        if not hashes:
            hashes.append(Span(0, []))
        hashes[0].items.append(leaf)
        for level, tile in enumerate(self._frontier.append(leaf), start=1):
            if level == len(hashes):
                hashes.append(Span(0, []))
            hashes[level].items.append(tile)

    # Reading

    def _subtree(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, TILE_HEIGHT)
        start, count = index << rest, 1 << rest
        span = self._hashes[level]
        if start >= span.base:
            return merkle.fold(span.get(start, start + count), self._hasher)
        return self._tiles.subtree(self._tiled, height, index)

    def _from_bundle(self, start: int, stop: int) -> list[bytes]:
        index = start // TILE_WIDTH
        entries = self._tiles.entries(index)
        leaves = [merkle.leaf_hash(entry, self._hasher) for entry in entries]
        if leaves != self._tiles.hashes(0, index):
            where = f"public/{path_of(ENTRIES, index)}"
            raise Refused(LEDGER_DAMAGED(where=where, reason="it does not match its hash tile"))
        return entries[start % TILE_WIDTH : (stop - 1) % TILE_WIDTH + 1]

    # Publishing

    def _derived(self, size: int) -> list[tuple[str, bytes]]:
        files = []
        for level in range(levels(size)):
            span, (full, width) = self._hashes[level], widths(size, level)
            for index in range(widths(self._tiled, level)[0], full):
                start = index * TILE_WIDTH
                files.append((path_of(level, index), b"".join(span.get(start, start + TILE_WIDTH))))
            if width:
                start = full * TILE_WIDTH
                files.append(
                    (path_of(level, full, width), b"".join(span.get(start, start + width)))
                )
        return [*files, *self._bundles(size)]

    def _bundles(self, size: int) -> Iterable[tuple[str, bytes]]:
        waiting, (full, width) = self._waiting, widths(size, 0)
        for index in range(self._tiled // TILE_WIDTH, full):
            start = index * TILE_WIDTH
            yield path_of(ENTRIES, index), pack_entries(waiting.get(start, start + TILE_WIDTH))
        if width:
            yield path_of(ENTRIES, full, width), pack_entries(waiting.get(full * TILE_WIDTH, size))

    def _forget(self, size: int) -> None:
        """Let go of what full tiles now hold: memory, partial tiles, journal segments."""
        before, after = self._tiled, size // TILE_WIDTH * TILE_WIDTH
        if after == before:
            return
        with self._state:
            self._tiled = after
            self._waiting = self._waiting.drop(after)
            for level in range(levels(size)):
                full = widths(size, level)[0]
                self._hashes[level] = self._hashes[level].drop(full * TILE_WIDTH)
        with suppress(OSError):
            self._drop_partials(before, size)
            self._drop_segments(after)

    def _drop_partials(self, before: int, size: int) -> None:
        for level in range(levels(size)):
            for index in range(widths(before, level)[0], widths(size, level)[0]):
                _remove(self.public / f"{path_of(level, index)}.p")
                if not level:
                    _remove(self.public / f"{path_of(ENTRIES, index)}.p")

    def _drop_segments(self, tiled: int) -> None:
        # A segment ends where the next begins; the one being written is never dropped.
        paths = _segments(self.folder)
        for path, following in zip(paths, paths[1:], strict=False):
            if _first(following) <= tiled:
                path.unlink()

    # Recovery

    def _recover(self) -> None:
        paths = _segments(self.folder)
        published = self._published()
        if not paths:
            if published:
                raise Refused(LEDGER_ROLLED_BACK(size=0, published=published.size))
            self._begin()
            return
        heads = [self._load(path, index == len(paths) - 1) for index, path in enumerate(paths)]
        if published:
            self._confirm(published)
            self._tiled = max(self._tiled, published.size // TILE_WIDTH * TILE_WIDTH)
        path, (head, end) = paths[-1], heads[-1]
        self._segment = Segment(path, head, end)

    def _begin(self) -> None:
        root = self._frontier.root()
        try:
            self._segment = Segment.create(self.folder / "journal", self._key.name, 0, root)
        except OSError as error:
            raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error
        self.publish()

    def _load(self, path: Path, last: bool) -> tuple[SegmentHead, int]:
        data = path.read_bytes()
        try:
            head = read_head(data)
            self._continue(head)
            end = len(data[:4096])
            for group in read_groups(data, head, last=last):
                self._take(group.entries)
                end = group.end
        except Damaged as error:
            raise Refused(LEDGER_DAMAGED(where=f"journal/{path.name}", reason=error)) from error
        return head, end

    def _continue(self, head: SegmentHead) -> None:
        """Check that a segment begins where the log stands; the first one stands on tiles."""
        if head.origin != self._key.name:
            raise Refused(LEDGER_OTHER_LOG(found=head.origin, wanted=self._key.name))
        if not self.size and head.first:
            self._stand_on_tiles(head.first)
        if head.first != self.size:
            raise Damaged(f"it begins at entry {head.first}, but the log has {self.size}")
        if head.root != self._frontier.root():
            raise Damaged("the tiles before it do not give the root it continues")

    def _stand_on_tiles(self, size: int) -> None:
        """Take up a tree of `size` entries whose every bundle touched is full on disk."""
        covered = -(-size // TILE_WIDTH) * TILE_WIDTH
        read = partial(self._tiles.subtree, covered)
        self._frontier = merkle.frontier(size, read, self._hasher)
        self._tiled = size // TILE_WIDTH * TILE_WIDTH
        for level in range(levels(size)):
            full, width = widths(size, level)
            start = full * TILE_WIDTH
            known = [read(level * TILE_HEIGHT, i) for i in range(start, start + width)]
            self._hashes.append(Span(start, known))
        rest = size - self._tiled
        kept = self._from_bundle(self._tiled, size) if rest else []
        self._waiting = Span(self._tiled, kept)

    def _published(self) -> Checkpoint | None:
        path = self.public / "checkpoint"
        if not path.exists():
            return None
        return verify_checkpoint(path.read_text(encoding="utf-8"), self._key.public)

    def _confirm(self, published: Checkpoint) -> None:
        size = self.size
        if published.size <= size and published.root == merkle.root(
            published.size, self._subtree, self._hasher
        ):
            return
        raise Refused(LEDGER_ROLLED_BACK(size=size, published=published.size))


def _lock(folder: Path) -> int:
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Refused(LEDGER_IN_USE(folder=folder)) from error
    return handle


def _segments(folder: Path) -> list[Path]:
    return sorted((folder / "journal").glob("*.journal"))


def _first(segment: Path) -> int:
    return int(segment.stem)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
