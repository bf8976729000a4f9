"""Merkle arithmetic against RFC 6962's own recursive definitions."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yunzhang.protect import merkle
from yunzhang.protect.merkle import Frontier

# The eight leaves and roots that Certificate Transparency implementations test with.
CT_LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
ENTRIES = tuple(b"entry %d" % number for number in range(70))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@cache
def mth(entries: tuple[bytes, ...]) -> bytes:
    """MTH of RFC 6962 2.1, word for word."""
    if not entries:
        return sha(b"")
    if len(entries) == 1:
        return sha(b"\0" + entries[0])
    k = split(len(entries))
    return sha(b"\1" + mth(entries[:k]) + mth(entries[k:]))


def path(m: int, entries: tuple[bytes, ...]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1, word for word."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: tuple[bytes, ...], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2, word for word."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def read(height: int, index: int) -> bytes:
    return mth(ENTRIES[index << height : (index + 1) << height])


def test_roots_are_those_of_certificate_transparency() -> None:
    frontier = Frontier()
    roots = [frontier.root().hex()]

    for leaf in CT_LEAVES:
        frontier.extend([merkle.leaf_hash(leaf)])
        roots.append(frontier.root().hex())

    assert roots == CT_ROOTS


@pytest.mark.parametrize("size", range(1, len(ENTRIES) + 1))
def test_every_proof_of_every_small_tree_is_the_definitions(size: int) -> None:
    entries, root = ENTRIES[:size], mth(ENTRIES[:size])

    assert merkle.root(size, read) == merkle.frontier(size, read).root() == root
    for index in range(size):
        proof = merkle.inclusion_proof(index, size, read)
        assert list(proof) == path(index, entries)
        assert merkle.verify_inclusion(index, size, read(0, index), proof, root)
    for old in range(1, size + 1):
        proof = merkle.consistency_proof(old, size, read)
        assert list(proof) == subproof(old, entries, True)
        assert merkle.verify_consistency(old, size, proof, mth(ENTRIES[:old]), root)


@given(size=st.integers(1, 70), data=st.data())
@settings(max_examples=150, deadline=None)
def test_an_inclusion_proof_with_anything_changed_does_not_verify(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = list(merkle.inclusion_proof(index, size, read)), merkle.root(size, read)
    leaf, other = read(0, index), data.draw(st.binary(min_size=32, max_size=32))

    assert not merkle.verify_inclusion(index, size, other, proof, root)
    assert not merkle.verify_inclusion(index, size, leaf, proof, other)
    assert not merkle.verify_inclusion(index, size, leaf, [*proof, other], root)
    assert not merkle.verify_inclusion(size, size, leaf, proof, root)
    assert not merkle.verify_inclusion(-1, size, leaf, proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not merkle.verify_inclusion(index, size, leaf, proof[:at] + proof[at + 1 :], root)
        proof[at] = other
        assert not merkle.verify_inclusion(index, size, leaf, proof, root)


@given(size=st.integers(2, 70), data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_rewritten_history_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof = list(merkle.consistency_proof(old, size, read))
    old_root, root = merkle.root(old, read), merkle.root(size, read)
    other = data.draw(st.binary(min_size=32, max_size=32))

    assert not merkle.verify_consistency(old, size, proof, other, root)
    assert not merkle.verify_consistency(old, size, proof, old_root, other)
    assert not merkle.verify_consistency(old, size, [*proof, other], old_root, root)
    assert not merkle.verify_consistency(old, size, proof[:-1], old_root, root)
    assert not merkle.verify_consistency(size + 1, size, proof, old_root, root)
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] = other
    assert not merkle.verify_consistency(old, size, proof, old_root, root)


def test_the_empty_tree_is_consistent_with_every_tree() -> None:
    root = merkle.root(5, read)

    assert merkle.consistency_proof(0, 5, read) == ()
    assert merkle.verify_consistency(0, 5, (), sha(b""), root)
    assert not merkle.verify_consistency(0, 5, (), root, root)


@pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5), (0, 0)])
def test_there_is_no_proof_of_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, size, read)


def test_a_frontier_tells_which_tiles_it_filled() -> None:
    leaves = [sha(b"%d" % number) for number in range(65_536 + 300)]

    filled = Frontier().extend(leaves)

    assert [level for level, _ in filled] == [1] * 256 + [2] + [1]
    assert filled[0] == (1, merkle.fold(leaves[:256]))
    assert filled[256] == (2, merkle.fold(leaves[:65_536]))


@given(sizes=st.lists(st.integers(0, 600), max_size=5))
@settings(max_examples=30, deadline=None)
def test_growing_in_groups_of_any_size_gives_one_root(sizes: list[int]) -> None:
    leaves = [sha(b"%d" % number) for number in range(sum(sizes))]
    grouped, single = Frontier(), Frontier()

    at = 0
    for size in sizes:
        grouped.extend(leaves[at : at + size])
        at += size
    single.extend(leaves)

    assert grouped.root() == single.root() == grouped.copy().root()
