"""Listings: what a list page shows, how it is searched, filtered and sorted, said once per list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Expression, OrderBy
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.portal.states import STATES, Tone
from yunzhang.portal.templatetags.said import day, grouped, moment, percent

Choices = Sequence[tuple[str, str]]


class Kind(StrEnum):
    """What a value is: how a page writes it, and how a spreadsheet holds it."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    FIGURE = "figure"  # a number with its decimals
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    STATE = "state"

    @property
    def counts(self) -> bool:
        """Whether it stands at the right, under its like."""
        return self in (Kind.NUMBER, Kind.FIGURE, Kind.PERCENT)

    @property
    def biggest_first(self) -> bool:
        """Numbers and dates are sought from their end, names from their beginning."""
        return self.counts or self in (Kind.DAY, Kind.MOMENT)


@dataclass(frozen=True)
class Mark:
    """A badge beside a value: its words, already in the reader's language, and its tone."""

    words: str
    tone: Tone = Tone.CALM


@dataclass(frozen=True)
class Column:
    """One column: its title (a msgid), its plain value, and how a list sorts and finds by it."""

    id: str
    title: str
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    order: str | Expression = ""  # a field or an expression; "" is not sorted by
    found: tuple[str, ...] = ()  # the fields the search looks into
    states: str = ""  # of which kind of record a state is
    link: Callable[[Any], str] | None = None
    counts: bool = False  # whether its number is how many rows its link opens to
    note: Callable[[Any], str] | None = None  # small print under the value
    marks: Callable[[Any], Iterable[Mark]] | None = None
    tone: Callable[[Any], str] | None = None  # good, warn, bad; "" for none
    on: Literal["both", "page", "file"] = "both"

    def said(self, row: Any) -> str:
        """The value in words."""
        value = self.value(row)
        if self.kind == Kind.STATE:
            return gettext(STATES[self.states].get(value, (value,))[0]) if value else "—"
        return SAID.get(self.kind, _plain)(value)

    def ordered(self, *, down: bool) -> OrderBy:
        """The order by this column; what is not known comes last either way."""
        by = F(self.order) if isinstance(self.order, str) else self.order
        return OrderBy(by, descending=down, nulls_last=True)


@dataclass(frozen=True)
class Filter:
    """One filter: its choices among the rows there are, and the condition of a choice.

    Without choices it is a field to write into. A condition is a Q for records, a test for
    others; None when what is written means nothing.
    """

    id: str
    title: str
    where: Callable[[str], Any]
    choices: Callable[[Any], Choices] | None = None
    least: int = 1  # choices without which it is not worth its place


@dataclass(frozen=True)
class Listing:
    """One list: its columns and filters, its order, and what stands there while it is empty."""

    name: str
    title: str
    columns: tuple[Column, ...]
    empty: tuple[str, str]  # what would stand here, and what to do (msgids)
    order: tuple[str, ...] = ("pk",)
    filters: tuple[Filter, ...] = ()
    prefix: str = ""  # of its parameters, where a page has several lists
    missed: str = _("Try fewer words, or take a filter away.")
    hint: str = ""  # what the search finds, for example
    find: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None  # a search of its own
    counted_to: str = ""  # the limit a count stops at, for lists too long to count
    shape: str = "portal/part/listing_table.html"
    search: bool = True
    fields: dict[str, Column] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.fields.update({one.id: one for one in self.columns if one.order})

    def on(self, place: Literal["page", "file"]) -> list[Column]:
        """The columns of the page, or of the file."""
        return [column for column in self.columns if column.on in ("both", place)]


def of_states(kind: str, title: str, field: str = "state") -> Filter:
    """The filter by the state of a record."""
    return Filter(
        field,
        title,
        lambda value: Q(**{field: value}),
        lambda _rows: [(value, gettext(words)) for value, (words, _tone) in STATES[kind].items()],
    )


def of_units(id: str, title: str, field: str) -> Filter:
    """The filter by a unit, of those that the rows name."""

    def units(rows: QuerySet[Any]) -> Choices:
        named = rows.order_by(f"{field}__code").exclude(**{field: None})
        return list(named.values_list(f"{field}__code", f"{field}__short_name").distinct())

    return Filter(id, title, lambda value: Q(**{f"{field}__code": value}), units, least=2)


def of_values(id: str, title: str, value: Callable[[Any], str]) -> Filter:
    """The filter by what a column says, of the values that the lines have; for computed lines."""

    def values(rows: Sequence[Any]) -> Choices:
        return [(one, one) for one in sorted({value(row) for row in rows} - {""})]

    return Filter(id, title, lambda asked: lambda row: value(row) == asked, values, least=2)


def _plain(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


SAID: dict[Kind, Callable[[Any], str]] = {
    Kind.NUMBER: grouped,
    Kind.PERCENT: percent,
    Kind.DAY: day,
    Kind.MOMENT: moment,
}
