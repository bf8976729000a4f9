"""Figures: the records a score's figure was counted from, each with its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext

from yunzhang.gather.models import (
    DataTable,
    EntryVersion,
    InformationSystem,
    Network,
    Resource,
    VerdictRow,
)
from yunzhang.people.models import Clock, Unit
from yunzhang.portal import waiting
from yunzhang.portal.templatetags.said import clock_name, day, percent
from yunzhang.share.models import GrantRow


@dataclass(frozen=True)
class Record:
    """One record behind a figure: what it is called, a word on it, its page ("" without one)."""

    title: str
    note: str
    address: str = ""
    holds: bool = True


def records(kind: str, ids: Sequence[str], *, linked: bool) -> list[Record]:
    """The records of these ids, in order; a figure is frozen, so some may be gone since.

    Everyone may see what a figure was counted from; only those whose affair it is go further.
    """
    found = KINDS[kind](ids)
    return found if linked else [Record(one.title, one.note) for one in found]


def judged(kind: str, failed: Sequence[str], held: Sequence[str], *, linked: bool) -> list[Record]:
    """The records of a figure, those that do not hold first: they are to be put right."""
    wrong = [replace(one, holds=False) for one in records(kind, failed, linked=linked)]
    return [*wrong, *records(kind, held, linked=linked)]


def _tables(ids: Sequence[str]) -> list[Record]:
    rows = DataTable.objects.filter(pk__in=ids).select_related("system").order_by("pk")
    return [Record(row.title, row.system.name, reverse("table", args=[row.name])) for row in rows]


def _resources(ids: Sequence[str]) -> list[Record]:
    published = EntryVersion.objects.filter(state="published", resource_id__in=ids)
    titles = dict(published.values_list("resource", "title"))
    return [
        Record(titles.get(row.pk, row.code), row.code, reverse("entry", args=[row.code]))
        for row in Resource.objects.filter(pk__in=ids).order_by("pk")
    ]


def _clocks(ids: Sequence[str]) -> list[Record]:
    rows = Clock.objects.filter(pk__in=ids).order_by("pk")
    return [
        Record(
            clock_name(row.rule),
            f"{day(row.started_on)} → {day(row.ended_on)} / {_due(row)} · {row.clause}",
            waiting.address(row.subject, row.reference),
        )
        for row in rows
    ]


def _due(row: Clock) -> str:
    return f"{day(row.due_on)} ({gettext('provisional')})" if row.provisional else day(row.due_on)


def _verdicts(ids: Sequence[str]) -> list[Record]:
    rows = VerdictRow.objects.filter(pk__in=ids).select_related("table").order_by("pk")
    return [
        Record(
            row.table.title,
            f"{percent(row.score)} · {day(row.ran_at)}",
            f"{reverse('verdict', args=[row.table.name])}?run={row.pk}",
        )
        for row in rows
    ]


def _grants(ids: Sequence[str]) -> list[Record]:
    rows = GrantRow.objects.filter(pk__in=ids).select_related("request", "provider", "resource")
    return [
        Record(
            row.resource.code,
            f"{row.provider.short_name} · {row.request.number}",
            reverse("grant", args=[row.pk]),
        )
        for row in rows.order_by("issued_at", "pk")
    ]


def _systems(ids: Sequence[str]) -> list[Record]:
    rows = InformationSystem.objects.filter(pk__in=ids).select_related("unit", "cloud")
    return [
        Record(
            row.name,
            f"{row.unit.short_name} · {row.cloud.name if row.cloud else gettext('on no cloud')}",
            reverse("system", args=[row.pk]),
        )
        for row in rows.order_by("unit", "name")
    ]


def _networks(ids: Sequence[str]) -> list[Record]:
    rows = Network.objects.filter(pk__in=ids).select_related("unit").order_by("unit", "name")
    return [Record(row.name, row.unit.short_name) for row in rows]


def _units(ids: Sequence[str]) -> list[Record]:
    return [Record(row.short_name, row.name) for row in Unit.objects.filter(pk__in=ids)]


KINDS: dict[str, Callable[[Sequence[str]], list[Record]]] = {
    "table": _tables,
    "resource": _resources,
    "clock": _clocks,
    "verdict": _verdicts,
    "grant": _grants,
    "system": _systems,
    "network": _networks,
    "unit": _units,
}
