"""Activity: when a system last showed life, and on whose word.

Calls (receipts that a node signed), gatherings and changes of its entries are the hub's own
records. Who signs in to it the hub does not see: that day its unit reports, and nobody attests it.
Where nothing else is known, it began to live when it was registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import DataTable, EntryVersion, InformationSystem
from yunzhang.oversee.clouds.register_models import SystemLogin
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import pack
from yunzhang.terms.fact import Deed
from yunzhang.use.models import UsageDay


@dataclass(frozen=True)
class Life:
    """The last day a system showed life, and the last that the hub itself saw; None: never."""

    last: date | None = None
    recorded: date | None = None

    def silent(self, today: date) -> bool:
        """Whether that is longer ago than the pack allows."""
        return self.last is None or self.last < _least(today)

    def said_only(self, today: date) -> bool:
        """Whether it counts as living by nothing but log-ins its unit reports."""
        unseen = self.recorded is None or self.recorded < _least(today)
        return unseen and not self.silent(today)


def lives(systems: Iterable[InformationSystem]) -> dict[int, Life]:
    """The last signs of life of each system; few queries, however many systems."""
    numbers = {system.pk for system in systems}
    recorded = _latest((*_registered(numbers), *_gathered(numbers), *_told(numbers)))
    last = _latest((*recorded.items(), *_signed_in(numbers)))
    return {number: Life(last.get(number), recorded.get(number)) for number in numbers}


def silent(systems: Iterable[InformationSystem], today: date) -> list[InformationSystem]:
    """Those in use by the register that have shown no life for longer than the pack allows."""
    living = [one for one in systems if one.state in placing.LIVING]
    known = lives(living)
    return [one for one in living if known[one.pk].silent(today)]


@dataclass(frozen=True)
class Sign:
    """The last day of one kind of life, and whether the hub saw it itself."""

    kind: str  # registered, gathered, told (called, or an entry published), login
    last: date | None
    recorded: bool


def signs(system: InformationSystem) -> list[Sign]:
    """When it was registered, last gathered, called or published, and signed in to."""
    numbers = {system.pk}
    kinds = {"registered": _registered, "gathered": _gathered, "told": _told, "login": _signed_in}
    found = {kind: max((d for _n, d in ask(numbers)), default=None) for kind, ask in kinds.items()}
    return [Sign(kind, last, kind != "login") for kind, last in found.items()]


Found = Iterator[tuple[int, date]]


def _latest(found: Iterable[tuple[int, date]]) -> dict[int, date]:
    last: dict[int, date] = {}
    for number, day in found:
        last[number] = max(day, last.get(number, day))
    return last


def _least(today: date) -> date:
    return today - timedelta(days=pack().limit("system.zombie_days"))


def _signed_in(numbers: set[int]) -> Found:
    yield from SystemLogin.objects.filter(system__in=numbers).values_list("system", "last_on")


def _registered(numbers: set[int]) -> Found:
    subjects = [f"system:{number}" for number in numbers]
    rows = FactRow.objects.filter(deed=Deed.SYSTEM_REGISTERED, subject__in=subjects)
    for subject, at in rows.values_list("subject", "at"):
        yield int(subject.partition(":")[2]), at.astimezone(clock.BEIJING).date()


def _gathered(numbers: set[int]) -> Found:
    rows = DataTable.objects.filter(system__in=numbers, gathered_at__isnull=False)
    for system, at in rows.values_list("system").annotate(Max("gathered_at")):
        yield system, at.astimezone(clock.BEIJING).date()


def _told(numbers: set[int]) -> Found:
    """The days its entries were published and its data was called."""
    homes: dict[str, int] = {}
    versions = EntryVersion.objects.filter(resource__table__system__in=numbers)
    rows = versions.values_list("resource__code", "resource__table__system")
    for code, system, day in rows.annotate(Max("published_on")):
        homes[code] = system
        if day is not None:
            yield system, day
    calls = UsageDay.objects.filter(resource_code__in=homes, answered__gt=0)
    for code, day in calls.values_list("resource_code").annotate(Max("day")):
        yield homes[code], day
