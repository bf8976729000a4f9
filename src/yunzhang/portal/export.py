"""Export: a page's list as an Excel or CSV file, harmless to whoever opens it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, Http404
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from yunzhang.portal.listing import Kind

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"xlsx": "Excel", "csv": "CSV"}
# A text that begins like this runs as a formula when the file is opened; in East Asian versions the
# full-width signs do, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
# Characters that XML cannot carry.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LOOKS = {
    Kind.NUMBER: "#,##0",
    Kind.FIGURE: "0.00",
    Kind.PERCENT: '0.0"%"',
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
WIDTHS = {Kind.TEXT: 34, Kind.CODE: 26}


@dataclass(frozen=True)
class Sheet:
    """A named list: heads, rows of plain values, and what each column holds (text, unless said)."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    kinds: Sequence[Kind] = ()

    @property
    def all_kinds(self) -> list[Kind]:
        return [*self.kinds, *[Kind.TEXT] * (len(self.heads) - len(self.kinds))]


def as_file(sheet: Sheet, form: str) -> FileResponse:
    """The sheet as a download; 404 for a form other than xlsx or csv.

    Written whole to the disk before the first byte leaves, a row at a time: however long, it
    takes no memory, and no half of a file is ever taken for the whole.
    """
    if form not in FORMS:
        raise Http404
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when the last byte has left.
    (_excel if form == "xlsx" else _csv)(sheet, file)
    file.seek(0)
    kind = EXCEL if form == "xlsx" else "text/csv; charset=utf-8"
    return FileResponse(
        file, as_attachment=True, filename=f"{sheet.name}.{form}", content_type=kind
    )


def _csv(sheet: Sheet, file: IO[bytes]) -> None:
    # With a byte order mark, or Excel reads Chinese as gibberish.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.heads)
    writer.writerows([_harmless(value) for value in row] for row in _rows(sheet))
    text.detach()


def _excel(sheet: Sheet, file: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("1")
    page.freeze_panes = "A2"
    for at, kind in enumerate(sheet.all_kinds, 1):
        page.column_dimensions[get_column_letter(at)].width = WIDTHS.get(kind, 16)
    page.append(list(sheet.heads))
    for row in _rows(sheet):
        page.append([_cell(page, *one) for one in zip(row, sheet.all_kinds, strict=True)])
    book.save(file)


def _rows(sheet: Sheet) -> Iterator[list[Any]]:
    for row in sheet.rows:
        yield [_written(value, kind) for value, kind in zip(row, sheet.all_kinds, strict=True)]


def _written(value: Any, kind: Kind) -> Any:
    """The value as a file can hold it: moments as clocks in China show them."""
    if isinstance(value, datetime):
        local = localtime(value).replace(tzinfo=None, microsecond=0)
        return local.date() if kind == Kind.DAY else local
    return UNWRITABLE.sub("", value) if isinstance(value, str) else value


def _cell(page: Any, value: Any, kind: Kind) -> Any:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        # Never a formula: what begins with "=" is the text of a department.
        cell.data_type = "s"
    elif kind in LOOKS:
        cell.number_format = LOOKS[kind]
    return cell


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
