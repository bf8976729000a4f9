"""Readings: what every source gives back: text columns in batches, and a list of bad rows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType, Protocol
from urllib.parse import urlsplit

from yunzhang.engines.bad_rows import RowFaults
from yunzhang.engines.parquet import Batch, SourceColumn
from yunzhang.terms.document import Document
from yunzhang.terms.faults import Fault, FaultKind, Text

TableName = NewType("TableName", str)

SOURCE_MISSING = FaultKind(
    "source.missing",
    404,
    Text("找不到数据源 {source}。", "There is no source at {source}."),
    Text("核对路径，并确认本服务有读取权限。", "Check the path and that this service may read it."),
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
    Text(
        "连接不上数据源 {source}({reason})。", "The source {source} cannot be reached ({reason})."
    ),
    Text("核对地址、账号和网络后重试。", "Check address, account and network, then try again."),
)
SOURCE_UNREADABLE = FaultKind(
    "source.unreadable",
    422,
    Text("数据源 {source} 读不出来：{reason}。", "The source {source} cannot be read: {reason}."),
    Text(
        "核对文件类型与内容，必要时重新导出。",
        "Check its kind and content; export it again if need be.",
    ),
)
SOURCE_EMPTY = FaultKind(
    "source.empty",
    422,
    Text("{source} 中没有表头或对象。", "{source} holds no header and no object."),
    Text(
        "核对文件内容，必要时重新导出。", "Check what the file holds; export it again if need be."
    ),
)
SOURCE_TOO_LARGE = FaultKind(
    "source.too_large",
    422,
    Text(
        "{source} 超过 {bytes} 字节的上限。", "{source} is larger than the limit of {bytes} bytes."
    ),
    Text("拆分该文件，或改用逐行的格式。", "Split the file, or use a format of one object a line."),
)
SOURCE_CUT_OFF = FaultKind(
    "source.cut_off",
    422,
    Text("{source} 在第 {position} 个对象处中断。", "{source} breaks off at object {position}."),
    Text("重新导出完整的文件。", "Export the whole file again."),
)
SOURCE_ADDRESS = FaultKind(
    "source.address",
    422,
    Text(
        "数据源地址应以 {scheme}:// 开头。",
        "The address of the source must begin with {scheme}://.",
    ),
    Text("改正地址。", "Correct the address."),
)
SOURCE_LOST = FaultKind(
    "source.lost",
    503,
    Text(
        "读到第 {rows} 行后数据源中断（{reason}），没有写入任何数据。",
        "The source vanished after row {rows} ({reason}); nothing was written.",
    ),
    Text(
        "数据源恢复后重新归集，原有数据不受影响。",
        "Gather again once it is back; what was there before is untouched.",
    ),
)
SOURCE_CHANGED = FaultKind(
    "source.changed",
    503,
    Text(
        "{source} 在读取过程中被改动，没有写入任何数据。",
        "{source} was changed while it was read; nothing was written.",
    ),
    Text("等文件写完后重新归集。", "Gather again once the file is complete."),
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


SERVERS = frozenset({SourceKind.POSTGRESQL, SourceKind.MYSQL})


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
        if self.kind not in SERVERS:
            return self.location
        with suppress(ValueError):  # an address that is none may hold its password anywhere
            url = urlsplit(self.location)
            return f"{url.scheme}://{url.hostname}:{url.port or ''}{url.path}" if url.scheme else ""
        return ""

    def __repr__(self) -> str:
        return f"SourceSpec({self.kind.value}, {self.public!r}, {self.table!r})"


@dataclass(frozen=True)
class Reading:
    """A table being read: draw `batches` to the end, then `faults` is complete.

    Every batch has the same columns, all of type string. Drawing may raise Refused with
    `source.lost`. `fraction` says how much of the source is behind us, None when unknown.
    """

    columns: tuple[SourceColumn, ...]
    batches: Iterator[Batch]
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


def text(value: Any) -> str | None:
    """A native value as text: whole numbers without ".0", dates as ISO 8601, nested as JSON."""
    if value is None or isinstance(value, str):
        return value
    for kinds, form in FORMS:
        if isinstance(value, kinds):
            return form(value)
    return str(value)


def _number(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def _moment(value: datetime) -> str:
    """A moment at midnight without a zone is how workbooks and frames store a plain date."""
    plain = value.time() == time() and value.tzinfo is None
    return value.date().isoformat() if plain else value.isoformat()


def _nested(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=text)


FORMS: tuple[tuple[tuple[type, ...], Callable[[Any], str | None]], ...] = (
    ((bool,), lambda value: str(value).lower()),
    ((float,), _number),
    ((datetime,), _moment),
    ((date, time), lambda value: str(value.isoformat())),
    ((dict, list, tuple), _nested),
    ((Decimal,), lambda value: format(value, "f")),
    ((bytes, bytearray, memoryview), lambda value: str(value.hex())),
)
