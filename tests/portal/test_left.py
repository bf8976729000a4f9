"""How a limit stands in words: on days off, past and ahead are told apart all the same."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils.translation import override

from yunzhang.clock import BEIJING
from yunzhang.people.models import Clock
from yunzhang.portal.left import clock_words, left_words, state_of
from yunzhang.terms.deadlines import WorkCalendar, working_days_left

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (27, 28, 29, 30))


@pytest.mark.parametrize(
    ("due_on", "today", "said"),
    [
        (FRIDAY, FRIDAY, "今日到期"),
        # No working day has passed since, and yet it is over.
        (FRIDAY, SATURDAY, "已逾期"),
        (FRIDAY, MONDAY, "已超期 1 个工作日"),
        # A day off may be a last day by name; it is not today's yet.
        (SUNDAY, SATURDAY, "还剩 0 个工作日"),
        (MONDAY, SATURDAY, "还剩 1 个工作日"),
    ],
)
def test_a_limit_is_told_as_it_stands_on_a_day_off(due_on, today, said) -> None:
    days = working_days_left(today, due_on, WorkCalendar())

    with override("zh-hans"):
        assert left_words(due_on, days, today) == said


def test_a_limit_past_on_a_day_off_is_late_and_one_that_rests_is_neither(db) -> None:
    limit = Clock(due_on=FRIDAY, warn_days=2)
    days = working_days_left(SATURDAY, FRIDAY, WorkCalendar())

    assert state_of(limit, days, SATURDAY) == "late"
    assert state_of(limit, 0, FRIDAY) == "near"
    limit.rested_on = datetime(2026, 11, 26, 9, 0, tzinfo=BEIJING).date()
    with override("zh-hans"):
        assert clock_words(limit, days, SATURDAY) == "暂停计算"
    assert state_of(limit, days, SATURDAY) == "resting"
