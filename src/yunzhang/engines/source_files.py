"""Files: a file or a folder of CSV, Excel, Parquet, JSON or GeoJSON, each file (or sheet) a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from yunzhang import packs
from yunzhang.engines import source_csv, source_json
from yunzhang.engines.readings import (
    ROW_FIELDS,
    SOURCE_LOST,
    SOURCE_MISSING,
    SOURCE_UNREADABLE,
    TABLE_UNKNOWN,
    Reading,
    Row,
    RowFaults,
    SourceColumn,
    SourceSpec,
    TableName,
    batches,
    name_columns,
    schema,
    text,
)
from yunzhang.terms.faults import Refused

SHEET = "#"
NO_SHEETS: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Files:
    """The reader of one file format. `open` gets a file, a sheet name ("" if none), batch rows."""

    suffixes: tuple[str, ...]
    open: Callable[[Path, str, int], Reading]
    sheets: Callable[[Path], tuple[str, ...]] = lambda path: NO_SHEETS

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
        if path.suffix.lower() in suffixes and path.is_file() and not path.name.startswith((".", "~$"))
    )


class _readable:
    """Turns what a broken file makes its library raise into one refusal; never echoes content."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, pa.ArrowException):
            raise Refused(SOURCE_MISSING(source=self._path.name)) from error
        if isinstance(error, (pa.ArrowException, BadZipFile, InvalidFileException, KeyError, ValueError)):
            reason = type(error).__name__
            raise Refused(SOURCE_UNREADABLE(source=self._path.name, reason=reason)) from error


def _guarded(path: Path, reading: Reading) -> Iterator[pa.RecordBatch]:
    """The batches; a file that breaks off or is not the same at the end is a lost source."""
    before = _print(path)
    rows = 0
    try:
        for batch in reading.batches:
            rows += batch.num_rows
            yield batch
        after = _print(path)
    except (OSError, BadZipFile, EOFError) as error:
        raise Refused(SOURCE_LOST(rows=rows, reason=type(error).__name__)) from error
    if before != after:
        raise Refused(SOURCE_LOST(rows=rows, reason="文件被改动 file changed"))


def _print(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


# Excel


def _sheets(path: Path) -> tuple[str, ...]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return tuple(sheet.title for sheet in book.worksheets)
    finally:
        book.close()


def _open_excel(path: Path, sheet: str, batch_rows: int) -> Reading:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    page = book[sheet]
    page.reset_dimensions()  # what a sheet says of its own size is often wrong
    faults = RowFaults(packs.read("national").limit("engines.row_faults_kept"))
    rows = _cells(page.iter_rows())
    header = next(rows, None)
    if header is None:
        raise Refused(SOURCE_UNREADABLE(source=f"{path.name}{SHEET}{sheet}", reason="空表 empty"))
    names, repairs = name_columns(header[1])
    columns = tuple(SourceColumn(name=name) for name in names)
    drawn = batches(_padded(rows, len(names), faults), columns, batch_rows, faults)
    return Reading(columns, _closing(book, drawn), faults, repairs)


def _cells(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, Row]]:
    """Rows that hold anything, with their number, without the empty cells at their end."""
    for number, cells in enumerate(rows, 1):
        row = [_cell(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if row:
            yield number, row


def _cell(cell: Any) -> str | None:
    value = text(cell.value) or None
    # A number shown as 001234 by its format "000000" is a code: what people see is what counts.
    if value and isinstance(cell.value, (int, float)) and re.fullmatch("0+", cell.number_format or ""):
        return value.zfill(len(cell.number_format))
    return value


def _padded(
    rows: Iterable[tuple[int, Row]], width: int, faults: RowFaults
) -> Iterator[tuple[int, Row]]:
    for number, row in rows:
        if len(row) > width:
            faults.reject(number, ROW_FIELDS(expected=width, actual=len(row)))
        else:
            yield number, row + [None] * (width - len(row))


def _closing(book: Any, drawn: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from drawn
    finally:
        book.close()


# Parquet


def _open_parquet(path: Path, sheet: str, batch_rows: int) -> Reading:
    file = pq.ParquetFile(path)
    fields = file.schema_arrow
    names, repairs = name_columns(fields.names)
    columns = tuple(
        SourceColumn(name=name, native=str(field.type))
        for name, field in zip(names, fields, strict=True)
    )
    form = schema(columns)
    drawn = (
        pa.RecordBatch.from_arrays([_as_text(column) for column in batch.columns], schema=form)
        for batch in file.iter_batches(batch_rows)
    )
    return Reading(columns, drawn, RowFaults(0), repairs)


def _as_text(column: pa.Array) -> pa.Array:
    """Any Arrow column as text; by value where Arrow's own cast would lose or decorate."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_integer(column.type):
        return pc.cast(column, pa.string())
    return pa.array([text(value) for value in column.to_pylist()], type=pa.string())


def _open_csv(path: Path, sheet: str, batch_rows: int) -> Reading:
    return source_csv.read(path, batch_rows)


def _open_json(path: Path, sheet: str, batch_rows: int) -> Reading:
    return source_json.read(path, batch_rows)


def _open_geojson(path: Path, sheet: str, batch_rows: int) -> Reading:
    return source_json.read_features(path, batch_rows)


CSV = Files((".csv", ".tsv", ".txt"), _open_csv)
EXCEL = Files((".xlsx", ".xlsm"), _open_excel, _sheets)
PARQUET = Files((".parquet",), _open_parquet)
JSON = Files((".json", ".jsonl", ".ndjson"), _open_json)
GEOJSON = Files((".geojson", ".json"), _open_geojson)
