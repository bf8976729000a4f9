"""The worker: carries facts to the hub's log, ends what has expired, checks the catalog daily.

One process beside the web server (`python -m yunzhang.worker`). A job that fails is an
incident in the operator's log; it keeps neither the other jobs nor its own next turn from running.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import django

# Models can be imported only once Django is set up, and this module is a process of its own.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402

from yunzhang import clock  # noqa: E402
from yunzhang.gather import drift  # noqa: E402
from yunzhang.packs.at_start import insist  # noqa: E402
from yunzhang.people import calendar, clocks, facts  # noqa: E402
from yunzhang.people.models import DailyJob  # noqa: E402
from yunzhang.people.permissions import Actor, pack  # noqa: E402
from yunzhang.protect.ledger import Ledger  # noqa: E402
from yunzhang.share import grants  # noqa: E402

log = logging.getLogger("yunzhang.worker")


@dataclass
class Job:
    """Something to do again and again; `every` is the pack's row of seconds."""

    name: str
    every: str
    do: Callable[[], None]
    next_at: float = 0.0

    def turn(self, now: float) -> None:
        """Do it when its time has come; whatever it raises is logged, never passed on."""
        if now < self.next_at:
            return
        self.next_at = now + pack().limit(self.every)
        try:
            self.do()
        except Exception:
            log.exception("job %s failed and will be tried again", self.name)


class Worker:
    """The hub's one writer of its own log, and its daily round."""

    def __init__(self) -> None:
        self._ledger: Ledger | None = None
        self.jobs = (
            Job("facts", "worker.facts_seconds", self._carry_facts),
            Job("grants", "worker.grants_seconds", _end_grants),
            Job("drift", "worker.daily_seconds", lambda: _daily("drift", _check_drift)),
            Job("clocks", "worker.daily_seconds", lambda: _daily("clocks", _tell_clocks)),
        )

    def round(self) -> None:
        """Give every job that is due its turn."""
        for job in self.jobs:
            job.turn(clock.monotonic())

    def close(self) -> None:
        """Let go of the log."""
        if self._ledger is not None:
            self._ledger.close()

    def _carry_facts(self) -> None:
        if self._ledger is None:
            self._ledger = facts.open_log()
            self._ledger.publish()
        if facts.drain(self._ledger):
            self._ledger.publish()


def run(stop: threading.Event | None = None, *, once: bool = False, parent: int = 0) -> None:
    """Work until `stop` is set or the process `parent` is gone; `once` gives each job one turn."""
    stop = stop or threading.Event()
    worker = Worker()
    pause = min(pack().limit(job.every) for job in worker.jobs)
    try:
        worker.round()
        while not (once or stop.wait(pause) or _orphaned(parent)):
            close_old_connections()
            worker.round()
    finally:
        worker.close()


def _orphaned(parent: int) -> bool:
    # A web server that was killed could not tell; the system then gives us another parent.
    return parent != 0 and os.getppid() != parent


def _daily(name: str, do: Callable[[], None]) -> None:
    # Taken before it is done: a job that brings the worker down must not do so all day.
    _, ours = DailyJob.objects.get_or_create(name=name, day=clock.today())
    if ours:
        do()


def _end_grants() -> None:
    for grant in grants.end_expired(clock.now()):
        log.info("grant %s has ended", grant.pk)


def _check_drift() -> None:
    drift.check_all(Actor(None))


def _tell_clocks() -> None:
    today = clock.today()
    for fault in calendar.warnings(today):
        log.warning("%s", fault.sentence())
    for late in clocks.overdue(today):
        log.warning("%s of %s was due on %s", late.rule, late.subject, late.due_on)
    for near in clocks.near(today):
        log.warning("%s of %s is due on %s", near.rule, near.subject, near.due_on)


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m yunzhang.worker", description=__doc__)
    parser.add_argument("--once", action="store_true", help="give every job one turn")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    asked = parser.parse_args(arguments)
    insist(settings.PACK)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop, once=asked.once, parent=asked.parent)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
