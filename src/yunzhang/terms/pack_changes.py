"""Changes between two packs: rows added, removed and changed, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yunzhang.terms.document import leaves, plain
from yunzhang.terms.pack import TABLES, Pack
from yunzhang.terms.pack_rows import Row


@dataclass(frozen=True)
class Change:
    """One row that differs; `before` is None for a row that is new, `after` for one gone."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def id(self) -> str:
        row = self.after or self.before
        return row.id if row else ""

    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """(field, before, after) of every value that differs; "" stands for none."""
        old, new = _values(self.before), _values(self.after)
        paths = dict.fromkeys([*old, *new])
        pairs = ((path, old.get(path, ""), new.get(path, "")) for path in paths)
        return tuple(each for each in pairs if each[1] != each[2])


def changes(before: Pack, after: Pack) -> Iterator[Change]:
    """Every row that differs between two packs, in the order of the tables and their rows."""
    for table in TABLES:
        old = {row.id: row for row in getattr(before, table)}
        new = {row.id: row for row in getattr(after, table)}
        for id in dict.fromkeys([*old, *new]):
            if old.get(id) != new.get(id):
                yield Change(table, old.get(id), new.get(id))


def _values(row: Row | None) -> dict[str, str]:
    return {} if row is None else {path: _said(value) for path, value in leaves(plain(row))}


def _said(value: Any) -> str:
    return "" if value is None else str(value)
