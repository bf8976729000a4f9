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
from yunzhang.oversee.register_models import SystemLogin
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import pack
from yunzhang.terms.fact import Deed
from yunzhang.use.models import UsageDay


def last_of(systems: Iterable[InformationSystem]) -> dict[int, date]:
    """The last day each system showed life; few queries, however many systems."""
    numbers = {system.pk for system in systems}
    found: dict[int, date] = {}
    known = (*_registered(numbers), *_gathered(numbers), *_told(numbers), *_signed_in(numbers))
    for number, day in known:
        found[number] = max(day, found.get(number, day))
    return found


def silent(systems: Iterable[InformationSystem], today: date) -> list[InformationSystem]:
    """Those in use by the register that have shown no life for longer than the pack allows."""
    living = [one for one in systems if one.state in placing.LIVING]
    last, least = last_of(living), _least(today)
    return [one for one in living if last.get(one.pk, date.min) < least]


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


def reported_alone(systems: Iterable[InformationSystem], today: date) -> list[InformationSystem]:
    """Those that count as living by nothing but log-ins their unit reports."""
    living = [one for one in systems if one.state in placing.LIVING]
    numbers, least = {one.pk for one in living}, _least(today)
    recorded = (*_registered(numbers), *_gathered(numbers), *_told(numbers))
    proved = {number for number, day in recorded if day >= least}
    said = {number for number, day in _signed_in(numbers) if day >= least}
    return [one for one in living if one.pk in said - proved]


Found = Iterator[tuple[int, date]]


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
