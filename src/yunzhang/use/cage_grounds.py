"""Cage grounds: which tables a supervising unit may compare, and on what ground each of them.

Its own; those shared with all (Order 809 Art. 14); those it holds a grant on whose scenario is
supervision. Being a supervisor opens no table by itself: see docs/decisions/cage.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.share import grants
from yunzhang.share.models import GrantRow
from yunzhang.terms.codes import ShareType
from yunzhang.terms.document import decode
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.grant import Grant, Mask

TABLE_CLOSED = FaultKind(
    "cage.table_closed",
    403,
    Text(
        "“{unit}”无权比对数据表“{table}”。",
        "{unit} has no ground to compare the table {table}.",
    ),
    Text(
        "只用本单位的表、无条件共享的表，或以监督检查为应用场景取得有效授权的表。",
        "Use your own tables, those shared with all, or those granted to you for supervision.",
    ),
)
ITEM_CLOSED = FaultKind(
    "cage.item_closed",
    403,
    Text(
        "授权 {grant} 没有给出数据表“{table}”的列“{column}”。",
        "The grant {grant} does not give the column {column} of the table {table}.",
    ),
    Text(
        "申请包含该信息项的授权，或改绑其他列。", "Ask for a grant with this item, or bind another."
    ),
)
ROWS_LIMITED = FaultKind(
    "cage.rows_limited",
    403,
    Text(
        "授权 {grant} 只给出部分行，不能整表比对。",
        "The grant {grant} gives some rows only: the whole table may not be compared.",
    ),
    Text("申请不限定行的授权。", "Ask for a grant that is not limited to some rows."),
)

OWN, OPEN, GRANTED = "own", "open", "granted"


@dataclass(frozen=True)
class Ground:
    """Why a table may be compared, and by which grant if by one."""

    kind: str
    grant: GrantRow | None = None

    @property
    def terms(self) -> Grant | None:
        """The grant as it was signed."""
        return grants.opened(self.grant) if self.grant else None


def usable(unit: Unit, now: datetime) -> QuerySet[DataTable]:
    """The gathered tables the unit may compare on any ground."""
    own = Q(system__unit=unit)
    granted = Q(resources__grants__in=_grants(unit, now))
    found = DataTable.objects.select_related("system__unit")
    found = found.filter(own | granted | Exists(_open(OuterRef("pk")))).exclude(profile="")
    return found.distinct().order_by("title", "name")


def ground(unit: Unit, table: DataTable, now: datetime) -> Ground | None:
    """The best ground of a unit for a table, None without any."""
    if table.system.unit_id == unit.pk:
        return Ground(OWN)
    if _open(table).exists():
        return Ground(OPEN)
    grant = _grants(unit, now).filter(resource__table=table).order_by("-until").first()
    return Ground(GRANTED, grant) if grant else None


def faults(unit: Unit, table: DataTable, columns: Iterable[str], now: datetime) -> Iterator[Fault]:
    """What keeps the unit from comparing these columns of a table."""
    held = ground(unit, table, now)
    if held is None:
        yield TABLE_CLOSED(unit=unit.short_name, table=table.title)
        return
    terms = held.terms
    if terms is None:
        return
    if terms.rows:
        yield ROWS_LIMITED(grant=terms.id)
    named, dropped = _items(table), {mask.item for mask in terms.masks if mask.way == "drop"}
    given = {named[item].column for item in terms.items if item in named and item not in dropped}
    for column in columns:
        if column not in given:
            yield ITEM_CLOSED(grant=terms.id, table=table.title, column=column)


def masks(unit: Unit, table: DataTable, now: datetime) -> dict[str, Mask]:
    """How a grant lets each column out, by column; empty where no grant is needed."""
    held = ground(unit, table, now)
    terms = held.terms if held else None
    if terms is None:
        return {}
    named = _items(table)
    return {named[one.item].column: one for one in terms.masks if one.item in named}


def items_of(table: DataTable) -> dict[str, DataItem]:
    """The items of the table's entry by their columns, where it is catalogued."""
    return {item.column: item for item in _items(table).values()}


def _items(table: DataTable) -> dict[str, DataItem]:
    states = (EntryVersion.State.PUBLISHED, EntryVersion.State.SUPERSEDED)
    found = EntryVersion.objects.filter(resource__table=table, state__in=states).order_by("-number")
    version = found.first()
    draft = decode(version.draft, EntryDraft) if version else EntryDraft()
    return {item.name: item for item in draft.items}


def _grants(unit: Unit, now: datetime) -> QuerySet[GrantRow]:
    words = [word for row in pack().codes_of("cage_scenario") for word in (row.zh, row.en)]
    return GrantRow.objects.filter(
        consumer=unit,
        state=GrantRow.State.ACTIVE,
        until__gt=now,
        request__scenario__in=words,
    )


def _open(table: DataTable | OuterRef) -> QuerySet[EntryVersion]:
    return EntryVersion.objects.filter(
        resource__table=table,
        state=EntryVersion.State.PUBLISHED,
        share_type=ShareType.UNCONDITIONAL,
    )
