"""Pack shown: a pack's rows as pages and files tell them, with layer, values and where they act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from yunzhang.packs import read, shipped
from yunzhang.people.permission_names import name_of
from yunzhang.portal.policy.pack_words import FIELDS, VALUES
from yunzhang.portal.states import KINDS, MASKS
from yunzhang.portal.templatetags.said import said
from yunzhang.terms.cage import CageThreshold
from yunzhang.terms.document import Document
from yunzhang.terms.pack import Pack
from yunzhang.terms.pack_rows import Citation, DueDate, Row, Step

CODED = {"tier": "tier", "grade": "grade", "dimension": "dimension"}  # field -> its code list
TOLD = {"kind": KINDS, "way": MASKS}  # field -> words that other pages use too
NUMBERS = ("days", "extension_days", "value")  # numbers told with the row's unit


@dataclass(frozen=True)
class Shown:
    """One row with the pack whose layer brings it, and its values in the reader's language."""

    table: str
    row: Row
    layer: Pack
    name: str
    values: tuple[tuple[str, str], ...]
    source: str
    ended: bool

    @cached_property
    def text(self) -> str:
        """Everything the row says, for the filter."""
        cites = (self.row.cite, *self.row.also)
        cited = [f"{one.document} {one.clause} {one.quote}" for one in cites]
        both = [getattr(self.row, "zh", ""), getattr(self.row, "en", "")]
        told = [value for _field, value in self.values]
        return "\n".join([self.row.id, *both, self.row.note, *cited, *told]).casefold()


def chain(pack: Pack) -> tuple[Pack, ...]:
    """The pack and those it stands on, itself first; a pack that is not shipped ends it."""
    found = [pack]
    while found[-1].over in shipped():
        found.append(read(found[-1].over))
    return tuple(found)


def rows(pack: Pack, today: date) -> Iterator[Shown]:
    """Every row of a pack, in the order of the tables."""
    below = [(one, dict(_keyed(one))) for one in reversed(chain(pack))]
    names = {key: said(row) or row.id for key, row in _keyed(pack)}
    for table, row in pack.rows():
        layer = next(one for one, held in below if held.get((table, row.id)) == row)
        yield Shown(
            table=table,
            row=row,
            layer=layer,
            name=said(row) or row.id,
            values=tuple(_values(row, pack, names)),
            source=names.get(("documents", row.cite.document), row.cite.document),
            ended=row.to_date is not None and row.to_date < today,
        )


def counted(pack: Pack) -> dict[str, int]:
    """How many rows a pack has in all, of its own, and not compared with their text."""
    under = dict(_keyed(read(pack.over))) if pack.over in shipped() else {}
    held = dict(_keyed(pack))
    return {
        "all": len(held),
        "own": sum(under.get(key) != row for key, row in held.items()),
        "unchecked": sum(not row.cite.checked for row in held.values()),
    }


def cited(cite: Citation) -> str:
    """A citation in one line."""
    quote = f"“{cite.quote}”" if cite.quote else ""
    return " ".join(part for part in (cite.document, cite.clause, quote) if part)


def _keyed(pack: Pack) -> Iterator[tuple[tuple[str, str], Row]]:
    return (((table, row.id), row) for table, row in pack.rows())


Names = Mapping[tuple[str, str], str]


def _values(row: Row, pack: Pack, names: Names) -> Iterator[tuple[str, str]]:
    """(field, value) in words of every field that holds something and has no place of its own."""
    for field in row.__struct_fields__:
        value = getattr(row, field)
        if field == "unit" and _measures(row):
            continue
        if field in FIELDS and value not in (None, "", (), 0):
            parts = value if isinstance(value, tuple) else (value,)
            told = [_part(row, field, part, pack, names) for part in parts]
            if field == "steps":
                told = [f"{number}. {step}" for number, step in enumerate(told, 1)]
            yield gettext(FIELDS[field]), _joined(told)


def _measures(row: Row) -> bool:
    return any(getattr(row, number, None) is not None for number in NUMBERS)


def _joined(parts: Sequence[str]) -> str:
    return gettext(", ").join(parts)


def _part(row: Row, field: str, value: Any, pack: Pack, names: Names) -> str:
    if isinstance(value, Document):
        return _inner(value, pack, names)
    if field == "may":
        return said(name_of(value))
    if field in NUMBERS:
        unit = str(getattr(row, "unit", ""))
        return f"{value:,} {_word('unit', unit, pack)}"
    table = "unit_kinds" if field == "extension_consent" else row.REFERS.get(field)
    if table:
        return names.get((table, value), str(value))
    return _word(field, value, pack)


def _inner(value: Document, pack: Pack, names: Names) -> str:
    """What stands within a row and has words of its own."""
    if isinstance(value, Step):
        who = _joined([names.get(("roles", one), one) for one in value.who])
        return f"{said(value)} ({who})" if who else said(value)
    if isinstance(value, DueDate):
        return f"{value.on} ({value.cite.document} {value.cite.clause})"
    if isinstance(value, CageThreshold):
        unit = _word("unit", value.unit, pack)
        return f"{said(value)} {value.value:,} {unit} ({value.cite.document} {value.cite.clause})"
    return said(value)


def _word(field: str, value: Any, pack: Pack) -> str:
    """A value of the software's own, or of a code list, in words."""
    if (field, value) in VALUES:
        return gettext(VALUES[field, value])
    if field in CODED:
        codes = {code.code: said(code) for code in pack.codes_of(CODED[field])}
        return codes.get(str(value), str(value))
    words = TOLD.get(field, {}).get(value, "")
    return gettext(words) if words else str(value)
