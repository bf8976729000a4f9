"""How long a desk and the queue take in a hub of a province, on SQLite and on PostgreSQL."""

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

from benchmarks.big_hub import CLOCKS, ENTRIES, UNITS, VISITS
from tests.databases import postgres

ROOT = Path(__file__).resolve().parents[1]
MOST_MS, MOST_SWEEP_MS = 300.0, 2_000.0
NAMES = {"/": "desk", "/queue": "queue"}


def run() -> list[dict[str, Any]]:
    """Every role's desk and queue, and one sweep of the worker, against the promised times."""
    rows = []
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        with database() as url, tempfile.TemporaryDirectory() as home:
            rows += [_row(name, what, one) for what, one in _measured(url, Path(home)).items()]
    return rows


def _measured(url: str, home: Path) -> dict[str, dict[str, float]]:
    environment = {
        **os.environ,
        "YUNZHANG_HOME": str(home),
        "YUNZHANG_DATABASE": url,
        "DJANGO_SETTINGS_MODULE": "yunzhang.hub.settings",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
    }
    command = [sys.executable, "-m", "benchmarks.big_hub"]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    )
    figures: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])["figures"]
    return figures


def _row(database: str, what: str, one: dict[str, float]) -> dict[str, Any]:
    sweep = what == "sweep"
    most = MOST_SWEEP_MS if sweep else MOST_MS
    who, _space, address = what.partition(" ")
    name = "one sweep of the worker" if sweep else f"{NAMES[address]} of a {who}"
    told = f"{CLOCKS:,} limits running, nothing to tell" if sweep else (
        f"{UNITS} units, {ENTRIES:,} entries, {CLOCKS:,} limits; median of {VISITS}, "
        f"{one['queries']:.0f} queries; the peer is the limit"
    )  # fmt: skip
    return {
        "name": f"{name}, {database}",
        "ours": one["ms"],
        "peer": most,
        "ratio": one["ms"] / most,
        "target": "<= 1",
        "unit": "ms",
        "note": told,
    }


def _sqlite() -> Any:
    return nullcontext("")


@contextmanager
def _postgres() -> Iterator[str]:
    with postgres() as server:
        yield server.url
