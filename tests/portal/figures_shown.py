"""Figures on pages, read from their HTML alone: which link counts what, and what it leads to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from django.test import Client

WHOLE = re.compile(r"[1-9]\d{0,2}(?:,\d{3})*|[1-9]\d*")
EMPTY_TAGS = {"input", "br", "meta", "link", "img", "hr", "source", "path", "polyline", "circle"}


@dataclass
class Element:
    """A tag of a page with what stands in it."""

    name: str
    attributes: dict[str, str]
    above: Element | None = None
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside).strip()

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self) -> Iterator[Element]:
        """It and every element in it, in the order of the page."""
        yield self
        for one in self.inside:
            if isinstance(one, Element):
                yield from one.all()

    def within(self, wanted: str) -> bool:
        """Whether it stands in an element of this class."""
        return self.above is not None and (
            wanted in self.above.classes or self.above.within(wanted)
        )

    def by_id(self, id: str) -> Element | None:
        return next((one for one in self.all() if one.attributes.get("id") == id), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("page", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.inside.append(made)
        if tag not in EMPTY_TAGS:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        one: Element | None = self.at
        while one is not None and one.name != tag:
            one = one.above
        if one is not None and one.above is not None:
            self.at = one.above

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


def page(text: str) -> Element:
    """A page as a tree."""
    reader = _Reader()
    reader.feed(text)
    return reader.root


@dataclass(frozen=True)
class Shown:
    """A figure with the link that opens it."""

    n: int
    words: str
    address: str
    column: str  # "" where it counts rows, else the column whose sum it is


def shown(root: Element, at: str) -> Iterator[Shown]:
    """Every figure of a page that says it opens to what it counts."""
    for one in root.all():
        if "data-counts" in one.attributes:
            address = urljoin(at, one.attributes.get("href", ""))
            n = int(one.attributes["data-counts"])
            yield Shown(n, " ".join(one.text.split()), address, one.attributes.get("data-sum", ""))


def bare(root: Element, *, tables: bool) -> Iterator[str]:
    """Whole numbers that stand as figures and neither open nor say that they count nothing."""
    for one in root.all():
        figure = (one.name == "b" and one.within("tile")) or (tables and _stands_in_table(one))
        if figure and WHOLE.fullmatch(one.text) and not _told(one):
            yield " ".join((one.above or one).text.split())


def _stands_in_table(one: Element) -> bool:
    # The rows of a listing are records themselves: their numbers stand on their pages.
    # A chart's table is the chart: its rows are the figures of the list beside it.
    drawn = one.within("table-sm")
    return one.name == "td" and "num" in one.classes and not one.within("list") and not drawn


def _told(one: Element) -> bool:
    marks = {"data-counts", "data-value"}
    around: Element | None = one
    while around is not None:
        if marks & around.attributes.keys():
            return True
        around = around.above
    return any(marks & each.attributes.keys() for each in one.all())


def counted(client: Client, figure: Shown) -> int | None:
    """How many rows the link of a figure leads to, or the sum of the column; None: to no list."""
    address, part = urldefrag(figure.address)
    answer = client.get(address)
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    found = _list_of(page(answer.content.decode()), part)
    if found is None:
        return None
    if found.attributes["data-rows"] == "shown":
        return _written(found)
    stated = found.attributes["data-rows"]
    if stated == "0":
        return 0
    filed = _of_file(client, found, address, figure.column)
    assert figure.column or stated in ("", str(filed)), f"{address}: {stated} rows, {filed} in file"
    return filed


def _written(found: Element) -> int:
    """The rows of a list that a page writes by hand, and those it says it leaves out."""
    more = sum(int(one.attributes.get("data-more", 0)) for one in found.all())
    # A link to all of them is a figure of its own, and held against its list like any other.
    every = [
        int(one.attributes["data-counts"]) for one in found.all() if "data-all" in one.attributes
    ]
    return every[0] if every else more + sum("data-row" in one.attributes for one in found.all())


def _list_of(root: Element, part: str) -> Element | None:
    held = root.by_id(part) if part else root
    every = held.all() if held else iter(())
    return next((one for one in every if "data-rows" in one.attributes), None)


def _of_file(client: Client, found: Element, address: str, column: str) -> int:
    files = (one.attributes.get("href", "") for one in found.all() if one.name == "a")
    file = next(one for one in files if "export=csv" in one)
    answer = client.get(urljoin(address, file))
    streamed = getattr(answer, "streaming_content", None)
    text = b"".join(streamed) if streamed else answer.content
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    return sum(int(row[column] or 0) for row in rows) if column else len(rows)
