"""Forms: what a table to be imported asks, column by column, and every flaw found in one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from yunzhang.terms.document import Document, build
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.grids import Grid, Header, day_of, half, header_of, key, whole_of

_TEMPLATE = Text(
    "对照下载的模板改好表头后重新上传。", "Compare it with the template, then upload it again."
)
_FILL = Text("在该单元格补填。", "Fill in that cell.")

NO_HEADER = FaultKind(
    "import.no_header",
    422,
    Text(
        "前 {rows} 行内没有找到表头：需要有 {columns}。",
        "No header in the first {rows} rows: it must name {columns}.",
    ),
    _TEMPLATE,
)
COLUMN_MISSING = FaultKind(
    "import.column_missing",
    422,
    Text("表中没有“{column_zh}”这一列。", "The table has no column “{column_en}”."),
    _TEMPLATE,
)
COLUMN_UNKNOWN = FaultKind(
    "import.column_unknown",
    422,
    Text(
        "工作表“{sheet}”的“{column}”列没有读入。",
        "The column “{column}” of the sheet “{sheet}” was left out.",
    ),
    Text("如需导入，把列名改成模板中的写法。", "To bring it in, name it as the template does."),
)
SHEET_UNKNOWN = FaultKind(
    "import.sheet_unknown",
    422,
    Text("工作表“{sheet}”没有可识别的表头，未读入。", "The sheet “{sheet}” has no known header."),
    _TEMPLATE,
)
VALUE_MISSING = FaultKind(
    "import.value_missing",
    422,
    Text("“{column_zh}”没有填写。", "The {column_en} is empty."),
    _FILL,
)
VALUE_UNKNOWN = FaultKind(
    "import.value_unknown",
    422,
    Text(
        "“{value}”不是“{column_zh}”可填的内容。", "“{value}” is not one of the {column_en} values."
    ),
    Text("改填：{choices}。", "Choose one of: {choices}."),
)
DAY_UNCLEAR = FaultKind(
    "import.day_unclear",
    422,
    Text("“{value}”读不出是哪一天。", "“{value}” is not a day."),
    Text("按 2026-11-22 的样式填写。", "Write it like 2026-11-22."),
)
NUMBER_UNCLEAR = FaultKind(
    "import.number_unclear",
    422,
    Text("“{value}”不是整数。", "“{value}” is not a whole number."),
    Text("只填数字。", "Write digits only."),
)
NUMBER_WITH_UNIT = FaultKind(
    "import.number_with_unit",
    422,
    Text("“{value}”把单位写进了数字。", "“{value}” holds a unit besides the number."),
    Text("只填 {number}，单位不写。", "Write {number} alone, without the unit."),
)
# A line of a template that explains or shows how, not one to take in.
EXAMPLE = re.compile(r"^(示例|例[::]|填写说明|填表说明|说明[::]|example|notes?\b)", re.IGNORECASE)
NUMBERING = ("序号", "编号", "no.", "no", "#", "备注")  # columns nobody misses
YES, NO = ("是", "yes", "y", "1", "true", "√", "✓"), ("否", "no", "n", "0", "false", "×", "")


class Column(Document, frozen=True, kw_only=True):
    """A column: its names, what to write, and the list its values are of.

    `aside`: understood where it stands, but no template asks for it. `item`: says something of a
    data item, not of the resource.
    """

    id: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    needed: bool = False
    note_zh: str = ""
    note_en: str = ""
    example: str = ""
    list: str = ""
    aside: bool = False
    item: bool = False

    @property
    def name(self) -> Text:
        return Text(self.zh, self.en)


class Form(Document, frozen=True, kw_only=True):
    """The columns of a table, as a file of forms holds them."""

    id: str
    zh: str
    en: str
    columns: tuple[Column, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.columns if each.needed)

    def column(self, id: str) -> Column:
        return next(each for each in self.columns if each.id == id)

    def words(self) -> dict[str, str]:
        """Every label of a column, as it is compared, and the column's id."""
        return {
            key(label): column.id
            for column in self.columns
            for label in (column.zh, column.en, column.id, *column.also)
        }


@cache
def form_of(text: str) -> Form:
    """The form a TOML text holds."""
    return build(tomllib.loads(text), Form)


class Flaw(Document, frozen=True, kw_only=True):
    """One thing wrong with one cell, in finished sentences; it outlives the reading that met it."""

    sheet: str
    row: int
    column: str
    place: int = -1  # the cell's position in its row, from 0; -1 when it has none
    value: str
    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str


@dataclass(frozen=True)
class Line:
    """A row of a form: where it stands and what is written in each known column."""

    form: Form
    sheet: str
    row: int
    header: Header
    values: Mapping[str, str]

    def get(self, id: str) -> str:
        return self.values.get(id, "")

    def flaw(self, id: str, fault: Fault, value: str | None = None) -> Flaw:
        """The fault at this line's cell."""
        name = self.header.names.get(id)
        if name is None:
            name = self.form.column(id).name.zh if id else ""
        return Flaw(
            sheet=self.sheet,
            row=self.row,
            column=name,
            place=self.header.columns.get(id, -1),
            value=self.get(id) if value is None else value,
            code=fault.code,
            zh=fault.sentence("zh"),
            en=fault.sentence("en"),
            next_zh=fault.next_step("zh"),
            next_en=fault.next_step("en"),
        )

    def missing(self, *ids: str) -> Iterable[Flaw]:
        """A flaw for each of these columns that is empty here."""
        for id in ids:
            if not self.get(id):
                name = self.form.column(id).name
                yield self.flaw(id, VALUE_MISSING(column_zh=name.zh, column_en=name.en))

    def unknown(self, id: str, choices: Iterable[str], value: str | None = None) -> Flaw:
        """The flaw of a value that is none of the choices."""
        name, written = self.form.column(id).name, self.get(id) if value is None else value
        said = "、".join(choices)
        fault = VALUE_UNKNOWN(value=written, column_zh=name.zh, column_en=name.en, choices=said)
        return self.flaw(id, fault, written)

    def day(self, id: str, flaws: list[Flaw]) -> date | None:
        """The day written here; None when empty, or told as a flaw."""
        written = self.get(id)
        found = day_of(written) if written else None
        if written and found is None:
            flaws.append(self.flaw(id, DAY_UNCLEAR(value=written)))
        return found

    def number(self, id: str, flaws: list[Flaw]) -> int | None:
        """The whole number written here; None when empty, or told as a flaw."""
        written = self.get(id)
        found = whole_of(written) if written else None
        if written and found is None:
            flaws.append(self.flaw(id, number_fault(written)))
        return found

    def amount(self, id: str, flaws: list[Flaw]) -> float | None:
        """The amount written here, perhaps with decimals; None when empty, or told as a flaw."""
        written = re.sub("[,，]", "", self.get(id))
        if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", written, re.ASCII):
            return float(written)
        if written:
            flaws.append(self.flaw(id, number_fault(self.get(id))))
        return None

    def yes(self, id: str, flaws: list[Flaw]) -> bool:
        """Yes or no; empty means no."""
        written = key(self.get(id))
        if written not in (*YES, *NO):
            flaws.append(self.unknown(id, ("是", "否")))
        return written in YES


def number_fault(written: str) -> Fault:
    """What is wrong with a text that is no whole number: mostly a unit that stands beside it."""
    match = re.match(r"[约近]?\s*(\d[\d,，]*)(?=\s*[^\d.,，\s-])", half(written))
    if match:
        return NUMBER_WITH_UNIT(value=written, number=re.sub("[,，]", "", match[1]))
    return NUMBER_UNCLEAR(value=written)


@dataclass(frozen=True)
class Table:
    """A grid read by a form: its header and its lines."""

    form: Form
    header: Header
    lines: tuple[Line, ...]

    def has(self, *ids: str) -> bool:
        return all(id in self.header.columns for id in ids)


def tables(grids: Iterable[Grid], form: Form, needed: tuple[str, ...], within: int) -> Read:
    """Every grid in which the form's header is found; raises `import.no_header` with none."""
    found, notes = [], []
    for grid in grids:
        header = header_of(grid, form.words(), within)
        if header is None or not set(header.columns) & set(needed):
            notes += [SHEET_UNKNOWN(sheet=grid.name)] if grid.rows else []
            continue
        strange = [name for name in header.unknown if key(name) not in NUMBERING]
        notes += [COLUMN_UNKNOWN(sheet=grid.name, column=name) for name in strange]
        found.append(Table(form, header, tuple(_lines(grid, form, header))))
    if not found:
        names = "、".join(f"“{form.column(id).name.zh}”" for id in needed)
        raise Refused(NO_HEADER(rows=within, columns=names))
    return Read(tuple(found), tuple(notes))


@dataclass(frozen=True)
class Read:
    """The tables of a file, and what was left out of them."""

    tables: tuple[Table, ...]
    notes: tuple[Fault, ...]

    def columns_missing(self, *ids: str) -> tuple[Fault, ...]:
        """A fault for each column that no table has."""
        return tuple(
            COLUMN_MISSING(column_zh=column.name.zh, column_en=column.name.en)
            for column in (self.tables[0].form.column(id) for id in ids)
            if not any(table.has(column.id) for table in self.tables)
        )


def _lines(grid: Grid, form: Form, header: Header) -> Iterable[Line]:
    for number, cells in grid.rows[header.last + 1 :]:
        filled = [half(cell) for cell in cells if cell.strip()]
        values = {
            id: half(cells[at])
            for id, at in header.columns.items()
            if at < len(cells) and half(cells[at])
        }
        if values and not any(EXAMPLE.match(cell) for cell in filled[:2]):
            yield Line(form, grid.name, number, header, values)
