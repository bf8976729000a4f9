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
from openpyxl.utils.exceptions import InvalidFileException

from yunzhang import packs
from yunzhang.engines.bad_rows import ROW_FIELDS, RowFaults, name_columns
from yunzhang.engines.parquet import Batch, Row, SourceColumn, batches
from yunzhang.engines.readings import SOURCE_EMPTY, Reading, text
from yunzhang.terms.faults import Refused

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
