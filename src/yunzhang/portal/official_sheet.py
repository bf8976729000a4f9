"""Official sheet: a published list as Excel in the layout offices print and sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from yunzhang.portal.export import EXCEL, UNWRITABLE
from yunzhang.terms.published_list import Line

THIN = Border(*[Side(style="thin", color="FF808080")] * 4)
WRAP = Alignment(vertical="center", wrap_text=True)
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
NUMBER_WIDTH, LEAST, MOST = 6, 10, 36  # of a column, in characters
HEADS_AT = 3  # the title, the line of the issuer, then the heads


@dataclass(frozen=True)
class Official:
    """A list to print: its title, who issued it and when, its columns and lines."""

    title: str
    line: str
    columns: Sequence[str]
    lines: Sequence[Line]
    note: str = ""


def as_file(sheet: Official, name: str) -> FileResponse:
    """The list as an Excel download, ready to be printed on A4 across."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    _head(page, sheet)
    for number, line in enumerate(sheet.lines, 1):
        _row(page, HEADS_AT + number, (str(number), *line))
    if sheet.note:
        page.cell(HEADS_AT + len(sheet.lines) + 2, 1, sheet.note)
    _print(page, sheet)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when the last byte has left.
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)


def _head(page: Worksheet, sheet: Official) -> None:
    across = len(sheet.columns) + 1
    for row, text, font in ((1, sheet.title, Font(size=18, bold=True)), (2, sheet.line, Font())):
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=across)
        cell = page.cell(row, 1, text)
        cell.font, cell.alignment = font, MIDDLE if row == 1 else WRAP
    page.row_dimensions[1].height = 34
    for at, text in enumerate(("序号", *sheet.columns), 1):
        cell = page.cell(HEADS_AT, at, text)
        cell.font, cell.alignment, cell.border = Font(bold=True), MIDDLE, THIN


def _row(page: Worksheet, row: int, values: Sequence[str]) -> None:
    for at, value in enumerate(values, 1):
        cell = page.cell(row, at, UNWRITABLE.sub("", value))
        # Never a formula: what begins with "=" is the text of a department.
        cell.data_type = "s"
        cell.alignment, cell.border = MIDDLE if at == 1 else WRAP, THIN


def _print(page: Worksheet, sheet: Official) -> None:
    page.freeze_panes = page.cell(HEADS_AT + 1, 1)
    page.print_title_rows = f"{HEADS_AT}:{HEADS_AT}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", "9"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddFooter.center.text = "&P / &N"
    page.column_dimensions["A"].width = NUMBER_WIDTH
    for at, title in enumerate(sheet.columns):
        # Chinese characters are twice as wide as the digits a width counts.
        longest = max([len(title), *(len(line[at]) for line in sheet.lines[:200])])
        width = min(MOST, max(LEAST, 2 * longest + 2))
        page.column_dimensions[get_column_letter(at + 2)].width = width
