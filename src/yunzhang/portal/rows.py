"""Rows: what a list is made of, records in the database or lines computed for the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, Self

from django.db.models import Q, QuerySet

from yunzhang.portal.listing import Column, Listing

CHUNK = 2000  # records read at a time for a file


class Rows(Protocol):
    """Rows that can be narrowed, ordered, counted and read a page at a time."""

    @property
    def source(self) -> Any: ...

    def where(self, condition: Any) -> Self: ...

    def holding(self, words: str) -> Self: ...

    def by(self, column: Column | None, *, down: bool) -> Self: ...

    def count(self, most: int | None, /) -> int: ...

    def part(self, start: int, stop: int) -> Sequence[Any]: ...

    def each(self) -> Iterator[Any]: ...


class Records:
    """Rows in the database: every part of the work is left to it."""

    def __init__(self, listing: Listing, source: QuerySet[Any], *, ranked: bool = False) -> None:
        self.listing, self.source, self.ranked = listing, source, ranked

    def where(self, condition: Q) -> Records:
        return Records(self.listing, self.source.filter(condition))

    def holding(self, words: str) -> Records:
        """The records in which every word stands somewhere."""
        if self.listing.find is not None:
            return Records(self.listing, self.listing.find(self.source, words), ranked=True)
        found = self.source
        fields = [name for column in self.listing.columns for name in column.found]
        for word in words.split():
            found = found.filter(
                Q(*((f"{name}__icontains", word) for name in fields), _connector=Q.OR)
            )
        return Records(self.listing, found)

    def by(self, column: Column | None, *, down: bool) -> Records:
        if column is not None:
            asked = self.source.order_by(column.ordered(down=down), *self.listing.order)
            return Records(self.listing, asked)
        # What a search ranked stays in its rank.
        return (
            self
            if self.ranked
            else Records(self.listing, self.source.order_by(*self.listing.order))
        )

    def count(self, most: int | None, /) -> int:
        if most is None:
            return self.source.count()
        return self.source.order_by().values("pk")[: most + 1].count()

    def part(self, start: int, stop: int) -> Sequence[Any]:
        return list(self.source[start:stop])

    def each(self) -> Iterator[Any]:
        return self.source.iterator(chunk_size=CHUNK)


class Lines:
    """Rows computed for the page, few enough to hold at once."""

    def __init__(self, listing: Listing, source: Sequence[Any]) -> None:
        self.listing, self.source = listing, source

    def where(self, condition: Any) -> Lines:
        return Lines(self.listing, [row for row in self.source if condition(row)])

    def holding(self, words: str) -> Lines:
        """The lines whose columns that are searched hold every word."""
        columns = [column for column in self.listing.columns if column.found]
        wanted = words.casefold().split()
        return self.where(lambda row: all(word in _text(columns, row) for word in wanted))

    def by(self, column: Column | None, *, down: bool) -> Lines:
        if column is None:
            return self
        known = [row for row in self.source if column.value(row) not in (None, "")]
        unknown = [row for row in self.source if column.value(row) in (None, "")]
        return Lines(self.listing, [*sorted(known, key=column.value, reverse=down), *unknown])

    def count(self, _most: int | None, /) -> int:
        return len(self.source)

    def part(self, start: int, stop: int) -> Sequence[Any]:
        return self.source[start:stop]

    def each(self) -> Iterator[Any]:
        return iter(self.source)


def _text(columns: Sequence[Column], row: Any) -> str:
    notes = (column.note(row) for column in columns if column.note)
    return " ".join([*(column.said(row) for column in columns), *notes]).casefold()
