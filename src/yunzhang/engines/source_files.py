"""Files: one file or a folder of CSV, Excel, Parquet, JSON or GeoJSON; each file a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from yunzhang.engines import parquet, source_csv, source_excel, source_json
from yunzhang.engines.bad_rows import RowFaults, name_columns
from yunzhang.engines.parquet import Batch, SourceColumn
from yunzhang.engines.readings import (
    SOURCE_CHANGED,
    SOURCE_LOST,
    SOURCE_MISSING,
    SOURCE_UNREADABLE,
    TABLE_UNKNOWN,
    Reading,
    SourceSpec,
    TableName,
    text,
)
from yunzhang.terms.faults import Refused

SHEET = "#"
BROKEN = (*parquet.BROKEN, *source_excel.BROKEN)


@dataclass(frozen=True)
class Files:
    """The reader of one file format. `open` gets a file, a sheet name ("" if none), batch rows."""

    suffixes: tuple[str, ...]
    open: Callable[[Path, str, int], Reading]
    sheets: Callable[[Path], tuple[str, ...]] = lambda _: ("",)

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        return tuple(self._places(spec))

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """Open the table; refuses with `source.lost` when the file changes under the reading."""
        places = self._places(spec)
        table = spec.table or (next(iter(places), "") if len(places) == 1 else "")
        # Only a name the source itself listed is opened, so no path can be smuggled in.
        if table not in places:
            raise Refused(TABLE_UNKNOWN(table=table))
        path, sheet = places[TableName(table)]
        with _readable(path):
            reading = self.open(path, sheet, batch_rows)
        return replace(reading, batches=_guarded(path, reading))

    def _places(self, spec: SourceSpec) -> dict[TableName, tuple[Path, str]]:
        location = Path(spec.location)
        alone = location.is_file()
        places = {}
        for path in [location] if alone else _within(location, self.suffixes):
            with _readable(path):
                sheets = self.sheets(path)
            for sheet in sheets:
                name = sheet if sheet and alone else path.name + (SHEET + sheet if sheet else "")
                places[TableName(name)] = path, sheet
        return places


def _within(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not folder.is_dir():
        raise Refused(SOURCE_MISSING(source=folder))
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes
        and path.is_file()
        and not path.name.startswith((".", "~$"))
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turns what a broken file makes its library raise into one refusal; never echoes content."""
    try:
        yield
    except FileNotFoundError as error:
        raise Refused(SOURCE_MISSING(source=path.name)) from error
    except BROKEN as error:
        reason = type(error).__name__
        raise Refused(SOURCE_UNREADABLE(source=path.name, reason=reason)) from error


def _guarded(path: Path, reading: Reading) -> Iterator[Batch]:
    """The batches; a file that breaks off or is not the same at the end is a lost source."""
    before = _print(path)
    rows = 0
    try:
        for batch in reading.batches:
            rows += batch.num_rows
            yield batch
        after = _print(path)
    except BROKEN as error:
        raise Refused(SOURCE_LOST(rows=rows, reason=type(error).__name__)) from error
    if before != after:
        raise Refused(SOURCE_CHANGED(source=path.name))


def _print(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _open_csv(path: Path, _: str, batch_rows: int) -> Reading:
    return source_csv.read(path, batch_rows)


def _open_parquet(path: Path, _: str, batch_rows: int) -> Reading:
    file = parquet.opened(path).__enter__()
    declared = parquet.declared(file)
    names, repairs = name_columns(column.name for column in declared)
    columns = tuple(
        SourceColumn(name=name, native=column.native)
        for name, column in zip(names, declared, strict=True)
    )
    drawn = _closing(file, parquet.as_text(file, columns, batch_rows, text))
    return Reading(columns, drawn, RowFaults(0), repairs)


def _closing(file: Any, drawn: Iterator[Batch]) -> Iterator[Batch]:
    with file:
        yield from drawn


def _open_json(path: Path, _: str, batch_rows: int) -> Reading:
    return source_json.read(path, batch_rows)


def _open_geojson(path: Path, _: str, batch_rows: int) -> Reading:
    return source_json.read_features(path, batch_rows)


CSV = Files((".csv", ".tsv", ".txt"), _open_csv)
EXCEL = Files((".xlsx", ".xlsm"), source_excel.read, source_excel.sheets)
PARQUET = Files((".parquet",), _open_parquet)
JSON = Files((".json", ".jsonl", ".ndjson"), _open_json)
GEOJSON = Files((".geojson", ".json"), _open_geojson)
