"""Cage shown: the rows behind a hit as they may be shown: masked by grade and by grant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yunzhang import clock
from yunzhang.engines.cage import Evidence
from yunzhang.engines.cage_sql import Bound
from yunzhang.gather.harvest import profile_of
from yunzhang.gather.models import DataTable
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.protect.masking import mask
from yunzhang.terms.cage import CageField, CageRule
from yunzhang.terms.document import build, replace
from yunzhang.terms.grant import Mask
from yunzhang.terms.levels import Grade
from yunzhang.use import cage_grounds

Masks = Mapping[str, Mask]
HASH_SHOWN = 12


def masks(
    rule: CageRule, unit: Unit, tables: Mapping[str, DataTable], columns: Mapping[str, Bound]
) -> Masks:
    """How each bound field is shown to who may see that there is a hit."""
    found = dict(granted(rule, unit, tables, columns))
    for source, table in tables.items():
        items, profile = cage_grounds.items_of(table), profile_of(table)
        for one in rule.fields_of(source):
            if one.id in columns and found[one.id].way == "keep":
                column = columns[one.id].column
                held = items.get(column) or profile.column(column)
                found[one.id] = _mask(one, held.grade if held else 1, held.kind if held else "")
    return found


def granted(
    rule: CageRule, unit: Unit, tables: Mapping[str, DataTable], columns: Mapping[str, Bound]
) -> Masks:
    """How the grants let each bound field out; where no grant is needed it is kept as it is."""
    now, found = clock.now(), {}
    for source, table in tables.items():
        by_column = cage_grounds.masks(unit, table, now)
        for one in rule.fields_of(source):
            if one.id in columns:
                kept = Mask(item=one.id, way="keep")
                found[one.id] = by_column.get(columns[one.id].column, kept)
    return found


def masked(rows: Iterable[Evidence], by: Masks, key: bytes) -> tuple[Evidence, ...]:
    """The rows with each value as its mask lets it out."""
    return tuple(
        replace(row, values={id: mask(value, by[id], key) for id, value in row.values.items()})
        for row in rows
    )


def subject(rule: CageRule, text: str, by: Masks, key: bytes) -> str:
    """What a hit is about, as it may be shown."""
    way = by.get(rule.subject)
    shown = (mask(text, way, key) if way else text) or "***"
    # A hash tells one from another; people need no more of it than they can compare.
    return f"{shown[:HASH_SHOWN]}…" if way and way.way == "hash" else shown


def _mask(one: CageField, grade: Grade | int, kind: str) -> Mask:
    # Who a citizen identity number names is told by the number, whatever grade was given to it.
    if one.reads == "person":
        return Mask(item=one.id, way="partial", kind="citizen_id")
    way = pack().mask_way(int(grade), kind)
    return build({"item": one.id, "way": way, "kind": kind}, Mask)
