"""Cage rules: how data supervises a power: law, fields, plan, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from yunzhang.terms.document import Document
from yunzhang.terms.pack_rows import Citation, Named

Reads = Literal["text", "group", "code", "person", "amount", "day", "month", "number"]
Plan = Literal[
    "split",
    "below",
    "untendered",
    "unstated",
    "repeated",
    "budget",
    "hurried",
    "one_head",
    "related",
    "after_death",
    "two_payrolls",
    "beyond",
    "overdue",
    "swift",
]


class CageText(Document, frozen=True, kw_only=True):
    """A sentence of a rule in both languages."""

    zh: str
    en: str


class CageSource(Document, frozen=True, kw_only=True):
    """One table a rule looks at, by the name its plan calls it."""

    id: str
    zh: str
    en: str


class CageField(Document, frozen=True, kw_only=True):
    """One field of a source: how it is read, and what its column is often called.

    `optional`: the rule works without it, as its plan says.
    """

    id: str
    of: str
    zh: str
    en: str
    reads: Reads
    words: tuple[str, ...] = ()
    optional: bool = False


class CageThreshold(Document, frozen=True, kw_only=True):
    """A number a rule turns on; with `bound` it is law, and may only be tuned the stricter way."""

    id: str
    zh: str
    en: str
    value: int
    unit: str
    cite: Citation
    bound: Literal["", "at_least", "at_most"] = ""


class CageRule(Named, frozen=True, kw_only=True):
    """One rule of the data cage: what it looks for and what the holder of the power is asked.

    `says` tells the plan in words. `concerned` is the field that names the unit concerned; without
    one it is the unit whose table it is. `subject` is the field that a hit is about.
    """

    REFERS: ClassVar[Mapping[str, str]] = {"power": "codes"}

    power: str  # the id of a code of the list "power"
    plan: Plan
    severity: Literal["high", "medium", "low"]
    tried: Literal["real", "synthetic"]  # what tables it was tried on before it was shipped
    sources: tuple[CageSource, ...]
    needs: tuple[CageField, ...]
    thresholds: tuple[CageThreshold, ...] = ()
    subject: str
    concerned: str = ""
    says: CageText
    asks: CageText

    def field(self, id: str) -> CageField:
        """The field under this id; an unknown one is a programming error."""
        return next(one for one in self.needs if one.id == id)

    def fields_of(self, source: str) -> tuple[CageField, ...]:
        """The fields of one source, in the rule's order."""
        return tuple(one for one in self.needs if one.of == source)

    @property
    def numbers(self) -> dict[str, int]:
        """The thresholds as the pack has them."""
        return {one.id: one.value for one in self.thresholds}


def misnamed(rule: CageRule) -> Iterator[tuple[str, str, str]]:
    """(field, zh, en) of what a rule names and does not have, or has twice."""
    sources = [one.id for one in rule.sources]
    for name, ids in (
        ("sources", sources),
        ("needs", [one.id for one in rule.needs]),
        ("thresholds", [one.id for one in rule.thresholds]),
    ):
        for id in sorted({id for id in ids if ids.count(id) > 1}):
            yield name, f"“{id}”重复", f"{id} stands twice"
    for number, one in enumerate(rule.needs, 1):
        if one.of not in sources:
            yield f"needs[{number}].of", f"没有数据表“{one.of}”", f"there is no source {one.of}"
    known = {one.id for one in rule.needs}
    for name, value in (("subject", rule.subject), ("concerned", rule.concerned)):
        if value and value not in known:
            yield name, f"没有字段“{value}”", f"there is no field {value}"
