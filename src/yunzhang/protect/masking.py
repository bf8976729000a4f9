"""Masking: how each granted item leaves the node, in Python and, for speed, inside SQLite.

`mask` is the reference; `sql` compiles the same rule to a SQLite expression made of `substr`
and `||` (a regular expression costs five times as much). A test holds the two equal on any
text. Texts hold no U+0000: the serving copy refuses it. Where in doubt, less is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yunzhang.protect.keys import mac
from yunzhang.terms.document import build
from yunzhang.terms.entry import DataItem
from yunzhang.terms.grant import Mask
from yunzhang.terms.pack import Pack

# Hex characters of a keyed hash that are shown: 128 bits, no collision in any register.
HASH_LENGTH = 32
_FAR = 99  # further than any marker may stand


def default_masks(items: Iterable[DataItem], pack: Pack) -> tuple[Mask, ...]:
    """The mask of each item by its grade and kind, from the pack's rows."""
    return tuple(
        build(
            {"item": item.name, "way": pack.mask_way(item.grade, item.kind), "kind": item.kind},
            Mask,
        )
        for item in items
    )


def mask(value: str | None, rule: Mask, key: bytes) -> str | None:
    """The value as the rule lets it out; a missing value stays missing.

    `key` is the grant's own hash key, so that two consumers cannot join what they received.
    """
    if value is None or rule.way == "drop":
        return None
    if rule.way == "keep":
        return value
    if rule.way == "hash":
        return keyed_hash(value, key)
    return _form(rule).plain(value)


def sql(rule: Mask, column: str, key_parameter: str = "?1") -> str:
    """The same rule as a SQLite expression over `column` (already quoted).

    A hash calls the SQL function `keyed_hash(text, key)`, which `fetch` registers.
    """
    if rule.way == "drop":
        return "NULL"
    if rule.way == "keep":
        return column
    if rule.way == "hash":
        return f"keyed_hash({column}, {key_parameter})"
    return _form(rule).sql(column)


def keyed_hash(value: str | None, key: bytes) -> str | None:
    """HMAC-SHA256 of the text in hex, cut to `HASH_LENGTH` characters."""
    return None if value is None else mac(key, value.encode()).hex()[:HASH_LENGTH]


@dataclass(frozen=True)
class _Form:
    """One way of showing part of a text, said twice."""

    plain: Callable[[str], str | None]
    sql: Callable[[str], str]


def _form(rule: Mask) -> _Form:
    forms = _PARTIAL if rule.way == "partial" else _GENERALISE
    return forms.get(rule.kind, forms[""])


def _ends(front: int, stars: int, back: int) -> _Form:
    """Show the first and last characters; a text too short to hide anything shows none."""
    hidden = "*" * stars

    def plain(text: str) -> str:
        if len(text) <= front + back:
            return hidden
        return text[:front] + hidden + (text[-back:] if back else "")

    def expression(column: str) -> str:
        tail = f" || substr({column}, -{back})" if back else ""
        return (
            # A missing value has no length, so it falls to ELSE and stays missing.
            f"CASE WHEN length({column}) <= {front + back} THEN '{hidden}' "
            f"ELSE substr({column}, 1, {front}) || '{hidden}'{tail} END"
        )

    return _Form(plain, expression)


def _third() -> _Form:
    """Show the first third of the characters."""
    return _Form(
        lambda text: text[: len(text) // 3] + "***",
        lambda column: f"substr({column}, 1, length({column}) / 3) || '***'",
    )


def _year() -> _Form:
    """The year of a date written year first; anything else shows nothing."""

    def plain(text: str) -> str | None:
        year = text[:4]
        return year if len(year) == 4 and year.isascii() and year.isdigit() else None

    return _Form(
        plain,
        lambda column: (
            f"CASE WHEN {column} GLOB '[0-9][0-9][0-9][0-9]*' THEN substr({column}, 1, 4) END"
        ),
    )


def _nothing() -> _Form:
    return _Form(lambda _text: None, lambda _column: "NULL")


def _head(length: int) -> _Form:
    """The first characters of a longer text, without stars."""
    return _Form(
        lambda text: text[:length] if len(text) > length else None,
        lambda column: (
            f"CASE WHEN length({column}) > {length} THEN substr({column}, 1, {length}) END"
        ),
    )


# Where the province, the city and the county of a written address end: (marker, the furthest
# place, counted from 1, at which it may begin). 双江拉祜族佤族布朗族傣族自治县 is the longest.
_PROVINCE = (("自治区", 8), ("省", 4))
_CITY = (("自治州", 12), ("地区", 6), ("市", 8), ("盟", 5))
_COUNTY = (("县", 15), ("区", 10), ("旗", 10), ("市", 8))
# A piece with one of these is a street, even if a county marker follows ("民族大道市场区").
_STREET = ("路", "街", "道", "巷", "镇", "乡", "村", "号")
# A city's piece with one of these is a street too ("建设路菜市口"); 景德镇市 and 新乡市 are none.
_ROAD = ("路", "街", "道", "巷", "村", "号")
_HIDDEN = "****"


def _county_form() -> _Form:
    """An address down to its county; as far as that can be told."""
    return _Form(_to_county, _to_county_sql)


def _to_county(text: str) -> str:
    kept = _cut(text, _PROVINCE)
    for markers, streets in ((_CITY, _ROAD), (_COUNTY, _STREET)):
        piece = text[kept:][: _cut(text[kept:], markers)]
        if not any(street in piece for street in streets):
            kept += len(piece)
    return text if 0 < kept == len(text) else text[:kept] + _HIDDEN


def _cut(text: str, markers: tuple[tuple[str, int], ...]) -> int:
    """Where the first marker in reach ends; 0 when there is none."""
    ends = (
        text.find(marker) + len(marker)
        for marker, reach in markers
        if 0 <= text.find(marker) < reach
    )
    return min(ends, default=0)


def _to_county_sql(column: str) -> str:
    kept = f"SELECT {column} AS t, {_cut_sql(column, _PROVINCE)} AS k"
    for markers, streets in ((_CITY, _ROAD), (_COUNTY, _STREET)):
        piece = f"substr(t, k + 1, {_cut_sql('substr(t, k + 1)', markers)})"
        found = " OR ".join(f"instr(f, '{street}')" for street in streets)
        kept = (
            f"SELECT t, k + CASE WHEN {found} THEN 0 ELSE length(f) END AS k "
            f"FROM (SELECT t, k, {piece} AS f FROM ({kept}))"
        )
    return (
        "(SELECT CASE WHEN t IS NULL THEN NULL WHEN k > 0 AND k = length(t) THEN t "
        f"ELSE substr(t, 1, k) || '{_HIDDEN}' END FROM ({kept}))"
    )


def _cut_sql(text: str, markers: tuple[tuple[str, int], ...]) -> str:
    ends = ", ".join(
        f"CASE WHEN instr({text}, '{marker}') BETWEEN 1 AND {reach} "
        f"THEN instr({text}, '{marker}') + {len(marker) - 1} ELSE {_FAR} END"
        for marker, reach in markers
    )
    return f"(min({ends}) % {_FAR})"


_PARTIAL: dict[str, _Form] = {
    "name": _ends(1, 2, 0),
    "citizen_id": _ends(6, 8, 4),
    "phone": _ends(3, 4, 4),
    "address": _county_form(),
    "": _third(),
}
_GENERALISE: dict[str, _Form] = {
    "date": _year(),
    "address": _county_form(),
    "citizen_id": _head(6),  # the division of the first registration
    "phone": _head(3),  # the carrier
    "": _nothing(),
}
