"""The queue: every running limit by its deadline, and where the trouble sits, unit by unit."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import pack
from yunzhang.people.workdays import work_calendar
from yunzhang.portal import seen
from yunzhang.portal.cited import place
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.language import spoken
from yunzhang.portal.left import clock_words, state_of
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark
from yunzhang.portal.people import heat, waiting
from yunzhang.portal.people.course_words import procedure_names
from yunzhang.portal.states import STATES
from yunzhang.portal.templatetags.said import clock_name
from yunzhang.terms.deadlines import WorkCalendar, working_days_left


@door("desk.see")
def queue(request: Visit) -> HttpResponseBase:
    # The calendar is asked for once: every days left of the page is counted with it.
    today, work = clock.today(), work_calendar()
    found = heat.read(request.actor, today, work)
    most = pack().limit("page.rows")
    shown = found.rows if request.GET.get("map") == "all" else found.rows[:most]
    context = {
        "heat": shown,
        "hidden": len(found.rows) - len(shown),
        "kinds": heat.titles(),
        "whole": seen.units(request.actor, "desk.see") is None,
    }
    limits = Clock.objects.filter(
        seen.within(request.actor, "request.see", "unit"), ended_on=None
    ).select_related("unit")
    listed = Listed(request, listing(today, work, found.units), limits.prefetch_related("turns"))
    return answer(request, "portal/queue.html", context, limits=listed)


def listing(today: date, work: WorkCalendar, units: Choices) -> Listing:
    """The list of running limits, with the days left today."""

    def left(row: Clock) -> int:
        return working_days_left(today, row.due_on, work)

    def state(row: Clock) -> str:
        return state_of(row, left(row), today)

    def mark(row: Clock) -> list[Mark]:
        tone = STATES["limit"][state(row)][1]
        marks = [Mark(clock_words(row, left(row), today), tone)]
        return [*marks, Mark(gettext("provisional"))] if row.provisional else marks

    return Listing(
        "queue",
        _("The queue by deadline"),
        (
            Column("due", _("Due"), lambda row: row.due_on, Kind.DAY, "due_on", marks=mark),
            Column("title", _("Matter"), _title, link=_address, note=_deed),
            Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
            Column(
                "rule",
                _("Limit"),
                lambda row: clock_name(row.rule),
                order="rule",
                note=place,
            ),
            Column("started", _("Since"), lambda row: row.started_on, Kind.DAY, "started_on"),
            Column("state", _("State"), state, Kind.STATE, states="limit", on="file"),
            Column("left", _("Working days left"), left, Kind.NUMBER, on="file"),
            Column("document", _("Document"), lambda row: row.document, on="file"),
            Column("clause", _("Clause"), lambda row: row.clause, on="file"),
        ),
        (_("No limit is running"), _("Limits stand here from the day a matter is received.")),
        order=(F("rested_on").asc(nulls_first=True), "due_on", "pk"),  # type: ignore[arg-type]
        filters=(
            Filter("unit", _("Unit"), lambda value: Q(unit__code=value), lambda _rows: units),
            Filter("procedure", _("Procedure"), _of_procedure, _procedures),
            Filter("state", _("State of the limit"), lambda v: _where(v, today, work), _states),
        ),
        hint=_("Title, number or unit"),
        find=_find,
    )


def _where(value: str, today: date, work: WorkCalendar) -> Q | None:
    running = Q(rested_on=None)
    return {
        "late": running & Q(due_on__lt=today),
        "near": running & heat.near(today, work),
        "running": running & Q(due_on__gte=today) & ~heat.near(today, work),
        "resting": Q(rested_on__isnull=False),
    }.get(value)


def _states(_rows: Any) -> Choices:
    return [(value, gettext(words)) for value, (words, _tone) in STATES["limit"].items()]


def _procedures(_rows: Any) -> Choices:
    return list(procedure_names().items())


def _of_procedure(value: str) -> Q:
    return Q(subject__in=Turn.objects.filter(procedure=value).values("subject"))


def _find(found: QuerySet[Clock], words: str) -> QuerySet[Clock]:
    for word in words.split():
        titled = Turn.objects.filter(title__icontains=word).values("subject")
        found = found.filter(
            Q(reference__icontains=word)
            | Q(unit__name__icontains=word)
            | Q(unit__short_name__icontains=word)
            | Q(subject__in=titled)
        )
    return found.order_by("due_on", "pk")


def _turn(row: Clock) -> Turn | None:
    return next(iter(row.turns.all()), None)


def _title(row: Clock) -> str:
    turn = _turn(row)
    return turn.title if turn else row.reference or row.subject


def _deed(row: Clock) -> str:
    turn = _turn(row)
    if turn is None:
        return ""
    return turn.deed_en if spoken() == "en" else turn.deed_zh


def _address(row: Clock) -> str:
    return waiting.address(row.subject, row.reference)
