"""Lines: a few records of many kinds with the count of each, asked of the database all at once.

A desk shows ten kinds of things. Ten questions would be ten waits, growing with every new kind;
one union of them is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    F,
    Field,
    FloatField,
    IntegerField,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast


@dataclass(frozen=True)
class Line:
    """One record as a desk shows it; a branch fills what its kind has."""

    kind: str
    total: int  # of its kind
    pk: str
    subject: str
    reference: str
    title: str
    who: str  # the unit concerned
    owner: str  # the person whose turn it is
    note: str
    document: str
    clause: str
    case: str  # the number of a case about it
    due: date | None
    at: datetime | None
    figure: float | None
    place: int | None
    of: int | None


FIELDS: dict[str, type[Field[Any, Any]]] = {
    **dict.fromkeys(
        ("subject", "reference", "title", "who", "owner", "note", "document", "clause", "case"),
        TextField,
    ),
    "due": DateField,
    "at": DateTimeField,
    "figure": FloatField,
    "place": IntegerField,
    "of": IntegerField,
}


Says = dict[str, str | Combinable]  # what each field of a line is worked out from


@dataclass(frozen=True)
class Branch:
    """One kind of line: which records, in which order, how many of them, and what each says."""

    kind: str
    found: QuerySet[Any]
    order: tuple[Any, ...] = ("pk",)
    most: int = 1
    says: Says = field(default_factory=dict)


def read(branches: Iterable[Branch]) -> dict[str, list[Line]]:
    """The lines of every kind that has any; one query, hence in no order: the reader sorts."""
    parts = [_part(branch) for branch in branches]
    found: dict[str, list[Line]] = {}
    if not parts:
        return found
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for row in rows:
        told = zip(row, TEXTS, strict=True)
        line = Line(*_plain(told))
        found.setdefault(line.kind, []).append(line)
    return found


def _plain(told: Iterable[tuple[Any, bool]]) -> Iterator[Any]:
    """The values of a line; a text that is not there is empty."""
    for value, text in told:
        yield "" if text and value is None else value


TEXTS = (True, False, True, *(kind is TextField for kind in FIELDS.values()))


def total(lines: dict[str, list[Line]], kind: str) -> int:
    """How many there are of a kind, not only of those read."""
    return lines[kind][0].total if kind in lines else 0


def _part(branch: Branch) -> QuerySet[Any, tuple[Any, ...]]:
    few = branch.found.order_by(*branch.order).values("pk")[: branch.most]
    # Narrowed first: what a line says is worked out for the few, never for all.
    rows = branch.found.model._default_manager.filter(pk__in=few)  # noqa: SLF001
    named = {
        "l_kind": Value(branch.kind, output_field=TextField()),
        "l_total": _count(branch.found),
        "l_pk": Cast("pk", TextField()),
        **{f"l_{name}": expression for name, expression in _said(branch)},
    }
    said: QuerySet[Any, tuple[Any, ...]] = rows.order_by().annotate(**named).values_list(*named)
    return said


def _said(branch: Branch) -> Iterator[tuple[str, Combinable]]:
    for name, kind in FIELDS.items():
        said = branch.says.get(name, Value(None))
        yield name, Cast(F(said) if isinstance(said, str) else said, kind())


def _count(found: QuerySet[Any]) -> Subquery:
    one = Value(1, output_field=IntegerField())
    counted = found.order_by().annotate(l_one=one).values("l_one").annotate(l_n=Count("pk"))
    return Subquery(counted.values("l_n"), output_field=IntegerField())
