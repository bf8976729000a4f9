"""Understanding the tables departments send: a table of tasks, or a directory of cloud chiefs.

Pure: a sheet's cells in, rows of a pack out, with every doubt listed; nothing is guessed silently.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.pack_rows import ChiefRow, Citation, DueDate, Task, UnitKind, UnitRow

_BY_HAND = Text("在写出的文件中补上该处。", "Complete that place in the file that is written.")

TABLE_UNCLEAR = FaultKind(
    "import.table_unclear",
    422,
    Text(
        "{sheet}：列名（{columns}）既不像任务表，也不像云长名录，未读入。",
        "{sheet}: its columns ({columns}) are neither a task table's nor a directory's; left out.",
    ),
    Text(
        "在前 20 行内写列名：任务表须有“重点任务”和“牵头单位”，名录须有“单位”和“云长”。",
        "Name the columns within the first 20 rows, as docs/packs.md says.",
    ),
)
DUE_UNCLEAR = FaultKind(
    "import.due_unclear",
    422,
    Text(
        "{sheet} 第 {row} 行：读不懂时限“{text}”。", "{sheet}, row {row}: no date read in “{text}”."
    ),
    _BY_HAND,
)
CELL_BLANK = FaultKind(
    "import.cell_blank",
    422,
    Text("{sheet} 第 {row} 行：“{column}”为空。", "{sheet}, row {row}: “{column}” is blank."),
    _BY_HAND,
)

ROWS_LOST = FaultKind(
    "import.rows_lost",
    422,
    Text(
        "{sheet}：有 {rows} 行在最后一个列名之后还有内容，超出的部分未读入。",
        "{sheet}: {rows} rows go on beyond the last column; what is there was left out.",
    ),
    Text("给这些列写上列名，或删去多余的内容。", "Name these columns, or remove what is there."),
)

Kind = Literal["tasks", "chiefs"]
# What each kind of table calls its columns; the first two of a kind must be there.
COLUMNS: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "tasks": {
        "item": ("重点任务", "主要任务", "工作任务", "任务", "任务事项", "事项"),
        "lead": ("牵头单位", "牵头部门", "主办单位"),
        "duty": ("责任单位", "责任部门", "配合单位", "协办单位"),
        "due": ("时限要求", "完成时限", "时限", "完成时间"),
        "number": ("序号", "编号"),
    },
    "chiefs": {
        "unit": ("单位", "单位名称", "部门", "云长单位"),
        "holder": ("云长", "云长姓名", "姓名"),
        "post": ("职务",),
        "cloud": ("云名称", "云"),
    },
}
DATE = re.compile(r"(\d{4})[年./-](?:(\d{1,2})[月./-]?)?(?:(\d{1,2})日?)?([底末])?(前)?")
UNIT_KIND = "imported_unit"


@dataclass(frozen=True)
class Sheet:
    """A table as it was read: its name, its columns, and rows of text with the row's number.

    `lost` counts rows with cells beyond the last column.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    lost: int = 0


@dataclass(frozen=True)
class Reader:
    """What the rows are made with: the pack's id, the document cited, the day it was issued."""

    pack: str
    document: str
    issued: date | None = None
    role: str = "cloud_chief"


@dataclass
class Understood:
    """What was understood of all sheets, and what was not."""

    kinds: dict[str, tuple[Kind, dict[str, str]]] = field(default_factory=dict)
    units: dict[str, UnitRow] = field(default_factory=dict)  # by name
    tasks: list[Task] = field(default_factory=list)
    chiefs: list[ChiefRow] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)


def unit_kind(reader: Reader) -> UnitKind:
    """The kind given to units of which a table says nothing but the name."""
    cite = Citation(document=reader.document, clause="附件", checked=False)
    return UnitKind(
        id=UNIT_KIND, zh="名录或分工表所列单位", en="Unit of an imported table", cite=cite
    )


def understand(sheets: tuple[Sheet, ...], reader: Reader) -> Understood:
    """Rows for every sheet that is a task table or a directory; the others are doubts."""
    found = Understood()
    for sheet in sheets:
        if sheet.lost:
            found.doubts.append(ROWS_LOST(sheet=sheet.name, rows=sheet.lost))
        kind, columns = recognise(sheet.columns)
        if kind is None:
            named = "、".join(sheet.columns)
            found.doubts.append(TABLE_UNCLEAR(sheet=sheet.name, columns=named))
            continue
        found.kinds[sheet.name] = kind, columns
        _understand_rows(sheet, kind, columns, reader, found)
    return found


def recognise(columns: tuple[str, ...]) -> tuple[Kind | None, dict[str, str]]:
    """Which kind of table has these columns, and which column holds which field."""
    plain = {_squeezed(column): column for column in columns}
    for kind, fields in COLUMNS.items():
        named = {
            field: plain[word]
            for field, words in fields.items()
            for word in words[::-1]
            if word in plain
        }
        if set(list(fields)[:2]) <= named.keys():
            return kind, named
    return None, {}


def due_of(text: str, issued: date | None) -> tuple[date, Literal["by", "from"], bool] | None:
    """The date in a phrase such as 2020年12月底完成; whether by or from it; whether carried on."""
    squeezed = _squeezed(text)
    continuing = "持续" in squeezed
    if "印发之日起" in squeezed:
        return (issued, "from", continuing) if issued else None
    match = DATE.search(squeezed)
    if match is None:
        return None
    on = _last_day(*match.groups())
    return None if on is None else (on, "by", continuing)


def _last_day(
    year: str, month: str | None, day: str | None, end: str | None, before: str | None
) -> date | None:
    try:
        first = date(int(year), int(month or 12), int(day or 1))
    except ValueError:
        return None
    if day:
        return first
    if month is None and not end:
        return None  # a bare year says too little
    # 6月前 is before June begins; 6月底前 is by its end.
    if before and not end:
        return first - timedelta(days=1)
    return first.replace(day=monthrange(first.year, first.month)[1])


def _understand_rows(
    sheet: Sheet, kind: Kind, columns: Mapping[str, str], reader: Reader, found: Understood
) -> None:
    section = ""
    for number, cells in sheet.rows:
        filled = [cell for cell in cells if _squeezed(cell)]
        named = dict(zip(sheet.columns, cells, strict=False))
        row = {field: _squeezed(named.get(column, "")) for field, column in columns.items()}
        if kind == "tasks" and len(filled) == 1:
            section = _squeezed(filled[0])  # a heading between the rows
        elif kind == "tasks":
            found.tasks.append(_task(sheet.name, number, row, section, reader, found))
        else:
            found.chiefs.append(_chief(sheet.name, number, row, reader, found))


def _task(
    sheet: str, at: int, row: Mapping[str, str], section: str, reader: Reader, found: Understood
) -> Task:
    count = len(found.tasks) + 1
    cite = Citation(document=reader.document, clause=f"{sheet} 第{count}项")
    found.doubts += _blanks(sheet, at, row, ("item", "lead"))
    return Task(
        id=f"{reader.pack}.{count}",
        number=count,
        section=section,
        zh=row["item"],
        en=row["item"],
        lead=tuple(_units(row["lead"], cite, reader, found)),
        duty=tuple(_units(row.get("duty", ""), cite, reader, found)),
        due=tuple(_dues(sheet, at, row.get("due", ""), cite, reader, found)),
        cite=cite,
    )


def _chief(
    sheet: str, at: int, row: Mapping[str, str], reader: Reader, found: Understood
) -> ChiefRow:
    count = len(found.chiefs) + 1
    cite = Citation(document=reader.document, clause=f"{sheet} 第{count}项")
    found.doubts += _blanks(sheet, at, row, ("unit", "holder"))
    [unit] = _units(row["unit"], cite, reader, found, split=False)
    return ChiefRow(
        id=f"{reader.pack}.chief.{count}",
        zh=row["unit"],
        en=row["unit"],
        unit=unit,
        role=reader.role,
        holder=row["holder"],
        post=row.get("post", ""),
        cloud=row.get("cloud", ""),
        cite=cite,
    )


def _units(
    cell: str, cite: Citation, reader: Reader, found: Understood, *, split: bool = True
) -> Iterator[str]:
    """The ids of the units a cell names, each made when first met."""
    names = re.split("[、,，;；]", cell) if split else [cell]
    for name in filter(None, names) if split else names:
        if name not in found.units:
            id = f"{reader.pack}.unit.{len(found.units) + 1}"
            found.units[name] = UnitRow(id=id, zh=name, en=name, kind=UNIT_KIND, cite=cite)
        yield found.units[name].id


def _dues(
    sheet: str, at: int, text: str, cite: Citation, reader: Reader, found: Understood
) -> Iterator[DueDate]:
    known = due_of(text, reader.issued) if text else None
    if known is not None:
        on, kind, continuing = known
        yield DueDate(on=on, kind=kind, continuing=continuing, cite=cite)
    elif text:
        found.doubts.append(DUE_UNCLEAR(sheet=sheet, row=at, text=text))


def _blanks(sheet: str, at: int, row: Mapping[str, str], needed: tuple[str, ...]) -> list[Fault]:
    return [CELL_BLANK(sheet=sheet, row=at, column=name) for name in needed if not row[name]]


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text or "")
