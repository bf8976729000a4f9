"""Merkle arithmetic (RFC 6962 section 2): why one entry cannot be changed without being seen.

Pure. A subtree is named (height, index): the complete tree over the leaves
index * 2**height up to (index + 1) * 2**height. `read(height, index)` gives its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol


class Hasher(Protocol):
    """A hash function such as `hashlib.sha256`: bytes in, an object with `digest()` out."""

    def __call__(self, data: bytes, /) -> hashlib._Hash: ...


Read = Callable[[int, int], bytes]

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
HASH_BYTES = 32
# What keeps a leaf from passing for a node.
LEAF, NODE = b"\x00", b"\x01"


def empty_root(hasher: Hasher = hashlib.sha256) -> bytes:
    """The root of a tree with no leaves."""
    return hasher(b"").digest()


def leaf_hash(entry: bytes, hasher: Hasher = hashlib.sha256) -> bytes:
    """The hash of one entry, 32 bytes."""
    return hasher(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes, hasher: Hasher = hashlib.sha256) -> bytes:
    """The hash over two subtrees, 32 bytes."""
    return hasher(NODE + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each one-bit of its size."""

    __slots__ = ("_hasher", "_stack", "size")

    def __init__(
        self, size: int = 0, stack: Iterable[bytes] = (), hasher: Hasher = hashlib.sha256
    ) -> None:
        self.size = size
        self._stack = list(stack)
        self._hasher = hasher

    @property
    def stack(self) -> tuple[bytes, ...]:
        """The subtree hashes from left to right: what an equal frontier is made of."""
        return tuple(self._stack)

    def extend(self, leaves: Iterable[bytes]) -> list[tuple[int, bytes]]:
        """Add leaf hashes; gives (level, root) of each tile they filled, a level in order.

        A tile of 256 hashes at level n - 1 is one hash at level n. About 1 µs a leaf.
        """
        filled: list[tuple[int, bytes]] = []
        stack, hasher, size = self._stack, self._hasher, self.size
        for leaf in leaves:
            found, old, height = leaf, size, 0
            while old & 1:
                found = hasher(NODE + stack.pop() + found).digest()
                old >>= 1
                height += 1
                if not height & (TILE_HEIGHT - 1):
                    filled.append((height // TILE_HEIGHT, found))
            stack.append(found)
            size += 1
        self.size = size
        return filled

    def copy(self) -> Frontier:
        """Another frontier of the same tree, to grow apart from this one."""
        return Frontier(self.size, self._stack, self._hasher)

    def root(self) -> bytes:
        """The root hash of the whole tree."""
        if not self._stack:
            return empty_root(self._hasher)
        return _fold(self._stack, self._hasher)


def fold(hashes: Sequence[bytes], hasher: Hasher = hashlib.sha256) -> bytes:
    """The root over 2**k hashes of equal height."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [hasher(NODE + left + right).digest() for left, right in pairs]
    return hashes[0]


def subtrees(start: int, stop: int) -> list[tuple[int, int]]:
    """The fewest complete subtrees (height, index) that cover leaves start..stop, left to right.

    `start` must be a multiple of the largest power of two below `stop - start`, as RFC 6962
    splits trees.
    """
    found = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        found.append((height, start >> height))
        start += 1 << height
    return found


def root(size: int, read: Read, hasher: Hasher = hashlib.sha256) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _range_hash(0, size, read, hasher) if size else empty_root(hasher)


def frontier(size: int, read: Read, hasher: Hasher = hashlib.sha256) -> Frontier:
    """The frontier of a tree of this size, from the hashes of its subtrees."""
    return Frontier(size, (read(*subtree) for subtree in subtrees(0, size)), hasher)


def inclusion_proof(
    index: int, size: int, read: Read, hasher: Hasher = hashlib.sha256
) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962 2.1.1: from the leaf's sibling to the root's child."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_range_hash(middle, stop, read, hasher))
            stop = middle
        else:
            path.append(_range_hash(start, middle, read, hasher))
            start = middle
    return tuple(reversed(path))


def consistency_proof(
    old: int, size: int, read: Read, hasher: Hasher = hashlib.sha256
) -> tuple[bytes, ...]:
    """PROOF(old, D[size]) of RFC 6962 2.1.2: that the older tree is a prefix of the newer."""
    if not 0 <= old <= size:
        raise ValueError(f"no tree of {old} inside one of {size}")
    if old in (0, size):
        return ()
    path: list[bytes] = []
    start, stop = 0, size
    while old < stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(_range_hash(middle, stop, read, hasher))
            stop = middle
        else:
            path.append(_range_hash(start, middle, read, hasher))
            start = middle
    if start:
        path.append(_range_hash(start, stop, read, hasher))
    return tuple(reversed(path))


def verify_inclusion(
    index: int,
    size: int,
    leaf: bytes,
    path: Sequence[bytes],
    root: bytes,
    hasher: Hasher = hashlib.sha256,
) -> bool:
    """Whether the leaf hash stands at `index` in that tree (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for sibling in path:
        if not last:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found, hasher)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling, hasher)
        at, last = at >> 1, last >> 1
    return not last and found == root


def verify_consistency(
    old: int,
    size: int,
    path: Sequence[bytes],
    old_root: bytes,
    root: bytes,
    hasher: Hasher = hashlib.sha256,
) -> bool:
    """Whether the tree of `old` leaves is a prefix of the tree of `size` (RFC 9162 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not path and old_root == root
    if not old:
        return not path and old_root == empty_root(hasher)
    return _consistent(old, size, list(path), old_root, root, hasher)


def _consistent(
    old: int, size: int, path: list[bytes], old_root: bytes, root: bytes, hasher: Hasher
) -> bool:
    if not old & (old - 1):
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            first = node_hash(sibling, first, hasher)
            second = node_hash(sibling, second, hasher)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, sibling, hasher)
        at, last = at >> 1, last >> 1
    return not last and first == old_root and second == root


def _range_hash(start: int, stop: int, read: Read, hasher: Hasher) -> bytes:
    return _fold([read(*subtree) for subtree in subtrees(start, stop)], hasher)


def _fold(hashes: Sequence[bytes], hasher: Hasher) -> bytes:
    # Complete subtrees from left (largest) to right (smallest) fold from the right.
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = hasher(NODE + left + found).digest()
    return found


def _split(count: int) -> int:
    # The largest power of two smaller than the number of leaves.
    return 1 << ((count - 1).bit_length() - 1)
