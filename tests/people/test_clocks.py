"""Legal limits: started from the pack, rested, restarted, extended once, stopped."""

from __future__ import annotations

from datetime import date

import pytest

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
