"""Measures every benchmark of this folder and writes RESULTS.md, with the machine and the verdicts.

A benchmark is a module with `run()` that returns rows: name, ours, peer, ratio, target, unit, note.
`target` is a sign and a number, ">= 0.30" or "<= 2": what the ratio ours/peer must keep. Both sides
are measured by the module, on the same core, within one run.
"""

from __future__ import annotations

import importlib
import operator
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "RESULTS.md"
SIGNS = {">=": (operator.ge, "at least"), "<=": (operator.le, "at most")}
WHY = "../docs/decisions/speed.md"
SYNCS = 200


@dataclass(frozen=True)
class Result:
    """One comparison of a benchmark."""

    name: str
    ours: float
    peer: float
    ratio: float
    target: str
    unit: str
    note: str = ""

    def wanted(self) -> tuple[str, float]:
        sign, _, number = self.target.partition(" ")
        return sign, float(number)

    def holds(self) -> bool:
        sign, number = self.wanted()
        return bool(SIGNS[sign][0](self.ratio, number))

    def row(self) -> str:
        sign, number = self.wanted()
        verdict = "holds" if self.holds() else "**falls short**"
        cells = [
            self.name,
            f"{figure(self.ours)} {self.unit}",
            f"{figure(self.peer)} {self.unit}",
            f"{self.ratio:.2f}",
            f"{SIGNS[sign][1]} {number:g}",
            verdict,
            self.note,
        ]
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def figure(value: float) -> str:
    """Three meaningful digits: 15,200 · 31.4 · 0.0123."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def found(names: Sequence[str]) -> list[str]:
    """The benchmarks by name, all of them when none is asked for."""
    there = sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef run(" in path.read_text())
    return [name for name in there if not names or name in names]


def measured(name: str) -> list[Result]:
    print(f"  Measuring {name} ...", flush=True)
    began = time.monotonic()
    rows: list[dict[str, Any]] = importlib.import_module(f"benchmarks.{name}").run()
    results = [Result(**row) for row in rows]
    for result in results:
        print(f"    {result.name}: {result.ratio:.2f} (target {result.target})", flush=True)
    print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)
    return results


def machine() -> list[str]:
    """What the figures depend on, one line each."""
    return [
        f"Date: {date.today().isoformat()}",
        f"Processor: {processor()}, {os.cpu_count()} cores",
        f"System: {platform.system()} {platform.release()}",
        f"Python: {platform.python_version()}",
        f"Disk: {sync_milliseconds():.2f} ms for one `fdatasync` of 4 KiB (median of {SYNCS})",
    ]


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def sync_milliseconds() -> float:
    """The median wait for the disk, which bounds every durable answer."""
    waits = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append((time.perf_counter() - began) * 1000)
    return statistics.median(waits)


def report(results: Sequence[Result]) -> str:
    """The whole of RESULTS.md."""
    short = [result for result in results if not result.holds()]
    verdict = (
        f"{len(results) - len(short)} of {len(results)} targets hold."
        if results
        else "Nothing was measured."
    )
    if short:
        verdict += " These fall short: " + "; ".join(result.name for result in short) + "."
        verdict += f" Why: [where a call's time goes]({WHY})."
    table = [
        "| what | ours | peer | ratio | target | verdict | note |",
        "|---|---:|---:|---:|---|---|---|",
        *(result.row() for result in results),
    ]
    intro = (
        "Written by `make bench`. Each line compares two sides measured within one run on the same "
        "core; only the ratio travels to another machine."
    )
    listed = [f"- {line}" for line in machine()]
    return "\n".join(["# Results", "", intro, "", verdict, "", *listed, "", *table, ""])


def main(names: Sequence[str]) -> int:
    """Measure, print and, when everything was asked for, write; 1 when a name is unknown."""
    chosen = found(names)
    if unknown := set(names) - set(chosen):
        print(f"There is no benchmark {sorted(unknown)}; there are {found(())}.", file=sys.stderr)
        return 1
    results = [result for name in chosen for result in measured(name)]
    text = report(results)
    if names:
        print(text)
        return 0
    RESULTS.write_text(text, encoding="utf-8")
    print(f"  Written to {RESULTS.relative_to(FOLDER.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
