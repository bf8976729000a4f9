"""Bad rows and headers: each listed with its place and a sentence, none ever ends a load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from yunzhang.terms.document import Document
from yunzhang.terms.faults import Fault, FaultKind, Text

_MEND = Text(
    "在数据源中改正该行，下次归集即可补入。",
    "Correct the row at its source; the next gathering takes it in.",
)

ROW_FIELDS = FaultKind(
    "row.fields",
    422,
    Text("应有 {expected} 列，实有 {actual} 列。", "{expected} fields expected, {actual} found."),
    _MEND,
)
ROW_QUOTE = FaultKind(
    "row.quote", 422, Text("引号不成对。", "A quote is not closed or stands astray."), _MEND
)
ROW_TOO_LONG = FaultKind(
    "row.too_long", 422, Text("某一字段超过长度上限。", "A field is longer than the limit."), _MEND
)
ROW_UNDECODABLE = FaultKind(
    "row.undecodable",
    422,
    Text("含有无法按 {encoding} 解码的字节。", "It holds bytes that are not {encoding}."),
    _MEND,
)
ROW_NUL = FaultKind("row.nul", 422, Text("含有空字节（NUL）。", "It holds a NUL byte."), _MEND)
ROW_JSON = FaultKind(
    "row.json", 422, Text("不是一个 JSON 对象。", "It is not a JSON object."), _MEND
)

HEADER_EMPTY = FaultKind(
    "header.empty",
    422,
    Text(
        "第 {position} 列没有列名，暂名“{name}”。",
        "Column {position} has no name; called “{name}”.",
    ),
    Text("在数据源中补上列名。", "Name the column at its source."),
)
HEADER_TWICE = FaultKind(
    "header.twice",
    422,
    Text(
        "列名“{old}”重复，第 {position} 列改称“{name}”。",
        "The name “{old}” appears twice; column {position} is called “{name}”.",
    ),
    Text("在数据源中改掉重复的列名。", "Give the column another name at its source."),
)


class RowFault(Document, frozen=True, kw_only=True):
    """One thing wrong with one row. It names places, never values."""

    line: int
    column: str
    code: str
    zh: str
    en: str


@dataclass
class RowFaults:
    """Every bad row counted; the first `limit` of them described. Grows as batches are drawn."""

    limit: int
    rejected: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sample: list[RowFault] = field(default_factory=list)

    def reject(self, line: int, fault: Fault, column: str = "") -> None:
        """Count one row, at `line` of the source (from 1), that is left out of the table."""
        self.rejected += 1
        self.counts[fault.code] += 1
        if len(self.sample) < self.limit:
            words = fault.sentence("zh"), fault.sentence("en")
            self.sample.append(
                RowFault(line=line, column=column, code=fault.code, zh=words[0], en=words[1])
            )


def name_columns(headers: Iterable[str | None]) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Usable column names in order, and what had to be repaired.

    Names are trimmed; an empty one becomes 列N; a repeated one (letter case aside, for SQL does
    not tell it) gets a number.
    """
    names: list[str] = []
    repairs: list[Fault] = []
    for position, header in enumerate(headers, 1):
        old = " ".join((header or "").replace("\0", "").split())
        name = _unused(old or f"列{position}", names)
        if not old:
            repairs.append(HEADER_EMPTY(position=position, name=name))
        elif name != old:
            repairs.append(HEADER_TWICE(old=old, position=position, name=name))
        names.append(name)
    return tuple(names), tuple(repairs)


def _unused(name: str, taken: list[str]) -> str:
    used = {other.casefold() for other in taken}
    number, free = 2, name
    while free.casefold() in used:
        free, number = f"{name}_{number}", number + 1
    return free
