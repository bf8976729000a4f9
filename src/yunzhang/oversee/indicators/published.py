"""Published entries as indicators read them: the few fields they need, for many units at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from yunzhang.clock import BEIJING
from yunzhang.gather.models import EntryVersion
from yunzhang.oversee.indicators.registry import Units
from yunzhang.people.permissions import pack
from yunzhang.terms.document import Document, decode


class Item(Document, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A data item: its name, and whether it is a key."""

    name: str
    key: bool = False


class Draft(Document, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What of an entry is counted with."""

    classification: str = ""
    items: tuple[Item, ...] = ()
    share_type: str = ""
    open_type: str = ""
    update_cycle: str = ""


@dataclass(frozen=True)
class Entry:
    """A published entry: whose, since when, and when its table was last gathered."""

    unit: int
    resource: int
    version: int
    title: str
    published_on: date | None
    gathered_at: datetime | None
    draft: Draft

    @property
    def open(self) -> bool:
        return self.draft.open_type in ("1", "2")

    def fresh(self, today: date) -> bool | None:
        """Whether its table was gathered within its update cycle; None where that sets no days."""
        days = cycle_days().get(self.draft.update_cycle)
        if days is None:
            return None
        if self.gathered_at is None:
            return False
        return (today - self.gathered_at.astimezone(BEIJING).date()).days <= days


def entries(units: Units | None = None) -> Iterator[Entry]:
    """The published entries of these units, or of all; one read."""
    rows = EntryVersion.objects.filter(state=EntryVersion.State.PUBLISHED)
    if units is not None:
        rows = rows.filter(resource__unit__in=units)
    told = rows.values_list(
        "resource__unit",
        "resource",
        "pk",
        "title",
        "published_on",
        "resource__table__gathered_at",
        "draft",
    )
    for unit, resource, version, title, on, gathered, draft in told.iterator(chunk_size=2000):
        yield Entry(unit, resource, version, title, on, gathered, decode(draft, Draft))


def cycle_days() -> dict[str, int]:
    """How old data may be, by update cycle."""
    prefix, suffix = "cycle.", "_days"
    return {
        row.id.removeprefix(prefix).removesuffix(suffix): row.value
        for row in pack().limits
        if row.id.startswith(prefix) and row.id.endswith(suffix)
    }
