"""What two years of a province cost: scores, figures and the command screen over 20M receipts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from benchmarks.province_hub import BATCH
from tests.databases import postgres

ROOT = Path(__file__).resolve().parents[1]
MOST_FREEZE, MOST_OVERVIEW = 60.0, 1.0  # seconds, promised


def run() -> list[dict[str, Any]]:
    """The freeze and the screen against the promised times, and against the bare database."""
    rows = []
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        with database() as url, tempfile.TemporaryDirectory() as home:
            rows += list(_rows(name, _measured(url, Path(home))))
    return rows


def _measured(url: str, home: Path) -> dict[str, float]:
    environment = {
        **os.environ,
        "YUNZHANG_HOME": str(home),
        "YUNZHANG_DATABASE": url,
        "DJANGO_SETTINGS_MODULE": "yunzhang.hub.settings",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
    }
    command = [sys.executable, "-m", "benchmarks.province_hub"]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])["figures"]
    return figures


def _rows(database: str, found: dict[str, float]) -> Iterator[dict[str, Any]]:
    of = f"500 units, {found['receipts']:,.0f} receipts in {found['days']:,.0f} daily tallies"
    limit = "the peer is the limit"
    yield _row(f"score freeze, {database}", found["freeze"], MOST_FREEZE, 1, f"{of}; {limit}")
    yield _row(
        f"all figures of the month, {database}", found["standings"], MOST_FREEZE, 1,
        f"every indicator of every unit; {limit}",
    )  # fmt: skip
    yield _row(f"command screen, {database}", found["overview"], MOST_OVERVIEW, 1, f"{of}; {limit}")
    yield _row(
        f"command screen beside its bare sum, {database}", found["overview"], found["scan"], 20,
        "the peer is one SQL sum of the same days' tallies, nothing else read",
    )  # fmt: skip
    yield _row(
        f"command screen beside a recount, {database}", found["overview"], found["recount"], 0.1,
        "the peer is one SQL sum over the receipts themselves",
    )  # fmt: skip
    yield _row(
        f"taking a batch, {database}", found["take_full"], found["take_empty"], 1.5,
        f"{BATCH:,} receipts; the peer is the same in a hub that holds none",
    )  # fmt: skip


def _row(name: str, ours: float, peer: float, most: float, note: str) -> dict[str, Any]:
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "ratio": ours / peer,
        "target": f"<= {most:g}",
        "unit": "s",
        "note": note,
    }


def _sqlite() -> Any:
    return nullcontext("")


@contextmanager
def _postgres() -> Iterator[str]:
    with postgres() as server:
        yield server.url
