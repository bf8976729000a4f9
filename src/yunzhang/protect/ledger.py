"""The ledger: an append-only log on disk. What it acknowledged is never lost and never changed.

A folder holds `lock`, `journal/` (truth: see journal.py) and `public/` (checkpoint and tiles,
derived by `publish`, for any static file server).
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Self

from yunzhang.protect import merkle
from yunzhang.protect.journal import BLOCK, Damaged, Segment, SegmentHead, read_groups, read_head
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.notes import (
    Checkpoint,
    Proof,
    format_proof,
    sign_checkpoint,
    verify_checkpoint,
)
from yunzhang.protect.tiles import LONGEST_ENTRY, write_all
from yunzhang.protect.tree import Tree
from yunzhang.terms.faults import FaultKind, Refused, Text

_RESTORE = Text(
    "保留现场，从备份恢复日志目录，再用 yunzhang verify log 验证。",
    "Keep the folder as it is, restore a copy, and check it with yunzhang verify log.",
)

LEDGER_UNWRITABLE = FaultKind(
    "ledger.unwritable",
    503,
    Text(
        "日志无法写入，本次操作未生效：{reason}",
        "The log cannot be written, so nothing was done: {reason}",
    ),
    Text("清理磁盘空间后重试；无需重启。", "Free disk space and try again; no restart is needed."),
)
LEDGER_DAMAGED = FaultKind(
    "ledger.damaged",
    500,
    Text("日志文件 {where} 损坏：{reason}", "The log is damaged in {where}: {reason}"),
    _RESTORE,
)
LEDGER_ROLLED_BACK = FaultKind(
    "ledger.rolled_back",
    500,
    Text(
        "磁盘上的日志（{size} 条）不能重现已发布的检查点（{published} 条）。",
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
        "目录中的日志是 {found}，不是 {wanted}。", "The folder holds the log {found}, not {wanted}."
    ),
    Text("使用该日志自己的密钥和目录。", "Use that log's own key and folder."),
)
ENTRY_TOO_LONG = FaultKind(
    "ledger.entry_too_long",
    413,
    Text(
        "日志条目有 {length} 字节，上限 {limit}。",
        "The entry has {length} bytes; {limit} is the limit.",
    ),
    Text("缩短条目。", "Shorten the entry."),
)
ENTRY_ABSENT = FaultKind(
    "ledger.entry_absent",
    404,
    Text(
        "日志中没有第 {index} 条（共 {size} 条）。",
        "The log has no entry {index}; it has {size}.",
    ),
    Text("核对日志名称和序号。", "Check the log's name and the index."),
)

# Shape of the files, chosen by measurement and not policy: when a segment is followed by the
# next, and how many entries may wait in memory for `publish` before `append` calls it.
SEGMENT_BYTES = 16 << 20
WAITING_ENTRIES = 1 << 16


class Ledger:
    """One log, one writer. `open` makes it; its methods may be called from several threads."""

    def __init__(self, folder: Path, key: SigningKey, lock: int) -> None:
        self.folder = folder
        self.public = folder / "public"  # for any static file server
        self._key = key
        self._lock = lock
        self._tree = Tree(self.public, key.suite.digest)
        self._writing, self._publishing, self._state = Lock(), Lock(), Lock()
        self._closed = False
        self._head: tuple[Checkpoint, str] | None = None
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
        except OSError as error:
            os.close(ledger._lock)
            raise Refused(LEDGER_DAMAGED(where=error.filename, reason=error.strerror)) from error
        except Refused:
            os.close(ledger._lock)
            raise
        return ledger

    @property
    def name(self) -> str:
        """The log's name: the origin of its checkpoints."""
        return self._key.name

    @property
    def size(self) -> int:
        """The number of durable entries."""
        return self._tree.size

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
                with self._state:
                    self._tree.grow(entries)
            return range(first, first + len(entries))

    def head(self) -> str:
        """The signed checkpoint (C2SP tlog-checkpoint) of all durable entries."""
        return self._signed()[1]

    def entry(self, index: int) -> bytes:
        """The entry at `index`; raises `ledger.entry_absent` or `tile.unreadable`."""
        return self.entries(index, index + 1)[0]

    def entries(self, start: int, stop: int) -> list[bytes]:
        """Entries start..stop; raises `ledger.entry_absent` unless all of them exist."""
        size = self.size
        if not 0 <= start <= stop <= size:
            raise Refused(ENTRY_ABSENT(index=start if start < 0 else stop - 1, size=size))
        return self._tree.entries(start, stop)

    def proof(self, index: int) -> str:
        """That the entry is in the log as it stands now: a C2SP tlog-proof."""
        checkpoint, note = self._signed()
        size, hasher, read = checkpoint.size, self._key.suite.digest, self._tree.subtree
        if not 0 <= index < size:
            raise Refused(ENTRY_ABSENT(index=index, size=size))
        path = merkle.inclusion_proof(index, size, read, hasher)
        # A proof from a damaged tile would convince nobody: find it here, not at the reader's.
        if not merkle.verify_inclusion(index, size, read(0, index), path, checkpoint.root, hasher):
            reason = f"the hashes around entry {index} do not give the root"
            raise Refused(LEDGER_DAMAGED(where="public/tile", reason=reason))
        return format_proof(Proof(index, path, note))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """That the tree of `old` entries is a prefix of the tree of `new` (RFC 6962 2.1.2)."""
        if not 0 <= old <= new <= self.size:
            raise Refused(ENTRY_ABSENT(index=max(old, new) - 1, size=self.size))
        return merkle.consistency_proof(old, new, self._tree.subtree, self._key.suite.digest)

    def publish(self) -> str:
        """Write tiles, bundles and then the signed checkpoint; gives the checkpoint.

        Everything is durable before the checkpoint names it. Raises `ledger.unwritable`.
        """
        with self._publishing:
            checkpoint, note = self._signed()
            try:
                write_all(self.public, self._tree.files(checkpoint.size))
                write_all(self.public, [("checkpoint", note.encode())])
            except OSError as error:
                raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error
            self._settle(checkpoint.size)
            return note

    def close(self) -> None:
        """Let go of the files and of the lock; no acknowledged entry depends on it."""
        with self._writing, self._publishing:
            if not self._closed:
                self._closed = True
                self._segment.seal()
                os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _signed(self) -> tuple[Checkpoint, str]:
        with self._state:
            head, size = self._head, self._tree.size
            if head and head[0].size == size:
                return head
            checkpoint = Checkpoint(self._key.name, size, self._tree.root())
        self._head = checkpoint, sign_checkpoint(checkpoint, self._key)
        return self._head

    def _write(self, first: int, entries: list[bytes]) -> None:
        if self._closed:
            raise Refused(LEDGER_UNWRITABLE(reason="the log is closed"))
        if self._tree.in_memory >= WAITING_ENTRIES:
            self.publish()
        try:
            if self._segment.end >= SEGMENT_BYTES:
                self._next_segment(first)
            self._segment.write(first, entries)
        except OSError as error:
            raise Refused(LEDGER_UNWRITABLE(reason=error.strerror or error)) from error

    def _next_segment(self, first: int) -> None:
        root = self._tree.root()
        following = Segment.create(self.folder / "journal", self._key.name, first, root)
        self._segment.seal()
        self._segment = following

    def _settle(self, size: int) -> None:
        with self._state:
            replaced = self._tree.settle(size)
        # What cannot be removed now is only space; it is tried again with the next tile.
        with suppress(OSError):
            for folder in replaced:
                _remove(self.public / folder)
            self._drop_segments(self._tree.tiled)

    def _drop_segments(self, tiled: int) -> None:
        # A segment ends where the next begins; the one being written is never dropped.
        paths = _segments(self.folder)
        for path, following in pairwise(paths):
            if int(following.stem) <= tiled:
                path.unlink()

    def _recover(self) -> None:
        published = self._published()
        paths = _segments(self.folder)
        if not paths:
            self._begin(published)
            return
        *_, (head, end) = [self._load(path, last=path is paths[-1]) for path in paths]
        if published:
            self._confirm(published)
            self._mend(published.size)
            self._settle(published.size)
        self._segment = Segment(paths[-1], head, end)

    def _begin(self, published: Checkpoint | None) -> None:
        if published or (self.public / "tile").exists():
            size = published.size if published else "?"
            raise Refused(LEDGER_ROLLED_BACK(size=0, published=size))
        try:
            root = self._tree.root()
            self._segment = Segment.create(self.folder / "journal", self._key.name, 0, root)
        except OSError as error:
            raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error
        try:
            self.publish()
        except Refused:
            self._segment.close()
            raise

    def _load(self, path: Path, *, last: bool) -> tuple[SegmentHead, int]:
        data = path.read_bytes()
        end = BLOCK
        try:
            head = read_head(data)
            self._continue(head)
            for group in read_groups(data, head, last=last):
                self._tree.grow(group.entries)
                end = group.end
        except Damaged as error:
            raise Refused(LEDGER_DAMAGED(where=f"journal/{path.name}", reason=error)) from error
        return head, end

    def _continue(self, head: SegmentHead) -> None:
        """Check that a segment begins where the log stands; the first one stands on tiles."""
        if head.origin != self._key.name:
            raise Refused(LEDGER_OTHER_LOG(found=head.origin, wanted=self._key.name))
        if head.first and not self.size:
            self._tree.stand_on_tiles(head.first)
        if head.first != self.size:
            raise Damaged(f"it begins at entry {head.first}, but the log has {self.size}")
        if head.root != self._tree.root():
            raise Damaged("the tiles before it do not give the root it continues")

    def _published(self) -> Checkpoint | None:
        path = self.public / "checkpoint"
        if not path.exists():
            return None
        # A byte that is no UTF-8 becomes a sign the signature does not cover.
        note = path.read_text(encoding="utf-8", errors="replace")
        return verify_checkpoint(note, self._key.public)

    def _confirm(self, published: Checkpoint) -> None:
        size = self.size
        if published.size > size or published.root != self._tree.root_at(published.size):
            raise Refused(LEDGER_ROLLED_BACK(size=size, published=published.size))

    def _mend(self, size: int) -> None:
        """Write again what the journal still tells of the published tiles and the disk lost."""
        lost = [
            (path, data)
            for path, data in self._tree.files(size)
            if _read(self.public / path) != data
        ]
        try:
            write_all(self.public, lost)
        except OSError as error:
            raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


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


def _remove(folder: Path) -> None:
    if folder.is_dir():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
