"""The journal: where an entry is safe the moment it is acknowledged.

A segment is a file of 4,096-byte blocks. Block 0 says which log it belongs to, how many entries
came before it and what their root was. Then come groups, each whole blocks: a head with
checksums, the entries, filler. Space is zeroed before it is used, so that a group is one
synchronous write that changes no file metadata (docs/decisions/ledger.md holds the
measurement), and so that a write cut short by a power failure shows as sectors still zero.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from yunzhang.protect.tiles import pack_entries, sync_folder, unpack_entries, write_file

BLOCK = 4096
SECTOR = 512
ZEROED_AHEAD = 1 << 20
# Not zero, so that a sector of filler is never taken for one that was not written.
FILLER = b"\xff"
FILE_MAGIC = b"YZJ1"
GROUP_MAGIC = b"YZG1"

# magic, checksum of the rest, salt, first index, root hash, length of the origin
_FILE = struct.Struct(">4sI8sQ32sH")
# magic, checksum of the rest of this head, checksum of the body, body bytes with filler,
# bytes of entries, first index, number of entries, sectors that are zero by content, salt
_GROUP = struct.Struct(">4sIIIIQII8s")


class Damaged(Exception):
    """Acknowledged data in a segment is not what was written."""


@dataclass(frozen=True)
class SegmentHead:
    """Whose segment it is, and the tree it continues."""

    origin: str
    first: int
    root: bytes
    salt: bytes


@dataclass(frozen=True)
class Group:
    """Entries written together: the index of the first, the entries, the offset after them."""

    first: int
    entries: list[bytes]
    end: int


class Segment:
    """The segment being written. One writer; every write is durable when it returns."""

    def __init__(self, path: Path, head: SegmentHead, end: int) -> None:
        self.path = path
        self.head = head
        self.end = end
        self._zeroed = end
        # O_DSYNC: one system call writes and waits for the disk.
        self._file = os.open(path, os.O_RDWR | os.O_DSYNC | os.O_CLOEXEC)
        self._dirty = True

    @classmethod
    def create(cls, folder: Path, origin: str, first: int, root: bytes) -> Segment:
        """Begin a segment whose first entry will be `first`; it appears whole or not at all."""
        head = SegmentHead(origin, first, root, os.urandom(8))
        path = folder / f"{first:020d}.journal"
        write_file(path, _file_block(head))
        sync_folder(folder)
        return cls(path, head, BLOCK)

    def write(self, first: int, entries: list[bytes]) -> None:
        """Write one group durably, or raise OSError and leave no trace of it."""
        frame = _frame(first, entries, self.head.salt)
        try:
            self._prepare(len(frame))
            self._put(frame, self.end)
        except OSError:
            self._dirty = True
            with suppress(OSError):
                self._cut()
            raise
        self.end += len(frame)

    def seal(self) -> None:
        """Give back the zeroed space; the segment is complete."""
        with suppress(OSError):
            self._cut()
        self.close()

    def close(self) -> None:
        os.close(self._file)

    def _prepare(self, length: int) -> None:
        if self._dirty:
            self._cut()
        if self.end + length > self._zeroed:
            ahead = max(ZEROED_AHEAD, length)
            self._put(bytes(ahead), self._zeroed)
            self._zeroed += ahead

    def _cut(self) -> None:
        # What lies after the last good group is garbage of a write that was never acknowledged.
        os.ftruncate(self._file, self.end)
        os.fsync(self._file)
        self._zeroed = self.end
        self._dirty = False

    def _put(self, data: bytes, at: int) -> None:
        if os.pwrite(self._file, data, at) != len(data):
            raise OSError("the disk took only a part of the write")


def read_head(data: bytes) -> SegmentHead:
    """What block 0 of a segment says; raises Damaged."""
    block = data[:BLOCK]
    if len(block) < BLOCK:
        raise Damaged("its first block is cut short")
    magic, check, salt, first, root, length = _FILE.unpack_from(block)
    if magic != FILE_MAGIC or crc32(block[8:]) != check:
        raise Damaged("its first block does not match its checksum")
    origin = block[_FILE.size : _FILE.size + length].decode()
    return SegmentHead(origin, first, root, salt)


def read_groups(data: bytes, head: SegmentHead, *, last: bool) -> Iterator[Group]:
    """The groups of a segment, in order.

    A torn group at the end of the `last` segment was never acknowledged and ends the reading;
    anything else that does not match its checksum raises Damaged.
    """
    at, first = BLOCK, head.first
    used = len(data.rstrip(b"\x00"))
    while at < used:
        group = _group(data, at, first, head.salt)
        if group is None:
            if last and _torn(data, at, head.salt):
                return
            raise Damaged(f"the group of entry {first} at byte {at} does not match its checksum")
        yield group
        at, first = group.end, first + len(group.entries)


def _file_block(head: SegmentHead) -> bytes:
    origin = head.origin.encode()
    packed = _FILE.pack(FILE_MAGIC, 0, head.salt, head.first, head.root, len(origin)) + origin
    block = packed.ljust(BLOCK, FILLER)
    return block[:4] + crc32(block[8:]).to_bytes(4, "big") + block[8:]


def _frame(first: int, entries: list[bytes], salt: bytes) -> bytes:
    packed = pack_entries(entries)
    whole = -(-(_GROUP.size + len(packed)) // BLOCK) * BLOCK
    body = packed.ljust(whole - _GROUP.size, FILLER)
    fields = (crc32(body), len(body), len(packed), first, len(entries))
    head = _head(*fields, 0, salt)
    if bytes(SECTOR) in body:
        head = _head(*fields, _zero_sectors(head + body), salt)
    return head + body


def _head(
    check: int, body: int, packed: int, first: int, count: int, zeros: int, salt: bytes
) -> bytes:
    head = _GROUP.pack(GROUP_MAGIC, 0, check, body, packed, first, count, zeros, salt)
    return head[:4] + crc32(head[8:]).to_bytes(4, "big") + head[8:]


def _head_at(data: bytes, at: int, salt: bytes) -> tuple[int, int, int, int, int, int] | None:
    if at + _GROUP.size > len(data):
        return None
    magic, own, check, body, packed, first, count, zeros, found = _GROUP.unpack_from(data, at)
    if magic != GROUP_MAGIC or found != salt or crc32(data[at + 8 : at + _GROUP.size]) != own:
        return None
    return check, body, packed, first, count, zeros


def _group(data: bytes, at: int, first: int, salt: bytes) -> Group | None:
    head = _head_at(data, at, salt)
    if head is None:
        return None
    check, length, packed, index, count, _ = head
    start, end = at + _GROUP.size, at + _GROUP.size + length
    if index != first or end > len(data) or crc32(data[start:end]) != check:
        return None
    entries = unpack_entries(data[start : start + packed])
    return Group(first, entries, end) if len(entries) == count else None


def _torn(data: bytes, at: int, salt: bytes) -> bool:
    """Whether the broken group at `at` is a last write cut short, not a change of a whole one.

    A write cut short leaves sectors as they were, zero, or the file too short. A group is only
    written once the one before it is durable, so a group after the broken one means damage.
    """
    if any(_head_at(data, later, salt) for later in range(at + BLOCK, len(data), BLOCK)):
        return False
    head = _head_at(data, at, salt)
    if head is None:
        return len(data) - at < SECTOR or not any(data[at : at + SECTOR])
    end = at + _GROUP.size + head[1]
    return end > len(data) or _zero_sectors(data[at:end]) > head[5]


def _zero_sectors(data: bytes) -> int:
    zero = bytes(SECTOR)
    return sum(data[at : at + SECTOR] == zero for at in range(0, len(data), SECTOR))
