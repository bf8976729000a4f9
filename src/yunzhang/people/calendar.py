"""The working calendar: holidays and make-up workdays as the State Council published them.

The door to `chinesecalendar`. Its days are copied into a table that the authority can edit; a
year whose notice is not out yet is named in a warning and makes deadlines provisional.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date, timedelta

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db.models import Max, QuerySet

from yunzhang.people import clocks
from yunzhang.people.act import act, tell
from yunzhang.people.models import CalendarDay, CalendarYear, Clock
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import SHOWN, too_long
from yunzhang.people.workdays import stored, work_calendar
from yunzhang.terms.deadlines import WorkCalendar
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

__all__ = [
    "YEAR_UNPUBLISHED",
    "import_published",
    "provisional",
    "recompute",
    "set_day",
    "set_year",
    "unpublished",
    "warnings",
    "work_calendar",
]

YEAR_UNPUBLISHED = FaultKind(
    "calendar.year_unpublished",
    409,
    Text(
        "{year} 年的放假调休安排尚未公布或未录入："
        "落在该年的时限只按周末推算，为暂定（现有 {clocks} 个）。",
        "The holiday notice of {year} is not out or not entered: limits that reach it count "
        "weekends only and are provisional ({clocks} now).",
    ),
    Text(
        "国务院通知发布后，由主管部门更新工作日历，时限会自动重算。",
        "Once the State Council's notice is out, have the authority update the calendar; "
        "limits are recomputed.",
    ),
)
YEAR_ENTERED = FaultKind(
    "calendar.year_entered",
    409,
    Text("{year} 年已经在工作日历中。", "The calendar holds {year} already."),
    Text("逐日调整即可。", "Change single days instead."),
)
YEAR_WRONG = FaultKind(
    "calendar.year_wrong",
    422,
    Text("{year} 不是年份。", "{year} is not a year."),
    Text("填写四位数的年份。", "Write a year of four digits."),
)


def import_published(actor: Actor, *, why: str) -> tuple[int, ...]:
    """Copy every published year the table lacks; the years imported, in order.

    Years that are in the table keep the authority's changes. Running clocks are recomputed.
    """
    with act(actor, Deed.CALENDAR_CHANGED, "calendar", unit=None, why=why) as deeds:
        known = set(CalendarYear.objects.values_list("year", flat=True))
        years = tuple(sorted(_published() - known))
        _enter(years)
        for year in years:
            _tell_year(year)
        deeds.content.update(years=list(years), recomputed=recompute())
    return years


def set_day(
    actor: Actor,
    day: date,
    is_workday: bool,  # noqa: FBT001 - beside its day it reads well
    note: str,
    *,
    why: str,
) -> CalendarDay:
    """Make one day a working day or not; running clocks are recomputed."""
    with act(actor, Deed.CALENDAR_CHANGED, f"calendar:{day}", unit=None, why=why) as deeds:
        refuse_if(too_long(CalendarDay(note=note), "note"))
        row, _ = CalendarDay.objects.update_or_create(
            day=day, defaults={"is_workday": is_workday, "note": note}
        )
        tell("calendar", day, "", {day.isoformat(): is_workday})
        deeds.content.update(is_workday=is_workday, note=note, recomputed=recompute())
    return row


def set_year(actor: Actor, year: int, source: str, *, why: str) -> CalendarYear:
    """Declare that all of a year's notice (`source`) is in the table: its limits become final."""
    with act(actor, Deed.CALENDAR_CHANGED, f"calendar:{year}", unit=None, why=why) as deeds:
        refuse_if(_year_faults(year, source))
        row, new = CalendarYear.objects.get_or_create(year=year, defaults={"source": source})
        if not new:
            raise Refused(YEAR_ENTERED(year=year))
        _tell_year(year)
        deeds.content.update(source=source, recomputed=recompute())
    return row


def _year_faults(year: int, source: str) -> Iterator[Fault]:
    if not MINYEAR <= year <= MAXYEAR:
        yield YEAR_WRONG(year=str(year)[:SHOWN])
    yield from too_long(CalendarYear(source=source), "source")


def recompute() -> int:
    """Due dates of all running clocks by the stored calendar; how many moved or became final."""
    return clocks.recompute(stored)


def warnings(today: date) -> tuple[Fault, ...]:
    """One fault for each year within reach whose notice the table lacks."""
    last = Clock.objects.filter(ended_on=None).aggregate(last=Max("due_on"))["last"]
    return tuple(
        YEAR_UNPUBLISHED(year=year, clocks=provisional(year).count())
        for year in unpublished(today, last, work_calendar())
    )


def unpublished(today: date, last: date | None, work: WorkCalendar) -> list[int]:
    """The years from now to the last due date, or to what is within reach, without a notice."""
    reach = today + timedelta(days=pack().limit("calendar.warn_days"))
    years = range(today.year, max(reach, last or reach).year + 1)
    return [year for year in years if year not in work.published]


def provisional(year: int) -> QuerySet[Clock]:
    """The running limits that the notice of a year may still move."""
    return Clock.objects.filter(ended_on=None, provisional=True, due_on__year__gte=year)


def _tell_year(year: int) -> None:
    """All exceptions of a year, and by its id that there will be no more."""
    days = CalendarDay.objects.filter(day__year=year).values_list("day", "is_workday")
    tell("calendar", year, "", {day.isoformat(): is_workday for day, is_workday in days})


def _published() -> set[int]:
    # Days around New Year can stand in the next year's notice, so a stray day proves nothing;
    # a year is published when its National Day is.
    return {day.year for day, name in holidays.items() if name == Holiday.national_day.value}


def _enter(years: tuple[int, ...]) -> None:
    rows = [row for row in _days() if row.day.year in years]
    CalendarDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_workday", "note"],
    )
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, source="chinesecalendar") for year in years
    )


def _days() -> Iterator[CalendarDay]:
    for table, is_workday in ((holidays, False), (workdays, True)):
        for day, name in table.items():
            yield CalendarDay(day=day, is_workday=is_workday, note=Holiday(name).chinese)
