"""The working calendar: published years, the authority's changes, and the year nobody knows yet."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays

from tests.hub_world import TODAY, WHY, HubWorld
from yunzhang.people import calendar, clocks
from yunzhang.people.models import CalendarDay, CalendarYear, FactRow
from yunzhang.terms.faults import Refused


def test_the_import_agrees_with_its_source_on_every_day(hub: HubWorld) -> None:
    years = calendar.import_published(hub.reviewer, why=WHY)
    work = calendar.work_calendar()

    assert (years[0], years[-1]) == (2004, 2026)
    day = date(2004, 1, 1)
    while day.year in work.published:
        assert work.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_newest_year_the_library_knows_is_in_the_table(hub: HubWorld) -> None:
    calendar.import_published(hub.reviewer, why=WHY)

    # The library holds a day of the new year in the old year's notice; National Day proves a year.
    newest = max(day.year for day, name in holidays.items() if "National Day" in name)
    assert max(calendar.work_calendar().published) == newest
    assert CalendarYear.objects.count() == newest - 2004 + 1


def test_a_second_import_keeps_what_the_authority_changed(hub: HubWorld) -> None:
    calendar.import_published(hub.reviewer, why=WHY)
    day = date(2026, 3, 3)
    calendar.set_day(hub.reviewer, day, is_workday=False, note="广西三月三", why=WHY)

    years = calendar.import_published(hub.reviewer, why=WHY)

    assert years == ()
    assert not calendar.work_calendar().is_workday(day)


def test_the_cached_calendar_follows_each_change(hub: HubWorld) -> None:
    day = date(2026, 6, 3)
    assert calendar.work_calendar().is_workday(day)

    calendar.set_day(hub.reviewer, day, is_workday=False, note="放假", why=WHY)

    assert not calendar.work_calendar().is_workday(day)
    assert calendar.work_calendar() is calendar.work_calendar()


def test_an_unpublished_year_within_reach_is_named(hub: HubWorld) -> None:
    calendar.import_published(hub.reviewer, why=WHY)

    early = calendar.warnings(date(2026, 3, 2))
    late = calendar.warnings(date(2026, 11, 22))

    assert early == ()
    assert [fault.code for fault in late] == ["calendar.year_unpublished"]
    assert "2027" in late[0].sentence("zh")
    assert late[0].next_step("en")


def test_an_empty_calendar_is_never_silent(hub: HubWorld) -> None:
    assert "2026" in calendar.warnings(TODAY)[0].sentence()


def test_a_limit_into_an_unknown_year_is_provisional_until_the_year_is_entered(
    hub: HubWorld,
) -> None:
    calendar.import_published(hub.reviewer, why=WHY)
    clock = clocks.start("C4", "request:1", hub.units[2], date(2026, 12, 24))
    assert clock.provisional
    assert "1" in calendar.warnings(date(2026, 12, 24))[0].sentence()

    calendar.set_day(hub.reviewer, date(2027, 1, 4), is_workday=False, note="元旦", why=WHY)
    calendar.set_year(hub.reviewer, 2027, "国办发明电", why=WHY)

    before = clock.due_on
    clock.refresh_from_db()
    assert not clock.provisional
    assert clock.due_on > before
    assert calendar.warnings(date(2026, 12, 24)) == ()


def test_a_year_is_entered_once(hub: HubWorld) -> None:
    calendar.import_published(hub.reviewer, why=WHY)

    with pytest.raises(Refused) as refused:
        calendar.set_year(hub.reviewer, 2026, "again", why=WHY)

    assert refused.value.codes == ("calendar.year_entered",)


def test_only_the_authority_changes_the_calendar(hub: HubWorld) -> None:
    facts = FactRow.objects.count()

    for change in (
        lambda: calendar.import_published(hub.officer, why=WHY),
        lambda: calendar.set_day(hub.head, TODAY, is_workday=False, note="", why=WHY),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.codes == ("permission.missing",)
    assert not CalendarDay.objects.exists()
    assert FactRow.objects.count() == facts
