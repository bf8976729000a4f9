"""Approvals in time: the engine counts working days as legal clocks do, and tells what is late."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.cage_asked import ask, rows
from tests.engines.tables import gathered
from yunzhang.terms.deadlines import WorkCalendar, add_working_days

# The run is on Monday 2026-03-02. The festival takes six weekdays off, 02-16 to 02-23, and two
# Saturdays, 02-14 and 02-28, are worked.
SPRING = WorkCalendar(
    {
        **{date(2026, 2, day): False for day in range(16, 24)},
        date(2026, 2, 14): True,
        date(2026, 2, 28): True,
    },
    frozenset({2026}),
)


def test_an_approval_is_late_by_working_days_of_the_calendar(tmp_path: Path) -> None:
    # Twenty working days after 01-05 are 02-02; after 02-02 by the plain week 03-02, with the
    # festival 03-06.
    table = gathered(
        tmp_path,
        "number accepted_on decided_on",
        ("in-time", "2026-01-05", "2026-02-02"),
        ("late", "2026-01-05", "2026-02-03"),
        ("in-time-with-festival", "2026-02-02", "2026-03-06"),
        ("late-with-festival", "2026-02-02", "2026-03-09"),
        ("open-in-time", "2026-02-02", ""),
        ("open-late", "2026-01-29", ""),
        ("unread", "2025-01-01", "待定"),
    )

    plain = ask("approval_overdue", {"approvals": table})
    festival = ask("approval_overdue", {"approvals": table}, calendar=SPRING)

    assert add_working_days(date(2026, 2, 2), 20, SPRING).on == date(2026, 3, 6)
    assert rows(festival) == [[2], [4]]
    assert rows(plain) == [[2], [3], [4], [6]]
    assert [(one.field, one.unreadable) for one in festival.unread] == [("decided_on", 1)]


def test_an_extension_a_deduction_and_the_matters_own_limit_move_the_legal_day(
    tmp_path: Path,
) -> None:
    # Decided twenty-five working days after acceptance, each of them.
    days = ("2026-01-05", "2026-02-09")
    table = gathered(
        tmp_path,
        "number accepted_on decided_on own_limit extended deducted",
        ("plain", *days, "", "", ""),
        ("extended", *days, "", "批准延长〔2026〕1号", ""),
        ("deducted", *days, "", "", "5"),
        ("deducted-too-little", *days, "", "", "4"),
        ("of-45-days", *days, "45", "", ""),
        ("of-10-days", *days, "10", "是", "10"),
    )

    assert rows(ask("approval_overdue", {"approvals": table})) == [[1], [4], [6]]
    assert rows(ask("approval_overdue", {"approvals": table}, more_days=4)) == [[1], [2], [4], [6]]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(date(2025, 11, 1), date(2026, 2, 27)), st.integers(0, 40))
def test_the_engine_counts_working_days_as_legal_clocks_do(
    tmp_path: Path, accepted: date, days: int
) -> None:
    due = add_working_days(accepted, days, SPRING).on
    next_day = add_working_days(accepted, days + 1, SPRING).on
    table = gathered(
        tmp_path,
        "number accepted_on decided_on own_limit",
        ("due", str(accepted), str(due), str(days)),
        ("late", str(accepted), str(next_day), str(days)),
    )

    assert rows(ask("approval_overdue", {"approvals": table}, calendar=SPRING)) == [[2]]


def test_an_approval_far_faster_than_its_matter_usually_is_told(tmp_path: Path) -> None:
    # Ten of one matter: nine took ten working days, one took one; of the other there are too few.
    usual = [(f"A-{n}", "取水许可", "2026-01-05", "2026-01-19") for n in range(9)]
    table = gathered(
        tmp_path,
        "number matter accepted_on decided_on",
        *usual,
        ("A-9", "取水许可", "2026-01-05", "2026-01-06"),
        ("B-0", "排污许可", "2026-01-05", "2026-01-19"),
        ("B-1", "排污许可", "2026-01-05", "2026-01-05"),
    )

    assert rows(ask("approval_swift", {"approvals": table})) == [[10]]
    assert rows(ask("approval_swift", {"approvals": table}, of_percent=10)) == []
    assert rows(ask("approval_swift", {"approvals": table}, least_cases=2)) == [[10], [12]]
