"""Published lists: a list as the hub issued it, numbered and signed, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from yunzhang.terms.document import Document

KIND = "list/1"

Line = tuple[str, ...]


class PublishedList(Document, frozen=True, kw_only=True):
    """One issue of a list. The first column of a line is what the line is known by."""

    list: str  # sharing, opening, demand, responsibility, negative
    number: int
    title: str
    issued_by: str
    issued_at: datetime
    columns: Line
    lines: tuple[Line, ...]


class Changes(Document, frozen=True, kw_only=True):
    """What one list has against an earlier one: lines by what they are known by."""

    added: tuple[Line, ...]
    removed: tuple[Line, ...]
    changed: tuple[tuple[Line, Line], ...]  # before, after

    @property
    def count(self) -> int:
        return len(self.added) + len(self.removed) + len(self.changed)


def changes(before: Iterable[Line], after: Iterable[Line]) -> Changes:
    """What was added, removed and changed, in the order of the later list, then the earlier."""
    old = {line[0]: line for line in before}
    new = {line[0]: line for line in after}
    return Changes(
        added=tuple(line for key, line in new.items() if key not in old),
        removed=tuple(line for key, line in old.items() if key not in new),
        changed=tuple(
            (old[key], line) for key, line in new.items() if key in old and old[key] != line
        ),
    )
