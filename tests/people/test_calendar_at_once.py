"""Two changes of the calendar at once, or out of order: no due date and no page misses either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from tests.hub_world import WHY, HubWorld, build
from yunzhang import clock
from yunzhang.people import calendar, clocks
from yunzhang.people.models import Clock

MONDAY = date(2026, 3, 2)


def begun(deed: Callable[[], object]) -> Thread:
    def run() -> None:
        try:
            deed()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def wait_until_one_waits() -> None:
    """Until PostgreSQL holds a deed up behind another; SQLite lets no second one begin."""
    pause = Event()
    for _ in range(100):
        if connection.vendor != "postgresql":
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        pause.wait(0.05)


@pytest.mark.django_db(transaction=True)
def test_two_holidays_entered_at_once_both_move_the_due_date(hub_home) -> None:
    hub: HubWorld = build(hub_home / "sources")
    limit = clocks.start("C4", "request:1", hub.units[2], MONDAY)
    entered, go_on = Event(), Event()

    def first() -> None:
        with transaction.atomic():
            calendar.set_day(hub.reviewer, date(2026, 3, 3), is_workday=False, note="", why=WHY)
            entered.set()
            go_on.wait(10)

    def second() -> None:
        calendar.set_day(hub.reviewer, date(2026, 3, 4), is_workday=False, note="", why=WHY)

    threads = [begun(first)]
    assert entered.wait(10)
    threads.append(begun(second))
    wait_until_one_waits()
    go_on.set()
    for thread in threads:
        thread.join()

    # Ten working days after Monday the 2nd end on the 16th; two holidays move it to the 18th.
    assert Clock.objects.get(pk=limit.pk).due_on == date(2026, 3, 18)


def test_the_cached_calendar_follows_a_change_that_bears_an_earlier_time(
    hub: HubWorld, monkeypatch
) -> None:
    calendar.set_day(hub.reviewer, date(2026, 6, 3), is_workday=False, note="", why=WHY)
    assert not calendar.work_calendar().is_workday(date(2026, 6, 3))
    earlier = clock.now() - timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: earlier)

    calendar.set_day(hub.reviewer, date(2026, 6, 4), is_workday=False, note="", why=WHY)

    assert not calendar.work_calendar().is_workday(date(2026, 6, 4))
