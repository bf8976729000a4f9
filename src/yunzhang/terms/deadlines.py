"""Deadlines: working days with holidays and make-up workdays; the day of receipt does not count.

Pure: the calendar and every date come as arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from yunzhang.terms.pack_rows import ClockRule


@dataclass(frozen=True)
class WorkCalendar:
    """The State Council's exceptions to the plain week.

    `exceptions` maps a date to whether it is a working day; `published` holds the years whose
    notice is known. A day of any other year is judged by its weekday and is provisional.
    """

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    published: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < 5)

    def next_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it (民法典 203)."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day


@dataclass(frozen=True)
class Due:
    """A date by which something must be done; provisional while a year's notice is unknown."""

    on: date
    provisional: bool


def add_working_days(start: date, days: int, calendar: WorkCalendar) -> Due:
    """The last of `days` working days after `start`; `start` itself does not count (民法典 201)."""
    if days < 0:
        raise ValueError(f"a limit cannot be {days} days")
    day = start
    while days:
        day += timedelta(days=1)
        days -= calendar.is_workday(day)
    return Due(day, _provisional(start, day, calendar))


def add_calendar_days(start: date, days: int, calendar: WorkCalendar) -> Due:
    """`days` calendar days after `start`, moved on to a working day when the last is a holiday."""
    day = calendar.next_workday(start + timedelta(days=days))
    return Due(day, _provisional(start, day, calendar))


def due(rule: ClockRule, received: date, calendar: WorkCalendar, *, extended: bool = False) -> Due:
    """When the duty of `rule`, received on `received`, falls due."""
    days = rule.days + (rule.extension_days if extended else 0)
    add = add_working_days if rule.unit == "working_day" else add_calendar_days
    return add(received, days, calendar)


NAMED_DAY, NEXT_WORKDAY = "named_day", "next_workday"


@dataclass(frozen=True)
class Limit:
    """What a limit's last day follows from, whatever the pack says later.

    Counted in working or calendar days after `started_on`, or to a day the pack names: `until`
    itself, or the working day it moves on to.
    """

    started_on: date
    days: int
    counted_in: str
    until: date | None = None
    extension: int = 0

    def due(self, calendar: WorkCalendar) -> Due:
        """The last day by this calendar."""
        if self.until is not None:
            if self.counted_in == NAMED_DAY:
                return Due(self.until + timedelta(days=self.extension), provisional=False)
            return add_calendar_days(self.until, self.extension, calendar)
        add = add_working_days if self.counted_in == "working_day" else add_calendar_days
        return add(self.started_on, self.days + self.extension, calendar)


def working_days_left(today: date, last: date, calendar: WorkCalendar) -> int:
    """Working days after `today` up to and with `last`; negative when it is past."""
    step = 1 if last >= today else -1
    day, count = today, 0
    while day != last:
        day += timedelta(days=step)
        count += step if calendar.is_workday(day if step > 0 else day + timedelta(days=1)) else 0
    return count


def overdue_since(today: date, days: int, calendar: WorkCalendar) -> date:
    """The last due date that is `days` working days overdue today, and at least one day."""
    day = today
    while days > calendar.is_workday(day):
        days -= calendar.is_workday(day)
        day -= timedelta(days=1)
    return day - timedelta(days=1)


def _provisional(start: date, end: date, calendar: WorkCalendar) -> bool:
    years = set(range(start.year, end.year + 1))
    return not years <= calendar.published
