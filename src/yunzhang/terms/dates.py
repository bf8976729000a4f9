"""Dates: when a report that comes round falls due, and which of a task's dates is its deadline.

Pure. docs/decisions/dates.md says why, where a text is silent or contradicts itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yunzhang.terms.pack_rows import DueDate, ReportRule, Row, Task

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}  # how long a cycle is
DECEMBER = 12


@dataclass(frozen=True)
class TaskDates:
    """A task's deadline, the other dates its texts set, and the day it is in effect from."""

    deadline: DueDate | None
    others: tuple[DueDate, ...] = ()
    begins: DueDate | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the texts set different days for the same task."""
        return self.deadline is not None and any(o.on != self.deadline.on for o in self.others)


def report_dates(rule: ReportRule, since: date, until: date) -> list[date]:
    """Every day from `since` to `until` on which the report falls due, while its row is in force.

    An irregular report has none. Where the text names no month, the cycle's last one is meant.
    """
    length = MONTHS_OF.get(rule.cycle)
    if length is None or since > until:
        return []
    found = (_day(year, month, rule.day) for year, month in _months(rule, length, since, until))
    return [day for day in found if since <= day <= until and _in_force(rule, day)]


def task_dates(task: Task) -> TaskDates:
    """The earliest day it must be done by, the others beside it; kept early, both are kept."""
    by = sorted((each for each in task.due if each.kind == "by"), key=lambda each: each.on)
    begun = sorted((each for each in task.due if each.kind == "from"), key=lambda each: each.on)
    return TaskDates(by[0] if by else None, tuple(by[1:]), begun[0] if begun else None)


def _months(rule: ReportRule, length: int, since: date, until: date) -> Iterator[tuple[int, int]]:
    """(year, month) of every cycle of these years in which the report falls due."""
    within = rule.month or length
    for year in range(since.year, until.year + 1):
        for start in range(0, DECEMBER, length):
            yield year, start + within


def _day(year: int, month: int, day: int) -> date:
    # A month without a 31st ends sooner; day 0 is its end by definition.
    last = monthrange(year, month)[1]
    return date(year, month, min(day, last) if day else last)


def _in_force(row: Row, day: date) -> bool:
    begun = row.from_date is None or row.from_date <= day
    return begun and (row.to_date is None or day <= row.to_date)
