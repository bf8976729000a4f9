"""Legal limits: started from the pack, rested, restarted, extended once, stopped."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hub_world import WHY, HubWorld
from yunzhang.people import calendar, clocks
from yunzhang.people.models import Clock
from yunzhang.terms.faults import Refused

SUBJECT = "request:1"
FRIDAY = date(2026, 9, 18)


@pytest.fixture
def published(hub: HubWorld) -> HubWorld:
    calendar.import_published(hub.reviewer, why=WHY)
    return hub


def test_the_day_of_receipt_does_not_count_and_a_make_up_sunday_does(published: HubWorld) -> None:
    # 2026-09-20 is a Sunday worked in place of the National Day holiday.
    clock = clocks.start("C3", SUBJECT, published.units[2], FRIDAY)

    assert clock.due_on == date(2026, 9, 20)
    assert not clock.provisional
    assert (clock.document, clock.clause) == ("国务院令第809号", "第二十一条")


def test_a_clock_runs_once_for_a_subject(published: HubWorld) -> None:
    clocks.start("C3", SUBJECT, published.units[2], FRIDAY)

    with pytest.raises(Refused) as refused:
        clocks.start("C3", SUBJECT, published.units[2], FRIDAY)

    assert refused.value.codes == ("clock.running",)


def test_an_extension_is_given_once_and_only_where_the_law_has_one(published: HubWorld) -> None:
    first = clocks.start("C4", SUBJECT, published.units[2], date(2026, 3, 2))
    clocks.start("C3", "request:2", published.units[2], date(2026, 3, 2))

    extended = clocks.extend("C4", SUBJECT)

    assert (first.due_on, extended.due_on) == (date(2026, 3, 16), date(2026, 3, 30))
    for rule, subject in (("C4", SUBJECT), ("C3", "request:2")):
        with pytest.raises(Refused) as refused:
            clocks.extend(rule, subject)
        assert refused.value.codes == ("clock.final",)


def test_a_resting_clock_is_never_overdue_and_restarts_whole(published: HubWorld) -> None:
    clocks.start("C4", SUBJECT, published.units[2], date(2026, 3, 2))
    clocks.rest("C4", SUBJECT, date(2026, 3, 5))
    assert not clocks.overdue(date(2026, 6, 1)).exists()

    clock = clocks.restart("C4", SUBJECT, date(2026, 6, 1))

    assert clock.due_on == date(2026, 6, 15)
    assert clocks.overdue(date(2026, 6, 16)).get() == clock


def test_running_clocks_come_most_urgent_first(published: HubWorld) -> None:
    late = clocks.start("C4", "request:1", published.units[2], date(2026, 3, 2))
    soon = clocks.start("C3", "request:2", published.units[2], date(2026, 3, 2))
    clocks.start("C3", "request:3", published.units[3], date(2026, 3, 2))

    assert list(clocks.running(published.units[2])) == [soon, late]
    assert clocks.running().count() == 3


def test_clocks_due_within_the_warning_time_are_near(published: HubWorld) -> None:
    clock = clocks.start("C4", SUBJECT, published.units[2], date(2026, 3, 2))

    assert not clocks.near(date(2026, 3, 11)).exists()
    assert clocks.near(date(2026, 3, 12)).get() == clock
    assert not clocks.near(date(2026, 3, 17)).exists()


def test_days_left_are_working_days(published: HubWorld) -> None:
    clock = clocks.start("C4", SUBJECT, published.units[2], date(2026, 3, 2))

    assert clocks.left(clock, date(2026, 3, 2)) == 10
    assert clocks.left(clock, date(2026, 3, 13)) == 1
    assert clocks.left(clock, date(2026, 3, 18)) == -2


def test_a_stopped_clock_is_neither_running_nor_stopped_again(published: HubWorld) -> None:
    clocks.start("C3", SUBJECT, published.units[2], FRIDAY)

    clocks.stop("C3", SUBJECT, date(2026, 9, 19))

    assert not clocks.running().exists()
    assert Clock.objects.get().ended_on == date(2026, 9, 19)
    with pytest.raises(Refused) as refused:
        clocks.stop("C3", SUBJECT, date(2026, 9, 20))
    assert refused.value.codes == ("clock.not_running",)


def test_a_clock_keeps_the_row_it_started_with(published: HubWorld) -> None:
    clock = clocks.start("C4", SUBJECT, published.units[2], date(2026, 3, 2))
    Clock.objects.filter(pk=clock.pk).update(days=3)

    calendar.set_day(published.reviewer, date(2026, 3, 4), is_workday=False, note="", why=WHY)

    clock.refresh_from_db()
    assert clock.due_on == date(2026, 3, 6)


SATURDAY = date(2026, 5, 2)  # within the Labour Day holiday, which ends on the 5th


def named(hub: HubWorld, due_on: date, *, moves_on: bool = False) -> Clock:
    return clocks.start_until(
        "task", "task:1", hub.units[2], date(2026, 3, 2), due_on, "方案", "三", moves_on=moves_on
    )


def test_a_day_the_pack_names_stays_though_it_be_a_holiday(published: HubWorld) -> None:
    clock = named(published, SATURDAY)

    assert (clock.due_on, clock.provisional) == (SATURDAY, False)
    assert (clock.days, clock.document, clock.clause) == (0, "方案", "三")


def test_a_named_day_moves_on_where_the_pack_says_so(published: HubWorld) -> None:
    assert named(published, SATURDAY, moves_on=True).due_on == date(2026, 5, 6)


def test_a_named_day_is_final_in_a_year_not_yet_published(published: HubWorld) -> None:
    last = date(2027, 12, 31)

    assert not named(published, last).provisional
    clocks.stop("task", "task:1", last)
    assert named(published, last, moves_on=True).provisional


def test_a_change_of_the_calendar_moves_only_the_days_that_may_move(published: HubWorld) -> None:
    friday = date(2026, 6, 5)
    named(published, friday)
    clocks.start_until(
        "report", "report:1", published.units[2], FRIDAY, friday, "方案", "四", moves_on=True
    )

    calendar.set_day(published.reviewer, friday, is_workday=False, note="", why=WHY)

    dates = dict(Clock.objects.values_list("rule", "due_on"))
    assert dates == {"task": friday, "report": date(2026, 6, 8)}


def test_a_named_day_is_the_same_day_after_a_rest(published: HubWorld) -> None:
    named(published, date(2026, 6, 5))
    clocks.rest("task", "task:1", date(2026, 3, 10))

    assert clocks.restart("task", "task:1", date(2026, 4, 10)).due_on == date(2026, 6, 5)


def test_a_named_day_is_extended_only_where_it_has_an_extension(published: HubWorld) -> None:
    clock = named(published, date(2026, 6, 5))
    with pytest.raises(Refused) as refused:
        clocks.extend("task", "task:1")

    Clock.objects.filter(pk=clock.pk).update(extension_days=8)
    extended = clocks.extend("task", "task:1")

    assert refused.value.codes == ("clock.final",)
    assert extended.due_on == date(2026, 6, 13)  # a Saturday, and it stays one


def test_a_named_day_runs_once_for_a_subject(published: HubWorld) -> None:
    named(published, SATURDAY)

    with pytest.raises(Refused) as refused:
        named(published, SATURDAY)

    assert refused.value.codes == ("clock.running",)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dates(date(2025, 1, 1), date(2026, 6, 30)),
    st.lists(
        st.tuples(st.sampled_from(("rest", "restart", "extend")), st.integers(0, 12)), max_size=6
    ),
)
def test_whatever_happens_a_limit_is_due_as_many_days_after_its_last_start(
    hub_home: Path, published: HubWorld, started: date, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        day = started
        clocks.start("C4", SUBJECT, published.units[2], started)
        for step, after in steps:
            day += timedelta(days=after)
            clock = clocks.find("C4", SUBJECT)
            if step == "rest" and clock.rested_on is None:
                clocks.rest("C4", SUBJECT, day)
            elif step == "restart" and clock.rested_on is not None:
                clocks.restart("C4", SUBJECT, day)
            elif step == "extend" and not clock.extended and clock.rested_on is None:
                clocks.extend("C4", SUBJECT)

        clock = clocks.find("C4", SUBJECT)
        days = 20 if clock.extended else 10
        assert clock.due_on == chinese_calendar.find_workday(
            days - 1, clock.started_on + timedelta(days=1)
        )
        assert Clock.objects.filter(ended_on=None).count() == 1
        transaction.set_rollback(True)
