"""Deadlines: the day of receipt does not count; holidays rest and make-up days are worked."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.packs import read
from yunzhang.terms.deadlines import (
    WorkCalendar,
    add_calendar_days,
    add_working_days,
    due,
    working_days_left,
)

YEARS = range(2004, 2027)
CALENDAR = WorkCalendar(
    {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}, frozenset(YEARS)
)
DAYS = st.dates(date(2004, 1, 1), date(2026, 6, 30))


@given(DAYS, st.integers(0, 40))
def test_a_limit_holds_exactly_so_many_working_days(start: date, days: int) -> None:
    last = add_working_days(start, days, CALENDAR).on

    counted = sum(
        chinese_calendar.is_workday(start + timedelta(days=n))
        for n in range(1, (last - start).days + 1)
    )
    assert counted == days
    assert days == 0 or chinese_calendar.is_workday(last)


@given(DAYS, st.integers(0, 30), st.integers(0, 10))
def test_a_longer_limit_is_never_due_earlier(start: date, days: int, more: int) -> None:
    assert (
        add_working_days(start, days, CALENDAR).on
        <= add_working_days(start, days + more, CALENDAR).on
    )


@given(DAYS, st.integers(0, 40))
def test_days_left_on_the_day_of_receipt_are_the_whole_limit(start: date, days: int) -> None:
    last = add_working_days(start, days, CALENDAR).on

    assert working_days_left(start, last, CALENDAR) == days


@given(DAYS, st.integers(0, 40))
def test_calendar_days_end_on_a_working_day(start: date, days: int) -> None:
    last = add_calendar_days(start, days, CALENDAR).on

    assert chinese_calendar.is_workday(last)
    assert last >= start + timedelta(days=days)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday worked before National Day
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the whole holiday
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday worked after it
        (date(2026, 2, 13), 10, date(2026, 3, 5)),  # over the Spring Festival
        (date(2026, 3, 2), 2, date(2026, 3, 4)),
    ],
)
def test_known_limits(start: date, days: int, last: date) -> None:
    assert add_working_days(start, days, CALENDAR).on == last


def test_a_limit_that_reaches_an_unknown_year_is_provisional() -> None:
    assert not add_working_days(date(2026, 12, 20), 5, CALENDAR).provisional
    assert add_working_days(date(2026, 12, 30), 5, CALENDAR).provisional
    assert add_working_days(date(2027, 3, 1), 1, CALENDAR).provisional


def test_days_past_a_limit_are_negative() -> None:
    last = date(2026, 3, 6)

    assert working_days_left(last, last, CALENDAR) == 0
    assert working_days_left(date(2026, 3, 7), last, CALENDAR) == 0
    assert working_days_left(date(2026, 3, 9), last, CALENDAR) == -1


def test_an_extension_adds_the_packs_days() -> None:
    rule, start = read("national").clock("C4"), date(2026, 3, 2)

    assert due(rule, start, CALENDAR).on == date(2026, 3, 16)
    assert due(rule, start, CALENDAR, extended=True).on == date(2026, 3, 30)


def test_a_negative_limit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2026, 3, 2), -1, CALENDAR)
