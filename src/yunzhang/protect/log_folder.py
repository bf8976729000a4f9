"""Log folder: entries and proofs read straight from a log's served files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from yunzhang.protect import merkle
from yunzhang.protect.keys import PublicKey
from yunzhang.protect.merkle import TILE_HEIGHT, TILE_WIDTH
from yunzhang.protect.notes import Proof, format_proof, verify_checkpoint
from yunzhang.protect.tiles import TileFolder, widths

BUNDLES_KEPT = 64


class LogFolder:
    """A published log: what its signed checkpoint covers, nothing beyond."""

    def __init__(self, folder: Path, key: PublicKey) -> None:
        self._files = TileFolder(folder, key.suite.digest)
        self._hasher = key.suite.digest
        # Neighbours are asked for together: the bundles read last stay in memory.
        self._bundle = lru_cache(maxsize=BUNDLES_KEPT)(self._read)
        self._note = self._files.read("checkpoint").decode(errors="replace")
        self.size = verify_checkpoint(self._note, key).size

    def entry(self, index: int) -> bytes | None:
        """The entry at an index; None beyond the checkpoint."""
        if not 0 <= index < self.size:
            return None
        bundle, at = divmod(index, TILE_WIDTH)
        return self._bundle(bundle)[at]

    def proof(self, index: int) -> str:
        """That the entry is under the checkpoint, as tlog-proof text."""
        path = merkle.inclusion_proof(index, self.size, self._subtree, self._hasher)
        return format_proof(Proof(index, path, self._note))

    def _read(self, bundle: int) -> list[bytes]:
        width = min(TILE_WIDTH, self.size - bundle * TILE_WIDTH)
        return self._files.entries(bundle, width)

    def _subtree(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, TILE_HEIGHT)
        tile, at = divmod(index << rest, TILE_WIDTH)
        full, partial = widths(self.size, level)
        hashes = self._files.hashes(level, tile, TILE_WIDTH if tile < full else partial)
        return merkle.fold(hashes[at : at + (1 << rest)], self._hasher)
