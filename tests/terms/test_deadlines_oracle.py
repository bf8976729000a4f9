"""Deadlines beside the library that knows every published holiday since 2004: two ways, one day."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.packs import read
from yunzhang.terms.deadlines import (
    WorkCalendar,
    add_calendar_days,
    add_working_days,
    due,
    overdue_since,
    working_days_left,
)

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
CALENDAR = WorkCalendar(
    {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)},
    frozenset(range(FIRST.year, LAST.year + 1)),
)
# Forty working days and the longest holidays still end within the published years.
STARTS = st.dates(FIRST + timedelta(days=120), date(2026, 8, 31))
LIMITS = st.integers(0, 40)


def workdays_after(start: date, last: date) -> int:
    """Working days after `start` up to and with `last`, as the library lists them."""
    tomorrow = start + timedelta(days=1)
    return len(chinese_calendar.get_workdays(tomorrow, last)) if tomorrow <= last else 0


@given(STARTS, st.integers(1, 40))
def test_a_limit_ends_where_the_library_finds_its_last_working_day(start: date, days: int) -> None:
    # The library counts from the first working day on; the day of receipt does not count.
    found = chinese_calendar.find_workday(days - 1, start + timedelta(days=1))

    assert add_working_days(start, days, CALENDAR).on == found


@given(STARTS, LIMITS)
def test_the_day_of_receipt_is_never_one_of_the_days(start: date, days: int) -> None:
    last = add_working_days(start, days, CALENDAR).on

    assert workdays_after(start, last) == days
    assert last > start or days == 0


@given(STARTS, STARTS)
def test_days_left_are_the_working_days_between_and_negative_afterwards(
    today: date, last: date
) -> None:
    left = working_days_left(today, last, CALENDAR)

    earlier, later = sorted((today, last))
    assert abs(left) == workdays_after(earlier, later)
    assert (left >= 0) if last >= today else (left <= 0)


@given(STARTS, LIMITS)
def test_calendar_days_end_on_the_first_working_day_from_the_last_on(
    start: date, days: int
) -> None:
    last = add_calendar_days(start, days, CALENDAR).on

    assert last == chinese_calendar.find_workday(0, start + timedelta(days=days))


@given(STARTS, LIMITS, st.integers(0, 10))
def test_what_is_received_later_is_never_due_earlier(start: date, days: int, after: int) -> None:
    later = start + timedelta(days=after)

    for add in (add_working_days, add_calendar_days):
        assert add(start, days, CALENDAR).on <= add(later, days, CALENDAR).on


@given(STARTS, LIMITS, st.integers(0, 20))
def test_an_extension_runs_on_from_where_the_limit_ended(start: date, days: int, more: int) -> None:
    ended = add_working_days(start, days, CALENDAR).on

    assert add_working_days(start, days + more, CALENDAR) == add_working_days(ended, more, CALENDAR)


@given(STARTS)
def test_the_laws_limits_agree_with_the_library(start: date) -> None:
    for rule in (row for row in read("national").clocks if row.unit == "working_day"):
        for extended in (False, True):
            days = rule.days + (rule.extension_days if extended else 0)
            last = due(rule, start, CALENDAR, extended=extended).on
            assert workdays_after(start, last) == days


@given(STARTS, st.integers(0, 10))
def test_overdue_since_is_the_last_date_so_many_working_days_ago(today: date, days: int) -> None:
    last = overdue_since(today, days, CALENDAR)

    assert last < today
    assert -working_days_left(today, last, CALENDAR) >= days
    following = last + timedelta(days=1)
    assert following == today or -working_days_left(today, following, CALENDAR) < days


@given(STARTS, LIMITS)
def test_dates_within_the_published_years_are_final(start: date, days: int) -> None:
    assert not add_working_days(start, days, CALENDAR).provisional


@given(st.integers(0, 40))
def test_dates_that_reach_an_unpublished_year_are_provisional(days: int) -> None:
    found = add_working_days(LAST, days, CALENDAR)

    assert found.provisional == (days > 0)
