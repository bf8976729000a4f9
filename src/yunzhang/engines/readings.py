"""Readings: what every source gives back: text columns in batches, and a list of bad rows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType, Protocol
from urllib.parse import urlsplit

import pyarrow as pa

from yunzhang.terms.document import Document
from yunzhang.terms.faults import Fault, FaultKind, Text

TableName = NewType("TableName", str)
Row = list[str | None]

SOURCE_MISSING = FaultKind(
    "source.missing",
    404,
    Text("找不到数据源 {source}。", "There is no source at {source}."),
    Text("核对路径,并确认本服务有读取权限。", "Check the path and that this service may read it."),
)
TABLE_UNKNOWN = FaultKind(
    "source.table_unknown",
    404,
    Text("数据源中没有数据表“{table}”。", "The source has no table “{table}”."),
    Text("从数据源列出的表中选择。", "Choose one of the tables that the source lists."),
)
SOURCE_UNREACHABLE = FaultKind(
    "source.unreachable",
    503,
    Text("连接不上数据源 {source}({reason})。", "The source {source} cannot be reached ({reason})."),
    Text("核对地址、账号和网络后重试。", "Check address, account and network, then try again."),
)
SOURCE_UNREADABLE = FaultKind(
    "source.unreadable",
    422,
    Text("数据源 {source} 读不出来:{reason}。", "The source {source} cannot be read: {reason}."),
    Text("核对文件类型与内容,必要时重新导出。", "Check its kind and content; export it again if need be."),
)
SOURCE_LOST = FaultKind(
    "source.lost",
    503,
    Text(
        "读到第 {rows} 行后数据源中断或被改动({reason}),没有写入任何数据。",
        "The source vanished or changed after row {rows} ({reason}); nothing was written.",
    ),
    Text("数据源恢复后重新归集,原有数据不受影响。",
         "Gather again once it is back; what was there before is untouched."),
)

_MEND = Text("在数据源中改正该行,下次归集即可补入。",
             "Correct the row at its source; the next gathering takes it in.")

ROW_FIELDS = FaultKind(
    "row.fields", 422,
    Text("应有 {expected} 列,实有 {actual} 列。", "{expected} fields expected, {actual} found."), _MEND,
)
ROW_QUOTE = FaultKind(
    "row.quote", 422, Text("引号不成对。", "A quote is not closed or stands astray."), _MEND
)
ROW_TOO_LONG = FaultKind(
    "row.too_long", 422, Text("某一字段超过长度上限。", "A field is longer than the limit."), _MEND
)
ROW_UNDECODABLE = FaultKind(
    "row.undecodable", 422,
    Text("含有无法按 {encoding} 解码的字节。", "It holds bytes that are not {encoding}."), _MEND,
)
ROW_NUL = FaultKind("row.nul", 422, Text("含有空字节(NUL)。", "It holds a NUL byte."), _MEND)
ROW_JSON = FaultKind(
    "row.json", 422, Text("不是一个 JSON 对象。", "It is not a JSON object."), _MEND
)

HEADER_EMPTY = FaultKind(
    "header.empty", 422,
    Text("第 {position} 列没有列名,暂名“{name}”。", "Column {position} has no name; called “{name}”."),
    Text("在数据源中补上列名。", "Name the column at its source."),
)
HEADER_TWICE = FaultKind(
    "header.twice", 422,
    Text("列名“{old}”重复,第 {position} 列改称“{name}”。",
         "The name “{old}” appears twice; column {position} is called “{name}”."),
    Text("在数据源中改掉重复的列名。", "Give the column another name at its source."),
)


class SourceKind(StrEnum):
    """What a source is; each has its reader in `sources`."""

    CSV = "csv"
    EXCEL = "excel"
    PARQUET = "parquet"
    JSON = "json"
    GEOJSON = "geojson"
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"


class SourceSpec(Document, frozen=True, kw_only=True):
    """Where a table is read from: a file, a folder of files, or a database.

    `location` is a path or a database URL and may hold a password: show `public` instead.
    `table` is one of `sources.tables(spec)`; it may stay empty where there is only one.
    """

    kind: SourceKind
    location: str
    table: str = ""

    @property
    def public(self) -> str:
        """The location without account, password and options: the only form to show or record."""
        if "://" not in self.location:
            return self.location
        url = urlsplit(self.location)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"

    def __repr__(self) -> str:
        return f"SourceSpec({self.kind.value}, {self.public!r}, {self.table!r})"


class SourceColumn(Document, frozen=True, kw_only=True):
    """One column as the source declares it; `native` is its own type name, "" when it has none."""

    name: str
    native: str = ""


class RowFault(Document, frozen=True, kw_only=True):
    """One thing wrong with one row. It names places, never values."""

    line: int
    column: str
    code: str
    zh: str
    en: str


@dataclass
class RowFaults:
    """Every bad row counted; the first `limit` of them described. Grows as batches are drawn."""

    limit: int
    rejected: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sample: list[RowFault] = field(default_factory=list)

    def reject(self, line: int, fault: Fault, column: str = "") -> None:
        """Count one row, at `line` of the source (from 1), that is left out of the table."""
        self.rejected += 1
        self.counts[fault.code] += 1
        if len(self.sample) < self.limit:
            words = fault.sentence("zh"), fault.sentence("en")
            self.sample.append(RowFault(line=line, column=column, code=fault.code,
                                        zh=words[0], en=words[1]))


@dataclass(frozen=True)
class Reading:
    """A table being read: draw `batches` to the end, then `faults` is complete.

    Every batch has the same columns, all of type string. Drawing may raise Refused with
    `source.lost`. `fraction` says how much of the source is behind us, None when unknown.
    """

    columns: tuple[SourceColumn, ...]
    batches: Iterator[pa.RecordBatch]
    faults: RowFaults
    repairs: tuple[Fault, ...] = ()
    encoding: str = "utf-8"
    fraction: Callable[[], float | None] = lambda: None


class Reader(Protocol):
    """What a kind of source must be able to do."""

    def tables(self, spec: SourceSpec) -> tuple[TableName, ...]:
        """The tables that can be registered, in the source's own order."""

    def read(self, spec: SourceSpec, batch_rows: int) -> Reading:
        """Open one table; raises Refused when it cannot be found or reached."""


def schema(columns: Iterable[SourceColumn]) -> pa.Schema:
    """The Arrow schema of a reading: every column is text, so that leading zeros survive."""
    return pa.schema([(column.name, pa.string()) for column in columns])


def name_columns(headers: Iterable[str | None]) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Usable column names in order, and what had to be repaired.

    Names are trimmed; an empty one becomes 列N; a repeated one (letter case aside, for SQL does
    not tell it) gets a number.
    """
    names: list[str] = []
    repairs: list[Fault] = []
    for position, header in enumerate(headers, 1):
        old = " ".join((header or "").replace("\0", "").split())
        name = _unused(old or f"列{position}", names)
        if not old:
            repairs.append(HEADER_EMPTY(position=position, name=name))
        elif name != old:
            repairs.append(HEADER_TWICE(old=old, position=position, name=name))
        names.append(name)
    return tuple(names), tuple(repairs)


def _unused(name: str, taken: list[str]) -> str:
    used = {other.casefold() for other in taken}
    number, free = 2, name
    while free.casefold() in used:
        free, number = f"{name}_{number}", number + 1
    return free


def text(value: Any) -> str | None:
    """A native value as text: whole numbers without ".0", dates as ISO 8601, nested as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, (datetime, date, time)):
        return _moment(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=text)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.hex() if isinstance(value, (bytes, bytearray, memoryview)) else str(value)


def _number(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def _moment(value: datetime | date | time) -> str:
    midnight = isinstance(value, datetime) and value.time() == time() and value.tzinfo is None
    return value.date().isoformat() if midnight and isinstance(value, datetime) else value.isoformat()


def batches(
    numbered: Iterable[tuple[int, Row]],
    columns: tuple[SourceColumn, ...],
    batch_rows: int,
    faults: RowFaults,
    encoding: str = "utf-8",
) -> Iterator[pa.RecordBatch]:
    """Rows of text with their line numbers, as Arrow batches of at most `batch_rows` rows.

    A row that holds undecodable bytes (as lone surrogates) is rejected by itself.
    """
    form = schema(columns)
    lines: list[int] = []
    rows: list[Row] = []
    for line, row in numbered:
        lines.append(line)
        rows.append(row)
        if len(rows) >= batch_rows:
            yield _batch(lines, rows, form, faults, encoding)
            lines, rows = [], []
    if rows:
        yield _batch(lines, rows, form, faults, encoding)


def _batch(
    lines: list[int], rows: list[Row], form: pa.Schema, faults: RowFaults, encoding: str
) -> pa.RecordBatch:
    try:
        return _columns(rows, form)
    except UnicodeEncodeError:
        good = []
        for line, row in zip(lines, rows, strict=True):
            if all(value is None or _encodable(value) for value in row):
                good.append(row)
            else:
                faults.reject(line, ROW_UNDECODABLE(encoding=encoding))
        return _columns(good, form)


def _columns(rows: list[Row], form: pa.Schema) -> pa.RecordBatch:
    values = zip(*rows, strict=True) if rows else ((),) * len(form)
    arrays = [pa.array(column, type=pa.string()) for column in values]
    return pa.RecordBatch.from_arrays(arrays, schema=form)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
