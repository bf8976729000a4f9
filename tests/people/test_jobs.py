"""A day's job: done once, by one worker, tried again when it fails, and told what it missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from threading import Event

import pytest

from yunzhang import clock
from yunzhang.people import jobs
from yunzhang.people.models import DailyJob
from yunzhang.people.permissions import pack

MONDAY = date(2026, 3, 2)


class Diary:
    """Today and now as a test sets them, and the days each run of the job was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2026, 3, 2, 8, tzinfo=clock.BEIJING)
        self.runs: list[list[date]] = []
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(clock, "today", self.today)

    def do(self, days: Sequence[date]) -> None:
        self.runs.append(list(days))

    def fail(self, days: Sequence[date]) -> None:
        self.do(days)
        raise RuntimeError("the disk is full")

    def today(self) -> date:
        return self.now.date()

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def diary(db, monkeypatch) -> Diary:
    return Diary(monkeypatch)


def test_a_job_is_done_once_a_day(diary: Diary) -> None:
    done = [jobs.daily("drift", diary.do), jobs.daily("drift", diary.do)]
    diary.later(days=1)
    done.append(jobs.daily("drift", diary.do))

    assert done == [True, False, True]
    assert diary.runs == [[MONDAY], [date(2026, 3, 3)]]


def test_after_days_without_a_worker_it_is_done_once_and_knows_what_it_missed(
    diary: Diary,
) -> None:
    jobs.daily("reports", diary.do)
    diary.later(days=3)

    jobs.daily("reports", diary.do)
    jobs.daily("reports", diary.do)

    assert diary.runs[1:] == [[date(2026, 3, day) for day in (3, 4, 5)]]


def test_a_job_that_failed_is_tried_again_the_same_day_until_it_is_given_up(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    most = pack().limit("worker.daily_tries")

    for _ in range(most):
        with pytest.raises(RuntimeError):
            jobs.daily("drift", diary.fail)

    assert jobs.daily("drift", diary.do) is False
    assert len(diary.runs) == most
    assert "given up" in caplog.text


def test_a_day_given_up_is_owed_the_next(diary: Diary) -> None:
    with pytest.raises(RuntimeError):
        jobs.daily("drift", diary.fail)
    diary.later(days=1)

    jobs.daily("drift", diary.do)

    assert diary.runs[-1] == [MONDAY, date(2026, 3, 3)]


def test_a_job_under_way_is_left_alone_until_its_lease_is_over(diary: Diary) -> None:
    lease = pack().limit("worker.lease_seconds")
    DailyJob.objects.create(
        name="drift", day=MONDAY, tries=1, leased_until=diary.now + timedelta(seconds=lease)
    )

    early = jobs.daily("drift", diary.do)
    diary.later(seconds=lease + 1)
    late = jobs.daily("drift", diary.do)

    assert (early, late) == (False, True)
    job = DailyJob.objects.get()
    assert (job.tries, job.leased_until, job.done_at) == (2, None, diary.now)


def test_no_more_than_a_month_is_made_up_for(diary: Diary) -> None:
    jobs.daily("reports", diary.do)
    diary.later(days=400)

    jobs.daily("reports", diary.do)

    assert len(diary.runs[-1]) == pack().limit("worker.missed_days") + 1


@pytest.mark.django_db(transaction=True)
def test_a_long_job_keeps_its_lease(monkeypatch) -> None:
    monkeypatch.setattr(jobs, "_pause", lambda: 0.02)
    seen: list[bool] = []

    def long(_days: Sequence[date]) -> None:
        first = DailyJob.objects.get().leased_until
        for _ in range(500):
            if DailyJob.objects.get().leased_until > first:
                seen.append(True)
                return
            Event().wait(0.02)

    jobs.daily("drift", long)

    assert seen == [True]
    assert DailyJob.objects.get().leased_until is None
