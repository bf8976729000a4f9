"""Workdays: the calendar in force, as clocks and pages read it."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Window

from yunzhang.people.models import CalendarDay, CalendarYear, FactRow
from yunzhang.terms.deadlines import WorkCalendar
from yunzhang.terms.fact import Deed


def work_calendar() -> WorkCalendar:
    """The calendar in force, read again only when a change has left a new fact."""
    changes = FactRow.objects.filter(deed=Deed.CALENDAR_CHANGED)
    # Counted too: a change may be committed after one that bears a later time or number.
    counted = changes.annotate(changes=Window(Count("pk"))).order_by("-number")
    return _as_of(counted.values_list("changes", "id").first())


def stored() -> WorkCalendar:
    """The calendar as the tables hold it now, with what this very transaction changed."""
    days = CalendarDay.objects.values_list("day", "is_workday")
    years = CalendarYear.objects.values_list("year", flat=True)
    return WorkCalendar(dict(days), frozenset(years))


@lru_cache(maxsize=4)
def _as_of(_changes: tuple[int, UUID] | None) -> WorkCalendar:
    return stored()
