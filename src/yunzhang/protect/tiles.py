"""Tiles: a log as plain files that any web server can hand out (C2SP tlog-tiles)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from yunzhang.protect.merkle import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, Hasher, fold
from yunzhang.terms.faults import FaultKind, Refused, Text

TILE_UNREADABLE = FaultKind(
    "tile.unreadable",
    500,
    Text("日志文件 {path} 缺失或损坏：{reason}", "Log file {path} is missing or damaged: {reason}"),
    Text("从备份恢复该文件后重新验证。", "Restore that file from a copy and verify again."),
)

ENTRIES = "entries"
LONGEST_ENTRY = 0xFFFF
TILES_KEPT = 64


def path_of(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """The path of a tile, or of a bundle for level "entries", below the served folder."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < TILE_WIDTH else "")


def widths(size: int, level: int) -> tuple[int, int]:
    """How many full tiles a level of a tree of this size has, and how wide its partial one is."""
    return divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)


def levels(size: int) -> int:
    """How many levels of tiles a tree of this size has."""
    return -(-size.bit_length() // TILE_HEIGHT)


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each after its length in two bytes, big-endian."""
    return b"".join([part for e in entries for part in (len(e).to_bytes(2, "big"), e)])


def unpack_entries(data: bytes) -> list[bytes]:
    """The inverse of `pack_entries`; raises ValueError when the lengths do not add up."""
    entries, at, end = [], 0, len(data)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > end or start > end:
            raise ValueError("an entry is cut short")
        entries.append(data[start:at])
    return entries


class TileFolder:
    """The served folder: reads and writes tiles, bundles and the checkpoint."""

    def __init__(self, folder: Path, hasher: Hasher) -> None:
        self.folder = folder
        self._hasher = hasher
        # Full tiles never change, so the ones read last are kept in memory.
        self._full = lru_cache(maxsize=TILES_KEPT)(self._read_hashes)

    def hashes(self, level: int, index: int, width: int = TILE_WIDTH) -> list[bytes]:
        """The hashes of one tile; raises `tile.unreadable`."""
        if width == TILE_WIDTH:
            return self._full(level, index, width)
        return self._read_hashes(level, index, width)

    def entries(self, index: int, width: int = TILE_WIDTH) -> list[bytes]:
        """The entries of one bundle; raises `tile.unreadable`."""
        path = path_of(ENTRIES, index, width)
        try:
            found = unpack_entries(self.read(path))
        except ValueError as error:
            raise Refused(TILE_UNREADABLE(path=path, reason=error)) from error
        if len(found) != width:
            raise Refused(TILE_UNREADABLE(path=path, reason=f"{len(found)} entries, not {width}"))
        return found

    def subtree(self, size: int, height: int, index: int) -> bytes:
        """The hash of a complete subtree of a tree of `size`, from full tiles alone."""
        level, rest = divmod(height, TILE_HEIGHT)
        start = index << rest
        tile, offset = divmod(start, TILE_WIDTH)
        if tile < widths(size, level)[0]:
            return fold(self.hashes(level, tile)[offset : offset + (1 << rest)], self._hasher)
        below = range(start, start + (1 << rest))
        return fold([fold(self.hashes(level - 1, i), self._hasher) for i in below], self._hasher)

    def read(self, path: str) -> bytes:
        """The bytes of a served file; raises `tile.unreadable`."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise Refused(TILE_UNREADABLE(path=path, reason=error.strerror)) from error

    def _read_hashes(self, level: int, index: int, width: int) -> list[bytes]:
        path = path_of(level, index, width)
        data = self.read(path)
        if len(data) != width * HASH_BYTES:
            raise Refused(TILE_UNREADABLE(path=path, reason=f"it is {len(data)} bytes long"))
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def write_all(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files below `folder`, each whole or not at all, and all durable on return."""
    touched: set[Path] = set()
    for name, data in files:
        path = folder / name
        _make(path.parent, touched)
        write_file(path, data)
        touched.add(path.parent)
    for parent in touched:
        sync_folder(parent)


def write_file(path: Path, data: bytes) -> None:
    """Write one file whole or not at all; its folder is not synced yet."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make(folder: Path, touched: set[Path]) -> None:
    if folder.is_dir():
        return
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    touched.update(each.parent for each in missing)
