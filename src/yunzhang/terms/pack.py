"""Packs: a jurisdiction's policy as rows that cite their clause.

Pure: `parse` takes the texts of a pack's TOML files; reading them is `yunzhang.packs`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeVar

from yunzhang.terms.document import Document, build
from yunzhang.terms.faults import FaultKind, Refused, Text

PACK_MALFORMED = FaultKind(
    "pack.malformed",
    400,
    Text("政策包文件 {file} 有误:{reason}", "Pack file {file} is wrong: {reason}"),
    Text("改正该行后重新装载。", "Correct that row and load the pack again."),
)
PACK_ROW_MISSING = FaultKind(
    "pack.row_missing",
    500,
    Text("政策包中没有“{row}”这一行。", "The pack has no row “{row}”."),
    Text("在政策包中补上该行及其依据。", "Add the row, with its citation, to the pack."),
)


class Citation(Document, frozen=True):
    """Where a row comes from: document, clause, and at most 25 characters of quotation."""

    document: str
    clause: str
    quote: str = ""


class Row(Document, frozen=True):
    """What every row of a pack has."""

    id: str
    cite: Citation
    from_date: date | None = None
    to_date: date | None = None


class ClockRule(Row, frozen=True, kw_only=True):
    """A legal limit: from an event, so many days, perhaps extended once."""

    zh: str
    en: str
    event: str
    days: int
    unit: Literal["working_day", "calendar_day"]
    extension_days: int = 0
    extension_consent: str = ""


class Limit(Row, frozen=True, kw_only=True):
    """A number the software must respect; its unit is part of the row."""

    value: int
    unit: str


class Role(Row, frozen=True, kw_only=True):
    """A role, by its glossary name, and what it may do."""

    zh: str
    en: str
    may: tuple[str, ...]
    scope: Literal["own", "all"] = "own"  # its own unit's affairs, or every unit's


class CodeRow(Row, frozen=True, kw_only=True):
    """One value of a code list; `parent` for lists in levels."""

    list: str
    code: str
    zh: str
    en: str
    parent: str = ""


class MaskDefault(Row, frozen=True, kw_only=True):
    """How a data item of a grade and kind is shown unless a grant says otherwise."""

    grade: int
    kind: str
    way: str


class IndicatorRule(Row, frozen=True, kw_only=True):
    """An indicator's weight and target (percent) in the score of a unit."""

    zh: str
    en: str
    weight: int
    target: int


class CheckRule(Row, frozen=True, kw_only=True):
    """A sub-indicator of GB/T 36344: which dimension a kind of check reports under."""

    dimension: str
    zh: str
    en: str


class Pack(Document, frozen=True):
    """All rows of one jurisdiction."""

    id: str
    zh: str
    en: str
    clocks: tuple[ClockRule, ...] = ()
    limits: tuple[Limit, ...] = ()
    roles: tuple[Role, ...] = ()
    codes: tuple[CodeRow, ...] = ()
    masks: tuple[MaskDefault, ...] = ()
    indicators: tuple[IndicatorRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()

    def clock(self, id: str) -> ClockRule:
        return _find(self.clocks, id)

    def limit(self, id: str) -> int:
        return _find(self.limits, id).value

    def role(self, id: str) -> Role:
        return _find(self.roles, id)

    def codes_of(self, list: str, parent: str | None = None) -> tuple[CodeRow, ...]:
        """The rows of a code list, in order; only those below `parent` when it is given."""
        return tuple(row for row in self.codes if row.list == list and parent in (None, row.parent))

    def mask_way(self, grade: int, kind: str) -> str:
        """The default mask for an item: the row of its kind, else the row of any kind ("*")."""
        for wanted in (kind, "*"):
            for row in self.masks:
                if row.grade == grade and row.kind == wanted:
                    return row.way
        raise Refused(PACK_ROW_MISSING(row=f"masks grade {grade}"))


R = TypeVar("R", bound=Row)


def _find(rows: tuple[R, ...], id: str) -> R:
    for row in rows:
        if row.id == id:
            return row
    raise Refused(PACK_ROW_MISSING(row=id))


def parse(files: Mapping[str, str]) -> Pack:
    """Build a pack from {file name: TOML text}; raises Refused naming every file that is wrong."""
    whole: dict[str, Any] = {}
    faults = []
    for name, text in sorted(files.items()):
        try:
            part = tomllib.loads(text)
            build({"id": "", "zh": "", "en": "", **part}, Pack)
        except (tomllib.TOMLDecodeError, Refused) as error:
            faults.append(PACK_MALFORMED(file=name, reason=error))
            continue
        # A table in two files would lose the rows of one without a word.
        faults += [
            PACK_MALFORMED(file=name, reason=f"{key} stands in another file too")
            for key in sorted(part.keys() & whole.keys())
        ]
        whole.update(part)
    if faults:
        raise Refused(*faults)
    return build(whole, Pack)
