"""Ledger: appending groups durably, against a plain write and fdatasync of the same bytes.

Both sides write the same groups of entries to the same disk in turns, so that a busy disk
hurts both alike. A figure is the median over the rounds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yunzhang.protect.keys import SigningKey
from yunzhang.protect.ledger import Ledger

GROUP = 64
ENTRY_BYTES = 419  # a typical receipt
GROUPS_A_ROUND = 100
ROUNDS = 9
TARGET = ">= 0.5"

Write = Callable[[list[bytes]], object]


def run() -> list[dict[str, Any]]:
    """Entries a second, ours and the peer's, and their ratio with its target."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home = Path(folder)
        groups = [[os.urandom(ENTRY_BYTES) for _ in range(GROUP)] for _ in range(GROUPS_A_ROUND)]
        growing = os.open(home / "growing", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        zeroed = _zeroed(home / "zeroed")
        with Ledger.open(home / "log", SigningKey.generate("bench.example/log")) as ledger:
            sides: dict[str, Write] = {
                "ours": ledger.append,
                "growing": lambda group: _write(growing, group),
                "zeroed": lambda group: _write(zeroed, group),
            }
            speed = _speeds(sides, groups)
        os.close(growing)
        os.close(zeroed)
    return [
        {
            "name": "ledger append, groups of 64, against plain write + fdatasync",
            "unit": "entries/s",
            "ours": round(speed["ours"]),
            "peer": round(speed["growing"]),
            "ratio": round(speed["ours"] / speed["growing"], 2),
            "target": TARGET,
            "note": "a plain writer into a file zeroed beforehand, as our journal is, would reach"
            f" {round(speed['zeroed'])}; ours is {speed['ours'] / speed['zeroed']:.2f} of that",
        }
    ]


def _speeds(sides: dict[str, Write], groups: list[list[bytes]]) -> dict[str, float]:
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, write in sides.items():
            rounds[name].append(_entries_a_second(write, groups))
    return {name: statistics.median(figures) for name, figures in rounds.items()}


def _entries_a_second(write: Write, groups: list[list[bytes]]) -> float:
    start = time.perf_counter()
    for group in groups:
        write(group)
    return GROUP * len(groups) / (time.perf_counter() - start)


def _zeroed(path: Path) -> int:
    """A file whose space is already written, so that a write changes no metadata."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    os.write(handle, bytes(GROUP * ENTRY_BYTES * GROUPS_A_ROUND * ROUNDS))
    os.fsync(handle)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


def _write(handle: int, group: list[bytes]) -> None:
    os.write(handle, b"".join(group))
    os.fdatasync(handle)
