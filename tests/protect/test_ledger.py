"""The ledger: what it acknowledged stays, is provable, and is served as plain files."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from yunzhang.protect import keys, merkle, notes
from yunzhang.protect import ledger as ledgers
from yunzhang.protect.keys import ED25519, SigningKey
from yunzhang.protect.ledger import Ledger
from yunzhang.protect.tiles import LONGEST_ENTRY, path_of, unpack_entries
from yunzhang.protect.verify import verify_log, verify_proof
from yunzhang.terms.faults import Refused

KEY = SigningKey.generate("node.example/log")


def entries(start: int, stop: int) -> list[bytes]:
    return [b'{"call":"%d"}' % number for number in range(start, stop)]


def filled(folder: Path, *sizes: int) -> Ledger:
    """A ledger grown to each size in turn and published there."""
    ledger = Ledger.open(folder, KEY)
    for size in sizes:
        ledger.append(entries(ledger.size, size))
        ledger.publish()
    return ledger


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def proves(ledger: Ledger, index: int) -> bool:
    return verify_proof(ledger.entry(index), ledger.proof(index), KEY.public.text).ok


def test_a_new_log_is_empty_and_says_so_with_its_signature(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, KEY) as ledger:
        checkpoint = notes.verify_checkpoint(ledger.head(), KEY.public)

    assert (checkpoint.size, checkpoint.root) == (0, merkle.empty_root())
    assert verify_log(tmp_path, KEY.public.text).ok


def test_appended_entries_get_their_indexes_in_order(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, KEY) as ledger:
        ranges = [ledger.append(entries(0, 1)), ledger.append([]), ledger.append(entries(1, 65))]

        assert ranges == [range(1), range(1, 1), range(1, 65)]
        assert ledger.entries(0, 65) == entries(0, 65)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 1000])
def test_every_entry_is_proven_before_and_after_publishing_and_reopening(
    tmp_path: Path, size: int
) -> None:
    indexes = range(0, size, max(1, size // 40))
    with Ledger.open(tmp_path, KEY) as ledger:
        ledger.append(entries(0, size))
        assert all(proves(ledger, index) for index in indexes)
        ledger.publish()
        assert all(proves(ledger, index) for index in indexes)
        head = ledger.head()

    with Ledger.open(tmp_path, KEY) as again:
        assert again.head() == head
        assert all(proves(again, index) for index in indexes)
        assert again.entries(0, size) == entries(0, size)


def test_a_large_log_proves_across_tile_boundaries_and_opens_from_its_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "SEGMENT_BYTES", 1 << 18)
    sizes = [300, 20_000, 65_535, 65_536, 65_537, 66_100]
    edges = [0, 255, 256, 257, 19_999, 65_279, 65_280, 65_535, 65_536, 65_791, 66_099]
    with filled(tmp_path, *sizes) as ledger:
        roots = {size: merkle.root(size, ledger._tree.subtree) for size in sizes}
        assert all(proves(ledger, index) for index in edges)

    with Ledger.open(tmp_path, KEY) as again:
        assert again._tree.tiled > 65_000
        assert len(list((tmp_path / "journal").iterdir())) <= 2
        assert all(proves(again, index) for index in edges)
        for old, new in pairwise(sizes):
            proof = again.consistency(old, new)
            assert merkle.verify_consistency(old, new, proof, roots[old], roots[new])
        again.append(entries(66_100, 66_200))
        assert all(proves(again, index) for index in [*edges, 66_199])
        again.publish()
    assert verify_log(tmp_path, KEY.public.text).ok


def test_a_log_rebuilt_in_one_piece_has_the_same_root(tmp_path: Path) -> None:
    with filled(tmp_path / "pieces", 1, 77, 256, 600, 1024) as pieces:
        root = merkle.Frontier()
        root.extend([merkle.leaf_hash(entry) for entry in entries(0, 1024)])

        assert notes.verify_checkpoint(pieces.head(), KEY.public).root == root.root()


def test_published_files_lie_where_the_tile_layout_says(tmp_path: Path) -> None:
    with filled(tmp_path, 300, 600) as ledger:
        files = {
            str(file.relative_to(ledger.public))
            for file in ledger.public.rglob("*")
            if file.is_file()
        }

    assert files == {
        "checkpoint",
        "tile/0/000", "tile/0/001", "tile/0/002.p/88",
        "tile/1/000.p/1", "tile/1/000.p/2",
        "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
    }  # fmt: skip
    bundle = (tmp_path / "public/tile/entries/002.p/88").read_bytes()
    assert unpack_entries(bundle) == entries(512, 600)
    assert path_of(1, 1_234_067) == "tile/1/x001/x234/067"
    assert path_of("entries", 70_000, 3) == "tile/entries/x070/000.p/3"


def test_what_outsiders_may_fetch_holds_neither_journal_nor_lock(tmp_path: Path) -> None:
    with filled(tmp_path, 5) as ledger:
        assert {file.name for file in ledger.public.iterdir()} == {"checkpoint", "tile"}


def test_an_entry_that_no_bundle_could_hold_is_refused_with_its_whole_group(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, KEY) as ledger:
        with pytest.raises(Refused) as refusal:
            ledger.append([b"short", bytes(LONGEST_ENTRY + 1)])
        assert ledger.size == 0
        ledger.append([bytes(LONGEST_ENTRY), b""])

    assert refusal.value.codes == ("ledger.entry_too_long",)
    with Ledger.open(tmp_path, KEY) as again:
        assert again.entries(0, 2) == [bytes(LONGEST_ENTRY), b""]


@pytest.mark.parametrize(("start", "stop"), [(5, 6), (-1, 1), (3, 2), (0, 6)])
def test_entries_that_do_not_exist_are_said_to_be_absent(
    tmp_path: Path, start: int, stop: int
) -> None:
    with filled(tmp_path, 5) as ledger, pytest.raises(Refused) as refusal:
        ledger.entries(start, stop)

    assert refusal.value.codes == ("ledger.entry_absent",)


def test_two_writers_cannot_open_one_log(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, KEY), pytest.raises(Refused) as refusal:
        Ledger.open(tmp_path, KEY)

    assert refusal.value.codes == ("ledger.in_use",)
    assert refusal.value.status == 503
    Ledger.open(tmp_path, KEY).close()


def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, KEY)
    ledger.close()
    ledger.close()

    with pytest.raises(Refused) as refusal:
        ledger.append([b"late"])

    assert refusal.value.codes == ("ledger.unwritable",)


def test_another_logs_key_does_not_open_the_folder(tmp_path: Path) -> None:
    filled(tmp_path, 3).close()

    with pytest.raises(Refused) as other_name:
        Ledger.open(tmp_path, SigningKey.generate("other.example/log"))
    with pytest.raises(Refused) as other_key:
        Ledger.open(tmp_path, SigningKey.generate(KEY.name))

    assert other_name.value.codes == ("note.unsigned",)
    assert other_key.value.codes == ("note.unsigned",)


def test_a_log_without_its_journal_is_not_begun_anew(tmp_path: Path) -> None:
    filled(tmp_path, 300).close()
    for segment in (tmp_path / "journal").iterdir():
        segment.unlink()

    with pytest.raises(Refused) as with_checkpoint:
        Ledger.open(tmp_path, KEY)
    (tmp_path / "public/checkpoint").unlink()
    with pytest.raises(Refused) as without:
        Ledger.open(tmp_path, KEY)

    assert with_checkpoint.value.codes == without.value.codes == ("ledger.rolled_back",)


def test_a_journal_set_back_behind_its_checkpoint_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, 10).close()
    (segment,) = (tmp_path / "journal").iterdir()
    before = segment.read_bytes()
    filled(tmp_path, 20).close()
    segment.write_bytes(before)

    with pytest.raises(Refused) as refusal:
        Ledger.open(tmp_path, KEY)

    assert refusal.value.codes == ("ledger.rolled_back",)
    assert dict(refusal.value.faults[0].details) == {"size": "10", "published": "20"}


def test_a_changed_checkpoint_keeps_the_log_closed(tmp_path: Path) -> None:
    filled(tmp_path, 10).close()
    path = tmp_path / "public/checkpoint"
    path.write_text(path.read_text().replace("\n10\n", "\n11\n"))

    with pytest.raises(Refused) as refusal:
        Ledger.open(tmp_path, KEY)

    assert refusal.value.codes == ("note.signature_wrong",)


def test_tiles_that_the_disk_lost_are_written_again_from_the_journal(tmp_path: Path) -> None:
    filled(tmp_path, 300, 600).close()
    for lost in ("tile/0/001", "tile/entries/002.p/88"):
        (tmp_path / "public" / lost).write_bytes(b"")

    with Ledger.open(tmp_path, KEY) as ledger:
        assert proves(ledger, 300)

    assert verify_log(tmp_path, KEY.public.text).ok


def test_a_tile_damaged_while_the_log_is_open_never_proves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "SEGMENT_BYTES", 1 << 14)
    with filled(tmp_path, *range(300, 3000, 300)) as ledger:
        flip(ledger.public / "tile/0/001", 40)
        with pytest.raises(Refused) as refusal:
            ledger.proof(256)

    assert refusal.value.codes == ("ledger.damaged",)
    assert "256" in refusal.value.faults[0].sentence()


def test_a_log_on_damaged_tiles_is_not_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "SEGMENT_BYTES", 1 << 14)
    filled(tmp_path, *range(300, 3000, 300)).close()
    flip(tmp_path / "public/tile/0/001", 40)

    with pytest.raises(Refused) as refusal:
        Ledger.open(tmp_path, KEY)

    assert refusal.value.codes == ("ledger.damaged",)


def test_a_damaged_bundle_is_never_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "SEGMENT_BYTES", 1 << 14)
    filled(tmp_path, *range(300, 3000, 300)).close()
    bundle = tmp_path / "public/tile/entries/001"
    bundle.write_bytes(bundle.read_bytes().replace(b"300", b"301"))

    with Ledger.open(tmp_path, KEY) as ledger, pytest.raises(Refused) as refusal:
        ledger.entry(300)

    assert refusal.value.codes == ("tile.unreadable",)
    assert "tile/entries/001" in refusal.value.faults[0].sentence()


def test_a_log_follows_the_hash_of_its_keys_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(ED25519, name="ed25519-sha3", algorithm=b"\xffsha3", digest=hashlib.sha3_256)
    monkeypatch.setattr(keys, "SUITES", {**keys.SUITES, other.algorithm: other})
    key = SigningKey.generate("sha3.example/log", other)
    with Ledger.open(tmp_path, key) as ledger:
        ledger.append(entries(0, 600))
        checkpoint = notes.verify_checkpoint(ledger.publish(), key.public)

        assert checkpoint.root == ledger._tree.root_at(600)
        assert verify_proof(ledger.entry(300), ledger.proof(300), key.public.text).ok
    assert verify_log(tmp_path, key.public.text).ok
    with Ledger.open(tmp_path, key) as again:
        assert again.size == 600


def test_memory_is_bounded_when_nobody_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "WAITING_ENTRIES", 1024)
    with Ledger.open(tmp_path, KEY) as ledger:
        for start in range(0, 5000, 100):
            ledger.append(entries(start, start + 100))

        assert ledger._tree.in_memory < 1024 + 100
        assert ledger.entries(0, 5000) == entries(0, 5000)


def test_appending_publishing_and_proving_go_on_at_once(tmp_path: Path) -> None:
    wrong: list[object] = []
    stop = threading.Event()

    def until_stopped(holds: Callable[[], object]) -> None:
        while not stop.is_set() and not wrong:
            try:
                wrong.extend([] if holds() else [holds])
            except Refused as refusal:
                wrong.append(refusal)

    with filled(tmp_path, 10) as ledger:
        works = [ledger.publish, lambda: proves(ledger, ledger.size // 2)]
        threads = [threading.Thread(target=until_stopped, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for start in range(10, 4010, 20):
            ledger.append(entries(start, start + 20))
        stop.set()
        for thread in threads:
            thread.join()
        ledger.publish()

    assert not wrong
    assert verify_log(tmp_path, KEY.public.text).ok
