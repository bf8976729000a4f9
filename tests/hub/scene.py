"""A hub's worker as a process of its own, for tests that kill it: prepare, sweep, count, jobs."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from threading import Event

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402

from tests.hub_world import WHY, build  # noqa: E402
from yunzhang import clock  # noqa: E402
from yunzhang.people import calendar, clocks, jobs, turns, watch  # noqa: E402
from yunzhang.people.models import Clock, DailyJob, FactRow, Notice  # noqa: E402
from yunzhang.terms.faults import Text  # noqa: E402

MONDAY = date(2026, 3, 2)


def prepare(number: str) -> None:
    """A founded hub with so many limits that fall due on the 16th."""
    call_command("migrate", verbosity=0)
    hub = build(Path(os.environ["YUNZHANG_HOME"]) / "sources")
    calendar.import_published(hub.reviewer, why=WHY)
    for one in range(int(number)):
        subject, unit = f"request:{one}", hub.units[2]
        running = clocks.start("C4", subject, unit, MONDAY)
        seats = (("sharing_body_head", unit),)
        wait = turns.Wait(subject, "", "申请", "", "reply", Text("答复", "Reply"), seats)
        turns.pass_to(wait, running)


def sweep(day: str) -> None:
    """Sweep as the worker does, telling each event as it is done."""
    tell = watch._guarded

    def aloud(*arguments):
        told = tell(*arguments)
        for one in told:
            say(one.event)
        return told

    watch._guarded = aloud
    watch.sweep(date.fromisoformat(day))
    say("swept")


def count() -> None:
    """The most facts and notices there are for one clock and event, and how many events."""
    facts = FactRow.objects.filter(deed__startswith="clock.").values("subject", "deed")
    notices = Notice.objects.exclude(kind="turn").values("subject", "kind", "person")
    for rows in (facts, notices):
        each = list(rows.annotate(times=Count("pk")).values_list("times", flat=True))
        say(f"{len(each)} {max(each)}")
    say(f"{Clock.objects.exclude(expired_on=None).count()}")


def slow() -> None:
    """A day's job that never ends by itself."""

    def never_ending(_days):
        say("begun")
        Event().wait(600)

    jobs.daily("slow", never_ending)


def again() -> None:
    """The same job, once its lease is over."""
    say(f"early {jobs.daily('slow', lambda days: None)}")
    DailyJob.objects.update(leased_until=clock.now())
    say(f"late {jobs.daily('slow', lambda days: None)}")
    say(f"tries {DailyJob.objects.get().tries}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    scenes = {each.__name__: each for each in (prepare, sweep, count, slow, again)}
    scenes[sys.argv[1]](*sys.argv[2:])
