"""Waiting: what waits for a person, by deadline. The desk shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from yunzhang.people import clocks, turns
from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.workdays import work_calendar
from yunzhang.portal import seen
from yunzhang.portal.language import spoken
from yunzhang.portal.templatetags.said import clock_name
from yunzhang.terms.deadlines import WorkCalendar, working_days_left

SHOWN = 50  # a desk with more is read by its first ones

# The page of each kind of subject; its one argument is the turn's reference.
PAGES = {
    "request": "request",
    "entry": "version",
    "grant": "grant",
    "case": "case",
    "table": "table",
    "drift": "entry",
    "verdict": "verdict",
    "resource": "entry",
    "ground": "entry",
}


@dataclass(frozen=True)
class Task:
    """One thing to do: the deed, its object, whose it is, where to do it, by when."""

    deed: str
    title: str
    who: str
    address: str
    subject: str = ""
    clock: Clock | None = None
    days: int | None = None


def tasks(actor: Actor, today: date) -> list[Task]:
    """What waits for the actor, the nearest deadline first; at most as many as a desk shows."""
    found: dict[str, Turn] = {}
    # A matter may wait for two posts of one person, and is shown once.
    for turn in turns.mine(actor).order_by(*BY_DEADLINE)[: 2 * SHOWN]:
        found.setdefault(turn.subject, turn)
    calendar = work_calendar()
    return [
        _task(turn, turn.clock, _left(turn.clock, today, calendar))
        for turn in list(found.values())[:SHOWN]
    ]


def count(actor: Actor) -> int:
    """How many matters wait for the actor."""
    return turns.mine(actor).order_by().values("subject").distinct().count()


def running(actor: Actor, today: date) -> list[tuple[Clock, int, str]]:
    """Clocks of the actor's units with working days left and the page of their subject."""
    calendar = work_calendar()
    return [
        (
            held,
            working_days_left(today, held.due_on, calendar),
            address(held.subject, held.reference),
        )
        for held in _own(actor)[:SHOWN]
    ]


def late(actor: Actor, today: date) -> int:
    """How many of those clocks are over."""
    return _own(actor).filter(due_on__lt=today, rested_on=None).count()


def red(actor: Actor, found: Iterable[tuple[Clock, int, str]]) -> list[Task]:
    """What is wrong in the actor's units now, for whoever answers for them: worst first."""
    warn = pack().limit("clock.warn_days")
    near = [
        Task(clock_name(held.rule), held.subject, held.unit.short_name, page, "", held, days)
        for held, days, page in found
        if not held.rested_on and days <= warn
    ]
    own = seen.units(actor, "quality.see")
    scope = Q() if own is None else Q(unit__in=own)
    wrong = Turn.objects.filter(scope, step__in=("drift", "verdict")).select_related("unit")
    return [*near, *(_task(turn, None, None) for turn in wrong.order_by("pk")[:SHOWN])][:SHOWN]


def address(subject: str, reference: str) -> str:
    """The page of a subject such as "request:12", "" where it has none."""
    route = PAGES.get(subject.partition(":")[0])
    if not (route and reference):
        return ""
    try:
        return reverse(route, args=[reference])
    except NoReverseMatch:
        return ""


# Running clocks first, by due date; what rests or has no date comes after.
BY_DEADLINE = (
    F("clock__rested_on").asc(nulls_first=True),
    F("clock__due_on").asc(nulls_last=True),
    "since",
    "pk",
)


def _own(actor: Actor) -> QuerySet[Clock]:
    own = seen.units(actor, "request.see")
    return clocks.running() if own is None else clocks.running().filter(unit__in=own)


def _task(turn: Turn, held: Clock | None, days: int | None) -> Task:
    deed = turn.deed_en if spoken() == "en" else turn.deed_zh
    who = turn.other or (turn.unit.short_name if turn.unit else "")
    return Task(
        deed, turn.title, who, address(turn.subject, turn.reference), turn.subject, held, days
    )


def _left(held: Clock | None, today: date, calendar: WorkCalendar) -> int | None:
    return None if held is None else working_days_left(today, held.due_on, calendar)
