"""The circular (通报): the month's limits that were missed, unit by unit, as a draft to edit.

Nothing is sent from here: people read it, change it and sign it. Every figure leads to its matter.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yunzhang import clock
from yunzhang.engines.official_paper import HEADING, TITLE, Block, Paragraph, Table
from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import pack
from yunzhang.people.workdays import work_calendar
from yunzhang.portal import seen, word_file
from yunzhang.portal.cited import place
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.people import waiting
from yunzhang.portal.templatetags.said import clock_name
from yunzhang.terms.deadlines import WorkCalendar, working_days_left
from yunzhang.terms.faults import FaultKind, Refused, Text

CIRCULAR_LONG = FaultKind(
    "circular.long",
    422,
    Text("{month} 逾期事项超过 {most} 件。", "{month} has more than {most} missed limits."),
    Text("在时限队列中按单位导出。", "Export them from the queue, unit by unit."),
)


@dataclass(frozen=True)
class Missed:
    """One limit that was missed: what it was for, since when, and whether it is done by now."""

    clock: Clock
    name: str
    title: str
    address: str
    days: int  # working days late, until it was done or today
    done: bool


@dataclass(frozen=True)
class OfUnit:
    """A unit's missed limits of the month."""

    code: str
    name: str
    missed: list[Missed]

    @property
    def open(self) -> int:
        return sum(not one.done for one in self.missed)


@door("score.see")
def circular(request: Visit) -> HttpResponse:
    today = clock.today()
    first, last = _month(request.GET.get("month", ""), today)
    units = _units(request, first, last, today)
    context = {
        "month": f"{first:%Y-%m}",
        "units": units,
        "total": sum(len(unit.missed) for unit in units),
        "still": sum(unit.open for unit in units),
    }
    if request.GET.get("form") == "md":
        kept = {"Content-Disposition": f'attachment; filename="circular-{first:%Y-%m}.md"'}
        text = _markdown(request, context)
        return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers=kept)
    if request.GET.get("form") == "docx":
        return word_file.as_file(_word(request, context), f"circular-{first:%Y-%m}")
    return render(request, "portal/circular.html", context)


def _month(written: str, today: date) -> tuple[date, date]:
    """The month that was asked for, this one where nothing sensible was."""
    try:
        first = date.fromisoformat(f"{written}-01")
    except ValueError:
        first = today.replace(day=1)
    return first, first.replace(day=months.monthrange(first.year, first.month)[1])


def _units(request: Visit, first: date, last: date, today: date) -> list[OfUnit]:
    # What rested in time was kept, however late it ended: a duty accepted after its day, a request
    # taken back during its completion.
    kept = Q(rested_on__isnull=False, rested_on__lte=F("due_on"))
    over = ~kept & (Q(ended_on__gt=F("due_on")) | Q(ended_on=None, due_on__lt=today))
    found = Clock.objects.filter(
        over, seen.within(request.actor, "score.see", "unit"), due_on__range=(first, last)
    )
    most, work = pack().limit("page.export_rows"), work_calendar()
    rows = list(found.select_related("unit").order_by("unit__code", "due_on", "pk")[: most + 1])
    if len(rows) > most:
        raise Refused(CIRCULAR_LONG(month=f"{first:%Y-%m}", most=most))
    titles = dict(
        Turn.objects.filter(clock__in=[row.pk for row in rows]).values_list("clock", "title")
    )
    units: dict[str, OfUnit] = {}
    for row in rows:
        unit = units.setdefault(row.unit.code, OfUnit(row.unit.code, row.unit.name, []))
        unit.missed.append(_missed(row, titles.get(row.pk, ""), today, work))
    return sorted(units.values(), key=lambda unit: (-len(unit.missed), unit.code))


def _missed(row: Clock, title: str, today: date, work: WorkCalendar) -> Missed:
    until = row.rested_on or row.ended_on or today
    return Missed(
        row,
        clock_name(row.rule),
        title or row.reference or row.subject,
        waiting.address(row.subject, row.reference),
        -working_days_left(until, row.due_on, work),
        row.ended_on is not None,
    )


def _markdown(request: Visit, context: dict[str, object]) -> str:
    """The same as text, every figure with its link."""
    units: list[OfUnit] = context["units"]  # type: ignore[assignment]
    head = _("Circular on limits missed, %(month)s (draft)") % {"month": context["month"]}
    lines = [f"# {head}", ""]
    for unit in units:
        said = _("%(n)s missed, %(open)s of them still open") % {
            "n": len(unit.missed),
            "open": unit.open,
        }
        lines += [f"## {_plain(unit.name)}", "", said, ""]
        for one in unit.missed:
            link = request.build_absolute_uri(one.address) if one.address else ""
            title = f"[{_plain(one.title)}]({link})" if link else _plain(one.title)
            late = _("%(n)s working days late") % {"n": one.days}
            clause = place(one.clock)
            lines.append(f"- {title} · {one.name} · {clause} · {one.clock.due_on} · {late}")
        lines.append("")
    return "\n".join(lines)


def _word(request: Visit, context: dict[str, object]) -> list[Block]:
    """The same as Word: a heading and a table for each unit, every matter with its link."""
    units: list[OfUnit] = context["units"]  # type: ignore[assignment]
    head = _("Circular on limits missed, %(month)s (draft)") % {"month": context["month"]}
    heads = (_("Matter"), _("Limit"), _("Due"), _("Working days late"))
    blocks: list[Block] = [Paragraph(head, TITLE)]
    for unit in units:
        said = _("%(n)s missed, %(open)s of them still open") % {
            "n": len(unit.missed),
            "open": unit.open,
        }
        rows = [
            (
                word_file.linked(request, one.title, one.address),
                f"{one.name} · {place(one.clock)}",
                str(one.clock.due_on),
                str(one.days),
            )
            for one in unit.missed
        ]
        blocks += [Paragraph(unit.name, HEADING), Paragraph(said), Table(heads, rows, (6, 5, 3, 2))]
    return blocks


def _plain(text: str) -> str:
    """A title as plain words: what Markdown or a page would take for more is written out."""
    for mark in "\\`*_[]()<>#|":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
