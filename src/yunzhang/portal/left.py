"""Left: how a limit stands today, in words."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext, ngettext

from yunzhang.people.models import Clock
from yunzhang.people.permissions import pack

TONES = {"resting": "quiet", "late": "bad", "near": "warn", "running": "good"}


def left_words(due_on: date, days: int, today: date) -> str:
    """Working days left or late; `days` as counted from today, negative when past.

    On days off a limit can be past, or still ahead, without a working day between.
    """
    if due_on == today:
        return gettext("Due today")
    if due_on < today and not days:
        return gettext("Overdue")
    if days < 0:
        late = ngettext("%(n)s working day late", "%(n)s working days late", -days)
        return late % {"n": -days}
    return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}


def state_of(clock: Clock, days: int, today: date) -> str:
    """Resting, late, near (within the days of warning of its rule) or running."""
    if clock.rested_on:
        return "resting"
    warn = pack().limit("clock.warn_days") if clock.warn_days is None else clock.warn_days
    return "late" if clock.due_on < today else "near" if days <= warn else "running"


def clock_words(clock: Clock, days: int, today: date) -> str:
    """The same of a clock, which may rest."""
    return gettext("Resting") if clock.rested_on else left_words(clock.due_on, days, today)
