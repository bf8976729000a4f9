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
from datetime import date
from functools import partial

import django

# Models can be imported only once Django is set up, and this module is a process of its own.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections, connections  # noqa: E402

from yunzhang import clock  # noqa: E402
from yunzhang.gather import drift, grounds  # noqa: E402
from yunzhang.oversee.clouds import zombies  # noqa: E402
from yunzhang.oversee.duties import dated  # noqa: E402
from yunzhang.oversee.inspection import patrols  # noqa: E402
from yunzhang.oversee.scoring import standings  # noqa: E402
from yunzhang.oversee.seats import handovers  # noqa: E402
from yunzhang.people import (  # noqa: E402
    calendar,
    facts,
    jobs,
    mail,
    notices,
    pack_verbs,
    tallies,
    uploads,
    watch,
    webhook_calls,
)
from yunzhang.people.permissions import Actor, pack  # noqa: E402
from yunzhang.protect.ledger import LEDGER_IN_USE, Ledger  # noqa: E402
from yunzhang.share import grants  # noqa: E402
from yunzhang.terms.faults import Refused  # noqa: E402
from yunzhang.use import cage_runs, incidents, opening  # noqa: E402

log = logging.getLogger("yunzhang.worker")


@dataclass
class Job:
    """Something to do again and again; `every` is the pack's row of seconds."""

    name: str
    every: str
    do: Callable[[], object]
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


@dataclass
class Apart(Job):
    """A job that waits for machines of others: done beside the round, which never waits for it."""

    thread: threading.Thread | None = None

    def turn(self, now: float) -> None:
        """Begin it when its time has come and the last time is over."""
        if now < self.next_at or (self.thread and self.thread.is_alive()):
            return
        self.next_at = now + pack().limit(self.every)
        self.thread = threading.Thread(target=self._do, name=self.name, daemon=True)
        self.thread.start()

    def wait(self) -> None:
        """Let what is under way end, as long as a worker may take to stop."""
        if self.thread:
            self.thread.join(pack().limit("worker.stop_seconds"))

    def _do(self) -> None:
        try:
            self.do()
        except Exception:
            log.exception("job %s failed and will be tried again", self.name)
        finally:
            connections.close_all()


class Worker:
    """The hub's one writer of its own log, and its daily round."""

    def __init__(self) -> None:
        self._ledger: Ledger | None = None
        self.jobs = (
            Job("facts", "worker.facts_seconds", self._carry_facts),
            Job("grants", "worker.grants_seconds", _end_grants),
            Job("clocks", "worker.clocks_seconds", _tell_clocks),
            *(
                Job(name, "worker.daily_seconds", partial(jobs.daily, name, do))
                for name, do in DAILY
            ),
            Job("patrols", "worker.grants_seconds", _draw_samples),
            Apart("mail", "worker.mail_seconds", mail.send_due),
            Apart("webhooks", "worker.webhooks_seconds", webhook_calls.send_due),
        )

    def round(self) -> None:
        """Give every job that is due its turn."""
        for job in self.jobs:
            job.turn(clock.monotonic())

    def close(self) -> None:
        """Let go of the log, and let calls to others end."""
        if self._ledger is not None:
            self._ledger.close()
        for job in self.jobs:
            if isinstance(job, Apart):
                job.wait()

    def _carry_facts(self) -> None:
        if self._ledger is None:
            self._ledger = _taken_log()
        if self._ledger is None:
            return
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


def _taken_log() -> Ledger | None:
    """The log, opened and published; None while another worker carries the facts."""
    try:
        ledger = facts.open_log()
    except Refused as refused:
        if any(fault.kind is not LEDGER_IN_USE for fault in refused.faults):
            raise
        return None
    ledger.publish()
    return ledger


def _end_grants() -> None:
    for grant in grants.end_expired(clock.now()):
        log.info("grant %s has ended", grant.pk)


def _draw_samples() -> None:
    for patrol in patrols.draw_due(clock.now()):
        log.info("the sample %s is drawn", patrol.digest[:16])


def _tell_clocks() -> None:
    for told in watch.sweep(clock.today()):
        log.info("%s of %s, due on %s: %s", told.rule, told.subject, told.due_on, told.event)


def _check_drift(_days: Sequence[date]) -> None:
    drift.check_all(Actor(None))


def _tell_calendar(_days: Sequence[date]) -> None:
    for fault in calendar.warnings(clock.today()):
        log.warning("%s", fault.sentence())


def _open_duties(days: Sequence[date]) -> None:
    for case in dated.open_due(clock.today(), days[0]):
        log.info("%s is opened: %s", case.number, case.about)
    dated.tell_supervised(clock.today())


def _review_grounds(_days: Sequence[date]) -> None:
    for resource in grounds.sweep(clock.today()):
        log.info("the ground of %s is due for review", resource.code)


def _find_incidents(_days: Sequence[date]) -> None:
    for case in incidents.sweep(clock.today()):
        log.warning("incident %s: %s", case.number, case.title)


def _ask_zombies(_days: Sequence[date]) -> None:
    for case in zombies.sweep(clock.today()):
        log.info("%s is opened: %s shows no life", case.number, case.about)


def _hand_over(days: Sequence[date]) -> None:
    for one in handovers.open_due(days):
        log.info("the handover of post %s is opened", one.post_id)


def _keep_standings(_days: Sequence[date]) -> None:
    standings.keep(clock.today())


def _run_cage(_days: Sequence[date]) -> None:
    for made in cage_runs.sweep():
        log.info("rule %s found %s, %s new", made.binding.rule, made.found, made.fresh)


def _forget_notices(_days: Sequence[date]) -> None:
    notices.forget(clock.today())
    webhook_calls.forget(clock.today())


def _forget_contacts(_days: Sequence[date]) -> None:
    tallies.forget()
    opening.forget(clock.today())


# What is done once a day, whichever worker does it; each is told which days it missed.
def _forget_uploads(_days: Sequence[date]) -> None:
    """Delete the files that were uploaded and never imported."""
    uploads.sweep()


DAILY: tuple[tuple[str, jobs.Do], ...] = (
    ("drift", _check_drift),
    ("calendar", _tell_calendar),
    ("dated", _open_duties),
    ("grounds", _review_grounds),
    ("zombies", _ask_zombies),
    ("incidents", _find_incidents),
    ("handovers", _hand_over),
    ("standings", _keep_standings),
    ("cage", _run_cage),
    ("contacts", _forget_contacts),
    ("notices", _forget_notices),
    ("uploads", _forget_uploads),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m yunzhang.worker", description=__doc__)
    parser.add_argument("--once", action="store_true", help="give every job one turn")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    asked = parser.parse_args(arguments)
    pack_verbs.insist(settings.PACK)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop, once=asked.once, parent=asked.parent)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
