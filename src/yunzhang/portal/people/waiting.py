"""Waiting: what waits for a person, kind by kind, the nearest deadline first. The desk shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.people import turns
from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import Actor, pack
from yunzhang.portal.language import spoken
from yunzhang.portal.people.course_words import procedure_names
from yunzhang.terms.deadlines import WorkCalendar, working_days_left

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
    "handover": "handover",
    "patrol": "patrol",
    "circular": "circular_issue",
    "evaluation": "evaluation",
}
# What waits outside any procedure, by its step.
STEPS = {
    "table": _("Tables to read or to catalogue"),
    "drift": _("Entries whose table changed"),
    "verdict": _("Failing checks"),
    "ground": _("Grounds to review"),
    "handover": _("Matters to take over"),
}
# Running clocks first, by due date; what rests or has no date comes after.
BY_DEADLINE = (
    F("clock__rested_on").asc(nulls_first=True),
    F("clock__due_on").asc(nulls_last=True),
    F("since").asc(),
    F("pk").asc(),
)


@dataclass(frozen=True)
class Task:
    """One thing to do: the deed, its object, whose it is, where to do it, by when."""

    deed: str
    title: str
    who: str
    address: str
    clock: Clock | None = None
    days: int | None = None


@dataclass(frozen=True)
class Group:
    """What waits of one kind: its name, how much there is, and the most urgent of it."""

    id: str
    title: str
    total: int
    tasks: list[Task]

    @property
    def more(self) -> int:
        return self.total - len(self.tasks)


def groups(actor: Actor, today: date, work: WorkCalendar, only: str = "") -> list[Group]:
    """What waits for the actor, the group with the nearest deadline first; one query.

    Of every kind as many as a desk shows; of the kind `only` a page of them.
    """
    most = pack().limit("page.list_rows" if only else "desk.lines")
    found = _ranked(actor).filter(nth__lte=most)
    if only:
        found = found.filter(bucket=only)
    names, kinds = procedure_names(), dict[str, list[Any]]()
    for turn in found.order_by(*BY_DEADLINE):
        kinds.setdefault(turn.bucket, []).append(turn)
    return [
        Group(
            kind,
            gettext(STEPS[kind]) if kind in STEPS else names.get(kind, kind),
            rows[0].total,
            [_task(turn, today, work) for turn in rows],
        )
        for kind, rows in kinds.items()
    ]


def address(subject: str, reference: str) -> str:
    """The page of a subject such as "request:12", "" where it has none."""
    route = PAGES.get(subject.partition(":")[0])
    if not (route and reference):
        return ""
    try:
        return reverse(route, args=[reference])
    except NoReverseMatch:
        return ""


def _ranked(actor: Actor) -> QuerySet[Any]:
    """The actor's turns with their kind, how many there are of it, and their place in it."""
    mine = turns.mine(actor).order_by()
    if len(actor.posts) > 1:
        # A matter may wait for two posts of one person, and is shown once.
        other = turns.mine(actor).order_by().filter(subject=OuterRef("subject"))
        mine = mine.filter(~Exists(other.filter(pk__lt=OuterRef("pk"))))
    bucket = Case(When(procedure="", then=F("step")), default=F("procedure"))
    return mine.annotate(
        bucket=bucket,
        nth=Window(RowNumber(), partition_by=[F("bucket")], order_by=[*BY_DEADLINE]),
        total=Window(Count("pk"), partition_by=[F("bucket")]),
    )


def _task(turn: Turn, today: date, work: WorkCalendar) -> Task:
    deed = turn.deed_en if spoken() == "en" else turn.deed_zh
    who = turn.other or (turn.unit.short_name if turn.unit else "")
    held = turn.clock
    days = None if held is None else working_days_left(today, held.due_on, work)
    return Task(deed, turn.title, who, address(turn.subject, turn.reference), held, days)
