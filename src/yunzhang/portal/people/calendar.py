"""The working calendar: every day the legal clocks count, open to correction by the authority."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.people import calendar
from yunzhang.people.models import CalendarDay, CalendarYear
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing

WEEKDAYS = (
    _("Mo"),
    _("Tu"),
    _("We"),
    _("Th"),
    _("Fr"),
    _("Sa"),
    _("Su"),
)


def _turn(day: Any) -> str:
    return gettext("made a working day") if day.is_workday else gettext("holiday")


def _turns(_rows: Any) -> Choices:
    return [("off", gettext("holiday")), ("on", gettext("made a working day"))]


TURNS = {"off": Q(is_workday=False), "on": Q(is_workday=True)}
DAYS = Listing(
    "days",
    _("Days that differ from the week"),
    (
        Column("day", _("Day"), lambda row: row.day, Kind.DAY, "day"),
        Column("is", _("It is"), _turn, order="is_workday"),
        Column("note", _("Note"), lambda row: row.note, order="note", found=("note",)),
    ),
    (
        _("No exception in this year"),
        _("Holidays and made-up working days stand here once the year's notice is entered."),
    ),
    order=("day",),
    filters=(Filter("kind", _("It is"), TURNS.get, _turns),),
)


@door("desk.see")
def days(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"set": _set, "import": _import, "publish": _publish})
    today = clock.today()
    asked = typed.place(request.GET.get("year", "")) or 0
    year = asked if 2000 <= asked <= 2100 else today.year
    context = {
        "year": year,
        "source": CalendarYear.objects.filter(year=year).first(),
        "years": CalendarYear.objects.order_by("-year").values_list("year", flat=True),
        "months": _months(year),
        "weekdays": [gettext(name) for name in WEEKDAYS],
        "warnings": calendar.warnings(today),
    }
    found = CalendarDay.objects.filter(day__year=year)
    return answer(request, "portal/calendar.html", context, listed=Listed(request, DAYS, found))


def _months(year: int) -> list[tuple[date, list[list[dict[str, Any]]]]]:
    """Each month of the year as weeks of days with what the calendar says of them."""
    work = calendar.work_calendar()
    notes = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "note"))
    months = []
    for month in range(1, 13):
        weeks = [
            [
                {
                    "day": day,
                    "outside": day.month != month,
                    "work": work.is_workday(day),
                    "made": day in work.exceptions,
                    "note": notes.get(day, ""),
                }
                for day in week
            ]
            for week in Calendar().monthdatescalendar(year, month)
        ]
        months.append((date(year, month, 1), weeks))
    return months


def _set(request: Visit) -> str:
    day = typed.day(request, "day")
    is_workday = typed.text(request, "is_workday") == "1"
    note = typed.text(request, "note")
    calendar.set_day(request.actor, day, is_workday, note, why=typed.why(request))
    return f"{request.path}?year={day.year}"


def _import(request: Visit) -> None:
    calendar.import_published(request.actor, why=typed.why(request))


def _publish(request: Visit) -> str:
    year = typed.whole(request, "year")
    source = typed.text(request, "source")
    calendar.set_year(request.actor, year, source, why=typed.why(request))
    return f"{request.path}?year={year}"
