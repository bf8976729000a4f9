"""Dates: reports that come round, tasks with one date, two dates or none."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.packs import read
from yunzhang.terms.dates import MONTHS_OF, report_dates, task_dates
from yunzhang.terms.document import replace
from yunzhang.terms.pack_rows import Citation, DueDate, ReportRule, Task

CITE = Citation(document="示例市细则", clause="第八条")
DAYS = st.dates(date(2018, 1, 1), date(2032, 12, 31))
SPANS = st.tuples(DAYS, DAYS).map(sorted)


def report(cycle: Any, month: int = 0, day: int = 0) -> ReportRule:
    return ReportRule(id="r", zh="报告", en="Report", cite=CITE, cycle=cycle, month=month, day=day)


@st.composite
def reports(draw) -> ReportRule:
    cycle = draw(st.sampled_from(sorted(MONTHS_OF)))
    most = {"month": 0, "quarter": 3, "year": 12}[cycle]
    return report(cycle, draw(st.integers(0, most)), draw(st.integers(0, 31)))


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (report("quarter", 3), ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]),
        (report("quarter"), ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]),
        (report("quarter", 1, 25), ["2026-01-25", "2026-04-25", "2026-07-25", "2026-10-25"]),
        (report("year", 8), ["2026-08-31"]),
        (report("year", 2), ["2026-02-28"]),
        (report("year"), ["2026-12-31"]),
        (report("irregular"), []),
    ],
)
def test_a_report_falls_due_on_the_days_its_row_names(rule, days):
    found = report_dates(rule, date(2026, 1, 1), date(2026, 12, 31))

    assert [day.isoformat() for day in found] == days


def test_the_thirty_first_is_the_last_of_a_shorter_month():
    found = report_dates(report("month", day=31), date(2028, 1, 1), date(2028, 4, 30))

    assert [(day.month, day.day) for day in found] == [(1, 31), (2, 29), (3, 31), (4, 30)]


@given(reports(), SPANS)
def test_every_date_lies_within_what_was_asked_and_they_rise(rule, span):
    since, until = span

    found = report_dates(rule, since, until)

    assert all(since <= day <= until for day in found)
    assert all(one < two for one, two in pairwise(found))


@given(reports(), DAYS)
def test_each_year_holds_as_many_as_its_cycle_says(rule, day):
    year = report_dates(rule, date(day.year, 1, 1), date(day.year, 12, 31))

    assert len(year) == 12 // MONTHS_OF[rule.cycle]


@given(reports(), SPANS, DAYS)
def test_a_span_cut_in_two_loses_and_doubles_nothing(rule, span, cut):
    since, until = span
    cut = min(max(cut, since), until)

    both = [*report_dates(rule, since, cut), *report_dates(rule, cut + timedelta(1), until)]

    assert both == report_dates(rule, since, until)


@given(reports(), SPANS, SPANS)
def test_nothing_falls_due_while_its_row_is_not_in_force(rule, span, force):
    held = replace(rule, from_date=force[0], to_date=force[1])

    found = report_dates(held, *span)

    assert found == [d for d in report_dates(rule, *span) if force[0] <= d <= force[1]]


def task(*due: DueDate) -> Task:
    return Task(id="t", zh="任务", en="Task", cite=CITE, number=1, section="一", due=due)


DUES = st.builds(
    lambda on, kind: DueDate(on=on, cite=CITE, kind=kind), DAYS, st.sampled_from(["by", "from"])
)


@given(st.lists(DUES, max_size=5))
def test_the_earliest_day_is_the_deadline_and_no_other_date_is_lost(dues):
    dates = task_dates(task(*dues))

    by = sorted(each.on for each in dues if each.kind == "by")
    kept = ([dates.deadline.on] if dates.deadline else []) + [each.on for each in dates.others]
    assert kept == by
    assert (dates.begins is None) == all(each.kind == "by" for each in dues)


def test_a_task_whose_text_and_table_disagree_shows_both():
    [first, *_] = [row for row in read("liuzhou-2020").tasks if row.id == "liuzhou.1"]

    dates = task_dates(first)

    assert dates.deadline and dates.deadline.on == date(2020, 6, 30)
    assert [each.on for each in dates.others] == [date(2020, 12, 31)]
    assert dates.contradicts


def test_a_task_said_twice_with_one_date_contradicts_nothing():
    [sixth] = [row for row in read("liuzhou-2020").tasks if row.id == "liuzhou.6"]

    assert not task_dates(sixth).contradicts


def test_a_task_in_effect_from_a_day_has_no_deadline():
    [seventh] = [row for row in read("liuzhou-2020").tasks if row.id == "liuzhou.7"]

    dates = task_dates(seventh)

    assert dates.deadline is None
    assert dates.begins and dates.begins.on == date(2020, 3, 24)
