"""Fetching: the granted items of the granted rows, masked, in one statement over the serving copy.

The statement is text made once for each (grant, shape of call); values are always parameters.
A page leaves SQLite as one JSON text, already masked, so that no unmasked value becomes a Python
object; that is also faster than making tuples and encoding them. Rows come in rowid order, which
is key order; the token of a page names the table version and the last rowid. What lies beyond
the page is never counted.

A call is tried with a small budget of SQLite steps on the event loop, where nearly all fit.
One that does not is run again on a few threads with a time limit.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeAlias

from yunzhang import clock
from yunzhang.node.asked import Call
from yunzhang.node.store import BIG, Table, quote
from yunzhang.protect import masking
from yunzhang.terms.codes import Operator
from yunzhang.terms.document import encode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.grant import Condition, Grant
from yunzhang.terms.pack import Pack

CALL_TOO_SLOW = FaultKind(
    "call.too_slow",
    422,
    Text("查询在 {seconds} 秒内没有完成。", "The query did not finish within {seconds} seconds."),
    Text("按这些信息项之一缩小范围：{items}。", "Narrow it by one of these items: {items}."),
)
NODE_BUSY = FaultKind(
    "node.busy",
    503,
    Text("节点正在处理的慢查询已满。", "The node is busy with slow queries."),
    Text("稍后重试，或缩小查询范围。", "Try again later, or narrow the call."),
)
TABLE_DRIFTED = FaultKind(
    "table.drifted",
    503,
    Text(
        "表中已没有授权涉及的信息项：{items}。",
        "The table no longer has these granted items: {items}.",
    ),
    Text("请提供部门核对目录与数据表。", "Ask the provider to compare the catalog with the table."),
)
PAGE_TOKEN_WRONG = FaultKind(
    "page.token",
    422,
    Text("page.after 不是本节点给出的翻页标记。", "page.after is no token of this node."),
    Text("使用上一页返回的 page.after。", "Use the page.after of the page before."),
)
PAGE_VERSION_CHANGED = FaultKind(
    "page.version_changed",
    409,
    Text("翻页期间数据已更新。", "The table was loaded anew between two pages."),
    Text("从第一页重新读取。", "Begin again with the first page."),
)

Value: TypeAlias = "str | bytes | int"
# The last rowid, the number of rows, the rows as JSON, whether more follow.
_Page: TypeAlias = tuple[int | None, int, bytes, int]
# In SQLite every blob is greater than every text: an upper bound that bounds nothing.
_ABOVE_ALL = b""
_TOKEN = re.compile(r"(\d+-[0-9a-f]{12})\.(\d{1,18})")
_HIGHEST = 0x10FFFF
_PROGRESS_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text for one shape of call, and the values that come from the grant."""

    sql: str
    granted: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows as one JSON array of arrays, how many, of which version, and the next page's token."""

    rows: bytes
    count: int
    version: str
    after: str  # "" at the end


class Fetcher:
    """Runs granted queries over one open table."""

    def __init__(self, table: Table, pack: Pack) -> None:
        self.table = table
        self._seconds = pack.limit("node.query_seconds")
        self._room = pack.limit("node.query_queue")
        self._kept = pack.limit("node.statements_kept")
        threads = pack.limit("node.query_threads")
        self._statements: dict[tuple[object, ...], Statement] = {}
        self._inline = self._connect()
        # SQLite counts a statement's steps over all its runs, so the first tick of a run may
        # come at any step; the second tells that at least one whole budget is spent.
        self._ticks = 0
        self._inline.set_progress_handler(self._tick, pack.limit("node.inline_steps"))
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="query")
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for _ in range(threads):
            self._idle.put(self._connect())
        self._waiting = 0

    def try_inline(
        self, grant: Grant, digest: str, call: Call, rows: int, key: bytes
    ) -> Fetched | None:
        """At most `rows` rows within the small budget; None when it needs more than that.

        `digest` tells one version of a grant from another, `key` is the grant's hash key.
        """
        statement, values = self._prepare(grant, digest, call, rows, key)
        self._ticks = 0
        try:
            found = self._inline.execute(statement.sql, values).fetchone()
        except sqlite3.OperationalError as error:
            if not _interrupted(error):
                raise
            return None
        return self._page(found)

    async def at_length(
        self, grant: Grant, digest: str, call: Call, rows: int, key: bytes
    ) -> Fetched:
        """The same on a thread, within the time limit; raises `call.too_slow` or `node.busy`."""
        if self._waiting >= self._room:
            raise Refused(NODE_BUSY())
        statement, values = self._prepare(grant, digest, call, rows, key)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._threads, self._run, statement.sql, values)
        finally:
            self._waiting -= 1
        if found is None:
            items = ", ".join((*grant.filter_items, *grant.key_items))
            raise Refused(CALL_TOO_SLOW(seconds=self._seconds, items=items))
        return self._page(found)

    def close(self) -> None:
        """Let running queries end, then free the file."""
        self._threads.shutdown(wait=False)

    def _tick(self) -> bool:
        """Whether the statement on the event loop is cut off here."""
        self._ticks += 1
        return self._ticks > 1

    def _connect(self) -> sqlite3.Connection:
        connection = self.table.connect(self._kept)
        connection.create_function("keyed_hash", 2, masking.keyed_hash, deterministic=True)
        return connection

    def _run(self, sql: str, values: tuple[Value, ...]) -> _Page | None:
        connection = self._idle.get()
        ends = clock.monotonic() + self._seconds
        connection.set_progress_handler(lambda: clock.monotonic() > ends, _PROGRESS_STEPS)
        try:
            found: _Page = connection.execute(sql, values).fetchone()
            return found
        except sqlite3.OperationalError as error:
            if not _interrupted(error):
                raise
            return None
        finally:
            self._idle.put(connection)

    def _prepare(
        self, grant: Grant, digest: str, call: Call, rows: int, key: bytes
    ) -> tuple[Statement, tuple[Value, ...]]:
        shape: tuple[object, ...]
        if call.key is not None:
            shape = (digest, call.items, *call.key)
            asked: tuple[Value, ...] = tuple(call.key.values())
        else:
            conditions = call.filter or ()
            shape = (digest, call.items, None, *((c.item, c.op, len(c.values)) for c in conditions))
            asked = tuple(_values(conditions))
        statement = self._statements.get(shape)
        if statement is None:
            if len(self._statements) >= self._kept:
                self._statements.clear()
            self._check(grant, call)
            statement = compile_call(grant, call, self.table)
            self._statements[shape] = statement
        after = self._after(call.page.after) if call.page.after else 0
        return statement, (key, after, rows, *asked, *statement.granted)

    def _check(self, grant: Grant, call: Call) -> None:
        compared = (*(call.key or ()), *(c.item for c in (*grant.rows, *(call.filter or ()))))
        missing = sorted({*call.items, *compared} - self.table.items)
        if missing:
            raise Refused(TABLE_DRIFTED(items=", ".join(missing)))

    def _after(self, token: str) -> int:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Refused(PAGE_TOKEN_WRONG())
        if match[1] != self.table.version:
            raise Refused(PAGE_VERSION_CHANGED())
        return int(match[2])

    def _page(self, found: _Page) -> Fetched:
        last, count, rows, more = found
        after = f"{self.table.version}.{last}" if more else ""
        return Fetched(rows, count, self.table.version, after)


def compile_call(grant: Grant, call: Call, table: Table) -> Statement:
    """The statement for calls of this shape: ?1 hash key, ?2 after, ?3 limit, then values.

    The grant's own row conditions are part of every statement.
    """
    where = _Where(table.sort_item, 4)
    if call.key is not None:
        for item in call.key:
            where.add(item, Operator.EQ, 1)
    for condition in call.filter or ():
        where.add(condition.item, condition.op, len(condition.values))
    for condition in grant.rows:
        where.add(condition.item, condition.op, len(condition.values))
    return Statement(_page_sql(_row(grant, call.items, table), where), tuple(_values(grant.rows)))


def _page_sql(row: str, where: _Where) -> str:
    """One page as one row; only a full page asks whether another row follows its last."""
    rows = f"SELECT rowid AS r, {row} AS j FROM rows WHERE {where.after('?2')}"
    joined = "CAST('[' || ifnull(group_concat(j), '') || ']' AS BLOB) AS j"
    page = f"SELECT max(r) AS r, count(*) AS n, {joined} FROM ({rows} ORDER BY rowid LIMIT ?3)"
    more = f"page.n = ?3 AND EXISTS (SELECT 1 FROM rows WHERE {where.after('page.r')})"
    return f"SELECT page.r, page.n, page.j, {more} FROM ({page}) AS page"


def after_prefix(prefix: str) -> Value:
    """The least text greater than every text with this prefix, in the order of code points."""
    for place in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[place])
        if code < _HIGHEST:
            # No text holds a lone surrogate, so the next character after U+D7FF is U+E000.
            following = 0xE000 if code == 0xD7FF else code + 1
            return prefix[:place] + chr(following)
    return _ABOVE_ALL


def _values(conditions: tuple[Condition, ...]) -> Iterator[Value]:
    for condition in conditions:
        yield from condition.values
        if condition.op == Operator.PREFIX:
            yield after_prefix(condition.values[0])


class _Where:
    """Conditions as SQL, numbering their parameters.

    Rows lie in key order, so a range over the first key item is a range of rowids: no sorting.
    """

    def __init__(self, sort_item: str, first: int) -> None:
        self._sort_item = sort_item
        self._next = first
        self._parts: list[str] = []
        self._lower: list[str] = []

    def after(self, rowid: str) -> str:
        """The conditions, for rows beyond this one."""
        lower = f"max({', '.join((rowid, *self._lower))})" if self._lower else rowid
        return " AND ".join((f"rowid > {lower}", *self._parts))

    def add(self, item: str, op: Operator, values: int) -> None:
        """One condition; it takes `values` parameters, a prefix one more."""
        column, number = quote(item), self._next
        self._next += values + (op == Operator.PREFIX)
        if op == Operator.EQ:
            self._parts.append(f"{column} = ?{number}")
        elif op == Operator.IN:
            listed = ", ".join(f"?{number + place}" for place in range(values))
            self._parts.append(f"{column} IN ({listed})")
        elif item == self._sort_item:
            self._rowids(column, op, number)
        elif op == Operator.LE:
            self._parts.append(f"{column} <= ?{number}")
        else:
            self._parts.append(f"{column} >= ?{number}")
            if op == Operator.PREFIX:
                self._parts.append(f"{column} < ?{number + 1}")

    def _rowids(self, column: str, op: Operator, number: int) -> None:
        if op == Operator.LE:
            self._parts.append(f"rowid < {_first(column, '>', number)}")
            self._parts.append(f"{column} IS NOT NULL")
            return
        self._lower.append(f"{_first(column, '>=', number)} - 1")
        if op == Operator.PREFIX:
            self._parts.append(f"rowid < {_first(column, '>=', number + 1)}")


def _first(column: str, sign: str, number: int) -> str:
    """The rowid of the first row whose key compares so; one after all when there is none."""
    found = (
        f"SELECT rowid FROM rows WHERE {column} {sign} ?{number} ORDER BY {column}, rowid LIMIT 1"
    )
    return f"ifnull(({found}), {BIG})"


def _row(grant: Grant, items: tuple[str, ...], table: Table) -> str:
    """One row as JSON text, every item masked as the grant says."""
    masks = {mask.item: mask for mask in grant.masks}
    return table.shown([masks[item] for item in items])


def _interrupted(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT


def items_json(items: tuple[str, ...]) -> bytes:
    """The names of the items as JSON, in the order of each row's values."""
    return encode(items)
