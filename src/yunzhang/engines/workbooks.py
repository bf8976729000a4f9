"""Workbooks: templates to fill in, a table given back with its flaws marked, and plain lists."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from yunzhang.terms.faults import Language
from yunzhang.terms.forms import Column, Flaw, Form
from yunzhang.terms.grids import Grid

LISTS = "值域"
HEAD = PatternFill("solid", fgColor="DCE6F2")
HINT = PatternFill("solid", fgColor="F7F7F2")
WRONG = PatternFill("solid", fgColor="F8CBAD")
FIRST_ROW, LAST_ROW = 4, 5000  # where lists help: below header, notes and example
Choices = Callable[[Column], tuple[str, ...]]


def template(form: Form, choices: Choices, language: Language) -> bytes:
    """A workbook to fill in: header, notes, an example, and lists to choose from."""
    book = Workbook()
    page = book.active
    page.title = form.zh if language == "zh" else form.en
    columns = [column for column in form.columns if not column.aside]
    for number, cells in enumerate(_opening(columns, choices, language), 1):
        page.append(cells)
        for cell in page[number]:
            cell.fill = HEAD if number == 1 else HINT
            cell.font = Font(bold=number == 1, italic=number > 1, color="000000")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
    page.freeze_panes = "A2"
    for at in range(1, len(columns) + 2):
        page.column_dimensions[get_column_letter(at)].width = 8 if at == 1 else 20
    _offer(book, page, columns, choices)
    return _saved(book)


def template_text(form: Form, choices: Choices, language: Language) -> bytes:
    """The same as CSV, with a byte order mark, or Excel reads Chinese as gibberish."""
    text = io.StringIO()
    columns = [column for column in form.columns if not column.aside]
    csv.writer(text).writerows(_opening(columns, choices, language))
    return text.getvalue().encode("utf-8-sig")


def marked(grids: Sequence[Grid], flaws: Sequence[Flaw], language: Language) -> bytes:
    """The table as it was read, each faulty cell coloured with its comment, and a list of all."""
    book = Workbook(write_only=True)
    zh = language == "zh"
    heads = ("工作表", "行", "列", "内容", "问题", "怎么改")
    words = heads if zh else ("Sheet", "Row", "Column", "Value", "What is wrong", "What to do")
    rows = ((flaw.sheet, flaw.row, flaw.column, flaw.value, *_said(flaw, zh=zh)) for flaw in flaws)
    _listed(book, "问题清单" if zh else "Flaws", words, rows)
    for grid in grids:
        _marked_sheet(book, grid, [flaw for flaw in flaws if flaw.sheet == grid.name], zh=zh)
    return _saved(book)


def listing(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A plain list as a workbook."""
    book = Workbook(write_only=True)
    _listed(book, name, heads, rows)
    return _saved(book)


def _opening(
    columns: Sequence[Column], choices: Choices, language: Language
) -> tuple[list[str], list[str], list[str]]:
    zh = language == "zh"
    names = [(column.zh if zh else column.en) + "*" * column.needed for column in columns]
    notes = []
    for column in columns:
        note = column.note_zh if zh else column.note_en
        allowed = "、".join(choices(column))
        told = (f"可填：{allowed}" if zh else f"One of: {allowed}") if allowed else ""
        notes.append("\n".join(filter(None, (note, told))))
    examples = [column.example for column in columns]
    return (
        ["序号" if zh else "No.", *names],
        ["填写说明" if zh else "Notes", *notes],
        ["示例" if zh else "Example", *examples],
    )


def _offer(book: Any, page: Any, columns: Sequence[Column], choices: Choices) -> None:
    """Lists to choose from, kept on a hidden sheet; another value is questioned, not refused."""
    hidden = book.create_sheet(LISTS)
    hidden.sheet_state = "hidden"
    for at, column in enumerate(columns, 2):
        allowed = choices(column)
        if not allowed:
            continue
        letter = get_column_letter(at)
        for number, value in enumerate(allowed, 1):
            hidden[f"{letter}{number}"] = value
        rule = DataValidation(
            type="list",
            formula1=f"'{LISTS}'!${letter}$1:${letter}${len(allowed)}",
            allow_blank=True,
            errorStyle="warning",
            showErrorMessage=True,
        )
        page.add_data_validation(rule)
        rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")


def _marked_sheet(book: Any, grid: Grid, flaws: Sequence[Flaw], *, zh: bool) -> None:
    page = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", grid.name)[:31])
    wrong: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for flaw in flaws:
        wrong[flaw.row][max(flaw.place, 0)].append("：".join(_said(flaw, zh=zh)))
    number = 0
    for row, cells in grid.rows:
        for _ in range(row - number - 1):
            page.append([])
        number = row
        width = max([len(cells), *(place + 1 for place in wrong.get(row, ()))])
        drawn = [_text(page, cells[at] if at < len(cells) else "") for at in range(width)]
        for place, said in wrong.get(row, {}).items():
            drawn[place].fill = WRONG
            drawn[place].comment = Comment("\n".join(said), "Yunzhang", height=120, width=280)
        page.append(drawn)


def _listed(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    page = book.create_sheet(name)
    for at in range(1, len(heads) + 1):
        page.column_dimensions[get_column_letter(at)].width = 22
    page.append([_text(page, head) for head in heads])
    for row in rows:
        page.append([_text(page, value) for value in row])


def _text(page: Any, value: Any) -> Any:
    clean = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    cell = WriteOnlyCell(page, clean)
    # Never a formula: what begins with "=" is what somebody typed.
    cell.data_type = "s" if isinstance(value, str) else cell.data_type
    return cell


def _said(flaw: Flaw, *, zh: bool) -> tuple[str, str]:
    return (flaw.zh, flaw.next_zh) if zh else (flaw.en, flaw.next_en)


def _saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
