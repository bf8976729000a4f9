"""Jobs: what the hub does once a day, whichever worker does it and whatever breaks in between.

A worker takes a day's job on for a short while (its lease) and renews that while it works; one that
is killed lets the lease run out, and another takes the job on. Leases are no deeds: they say who is
at work, not what was done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Event, Thread

from django.db import connection, transaction

from yunzhang import clock
from yunzhang.people.models import DailyJob
from yunzhang.people.permissions import pack

log = logging.getLogger(__name__)

Do = Callable[[Sequence[date]], None]


def daily(name: str, do: Do) -> bool:
    """Do today's job unless it is done, under way or given up; whether it was done now.

    `do` is given the days it was not done on since it last was, today the last of them: after days
    without a worker it runs once, and knows what it missed. What it raises is passed on, and it is
    tried again, as often as the pack allows in a day.
    """
    today = clock.today()
    job = _taken(name, today, clock.now())
    if job is None:
        return False
    try:
        with _renewed(job):
            do(_owed(name, today))
    except Exception:
        _set_down(job, done_at=None)
        raise
    _set_down(job, done_at=clock.now())
    return True


def _taken(name: str, today: date, now: datetime) -> DailyJob | None:
    """The day's job with a lease on it; None when there is nothing for this worker to do."""
    DailyJob.objects.get_or_create(name=name, day=today)
    with transaction.atomic():
        job = DailyJob.objects.select_for_update().get(name=name, day=today)
        under_way = job.leased_until is not None and job.leased_until > now
        if job.done_at or under_way or job.tries >= pack().limit("worker.daily_tries"):
            return None
        if job.tries:
            log.warning("job %s of %s is tried again, after %s tries", name, today, job.tries)
        job.tries += 1
        job.leased_until = now + _lease()
        job.save(update_fields=["tries", "leased_until"])
    return job


def _set_down(job: DailyJob, *, done_at: datetime | None) -> None:
    DailyJob.objects.filter(pk=job.pk).update(done_at=done_at, leased_until=None)
    if done_at is None and job.tries >= pack().limit("worker.daily_tries"):
        log.error("job %s of %s is given up after %s tries", job.name, job.day, job.tries)


def _owed(name: str, today: date) -> list[date]:
    """The days since the job was last done, today the last; else since it was first tried."""
    jobs = DailyJob.objects.filter(name=name).order_by("day")
    last = jobs.filter(day__lt=today).exclude(done_at=None).last()
    begun = last.day + timedelta(days=1) if last else jobs[0].day
    first = max(begun, today - timedelta(days=pack().limit("worker.missed_days")))
    return [first + timedelta(days=number) for number in range((today - first).days + 1)]


@contextmanager
def _renewed(job: DailyJob) -> Iterator[None]:
    """Renew the lease while the job is under way, from a thread that dies with the process."""
    done = Event()
    renewing = Thread(target=_renew, args=(job.pk, done), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()


def _renew(number: int, done: Event) -> None:
    try:
        while not done.wait(_pause()):
            try:
                rows = DailyJob.objects.filter(pk=number, done_at=None)
                rows.update(leased_until=clock.now() + _lease())
            except Exception:
                # A database that is away now may be back before the lease is over.
                log.exception("the lease of job %s could not be renewed", number)
    finally:
        connection.close()


def _pause() -> float:
    # Twice may fail before the lease is over.
    return pack().limit("worker.lease_seconds") / 3


def _lease() -> timedelta:
    return timedelta(seconds=pack().limit("worker.lease_seconds"))
