"""Overview: what a command screen shows of a province at once, read from aggregates only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Sum

from yunzhang.gather.models import Node
from yunzhang.oversee.scoring import standings
from yunzhang.oversee.scoring.standings import Stood
from yunzhang.people import clocks
from yunzhang.people.models import Case, Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.share import misuse
from yunzhang.use import incidents
from yunzhang.use.models import NodeLog, UsageDay


@dataclass(frozen=True)
class Flow:
    """Calls that one unit made of another's data on a day; `refused` of them were refused."""

    day: date
    consumer: int
    provider: int
    calls: int
    refused: int


@dataclass(frozen=True)
class LogHealth:
    """A node's log as the hub holds it: how much, when last, and why the last batch was refused."""

    node: str
    unit: int
    size: int
    taken_at: datetime | None
    fault: bool


@dataclass(frozen=True)
class Overview:
    """All that moves: figures by unit, flows by day, limits about to break, incidents, logs."""

    figures: Mapping[int, Mapping[str, Stood]]  # by unit, by indicator, as last counted
    flows: tuple[Flow, ...]  # the earliest day first
    late: int
    near: int
    clocks: tuple[Clock, ...]  # the first of those late and near, by day
    incidents: tuple[Case, ...]  # open ones and cases of misuse, the latest first
    logs: tuple[LogHealth, ...]


def overview(units: Iterable[Unit], today: date) -> Overview:
    """What stands and moves among these units; nothing is counted anew from single records."""
    held = list(units)
    numbers = {unit.pk for unit in held}
    late = clocks.overdue(today).filter(unit__in=numbers)
    near = clocks.near(today).filter(unit__in=numbers)
    most = pack().limit("overview.lines")
    first = sorted([*late[:most], *near[:most]], key=lambda one: (one.due_on, one.pk))[:most]
    return Overview(
        figures=standings.latest(held),
        flows=tuple(flows(numbers, today)),
        late=late.count(),
        near=near.count(),
        clocks=tuple(first),
        incidents=tuple(_incidents(numbers, most)),
        logs=tuple(_logs(numbers)),
    )


def flows(units: set[int], today: date) -> list[Flow]:
    """Calls between the units, day by day, of the last days that the pack shows."""
    since = today - timedelta(days=pack().limit("overview.flow_days"))
    days = UsageDay.objects.filter(day__gt=since).exclude(consumer=F("provider"))
    sums = days.values_list("day", "consumer", "provider").annotate(Sum("answered"), Sum("refused"))
    return [
        Flow(day, consumer, provider, answered + refused, refused)
        for day, consumer, provider, answered, refused in sums.order_by("day")
        if consumer in units and provider in units
    ]


def _incidents(units: set[int], most: int) -> Iterable[Case]:
    kinds = (misuse.PROCEDURE, incidents.PROCEDURE)
    open_ones = Case.objects.filter(procedure__in=kinds, closed_on=None)
    return open_ones.filter(parties__unit__in=units).distinct().order_by("-opened_at")[:most]


def _logs(units: set[int]) -> Iterable[LogHealth]:
    logs = {log.node_id: log for log in NodeLog.objects.defer("frontier", "checkpoint")}
    for node in Node.objects.filter(unit__in=units).order_by("name"):
        log = logs.get(node.pk)
        yield LogHealth(
            node.name,
            node.unit_id,
            log.size if log else 0,
            log.taken_at if log else None,
            bool(log and log.fault),
        )
