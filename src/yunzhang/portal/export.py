"""Export: a page's list as an Excel or CSV file, harmless to whoever opens it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A text that begins like this runs as a formula when the file is opened.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """A named list: heads and rows of plain values."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def as_file(sheet: Sheet, form: str) -> HttpResponse:
    """The sheet as a download; 404 for a form other than xlsx or csv."""
    if form not in ("xlsx", "csv"):
        raise Http404
    body = _excel(sheet) if form == "xlsx" else _csv(sheet)
    kind = EXCEL if form == "xlsx" else "text/csv; charset=utf-8"
    name = f'attachment; filename="{sheet.name}.{form}"'
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": name})


def _csv(sheet: Sheet) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.heads)
    writer.writerows([_harmless(value) for value in row] for row in sheet.rows)
    # With a byte order mark, or Excel reads Chinese as gibberish.
    return text.getvalue().encode("utf-8-sig")


def _excel(sheet: Sheet) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name)
    page.append(list(sheet.heads))
    for row in sheet.rows:
        cells = [WriteOnlyCell(page, value) for value in row]
        for cell in cells:
            # Never a formula: what begins with "=" is the text of a department.
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        page.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
