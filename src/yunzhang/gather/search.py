"""Search: finds published entries by any part of their words, in Chinese as in English.

Matching is by bigrams made here, kept as plain rows, so that SQLite and PostgreSQL give the
same answers; see docs/decisions/search.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from yunzhang.gather.models import EntryVersion, SearchGram
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import FaultKind, Refused, Text

PAGE_WRONG = FaultKind(
    "search.page_wrong",
    400,
    Text("翻页位置“{after}”无效。", "{after} is not a place in the results."),
    Text("从第一页重新查询。", "Search again from the first page."),
)

PLACE = re.compile(r"[0-3]\.[0-9]{1,15}")  # rank and record, as `_page` gives them


@dataclass(frozen=True)
class Page:
    """One page of entries, best first.

    `more` is the `after` of the next page, "" on the last. `total_capped` counts all matches
    but stops at the pack's `search.total_cap`; `capped` says that it did.
    """

    rows: tuple[EntryVersion, ...]
    more: str
    total_capped: int
    capped: bool


def search(
    query: str,
    share_type: str | None = None,
    unit: Unit | None = None,
    classification: str | None = None,
    grade: int | None = None,
    after: str | None = None,
    limit: int = 20,
) -> Page:
    """Published entries that hold every word of `query`: exact code, exact title, title, rest.

    An empty query finds all. `classification` may be a whole code or its beginning.
    """
    wanted = normal(query)
    found = _narrowed(published(), wanted)
    if share_type:
        found = found.filter(share_type=share_type)
    if unit is not None:
        found = found.filter(resource__unit=unit)
    if classification:
        found = found.filter(classification__startswith=classification)
    if grade is not None:
        found = found.filter(grade=grade)
    return _page(found, _rank(wanted), after, limit)


def published() -> QuerySet[EntryVersion]:
    """All published entries."""
    found = EntryVersion.objects.filter(state=EntryVersion.State.PUBLISHED)
    return found.select_related("resource", "resource__unit")


def ranked(found: QuerySet[EntryVersion], query: str) -> QuerySet[EntryVersion]:
    """Those of the entries that hold every word of `query`, best first, as `search` finds them."""
    wanted = normal(query)
    return _narrowed(found, wanted).annotate(rank=_rank(wanted)).order_by("rank", "pk")


def normal(text: str) -> str:
    """The text as search compares it: full and half width alike, letter case and spacing aside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def bigrams(text: str) -> set[str]:
    """Every two neighbouring characters of each word of a normal text."""
    return {word[at : at + 2] for word in text.split() for at in range(len(word) - 1)}


def index(version: EntryVersion, draft: EntryDraft) -> None:
    """Make a version findable, in place of the resource's earlier ones."""
    pieces = [version.resource.code, *_pieces(draft)]
    version.title_key = normal(draft.title)
    version.searched = "\n".join(normal(piece) for piece in pieces)
    version.save(update_fields=["title_key", "searched"])
    SearchGram.objects.filter(version__resource=version.resource).delete()
    SearchGram.objects.bulk_create(
        SearchGram(gram=gram, version=version) for gram in sorted(bigrams(version.searched))
    )


def _pieces(draft: EntryDraft) -> Iterable[str]:
    yield draft.title
    yield draft.provider_name
    yield draft.abstract
    yield draft.system_name
    names = {row.code: row.zh for row in pack().codes_of("classification")}
    yield names.get(draft.classification, "")
    for item in draft.items:
        yield f"{item.name} {item.title}"


def _narrowed(found: QuerySet[EntryVersion], wanted: str) -> QuerySet[EntryVersion]:
    # The bigrams only narrow by index what the comparison of the text then decides, so a few
    # are enough, and chance neighbours never make a false match.
    grams = sorted(bigrams(wanted))[: pack().limit("search.grams")]
    for gram in grams:
        holders = SearchGram.objects.filter(gram=gram).values("version")
        found = found.filter(pk__in=holders)
    # Each word is a condition: a page of text would be a query that no database takes.
    for word in wanted.split()[: pack().limit("search.words")]:
        found = found.filter(searched__contains=word)
    return found


def _rank(wanted: str) -> Case:
    return Case(
        When(resource__code=wanted.upper(), then=Value(0)),
        When(title_key=wanted, then=Value(1)),
        When(title_key__contains=wanted, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _page(found: QuerySet[EntryVersion], rank: Case, after: str | None, limit: int) -> Page:
    ranked = found.annotate(rank=rank)
    if after:
        passed, key = _place(after)
        ranked = ranked.filter(Q(rank__gt=passed) | Q(rank=passed, pk__gt=key))
    rows = list(ranked.order_by("rank", "pk")[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    cap = pack().limit("search.total_cap")
    total = found.values("pk")[: cap + 1].count()
    more = f"{last.rank}.{last.pk}" if last else ""
    return Page(tuple(rows[:limit]), more, min(total, cap), total > cap)


def _place(after: str) -> tuple[int, int]:
    if not PLACE.fullmatch(after):
        raise Refused(PAGE_WRONG(after=after))
    rank, _, key = after.partition(".")
    return int(rank), int(key)
