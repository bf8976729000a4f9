"""The serving copy of a table: a read-only SQLite file in key order, made anew for each load.

store/<table>/<version>.sqlite is written aside and renamed when whole; store/<table>/current
names the version in use. A node that still has the old file open reads on undisturbed; the
system frees it when the last reader closes it.

Beside the items lie the rows as the grants in force show them, masked and as JSON, made once
while loading: to make them for each call took longer than to find them. Such a column is named
by the digest of its expression, so one made by an older rule is never taken for today's.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from yunzhang import packs
from yunzhang.node.home import write_durably
from yunzhang.protect import masking
from yunzhang.terms.document import Document, decode, digest, encode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.grant import Mask

TABLE_NAME_WRONG = FaultKind(
    "table.name",
    422,
    Text("表名“{table}”不能用作文件名。", "The table name “{table}” cannot name a folder."),
    Text(
        "只用文字、数字、点、下划线和连字符。", "Use letters, digits, dots, underscores, hyphens."
    ),
)
TABLE_MISSING = FaultKind(
    "table.missing",
    503,
    Text("节点上没有表“{table}”。", "The node has no table “{table}”."),
    Text("请提供部门先装载该表。", "Ask the provider to load it: yunzhang node load."),
)
TABLE_BROKEN = FaultKind(
    "table.broken",
    503,
    Text(
        "表“{table}”的服务副本无法打开：{reason}",
        "The copy of “{table}” cannot be opened: {reason}",
    ),
    Text("重新装载该表。", "Load the table again."),
)
COLUMNS_MISSING = FaultKind(
    "table.columns_missing",
    422,
    Text("数据源中没有这些列：{columns}", "The source lacks these columns: {columns}"),
    Text("核对信息项与列名的对应关系。", "Check which column each item comes from."),
)
LOAD_FAILED = FaultKind(
    "load.failed",
    507,
    Text("装载表“{table}”失败：{reason}", "Loading “{table}” failed: {reason}"),
    Text(
        "原有数据仍在使用；排除原因后重新装载。",
        "The former data stays in use; remove the cause and load again.",
    ),
)

_PIECE = 100  # arguments of one json_array(); SQLite allows 127
BIG = 9223372036854775807
_TABLE = re.compile(r"\w[\w.-]{0,99}")

Rows = Iterable[Sequence[str | None]]
Progress = Callable[[int], None]


class Plan(Document, frozen=True, kw_only=True):
    """How a table is served: items with their columns, in order; what is looked up by."""

    table: str
    items: dict[str, str]  # item -> column of the source
    key_items: tuple[str, ...]  # rows are kept in this order; calls by key use it
    filter_items: tuple[str, ...] = ()


class About(Document, frozen=True, kw_only=True):
    """What a serving copy says of itself. `rejected` rows were left out, by code of fault."""

    plan: Plan
    number: int
    rows: int
    rejected: dict[str, int]
    made: tuple[str, ...] = ()  # columns of masked forms


class Table:
    """An open serving copy: read only, immutable."""

    def __init__(self, path: Path, version: str, about: About) -> None:
        self.path = path
        self.version = version
        self.about = about
        self.items = frozenset(about.plan.items)
        self._made = frozenset(about.made)

    @property
    def sort_item(self) -> str:
        """The first item of the key: rowids rise with it."""
        return next(iter(self.about.plan.key_items), "")

    def shown(self, masks: Sequence[Mask]) -> str:
        """The SQL expression of a row's masked items as JSON; the column, where one was made."""
        expression = row_json(masks)
        name = _form_name(expression)
        return quote(name) if name in self._made else expression

    def connect(self, statements: int) -> sqlite3.Connection:
        """A connection of its own, for one thread at a time."""
        return _connect(self.path, statements)


def build(
    store: Path,
    plan: Plan,
    columns: Sequence[str],
    rows: Iterable[Rows],
    *,
    shown: Iterable[Sequence[Mask]] = (),
    rejected: Callable[[], Mapping[str, int]] = dict,
    progress: Progress = lambda _rows: None,
) -> Table:
    """Write a new version from batches of rows (text or None, in the order of `columns`).

    The rows that `shown` asks for, each a grant's masks in its order of items, are made and kept
    as far as they need no key. `rejected` is asked at the end; `progress` hears the rows so far.
    Raises Refused when a column is missing, the source is lost or the disk is full; the former
    version stays then.
    """
    _check(plan, columns)
    forms = _forms(plan, shown)
    folder = _folder(store, plan.table)
    folder.mkdir(parents=True, exist_ok=True)
    number = _next_number(folder)
    draft = folder / f"{os.getpid()}.draft"
    draft.unlink(missing_ok=True)
    try:
        _write(draft, plan, number, columns, rows, forms, rejected, progress)
        version = f"{number}-{_file_digest(draft)[:12]}"
        draft.rename(folder / f"{version}.sqlite")
        write_durably(folder / "current", version.encode())
    except (sqlite3.Error, OSError) as error:
        raise Refused(LOAD_FAILED(table=plan.table, reason=error)) from error
    finally:
        draft.unlink(missing_ok=True)
    _remove_others(folder, version)
    return open_table(store, plan.table)


def current(store: Path, table: str) -> str:
    """The version in use; raises `table.missing`."""
    try:
        return (_folder(store, table) / "current").read_text(encoding="ascii")
    except OSError as error:
        raise Refused(TABLE_MISSING(table=table)) from error


def tables(store: Path) -> list[str]:
    """The names of the tables loaded here."""
    return sorted(path.parent.name for path in store.glob("*/current"))


def open_table(store: Path, table: str) -> Table:
    """Open the version in use; raises `table.missing` or `table.broken`."""
    version = current(store, table)
    path = _folder(store, table) / f"{version}.sqlite"
    try:
        with closing(_connect(path, 1)) as connection:
            (about,) = connection.execute("SELECT about FROM about").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise Refused(TABLE_BROKEN(table=table, reason=error)) from error
    return Table(path, version, decode(about, About))


def quote(name: str) -> str:
    """A name as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _connect(path: Path, statements: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=statements,
    )
    # The file is mapped as a whole: the page cache is the only cache.
    connection.execute(f"PRAGMA mmap_size = {path.stat().st_size + 1}")
    return connection


def _check(plan: Plan, columns: Sequence[str]) -> None:
    missing = sorted(set(plan.items.values()) - set(columns))
    unknown = sorted({*plan.key_items, *plan.filter_items} - set(plan.items))
    if missing or unknown:
        raise Refused(COLUMNS_MISSING(columns=", ".join(missing + unknown)))


def _folder(store: Path, table: str) -> Path:
    if not _TABLE.fullmatch(table):
        raise Refused(TABLE_NAME_WRONG(table=table))
    return store / table


def _next_number(folder: Path) -> int:
    numbers = [int(path.name.partition("-")[0]) for path in folder.glob("*-*.sqlite")]
    return max(numbers, default=0) + 1


def _write(
    path: Path,
    plan: Plan,
    number: int,
    columns: Sequence[str],
    batches: Iterable[Rows],
    forms: Mapping[str, str],
    rejected: Callable[[], Mapping[str, int]],
    progress: Progress,
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # Nobody reads the draft: a crash leaves a file that is thrown away.
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "cache_size=-200000",
            "locking_mode=EXCLUSIVE",
            "analysis_limit=1000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        count, with_nul = _pour(connection, plan, columns, batches, progress)
        _sort(connection, plan, forms)
        faults = {**rejected(), **({"row.nul": with_nul} if with_nul else {})}
        about = About(plan=plan, number=number, rows=count, rejected=faults, made=tuple(forms))
        connection.execute("CREATE TABLE about (about BLOB)")
        connection.execute("INSERT INTO about VALUES (?)", (encode(about),))
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _pour(
    connection: sqlite3.Connection,
    plan: Plan,
    columns: Sequence[str],
    batches: Iterable[Rows],
    progress: Progress,
) -> tuple[int, int]:
    places = [columns.index(column) for column in plan.items.values()]
    names = ", ".join(f"{quote(item)} TEXT" for item in plan.items)
    connection.execute(f"CREATE TEMP TABLE poured ({names})")
    insert = f"INSERT INTO poured VALUES ({', '.join('?' * len(places))})"
    count = with_nul = 0
    for batch in batches:
        rows = [[row[place] for place in places] for row in batch]
        # SQLite's length() stops at U+0000, so a mask would let the rest through unseen.
        whole = [row for row in rows if not any(value and "\0" in value for value in row)]
        connection.executemany(insert, whole)
        count += len(whole)
        with_nul += len(rows) - len(whole)
        progress(count)
    return count, with_nul


def row_json(masks: Sequence[Mask]) -> str:
    """One row as JSON text, each item as its mask shows it, as a SQL expression."""
    shown = [masking.sql(mask, quote(mask.item)) for mask in masks]
    pieces = [shown[start : start + _PIECE] for start in range(0, len(shown), _PIECE)]
    arrays = [f"json_array({', '.join(piece)})" for piece in pieces]
    joined = arrays[0]
    for array in arrays[1:]:
        joined = f"rtrim({joined}, ']') || ',' || ltrim({array}, '[')"
    return joined


def _forms(plan: Plan, shown: Iterable[Sequence[Mask]]) -> dict[str, str]:
    """Column and expression of each row of masked items that needs no key."""
    expressions = [
        row_json(masks)
        for masks in shown
        if masks and all(m.item in plan.items and m.way != "hash" for m in masks)
    ]
    made = {_form_name(expression): expression for expression in expressions}
    # Each is a copy of the table's text: the rows of further grants are masked in the call.
    most = packs.read("national").limit("node.rows_made")
    return dict(islice(made.items(), most))


def _form_name(expression: str) -> str:
    return f"masked {digest(expression.encode())}"


def _sort(connection: sqlite3.Connection, plan: Plan, forms: Mapping[str, str]) -> None:
    names = ", ".join(f"{quote(name)} TEXT" for name in (*plan.items, *forms))
    connection.execute(f"CREATE TABLE rows ({names})")
    order = ", ".join(map(quote, plan.key_items)) or "rowid"
    shown = ", ".join(("*", *forms.values()))
    connection.execute(f"INSERT INTO rows SELECT {shown} FROM poured ORDER BY {order}")
    connection.execute("DROP TABLE poured")
    for place, key in enumerate(_indexes(plan)):
        listed = ", ".join(map(quote, key))
        connection.execute(f"CREATE INDEX by_{place} ON rows ({listed})")


def _indexes(plan: Plan) -> list[tuple[str, ...]]:
    """The key as a whole, and each item a filter may name; an index ends with the rowid anyway."""
    singles = [(item,) for item in plan.filter_items if (item,) != plan.key_items]
    return ([plan.key_items] if plan.key_items else []) + singles


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_others(folder: Path, version: str) -> None:
    for path in folder.glob("*.sqlite"):
        if path.stem != version:
            with suppress(OSError):
                path.unlink()


def batch_rows(batch: Any) -> Rows:
    """The rows of one Arrow record batch of text columns."""
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)
