"""Small tables in the lake, written as the tests need them."""

from __future__ import annotations

import csv
from pathlib import Path

from yunzhang.engines import lake
from yunzhang.engines.readings import SourceKind, SourceSpec


def gathered(folder: Path, header: str, *table: tuple[str, ...], name: str = "table") -> Path:
    """A table gathered from CSV; "" becomes null."""
    source = folder / f"{name}.csv"
    with source.open("w", newline="") as stream:
        csv.writer(stream).writerows([header.split(), *table])
    target = folder / f"{name}.parquet"
    lake.gather(SourceSpec(kind=SourceKind.CSV, location=str(source)), target)
    return target
