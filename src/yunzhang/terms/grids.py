"""Grids: the tables people send, as cells of text: where the header stands, what lies below it.

Pure. Officials put a title above the header, spread the header over several rows, merge cells and
type full-width digits; none of that may make a table unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

HEADER_DEPTH = 3  # rows a header spreads over in the catalog guide's own layout
EXCEL_BEGINS = date(1899, 12, 30)
SERIALS = range(20000, 80000)  # 1954 to 2119: a smaller or larger number is no day that we expect
# Full-width digits, letters and blanks; punctuation stays, for Chinese texts are written with it.
HALF_WIDTH = {
    **{code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
    **dict.fromkeys((0x3000, 0xA0, 0x2003, 0xFEFF, 0x200B), 0x20),
}
REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")

Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Grid:
    """One sheet: its name and its rows, each with the number people see beside it."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Header:
    """A header found: the place of its last row, each column's cell and name, and what is left."""

    last: int
    columns: Mapping[str, int]
    names: Mapping[str, str]
    unknown: tuple[str, ...]


def half(text: str) -> str:
    """The text with digits, letters and blanks in half width, without blanks around it."""
    return text.translate(HALF_WIDTH).strip()


def key(text: str) -> str:
    """A label as it is compared: width, case, blanks, stars and remarks in brackets aside."""
    folded = re.sub(r"[\s*::]", "", unicodedata.normalize("NFKC", text)).casefold()
    return REMARK.sub("", folded) or folded


def words_only(text: str) -> str:
    """Letters and digits alone: two names equal here differ in punctuation at most."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def header_of(grid: Grid, words: Mapping[str, str], within: int) -> Header | None:
    """The header among the first `within` rows; `words` gives the column a label's key means.

    None when no row names two columns.
    """
    rows = [cells for _, cells in grid.rows[:within]]
    known = [len({words[key(cell)] for cell in cells if key(cell) in words}) for cells in rows]
    if not known or max(known) < 2:
        return None
    best = known.index(max(known))
    first = last = best
    while first > 0 and last - first + 1 < HEADER_DEPTH and _labels(rows[first - 1], words):
        first -= 1
    while last + 1 < len(rows) and last - first + 1 < HEADER_DEPTH and _below(rows, last, words):
        last += 1
    return _matched(_paths(rows[first : last + 1]), words, last)


def day_of(text: str) -> date | None:
    """A day as people write it: 2024-01-31, 2024/1/31, 2024年1月31日, 20240131, a serial number."""
    squeezed = re.sub(r"\s+", " ", half(text))
    match = DATE.fullmatch(squeezed) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", squeezed)
    try:
        if match:
            return date(*(int(part) for part in match.groups()[:3]))
        serial = float(squeezed)
    except (ValueError, OverflowError):
        return None
    whole = serial.is_integer() and int(serial) in SERIALS
    return EXCEL_BEGINS + timedelta(days=int(serial)) if whole else None


def whole_of(text: str) -> int | None:
    """A whole number that is not negative, thousands apart or not; None for anything else."""
    squeezed = re.sub(r"[\s,，]", "", half(text))
    if re.fullmatch(r"\d{1,15}(\.0+)?", squeezed, re.ASCII) is None:
        return None
    return int(squeezed.partition(".")[0])


def _labels(cells: Sequence[str], words: Mapping[str, str]) -> bool:
    """Whether a row above could belong to the header: it names a column, and is no sentence."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 1 and any(key(cell) in words for cell in filled)


def _below(rows: Sequence[Sequence[str]], last: int, words: Mapping[str, str]) -> bool:
    """Whether the next row goes on naming columns: most of what is in it is a label."""
    upper, cells = rows[last], rows[last + 1]
    filled = [(at, cell) for at, cell in enumerate(cells) if cell.strip()]
    group = ""
    named = 0
    for at, cell in filled:
        group = next((u for u in reversed(upper[: at + 1]) if u.strip()), group)
        named += key(cell) in words or key(group + cell) in words or cell == group
    return len(filled) > 1 and named * 2 > len(filled)


def _paths(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """For every column its labels from the top; a group's label reaches over what it covers."""
    width = max(len(cells) for cells in rows)
    paths: list[list[str]] = [[] for _ in range(width)]
    for depth, cells in enumerate(rows):
        group = ""
        below = rows[depth + 1] if depth + 1 < len(rows) else ()
        for at in range(width):
            cell = cells[at].strip() if at < len(cells) else ""
            covered = not cell and at < len(below) and bool(below[at].strip())
            group = cell or (group if covered else "")
            if group and group not in paths[at]:
                paths[at].append(group)
    return paths


def _matched(paths: list[list[str]], words: Mapping[str, str], last: int) -> Header:
    columns: dict[str, int] = {}
    names: dict[str, str] = {}
    unknown = []
    for at, path in enumerate(paths):
        tried = ["".join(path), "".join(path[-2:]), *reversed(path)]
        ids = [words[key(label)] for label in tried if key(label) in words]
        id = next((each for each in ids if each not in columns), None)
        if id is not None:
            columns[id], names[id] = at, " ".join(path[-1].split())
        elif path:
            unknown.append(" ".join(path[-1].split()))
    return Header(last, columns, names, tuple(unknown))
