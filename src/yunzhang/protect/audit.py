"""Audit: a whole log recomputed from its entries, and the first thing wrong with it named."""

from __future__ import annotations

from collections.abc import Callable

from yunzhang.protect import merkle
from yunzhang.protect.keys import PublicKey
from yunzhang.protect.merkle import TILE_WIDTH, Frontier
from yunzhang.protect.notes import Checkpoint
from yunzhang.protect.tiles import ENTRIES, TileFolder, levels, path_of, widths
from yunzhang.terms.faults import FaultKind, Refused, Text

_DO_NOT_RELY = Text(
    "不要采信，向日志的持有方和监督部门报告。",
    "Do not rely on it; report it to the log's holder and to the overseer.",
)

BUNDLE_DIFFERS = FaultKind(
    "verify.bundle_differs",
    422,
    Text(
        "条目文件 {path} 被改动：第 {index} 条与散列文件 {other} 不符。",
        "The bundle {path} was changed: entry {index} does not match the hash tile {other}.",
    ),
    _DO_NOT_RELY,
)
TILE_DIFFERS = FaultKind(
    "verify.tile_differs",
    422,
    Text(
        "散列文件 {path} 被改动：其中第 {position} 个散列不对。",
        "The tile {path} was changed: hash {position} in it is wrong.",
    ),
    _DO_NOT_RELY,
)
ROOT_DIFFERS = FaultKind(
    "verify.root_differs",
    422,
    Text(
        "由 {size} 条条目算出的根与签名的检查点不符。",
        "The root over {size} entries is not the one in the signed checkpoint.",
    ),
    _DO_NOT_RELY,
)
HISTORY_REWRITTEN = FaultKind(
    "verify.history_rewritten",
    422,
    Text(
        "日志被改写：前 {old} 条不再是旧检查点所记的内容（现有 {size} 条）。",
        "History was rewritten: the first {old} entries (of {size}) are not those of the older"
        " checkpoint.",
    ),
    _DO_NOT_RELY,
)

Progress = Callable[[int, int], None]  # entries done, entries in all


class Audit:
    """One pass over a served folder; each method raises Refused with the first thing wrong."""

    def __init__(
        self, files: TileFolder, key: PublicKey, checkpoint: Checkpoint, older: Checkpoint | None
    ) -> None:
        self.tiles = 0
        self._files = files
        self._hasher = key.suite.digest
        self._checkpoint = checkpoint
        self._older = older
        self._older_root = merkle.empty_root(self._hasher)
        self._frontier = Frontier(hasher=self._hasher)
        # Hashes by level, as computed; level 0 is checked tile by tile and not kept.
        self._computed: list[list[bytes]] = [[] for _ in range(levels(checkpoint.size))]

    def read_entries(self, progress: Progress) -> None:
        """Every bundle against its level-0 tile, growing the tree on the way."""
        size = self._checkpoint.size
        for index in range(-(-size // TILE_WIDTH)):
            width = min(TILE_WIDTH, size - index * TILE_WIDTH)
            leaves = self._leaves(self._files.entries(index, width))
            self._compare_bundle(index, leaves)
            self._compare_partials(0, index, leaves)
            self._compare_partial_bundles(index, leaves)
            self._grow(leaves)
            progress(self._frontier.size, size)

    def check_upper_tiles(self) -> None:
        """Every tile above level 0 against the hashes computed from the entries."""
        for level, hashes in enumerate(self._computed[1:], start=1):
            for index in range(-(-len(hashes) // TILE_WIDTH)):
                known = hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
                self._compare(level, index, known)
                self._compare_partials(level, index, known)

    def check_root(self) -> None:
        """The signed root against the one over all entries."""
        if self._frontier.root() != self._checkpoint.root:
            raise Refused(ROOT_DIFFERS(size=self._checkpoint.size))

    def check_history(self) -> None:
        """The older checkpoint against the root over as many of today's entries."""
        older, size = self._older, self._checkpoint.size
        if older and (older.size > size or older.root != self._older_root):
            raise Refused(HISTORY_REWRITTEN(old=older.size, size=size))

    def _leaves(self, entries: list[bytes]) -> list[bytes]:
        return [merkle.leaf_hash(entry, self._hasher) for entry in entries]

    def _grow(self, leaves: list[bytes]) -> None:
        # Stop on the way where the older checkpoint stood, to know the root there.
        here = self._older.size - self._frontier.size if self._older else -1
        cut = here if 0 <= here <= len(leaves) else 0
        self._add(leaves[:cut])
        if here == cut:
            self._older_root = self._frontier.root()
        self._add(leaves[cut:])

    def _add(self, leaves: list[bytes]) -> None:
        for level, tile in self._frontier.extend(leaves):
            self._computed[level].append(tile)

    def _compare_bundle(self, index: int, leaves: list[bytes]) -> None:
        width = len(leaves)
        stored = self._files.hashes(0, index, width)
        self.tiles += 1
        if stored == leaves:
            return
        position = _first_difference(stored, leaves)
        tile, bundle = path_of(0, index, width), path_of(ENTRIES, index, width)
        if self._signed_for(index, leaves):
            raise Refused(TILE_DIFFERS(path=tile, position=position))
        entry = index * TILE_WIDTH + position
        raise Refused(BUNDLE_DIFFERS(path=bundle, index=entry, other=tile))

    def _signed_for(self, index: int, leaves: list[bytes]) -> bool:
        """Whether what stands above these leaves speaks for them, and so against their tile."""
        if len(leaves) < TILE_WIDTH:
            whole = self._frontier.copy()
            whole.extend(leaves)
            return whole.root() == self._checkpoint.root
        parent, position = divmod(index, TILE_WIDTH)
        full, width = widths(self._checkpoint.size, 1)
        above = self._files.hashes(1, parent, width if parent == full else TILE_WIDTH)
        return above[position] == merkle.fold(leaves, self._hasher)

    def _compare(self, level: int, index: int, known: list[bytes]) -> None:
        stored = self._files.hashes(level, index, len(known))
        self.tiles += 1
        if stored != known:
            path = path_of(level, index, len(known))
            raise Refused(TILE_DIFFERS(path=path, position=_first_difference(stored, known)))

    def _compare_partials(self, level: int, index: int, known: list[bytes]) -> None:
        for width in self._partial_widths(level, index, len(known)):
            self._compare(level, index, known[:width])

    def _compare_partial_bundles(self, index: int, leaves: list[bytes]) -> None:
        for width in self._partial_widths(ENTRIES, index, len(leaves)):
            found = self._leaves(self._files.entries(index, width))
            if found != leaves[:width]:
                entry = index * TILE_WIDTH + _first_difference(found, leaves)
                path, other = path_of(ENTRIES, index, width), path_of(0, index, len(leaves))
                raise Refused(BUNDLE_DIFFERS(path=path, index=entry, other=other))

    def _partial_widths(self, level: int | str, index: int, width: int) -> list[int]:
        """The widths of older partial tiles still served; wider ones await their checkpoint."""
        folder = self._files.folder / f"{path_of(level, index)}.p"
        names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isdecimal() and int(name) < width)


def _first_difference(one: list[bytes], other: list[bytes]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next(position for position, (a, b) in pairs if a != b)
