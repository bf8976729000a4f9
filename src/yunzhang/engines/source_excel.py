"""Excel: each sheet of a workbook a table; what people see in a cell is what counts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from yunzhang import packs
from yunzhang.engines.bad_rows import ROW_FIELDS, RowFaults, name_columns
from yunzhang.engines.parquet import Batch, Row, SourceColumn, batches
from yunzhang.engines.readings import SOURCE_EMPTY, Reading, text
from yunzhang.terms.faults import Refused
from yunzhang.terms.grids import Grid

CHUNK = 1 << 20
TAIL = 100  # a mention of merged cells is shorter, so that none is lost between two chunks
MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell [^>]*?ref="\$?([A-Z]{1,3})\$?(\d{1,7}):\$?[A-Z]{1,3}\$?(\d{1,7})"'
)
BROKEN = (
    *(BadZipFile, zlib.error, ParseError, InvalidFileException, EOFError, NotImplementedError),
    *(LookupError, ValueError, TypeError, AttributeError, RuntimeError),
)
"""What reading a file raises when it is not a whole workbook: zip, XML, then what is made of it."""


def sheets(path: Path) -> tuple[str, ...]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return tuple(sheet.title for sheet in book.worksheets)
    finally:
        book.close()


def read(path: Path, sheet: str, batch_rows: int) -> Reading:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    page = book[sheet]
    page.reset_dimensions()  # what a sheet says of its own size is often wrong
    faults = RowFaults(packs.read("national").limit("engines.row_faults_kept"))
    rows = _cells(page.iter_rows())
    header = next(rows, None)
    if header is None:
        raise Refused(SOURCE_EMPTY(source=f"{path.name}#{sheet}"))
    names, repairs = name_columns(header[1])
    columns = tuple(SourceColumn(name=name) for name in names)
    drawn = batches(_padded(rows, len(names), faults), columns, batch_rows, faults)
    return Reading(columns, _closing(book, drawn), faults, repairs)


def grids(path: Path, rows: int, columns: int) -> tuple[Grid, ...]:
    """The visible sheets as text, up to one row more than `rows`; merged cells filled down.

    A cell merged over rows says the same for each of them.
    """
    # Opened here: by its path openpyxl takes no file that is not called .xlsx.
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        visible = [page for page in book.worksheets if page.sheet_state == "visible"]
        return tuple(_grid(page, rows, columns) for page in visible)


def _grid(page: Any, rows: int, columns: int) -> Grid:
    page.reset_dimensions()
    drawn = page.iter_rows(max_row=rows + 1, max_col=columns)
    found = [(number, [each or "" for each in row]) for number, row in _cells(drawn)]
    _fill_down(dict(found), _merged(page))
    return Grid(page.title, tuple((number, tuple(cells)) for number, cells in found))


def _merged(page: Any) -> Iterator[tuple[int, int, int]]:
    """Column (from 0), first and last row of what is merged; a reader row by row skips these."""
    with page.parent._archive.open(page._worksheet_path) as source:  # noqa: SLF001
        tail = b""
        while chunk := source.read(CHUNK):
            text = tail + chunk
            for match in MERGED.finditer(text):
                column, first, last = match.groups()
                yield column_index_from_string(column.decode()) - 1, int(first), int(last)
            tail = text[-TAIL:] if MERGED.search(text[-TAIL:]) is None else b""


def _fill_down(cells: dict[int, list[str]], merged: Iterable[tuple[int, int, int]]) -> None:
    for at, first, last in merged:
        top = cells.get(first, [])
        text = top[at] if at < len(top) else ""
        for number in range(first + 1, min(last, max(cells, default=0)) + 1) if text else ():
            row = cells.get(number)
            if row is not None:
                row += [""] * (at + 1 - len(row))
                row[at] = row[at] or text


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
    if (
        value
        and isinstance(cell.value, (int, float))
        and re.fullmatch("0+", cell.number_format or "")
    ):
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


def _closing(book: Any, drawn: Iterator[Batch]) -> Iterator[Batch]:
    try:
        yield from drawn
    finally:
        book.close()
