"""Duplicates: which systems and projects a proposal resembles, ranked, and in which words.

Pure. Words that many share (系统, 平台, 姓名) weigh little, rare ones much; see
docs/decisions/projects.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log

from yunzhang.terms.project import Hit, Part, Ref

NAME, FUNCTIONS, DATA = "name", "functions", "data"
FACETS = (NAME, FUNCTIONS, DATA)
LIKE = 0.5  # two functions share at least half of what they weigh: they are called alike
TELLING = 3  # neighbouring pairs, hence four characters: a shorter text says little
SHOWN = 8  # shared words told of each respect; all count
BREAK = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Subject:
    """What is compared: a name, what it does, the data items it holds."""

    ref: Ref
    unit: str
    functions: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    @cached_property
    def grams(self) -> frozenset[str]:
        return _grams(self.ref.name)

    @cached_property
    def doings(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple((said, grams) for said in self.functions if (grams := _grams(said)))

    @cached_property
    def items(self) -> Mapping[str, str]:
        """Data items as compared -> as written."""
        return {key: said for said in self.data if (key := _folded(said))}


@dataclass(frozen=True)
class Weights:
    """How much each respect counts, as the pack says."""

    name: int
    functions: int
    data: int


@dataclass(frozen=True)
class _Rarity:
    """How telling a piece is: the fewer records hold it, the more it weighs."""

    counts: Counter[str]
    of: int
    known: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, piece: str) -> float:
        if piece not in self.known:
            self.known[piece] = log(1 + self.of / (1 + self.counts[piece]))
        return self.known[piece]

    def of_all(self, pieces: Iterable[str]) -> float:
        return sum(self[piece] for piece in pieces)


def search(
    asked: Subject, among: Sequence[Subject], weights: Weights, least: int, most: int
) -> tuple[Hit, ...]:
    """Those of `among` that are at least `least` percent alike, the likest first, at most `most`.

    Respects that only one side tells of are left out; of equals, the one alike in more respects.
    """
    both = [*among, asked]
    rare = {
        NAME: _rarity(one.grams for one in both),
        FUNCTIONS: _rarity(
            frozenset().union(*(grams for _said, grams in one.doings)) for one in both
        ),
        DATA: _rarity(frozenset(one.items) for one in both),
    }
    found = (_hit(asked, other, rare, weights) for other in among)
    kept = [hit for hit in found if hit is not None and hit.percent >= least]
    kept.sort(key=lambda hit: (-hit.percent, -len(hit.parts), hit.ref.kind, hit.ref.name))
    return tuple(kept[:most])


def _rarity(sets: Iterable[frozenset[str]]) -> _Rarity:
    counts: Counter[str] = Counter()
    total = 0
    for pieces in sets:
        total += 1
        counts.update(pieces)
    return _Rarity(counts, total)


def _hit(
    asked: Subject, other: Subject, rare: Mapping[str, _Rarity], weights: Weights
) -> Hit | None:
    alike = {NAME: _names(asked, other, rare[NAME])}
    if asked.doings and other.doings:
        alike[FUNCTIONS] = _functions(asked, other, rare[FUNCTIONS])
    if asked.items and other.items:
        alike[DATA] = _items(asked, other, rare[DATA])
    weighed = [(getattr(weights, facet), share) for facet, (share, _words) in alike.items()]
    total = sum(weight for weight, _share in weighed)
    if not total or not any(share for _weight, share in weighed):
        return None
    percent = sum(weight * share for weight, share in weighed) / total
    parts = tuple(
        Part(facet=facet, percent=round(100 * share), shared=words[:SHOWN])
        for facet, (share, words) in alike.items()
    )
    return Hit(ref=other.ref, unit=other.unit, percent=round(100 * percent), parts=parts)


Alike = tuple[float, tuple[str, ...]]


def _names(asked: Subject, other: Subject, rare: _Rarity) -> Alike:
    common = asked.grams & other.grams
    if not common:
        return 0.0, ()
    return _near(asked.grams, other.grams, rare), _runs(asked.ref.name, common)


def _functions(asked: Subject, other: Subject, rare: _Rarity) -> Alike:
    """How much of what is proposed the other does already: its nearest function to each."""
    sums, words = [], []
    for _said, grams in asked.doings:
        near = [(_near(grams, theirs, rare), named) for named, theirs in other.doings]
        best, named = max(near)
        sums.append((rare.of_all(grams), best))
        if best >= LIKE and named not in words:
            words.append(named)
    total = sum(weight for weight, _best in sums)
    return sum(weight * best for weight, best in sums) / total if total else 0.0, tuple(words)


def _items(asked: Subject, other: Subject, rare: _Rarity) -> Alike:
    """How much of the data proposed the other holds already."""
    common = asked.items.keys() & other.items.keys()
    total = rare.of_all(asked.items)
    share = rare.of_all(common) / total if total else 0.0
    rarest = sorted(common, key=lambda item: (-rare[item], item))
    return share, tuple(asked.items[item] for item in rarest)


def _near(one: frozenset[str], other: frozenset[str], rare: _Rarity) -> float:
    """How alike two texts are, 0 to 1.

    What stands in both, of what stands in either; long enough to mean something, also of the
    shorter alone: a name with an ornament before or behind it is still that name.
    """
    common = one & other
    if not common:
        return 0.0
    held, mine, theirs = (rare.of_all(pieces) for pieces in (common, one, other))
    dice = 2 * held / (mine + theirs)
    if min(len(one), len(other)) < TELLING:
        return dice
    return (dice + held / min(mine, theirs)) / 2


def _folded(text: str) -> str:
    return BREAK.sub("", unicodedata.normalize("NFKC", text).casefold())


def _grams(text: str) -> frozenset[str]:
    """Every two neighbouring characters; a single character is its own."""
    folded = _folded(text)
    return frozenset(folded[at : at + 2] for at in range(max(1, len(folded) - 1))) - {""}


def _runs(text: str, common: frozenset[str]) -> tuple[str, ...]:
    """The longest pieces of a text whose neighbouring characters all stand in the other."""
    folded, found, start = _folded(text), [], 0
    for at in range(len(folded)):
        if folded[at : at + 2] in common and at < len(folded) - 1:
            continue
        if at > start:
            found.append(folded[start : at + 1])
        start = at + 1
    return tuple(dict.fromkeys(found)) or tuple(sorted(common))
