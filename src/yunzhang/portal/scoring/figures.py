"""Figures: the records a score's figure was counted from, each with its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from yunzhang.gather.models import (
    DataTable,
    EntryVersion,
    InformationSystem,
    Network,
    Node,
    Resource,
    VerdictRow,
)
from yunzhang.people.models import Case, Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.portal.people import waiting
from yunzhang.portal.templatetags.said import clock_name, day, percent, said
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.terms.score import Figure


@dataclass(frozen=True)
class Record:
    """One record behind a figure: what it is called, a word on it, its page ("" without one)."""

    id: str
    title: str
    note: str
    address: str = ""
    holds: bool = True
    amount: int = 1


def records(kind: str, ids: Sequence[str], *, linked: bool) -> list[Record]:
    """The records of these ids, in order; a figure is frozen, so some may be gone since.

    Everyone may see what a figure was counted from; only those whose affair it is go further.
    """
    found = KINDS[kind](ids)
    return found if linked else [Record(one.id, one.title, one.note) for one in found]


def judged(kind: str, failed: Sequence[str], held: Sequence[str], *, linked: bool) -> list[Record]:
    """The records of a figure, those that do not hold first: they are to be put right."""
    wrong = [replace(one, holds=False) for one in records(kind, failed, linked=linked)]
    return [*wrong, *records(kind, held, linked=linked)]


def frozen(shown: Mapping[str, Any]) -> Figure:
    """A figure as a score keeps it; what it was frozen without stands at its default."""
    fields = (name for name in Figure.__struct_fields__ if name in shown)
    return Figure(**{name: _kept(shown[name]) for name in fields})


def _kept(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def opened(figure: Figure, *, linked: bool) -> list[Record]:
    """The records of a figure with what each counts for: they add up to the figure."""
    sides = (
        dict(zip(figure.failed, figure.failed_amounts, strict=False)),
        dict(zip(figure.held, figure.held_amounts, strict=False)),
    )
    rows = judged(figure.kind, figure.failed, figure.held, linked=linked)
    return [replace(row, amount=sides[row.holds].get(row.id, 1)) for row in rows]


def _tables(ids: Sequence[str]) -> list[Record]:
    rows = DataTable.objects.filter(pk__in=ids).select_related("system").order_by("pk")
    return [
        Record(str(row.pk), row.title, row.system.name, reverse("table", args=[row.name]))
        for row in rows
    ]


def _resources(ids: Sequence[str]) -> list[Record]:
    published = EntryVersion.objects.filter(state="published", resource_id__in=ids)
    titles = dict(published.values_list("resource", "title"))
    return [
        Record(
            str(row.pk), titles.get(row.pk, row.code), row.code, reverse("entry", args=[row.code])
        )
        for row in Resource.objects.filter(pk__in=ids).order_by("pk")
    ]


def _clocks(ids: Sequence[str]) -> list[Record]:
    rows = Clock.objects.filter(pk__in=ids).order_by("pk")
    return [
        Record(
            str(row.pk),
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
            str(row.pk),
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
            row.pk,
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
            str(row.pk),
            row.name,
            f"{row.unit.short_name} · {row.cloud.name if row.cloud else gettext('on no cloud')}",
            reverse("system", args=[row.pk]),
        )
        for row in rows.order_by("unit", "name")
    ]


def _networks(ids: Sequence[str]) -> list[Record]:
    rows = Network.objects.filter(pk__in=ids).select_related("unit").order_by("unit", "name")
    return [Record(str(row.pk), row.name, row.unit.short_name) for row in rows]


def _units(ids: Sequence[str]) -> list[Record]:
    return [
        Record(str(row.pk), row.short_name, row.name) for row in Unit.objects.filter(pk__in=ids)
    ]


def _requests(ids: Sequence[str]) -> list[Record]:
    rows = ShareRequest.objects.filter(pk__in=ids).select_related("consumer", "provider")
    return [
        Record(
            str(row.pk),
            row.purpose,
            f"{row.number} · {row.consumer.short_name} → {row.provider.short_name}",
            reverse("request", args=[row.number]),
        )
        for row in rows.order_by("pk")
    ]


def _cases(ids: Sequence[str]) -> list[Record]:
    rows = Case.objects.filter(pk__in=ids).order_by("pk")
    return [
        Record(str(row.pk), row.title, row.number, waiting.address(f"case:{row.pk}", row.number))
        for row in rows
    ]


def _nodes(ids: Sequence[str]) -> list[Record]:
    rows = Node.objects.filter(pk__in=ids).select_related("unit").order_by("name")
    return [
        Record(str(row.pk), row.name, row.unit.short_name, reverse("log", args=[row.name]))
        for row in rows
    ]


def _keys(ids: Sequence[str]) -> list[Record]:
    rows = CallerKey.objects.filter(pk__in=ids).select_related("unit").order_by("unit", "name")
    return [Record(str(row.pk), row.name, row.unit.short_name) for row in rows]


def _codes(code_list: str, ids: Sequence[str]) -> list[Record]:
    return [
        Record(row.code, said(row), "") for row in pack().codes_of(code_list) if row.code in ids
    ]


KINDS: dict[str, Callable[[Sequence[str]], list[Record]]] = {
    "table": _tables,
    "resource": _resources,
    "clock": _clocks,
    "verdict": _verdicts,
    "grant": _grants,
    "system": _systems,
    "network": _networks,
    "unit": _units,
    "request": _requests,
    "case": _cases,
    "node": _nodes,
    "key": _keys,
    "open_field": partial(_codes, "open_field"),
    "application_field": partial(_codes, "application_field"),
}
