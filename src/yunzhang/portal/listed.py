"""Listed: a list as one visitor asks for it; the query string is the whole of what they asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from yunzhang import clock
from yunzhang.people.permissions import pack
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit
from yunzhang.portal.export import FORMS, Sheet, as_file
from yunzhang.portal.listing import Choices, Column, Kind, Listing, Mark
from yunzhang.portal.rows import Lines, Records, Rows
from yunzhang.portal.states import STATES, Tone
from yunzhang.terms.faults import FaultKind, Refused, Text

LIST_LONG = FaultKind(
    "list.long",
    422,
    Text(
        "列表超过 {most} 行，一个文件装不下。",
        "The list has more than {most} rows, too many for one file.",
    ),
    Text("用筛选缩小范围后再导出。", "Narrow it by a filter and export again."),
)


@dataclass(frozen=True)
class Cell:
    """One value on a page: its words, where it leads, its small print and its badges."""

    column: Column
    words: str
    link: str
    note: str
    marks: tuple[Mark, ...]
    tone: str


@dataclass(frozen=True)
class Head:
    """One column's head: its order now, and the address that sorts by it."""

    column: Column
    title: str
    order: str  # "ascending", "descending" or "none"
    address: str


@dataclass(frozen=True)
class Choice:
    """One filter as the form offers it."""

    id: str
    name: str
    title: str
    value: str
    choices: Choices | None
    least: int

    @property
    def offered(self) -> bool:
        """Whether there is anything to choose."""
        return self.choices is None or bool(self.value) or len(self.choices) >= self.least


class Listed:
    """A listing over rows the visitor may see, as the address asks for it.

    What an address says that means nothing here is passed over: it is never a fault.
    """

    def __init__(
        self, request: Visit, listing: Listing, rows: QuerySet[Any] | Sequence[Any]
    ) -> None:
        self.listing = listing
        self.id = f"list-{listing.name}"
        self.path = request.path
        self.asked: QueryDict = request.GET
        self.all: Rows = (
            Records(listing, rows) if isinstance(rows, QuerySet) else Lines(listing, rows)
        )

    @property
    def q(self) -> str:
        """The words looked for, as many as one search takes."""
        words = self._said("q").split() if self.listing.search else []
        return " ".join(words[: pack().limit("search.words")])

    @cached_property
    def filters(self) -> list[Choice]:
        return [
            Choice(
                f"{self.id}-{one.id}",
                self._name(one.id),
                gettext(one.title),
                self._said(one.id),
                one.choices(self.all.source) if one.choices else None,
                one.least,
            )
            for one in self.listing.filters
        ]

    @property
    def narrowed(self) -> bool:
        """Whether the search or a filter leaves rows out."""
        return bool(self.q) or any(True for _ in self._conditions())

    @cached_property
    def sorting(self) -> tuple[Column | None, bool]:
        """The column asked for and whether downwards."""
        said = self._said("sort")
        return self.listing.fields.get(said.removeprefix("-")), said.startswith("-")

    @property
    def sort(self) -> str:
        column, down = self.sorting
        return "" if column is None else f"{'-' if down else ''}{column.id}"

    @cached_property
    def found(self) -> Rows:
        """The rows asked for, in the order asked for: those of the page and of the file."""
        rows = self.all
        for condition in self._conditions():
            rows = rows.where(condition)
        if self.q:
            rows = rows.holding(self.q)
        column, down = self.sorting
        return rows.by(column, down=down)

    @cached_property
    def count(self) -> int:
        return self.found.count(self._most)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to list, however one looks."""
        return not self.narrowed and not self.rows

    @property
    def capped(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._most is not None and self.count > self._most

    @property
    def cap(self) -> int:
        """The number a count stops at; 0 when all rows are counted."""
        return self._most or 0

    @cached_property
    def page(self) -> int:
        """The page asked for; the last one when there are not so many."""
        asked = max(1, typed.place(self._said("page")) or 1)
        return asked if self.capped else min(asked, self.pages)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self._rows))

    @cached_property
    def rows(self) -> Sequence[Any]:
        start = (self.page - 1) * self._rows
        return self.found.part(start, start + self._rows)

    @property
    def first(self) -> int:
        return (self.page - 1) * self._rows + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def columns(self) -> list[Column]:
        return self.listing.on("page")

    @property
    def lines(self) -> Iterator[list[Cell]]:
        return (cells for _row, cells in self.pairs)

    @property
    def pairs(self) -> Iterator[tuple[Any, list[Cell]]]:
        """Each row with its cells, for a shape with buttons of its own."""
        return ((row, [_cell(column, row) for column in self.columns]) for row in self.rows)

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders on offer, for those who see no heads."""
        return [
            (sign + column.id, f"{gettext(column.title)} {arrow}")
            for column in self.listing.fields.values()
            for sign, arrow in (("", "↑"), ("-", "↓"))
        ]

    @property
    def sort_name(self) -> str:
        return self._name("sort")

    @property
    def q_name(self) -> str:
        return self._name("q")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the address says of other things on the page, for the form to keep."""
        own = {self._name(part) for part in ("q", "sort", "page", "export")}
        own |= {self._name(one.id) for one in self.listing.filters}
        return [(name, self.asked.get(name, "")) for name in self.asked if name not in own]

    @property
    def everything(self) -> str:
        """The address of the list with nothing left out."""
        parts = QueryDict(mutable=True)
        parts.update(dict(self.kept))
        return f"{self.path}?{parts.urlencode()}"

    @property
    def before(self) -> str:
        return self._with(page=self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        more = len(self.rows) == self._rows if self.capped else self.page < self.pages
        return self._with(page=self.page + 1) if more else ""

    @property
    def exports(self) -> list[tuple[str, str]]:
        """(words, address) of the files the list can be had as."""
        return [(words, self._with(export=form, page="")) for form, words in FORMS.items()]

    def file(self) -> HttpResponseBase | None:
        """The rows found, all pages of them, as the file asked for; None without one."""
        form = self._said("export")
        if form not in FORMS:
            return None
        most = pack().limit("page.export_rows")
        if self.found.count(most) > most:
            raise Refused(LIST_LONG(most=f"{most:,}"))
        columns = self.listing.on("file")
        sheet = Sheet(
            f"{gettext(self.listing.title)}-{clock.today().isoformat()}",
            [gettext(column.title) for column in columns],
            ([_held(column, row) for column in columns] for row in self.found.each()),
            [column.kind for column in columns],
        )
        return as_file(sheet, form)

    @property
    def _rows(self) -> int:
        return pack().limit("page.list_rows")

    @property
    def _most(self) -> int | None:
        return pack().limit(self.listing.counted_to) if self.listing.counted_to else None

    def _conditions(self) -> Iterable[Any]:
        for one, shown in zip(self.listing.filters, self.filters, strict=True):
            known = shown.choices is None or shown.value in dict(shown.choices)
            condition = one.where(shown.value) if shown.value and known else None
            if condition is not None:
                yield condition

    def _name(self, part: str) -> str:
        return self.listing.prefix + part

    def _said(self, part: str) -> str:
        return self.asked.get(self._name(part), "").strip()

    def _with(self, **changes: Any) -> str:
        parts = self.asked.copy()
        for name, value in {"export": "", **changes}.items():
            parts.pop(self._name(name), None)
            if value:
                parts[self._name(name)] = str(value)
        return f"{self.path}?{parts.urlencode()}"

    def _head(self, column: Column) -> Head:
        title = gettext(column.title)
        if column.id not in self.listing.fields:
            return Head(column, title, "none", "")
        sorted_by, down = self.sorting
        here = sorted_by is column
        turned = not down if here else column.kind.biggest_first
        order = ("descending" if down else "ascending") if here else "none"
        sort = f"{'-' if turned else ''}{column.id}"
        return Head(column, title, order, self._with(sort=sort, page=""))


def answer(
    request: Visit, template: str, context: dict[str, Any], **lists: Listed
) -> HttpResponseBase:
    """The file that was asked for, the one list htmx asked for, or the page with its lists."""
    for one in lists.values():
        file = one.file()
        if file is not None:
            return file
    target = request.headers.get("HX-Target")
    for one in lists.values():
        if target == one.id:
            part = render(request, "portal/part/listing_rows.html", {**context, "list": one})
            patch_vary_headers(part, ("HX-Target",))
            return part
    page = render(request, template, {**context, **lists})
    patch_vary_headers(page, ("HX-Target",))
    return page


def _cell(column: Column, row: Any) -> Cell:
    marks = tuple(column.marks(row)) if column.marks else ()
    words = column.said(row)
    if marks and words == "—":
        words = ""
    if column.kind == Kind.STATE:
        value = column.value(row)
        tone = STATES[column.states].get(value, ("", Tone.CALM))[1]
        marks, words = (Mark(words, tone), *marks), ""
    return Cell(
        column,
        words,
        column.link(row) if column.link else "",
        column.note(row) if column.note else "",
        marks,
        column.tone(row) if column.tone else "",
    )


def _held(column: Column, row: Any) -> Any:
    """The value as a spreadsheet holds it: numbers and dates as such, states in words."""
    return column.said(row) if column.kind == Kind.STATE else column.value(row)
