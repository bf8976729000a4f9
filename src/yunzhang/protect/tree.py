"""The tree of one log: its right edge in memory, the rest in full tiles on disk.

`grow` is called by one thread at a time; readers in other threads need no lock, because
what they read either stays in memory or is durable in a tile before it leaves memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from yunzhang.protect import merkle
from yunzhang.protect.merkle import LEAF, TILE_HEIGHT, TILE_WIDTH, Frontier, Hasher
from yunzhang.protect.tiles import (
    ENTRIES,
    TILE_UNREADABLE,
    TileFolder,
    levels,
    pack_entries,
    path_of,
    widths,
)
from yunzhang.terms.faults import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class Span(Generic[T]):
    """Items of a long sequence from number `base` on. It only grows; `after` makes a new one."""

    base: int
    items: list[T]

    def get(self, start: int, stop: int) -> list[T]:
        return self.items[start - self.base : stop - self.base]

    def after(self, number: int) -> Span[T]:
        return Span(number, self.items[number - self.base :]) if number > self.base else self


class Tree:
    """Entries and hashes of a log. `tiled` entries are durable in full tiles and bundles."""

    def __init__(self, folder: Path, hasher: Hasher) -> None:
        self.size = 0
        self.tiled = 0
        self._hasher = hasher
        self._tiles = TileFolder(folder, hasher)
        self._frontier = Frontier(hasher=hasher)
        self._hashes: list[Span[bytes]] = [Span(0, [])]
        self._entries: Span[bytes] = Span(0, [])

    def stand_on_tiles(self, size: int) -> None:
        """Begin with `size` entries that full bundles and tiles on disk hold.

        Costs a look at the tiles on the right edge, not at the whole log; raises
        `tile.unreadable`.
        """
        covered = -(-size // TILE_WIDTH) * TILE_WIDTH
        self._hashes = []
        for level in range(max(1, levels(size))):
            full, width = widths(size, level)
            edge = range(full * TILE_WIDTH, full * TILE_WIDTH + width)
            known = [self._tiles.subtree(covered, level * TILE_HEIGHT, i) for i in edge]
            self._hashes.append(Span(edge.start, known))
        self.size, self.tiled = size, size // TILE_WIDTH * TILE_WIDTH
        self._frontier = merkle.frontier(size, self.subtree, self._hasher)
        kept = self._bundle(self.tiled, size) if self.tiled < size else []
        self._entries = Span(self.tiled, kept)

    def grow(self, entries: list[bytes]) -> None:
        """Add entries; `size` counts them once everything about them can be read."""
        hasher, hashes = self._hasher, self._hashes
        leaves = [hasher(LEAF + entry).digest() for entry in entries]
        self._entries.items.extend(entries)
        hashes[0].items.extend(leaves)
        for level, tile in self._frontier.extend(leaves):
            if level == len(hashes):
                hashes.append(Span(0, []))
            hashes[level].items.append(tile)
        self.size = self._frontier.size

    def root(self) -> bytes:
        """The root over all entries; not to be called while `grow` runs."""
        return self._frontier.root()

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        return merkle.root(size, self.subtree, self._hasher)

    def subtree(self, height: int, index: int) -> bytes:
        """The hash of a complete subtree (see merkle.py); raises `tile.unreadable`."""
        level, rest = divmod(height, TILE_HEIGHT)
        start, count = index << rest, 1 << rest
        span = self._hashes[level]
        if start >= span.base:
            return merkle.fold(span.get(start, start + count), self._hasher)
        return self._tiles.subtree(self.tiled, height, index)

    def entries(self, start: int, stop: int) -> list[bytes]:
        """Entries start..stop, all of which exist; raises `tile.unreadable`."""
        memory = self._entries
        found: list[bytes] = []
        while start < min(stop, memory.base):
            end = min(stop, memory.base, (start // TILE_WIDTH + 1) * TILE_WIDTH)
            found += self._bundle(start, end)
            start = end
        return found + memory.get(start, stop)

    def files(self, size: int) -> Iterator[tuple[str, bytes]]:
        """The tiles and bundles, as (path, bytes), that publishing `size` entries adds."""
        for level in range(levels(size)):
            for index, start, stop in self._new(size, level):
                hashes = self._hashes[level].get(start, stop)
                yield path_of(level, index, stop - start), b"".join(hashes)
        for index, start, stop in self._new(size, 0):
            entries = self._entries.get(start, stop)
            yield path_of(ENTRIES, index, stop - start), pack_entries(entries)

    def settle(self, size: int) -> list[str]:
        """Let go of what full tiles of a published `size` hold; not to be called during `grow`.

        Gives the folders of partial tiles that full ones have replaced.
        """
        after = size // TILE_WIDTH * TILE_WIDTH
        if after <= self.tiled:
            return []
        replaced = list(self._replaced(after))
        self.tiled = after
        self._entries = self._entries.after(after)
        for level in range(levels(after)):
            full = widths(after, level)[0]
            self._hashes[level] = self._hashes[level].after(full * TILE_WIDTH)
        return replaced

    @property
    def in_memory(self) -> int:
        """How many entries wait in memory for their bundle."""
        return len(self._entries.items)

    def _new(self, size: int, level: int) -> Iterator[tuple[int, int, int]]:
        """The tiles of a level beyond `tiled`: index, and the range of hashes each holds."""
        count = size >> (TILE_HEIGHT * level)
        for index in range(widths(self.tiled, level)[0], -(-count // TILE_WIDTH)):
            yield index, index * TILE_WIDTH, min(count, (index + 1) * TILE_WIDTH)

    def _replaced(self, after: int) -> Iterator[str]:
        for level in range(levels(after)):
            for index in range(widths(self.tiled, level)[0], widths(after, level)[0]):
                yield f"{path_of(level, index)}.p"
                if not level:
                    yield f"{path_of(ENTRIES, index)}.p"

    def _bundle(self, start: int, stop: int) -> list[bytes]:
        index = start // TILE_WIDTH
        entries = self._tiles.entries(index)
        leaves = [merkle.leaf_hash(entry, self._hasher) for entry in entries]
        if leaves != self._tiles.hashes(0, index):
            path = path_of(ENTRIES, index)
            raise Refused(TILE_UNREADABLE(path=path, reason="it does not match its hash tile"))
        return entries[start % TILE_WIDTH : (stop - 1) % TILE_WIDTH + 1]
