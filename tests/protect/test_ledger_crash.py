"""Bad days of a ledger: killed at any moment, a full disk, a disk that refuses."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from yunzhang.protect.keys import SigningKey
from yunzhang.protect.ledger import Ledger
from yunzhang.protect.verify import verify_log
from yunzhang.terms.faults import Refused

KILLS = 12
LIMIT = 3 << 20

# Appends numbered entries in groups of changing size, publishes now and then, and says after
# each group what was acknowledged.
WRITER = """
import sys, itertools
from pathlib import Path
from yunzhang.protect import ledger as ledgers
from yunzhang.protect.keys import SigningKey
ledgers.SEGMENT_BYTES = 1 << 17
folder = Path(sys.argv[1])
with ledgers.Ledger.open(folder / "log", SigningKey.load(folder / "key")) as ledger:
    for group in itertools.count(1):
        size = ledger.size
        ledger.append([b"entry %d" % n * 20 for n in range(size, size + group * 7 % 90 + 1)])
        print(ledger.size, flush=True)
        if not group % 9:
            ledger.publish()
"""


def entry(number: int) -> bytes:
    return b"entry %d" % number * 20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    SigningKey.generate("node.example/log").save(tmp_path / "key")
    return tmp_path


def write_until_killed(home: Path, seconds: float) -> int:
    """How many entries the writer had acknowledged when it was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        first = writer.stdout.readline()
        # Not synchronisation: the moment of the kill is the thing that varies.
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        lines = [first, *writer.stdout.read().splitlines(keepends=True)]
    return int([line for line in lines if line.endswith("\n")][-1])


def test_no_acknowledged_entry_is_lost_when_the_writer_is_killed(home: Path) -> None:
    key = SigningKey.load(home / "key")
    moments = random.Random(809)
    head = None

    for _ in range(KILLS):
        acknowledged = write_until_killed(home, moments.uniform(0, 0.12))

        with Ledger.open(home / "log", key) as ledger:
            assert ledger.size >= acknowledged
            assert ledger.entries(0, ledger.size) == [entry(n) for n in range(ledger.size)]
            assert verify_log(home / "log", key.public.text, head).ok
            head = ledger.publish()
        assert verify_log(home / "log", key.public.text, head).ok


def test_a_full_disk_refuses_loses_nothing_and_heals_when_space_returns(home: Path) -> None:
    key = SigningKey.load(home / "key")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    group = [os.urandom(60_000) for _ in range(5)]
    with Ledger.open(home / "log", key) as ledger:
        try:
            # The limit ends within a block, so that the failing write is cut in the middle.
            resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT + 1234, hard))
            refusals: list[Refused] = []
            while len(refusals) < 3:
                try:
                    ledger.append(group)
                except Refused as refusal:
                    refusals.append(refusal)
            size, end = ledger.size, ledger._segment.end
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, handler)
        left = ledger._segment.path.stat().st_size

        ledger.append([b"space returned"])
        ledger.publish()

    assert {refusal.codes for refusal in refusals} == {("ledger.unwritable",)}
    assert {refusal.status for refusal in refusals} == {503}
    assert size
    assert left == end
    with Ledger.open(home / "log", key) as again:
        assert again.entries(0, again.size) == [*group * (size // 5), b"space returned"]
    assert verify_log(home / "log", key.public.text).ok


def test_a_write_that_failed_after_reaching_the_disk_never_counts(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SigningKey.load(home / "key")
    written = os.pwrite

    def reaches_the_disk_and_fails(file: int, data: bytes, at: int) -> int:
        written(file, data, at)
        raise OSError(5, "Input/output error")

    with Ledger.open(home / "log", key) as ledger:
        ledger.append([b"one"])
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", reaches_the_disk_and_fails)
            with pytest.raises(Refused) as refusal:
                ledger.append([b"never acknowledged" * 500])
        ledger.append([b"two"])

    assert refusal.value.codes == ("ledger.unwritable",)
    with Ledger.open(home / "log", key) as again:
        assert again.entries(0, again.size) == [b"one", b"two"]


def test_garbage_that_could_not_be_cut_away_at_once_is_cut_before_the_next_write(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SigningKey.load(home / "key")
    written = os.pwrite

    def half(file: int, data: bytes, at: int) -> int:
        return written(file, data[: len(data) // 2], at)

    def fails(file: int, length: int) -> None:
        raise OSError(5, "Input/output error")

    with Ledger.open(home / "log", key) as ledger:
        ledger.append([b"one"])
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", half)
            patch.setattr(os, "ftruncate", fails)
            for _ in range(2):
                with pytest.raises(Refused):
                    ledger.append([b"never acknowledged" * 500])
        ledger.append([b"two"])
        data = ledger._segment.path.read_bytes()

    assert b"never acknowledged" not in data
    with Ledger.open(home / "log", key) as again:
        assert again.entries(0, again.size) == [b"one", b"two"]


def test_publishing_to_a_full_disk_refuses_and_can_be_repeated(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SigningKey.load(home / "key")
    synced, calls = os.fsync, iter(range(1000))

    def fails_at_times(file: int) -> None:
        if next(calls) % 5 == 3:
            raise OSError(28, "No space left on device")
        synced(file)

    with Ledger.open(home / "log", key) as ledger:
        ledger.append([entry(n) for n in range(700)])
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fails_at_times)
            with pytest.raises(Refused) as refusal:
                ledger.publish()
        assert verify_log(home / "log", key.public.text).ok
        ledger.publish()

    assert refusal.value.codes == ("ledger.unwritable",)
    assert not list((home / "log").rglob("*.part"))
    verdict = verify_log(home / "log", key.public.text)
    assert verdict.ok
    assert "700" in verdict.steps[1].say()
