"""Law: every requirement and article, where the text says it, and the page that keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.urls import resolve, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.packs.law import ORDER, STATES, Article, Kept, Requirement, law
from yunzhang.people.permissions import Actor, may
from yunzhang.portal.doors import PUBLIC, SIGNED_IN, Visit, door
from yunzhang.portal.language import spoken
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.navigation import PLACES
from yunzhang.portal.templatetags.said import said

ARTICLES = "order_809"
GROUP_NAMES = {
    "cloud": _("Cloud, networks, projects"),
    "gather": _("Catalogs, lists, quality"),
    "share": _("Sharing and exchange"),
    "use": _("Using and opening"),
    "secure": _("Security"),
    "oversee": _("Chiefs and assessment"),
    ARTICLES: _("Order 809"),
}
MARKS = {
    "S": _("a matter of software"),
    "T": _("people act, the software may record"),
    "A": _("administration alone"),
}

# Pages that stand in no menu.
TITLES = {
    "backflow_new": _("Ask for back-flow"),
    "need_new": _("State a need"),
    "open": _("Open data"),
}


@dataclass(frozen=True)
class Line:
    """One row of the law with what this reader may open."""

    row: Kept
    place: str  # the title of its page
    address: str  # "" where the reader may not go

    @property
    def number(self) -> str:
        row = self.row
        return str(row.number) if isinstance(row, Requirement) else row.clause

    @property
    def group(self) -> str:
        return self.row.group if isinstance(self.row, Requirement) else ARTICLES

    @property
    def mark(self) -> str:
        return self.row.mark if isinstance(self.row, Requirement) else "S"

    @property
    def mark_words(self) -> str:
        return gettext(MARKS[self.mark])

    @property
    def document(self) -> str:
        return self.row.document if isinstance(self.row, Requirement) else ORDER

    @property
    def quote(self) -> str:
        """The quotation; one within it stands in the inner marks."""
        quote = self.row.quote if isinstance(self.row, Requirement) else ""
        return quote.replace("“", "‘").replace("”", "’")

    @property
    def told(self) -> str:
        return self.row.told_en if spoken() == "en" else self.row.told_zh


def _choices(words: dict[str, str]) -> Callable[[Any], Choices]:
    return lambda _rows: [(value, gettext(name)) for value, name in words.items()]


def _documents(rows: Any) -> Choices:
    return [(name, name) for name in dict.fromkeys(row.document for row in rows)]


def _states(_rows: Any) -> Choices:
    from yunzhang.portal.states import STATES as WORDS

    return [(state, gettext(WORDS["law"][state][0])) for state in STATES]


LIST = Listing(
    "law",
    _("What the law asks"),
    (
        Column("number", _("No."), lambda line: line.number, found=("number",)),
        Column("group", _("Group"), lambda line: gettext(GROUP_NAMES[line.group]), on="file"),
        Column(
            "title",
            _("What is asked"),
            lambda line: said(line.row),
            order="title",
            found=("title",),
            note=lambda line: f"{line.row.zh} {line.row.en}",
        ),
        Column(
            "document",
            _("Document"),
            lambda line: line.document,
            order="document",
            found=("document",),
        ),
        Column("clause", _("Clause"), lambda line: line.row.clause, found=("clause",)),
        Column("quote", _("Quotation"), lambda line: line.quote, found=("quote",)),
        Column("mark", _("Whose matter"), lambda line: line.mark_words, on="file"),
        Column("state", _("State"), lambda line: line.row.state, Kind.STATE, "state", states="law"),
        Column("told", _("How it is kept"), lambda line: line.told, found=("told",)),
        Column("page", _("Page"), lambda line: line.place, found=("page",)),
        Column("code", _("Code"), lambda line: "\n".join(line.row.code), on="file"),
        Column("tests", _("Tests"), lambda line: "\n".join(line.row.tests), on="file"),
    ),
    (_("No requirement"), _("The list comes with the software.")),
    filters=(
        Filter(
            "group",
            _("Group"),
            lambda value: lambda line: line.group == value,
            _choices(GROUP_NAMES),
        ),
        Filter("state", _("State"), lambda value: lambda line: line.row.state == value, _states),
        Filter(
            "mark",
            _("Whose matter"),
            lambda value: lambda line: line.mark == value,
            _choices(MARKS),
        ),
        Filter(
            "document", _("Document"), lambda value: lambda line: line.document == value, _documents
        ),
    ),
    hint=_("Words, a clause or a quotation"),
    shape="portal/part/listing_law.html",
)


@door("desk.see")
def kept(request: Visit) -> HttpResponseBase:
    rows: list[Requirement | Article] = [*law().requirements, *law().articles]
    lines = [_line(row, request.actor) for row in rows]
    count = Counter(row.state for row in rows)
    context = {"counts": [(state, count[state]) for state in STATES]}
    return answer(request, "portal/law.html", context, law=Listed(request, LIST, lines))


def _line(row: Requirement | Article, actor: Actor) -> Line:
    if not row.page:
        return Line(row, "", "")
    menu = {place.route: place.title for _title, places in PLACES for place in places}
    address = reverse(row.page)
    # The door itself says who may open it: the list cannot promise more than the page keeps.
    needs = getattr(resolve(address).func, "permission", "")
    open_to_reader = needs in (PUBLIC, SIGNED_IN) or (bool(needs) and may(actor, needs))
    return Line(row, gettext({**TITLES, **menu}[row.page]), address if open_to_reader else "")
