"""Counted: the rows behind a figure of a report or circular, as one list whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.reports import surveys
from yunzhang.oversee.reports.circular_models import SurveyAnswer
from yunzhang.people.models import Case, FactRow
from yunzhang.portal.doors import Visit
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing
from yunzhang.portal.people.course_words import procedure_names
from yunzhang.portal.scoring import figures
from yunzhang.portal.scoring.figures import Record
from yunzhang.portal.templatetags.said import day, deed_name, grouped, said
from yunzhang.terms.counted import Counted
from yunzhang.terms.document import decode
from yunzhang.use.models import UsageDay

NUMBER = Column("amount", _("Counts for"), lambda row: row.amount, Kind.NUMBER, "amount")
ROWS = Listing(
    "rows",
    _("Rows behind the figure"),
    (
        Column(
            "title",
            _("Record"),
            lambda row: row.title,
            order="title",
            found=("title", "note"),
            link=lambda row: row.address,
        ),
        Column("note", _("Note"), lambda row: row.note, order="note"),
    ),
    (_("Nothing was counted"), _("No record of the period counts for this figure.")),
)


def page(
    request: Visit, counted: Sequence[Counted], id: str, back: tuple[str, str], *, linked: bool
) -> HttpResponseBase:
    """The page of one figure with its rows; 404 where there is no such figure.

    Everyone may see what a figure was counted from; only those whose affair it is go further.
    """
    found = next((one for one in counted if one.id == id), None)
    if found is None:
        raise Http404
    rows = _records(found, linked=linked)
    shape = replace(ROWS, columns=(*ROWS.columns, NUMBER)) if found.kind == "usage" else ROWS
    context = {"figure": found, "back": back, "gone": len(found.rows) - len(rows)}
    return answer(request, "portal/counted.html", context, rows=Listed(request, shape, rows))


def _records(one: Counted, *, linked: bool) -> list[Record]:
    if one.kind not in KINDS:
        return figures.records(one.kind, one.rows, linked=linked)
    found = KINDS[one.kind](one.rows)
    return found if linked else [replace(row, address="") for row in found]


def _facts(ids: Sequence[str]) -> list[Record]:
    rows = FactRow.objects.filter(number__in=ids).select_related("unit").order_by("number")
    return [
        Record(
            str(row.number),
            f"{deed_name(row.deed)} · {row.subject}",
            f"{row.unit.short_name if row.unit else ''} · {day(row.at)}",
            reverse("leaf", args=["HUB", row.index]) if row.index is not None else "",
        )
        for row in rows
    ]


def _cases(ids: Sequence[str]) -> list[Record]:
    rows, names = Case.objects.filter(pk__in=ids).order_by("pk"), procedure_names()
    return [
        Record(
            str(row.pk),
            f"{names.get(row.procedure, row.procedure)} · {row.number}",
            day(row.closed_on) if row.closed_on else "",
            reverse("case", args=[row.number]),
        )
        for row in rows
    ]


def _calls(ids: Sequence[str]) -> list[Record]:
    rows = UsageDay.objects.filter(pk__in=ids).select_related("consumer", "provider")
    return [
        Record(
            str(row.pk),
            f"{day(row.day)} · {row.resource_code}",
            gettext("%(n)s calls, %(consumer)s of %(provider)s")
            % {
                "n": grouped(row.answered - row.discounted),
                "consumer": row.consumer.short_name if row.consumer else "—",
                "provider": row.provider.short_name if row.provider else "—",
            },
            reverse("usage"),
            amount=row.answered - row.discounted,
        )
        for row in rows.order_by("day", "pk")
    ]


def _answers(ids: Sequence[str]) -> list[Record]:
    names = {row.code: said(row) for row in surveys.scale()}
    return [
        Record(
            str(row.pk),
            f"#{row.pk} · {day(row.day)}",
            gettext(", ").join(names.get(code, code) for code in decode(row.choices, list[str])),
        )
        for row in SurveyAnswer.objects.filter(pk__in=ids).order_by("pk")
    ]


KINDS: dict[str, Callable[[Sequence[Any]], list[Record]]] = {
    "fact": _facts,
    "case": _cases,
    "usage": _calls,
    "answer": _answers,
}
