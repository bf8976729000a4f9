"""A torn or flipped journal: nothing acknowledged is lost unseen, nothing is invented."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from yunzhang.protect.journal import BLOCK, SECTOR
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.faults import Refused

KEY = SigningKey.generate("node.example/log")

# Long runs of zeros are what a sector that was never written looks like.
ENTRY = st.one_of(
    st.binary(max_size=700),
    st.integers(1, 3 * SECTOR).map(bytes),
    st.integers(1, 9000).map(lambda length: b"x" * length),
)
GROUP = st.lists(ENTRY, min_size=1, max_size=12)


class Torn:
    """A journal, byte for byte as on disk while in use: acknowledged groups, then one more."""

    def __init__(self, folder: Path, groups: list[list[bytes]], last: list[bytes]) -> None:
        self.folder = folder
        self.acknowledged = [entry for group in groups for entry in group]
        self.last = last
        with Ledger.open(folder, KEY) as ledger:
            for group in groups:
                ledger.append(group)
            self.path, self.synced = ledger._segment.path, ledger._segment.end
            ledger.append(last)
            self.written = ledger._segment.end
            self.data = self.path.read_bytes()

    def reopen(self, data: bytes) -> list[bytes] | None:
        """The entries found, or None when opening is refused as damage."""
        self.path.write_bytes(data)
        try:
            ledger = Ledger.open(self.folder, KEY)
        except Refused as refusal:
            return None if refusal.codes == ("ledger.damaged",) else [b"another fault"]
        with ledger:
            found = ledger.entries(0, ledger.size)
            ledger.append([b"next"])
        with Ledger.open(self.folder, KEY) as again:
            assert again.entries(0, again.size) == [*found, b"next"]
        return found


@given(groups=st.lists(GROUP, max_size=3), last=GROUP, data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_last_write_cut_anywhere_leaves_exactly_what_was_acknowledged(
    groups: list[list[bytes]], last: list[bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        torn = Torn(Path(folder), groups, last)
        cut = data.draw(st.integers(torn.synced, torn.written - 1))

        found = torn.reopen(torn.data[:cut])

        assert found == torn.acknowledged


@given(groups=st.lists(GROUP, max_size=3), last=GROUP, data=st.data())
@settings(max_examples=60, deadline=None)
def test_sectors_the_disk_did_not_write_leave_exactly_what_was_acknowledged(
    groups: list[list[bytes]], last: list[bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        torn = Torn(Path(folder), groups, last)
        sectors = range(torn.synced, torn.written, SECTOR)
        written = [at for at in sectors if any(torn.data[at : at + SECTOR])]
        lost = data.draw(st.lists(st.sampled_from(written), min_size=1))
        changed = bytearray(torn.data)
        for at in lost:
            changed[at : at + SECTOR] = bytes(SECTOR)
        zeroed_ahead = bytes(data.draw(st.sampled_from([0, BLOCK, 1 << 20])))

        found = torn.reopen(bytes(changed) + zeroed_ahead)

        assert found == torn.acknowledged


@given(groups=st.lists(GROUP, max_size=3), last=GROUP, data=st.data())
@settings(max_examples=60, deadline=None)
def test_garbage_in_the_last_write_neither_loses_nor_invents(
    groups: list[list[bytes]], last: list[bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        torn = Torn(Path(folder), groups, last)
        changed = bytearray(torn.data)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(torn.synced, len(changed) - 1))
            changed[at] ^= data.draw(st.integers(1, 255))

        found = torn.reopen(bytes(changed))

        assert found in (None, torn.acknowledged, torn.acknowledged + torn.last)


@given(groups=st.lists(GROUP, min_size=1, max_size=3), last=GROUP, data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_flip_in_what_was_acknowledged_is_never_accepted(
    groups: list[list[bytes]], last: list[bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        torn = Torn(Path(folder), groups, last)
        changed = bytearray(torn.data)
        at = data.draw(st.integers(0, torn.written - 1))
        changed[at] ^= 1 << data.draw(st.integers(0, 7))

        found = torn.reopen(bytes(changed))

        assert found is None


def test_a_group_of_an_older_journal_never_counts_in_a_newer_one(tmp_path: Path) -> None:
    old = Torn(tmp_path / "old", [[b"a"]], [b"stale"])
    new = Torn(tmp_path / "new", [[b"a"]], [b"b"])
    stale = old.data[old.synced : old.synced + BLOCK]

    found = new.reopen(new.data[: new.synced] + stale)

    assert found is None
