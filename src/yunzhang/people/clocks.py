"""Clocks: the legal limits that run, whose they are, and by when.

Called inside a deed's own transaction (`act`): a clock never moves by itself. What the worker
tells of it (people/watch.py) is told of one due date: a later one is warned of anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from yunzhang.people.act import tell
from yunzhang.people.models import Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.people.workdays import work_calendar
from yunzhang.terms.deadlines import (
    NAMED_DAY,
    NEXT_WORKDAY,
    Due,
    Limit,
    WorkCalendar,
    add_working_days,
    due,
    working_days_left,
)
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.record import Value

CLOCK_NOT_RUNNING = FaultKind(
    "clock.not_running",
    409,
    Text("事项 {subject} 没有正在计算的时限 {rule}。", "No limit {rule} is running for {subject}."),
    Text("刷新页面，核对事项的状态。", "Reload the page and check where the matter stands."),
)
CLOCK_RUNNING = FaultKind(
    "clock.running",
    409,
    Text("事项 {subject} 的时限 {rule} 已在计算。", "The limit {rule} of {subject} is running."),
    Text("刷新页面，核对事项的状态。", "Reload the page and check where the matter stands."),
)
CLOCK_FINAL = FaultKind(
    "clock.final",
    422,
    Text(
        "时限 {rule} 依规定不能延长，或已延长过一次。",
        "The limit {rule} cannot be extended, or has been once.",
    ),
    Text("在原期限内办结。", "Finish within the limit as it stands."),
)

MOVED = ("due_on", "provisional", "warned_on", "expired_on", "escalated_on", "moved_from")


def start(rule_id: str, subject: str, unit: Unit, received: date, *, reference: str = "") -> Clock:
    """Begin a limit of the pack for what `unit` received on a day; that day does not count.

    `reference` is what the page of the subject is found by.
    """
    _must_not_run(rule_id, subject)
    rule = pack().clock(rule_id)
    last = due(rule, received, work_calendar())
    return _told(
        Clock.objects.create(
            rule=rule_id,
            subject=subject,
            reference=reference,
            unit=unit,
            days=rule.days,
            counted_in=rule.unit,
            extension_days=rule.extension_days,
            document=rule.cite.document,
            clause=rule.cite.clause,
            started_on=received,
            due_on=last.on,
            provisional=last.provisional,
            warn_days=rule.warn_days,
            at_end=rule.at_end,
        )
    )


def start_until(
    rule_id: str,
    subject: str,
    unit: Unit,
    started: date,
    due_on: date,
    cite_document: str,
    cite_clause: str,
    *,
    moves_on: bool = False,
    warn_days: int | None = None,
    at_end: str = "",
    reference: str = "",
) -> Clock:
    """Begin a limit whose last day the pack names: a task's, a report's, a campaign's.

    The day stays though it be a holiday, unless `moves_on` (docs/decisions/clocks.md).
    """
    _must_not_run(rule_id, subject)
    clock = Clock(
        rule=rule_id,
        subject=subject,
        reference=reference,
        unit=unit,
        days=0,
        counted_in=NEXT_WORKDAY if moves_on else NAMED_DAY,
        until=due_on,
        document=cite_document,
        clause=cite_clause,
        started_on=started,
        warn_days=warn_days,
        at_end=at_end,
    )
    return _set_due(clock)


def stop(rule_id: str, subject: str, on: date) -> Clock:
    """The duty was done on a day; late or not is for the indicators."""
    clock = find(rule_id, subject)
    clock.ended_on, clock.moved_from = on, None
    clock.save(update_fields=["ended_on", "moved_from"])
    return _told(clock)


def rest(rule_id: str, subject: str, on: date) -> Clock:
    """Rest from the one-time notice on: nothing is owed until the request is complete (Art. 21)."""
    clock = find(rule_id, subject)
    clock.rested_on, clock.moved_from = on, None
    clock.save(update_fields=["rested_on", "moved_from"])
    return _told(clock)


def restart(rule_id: str, subject: str, received: date) -> Clock:
    """Run the whole limit anew from the day the completed request was received.

    A limit that was over before its notice stays on record as missed; the new one stands beside it.
    A day the pack names does not move with the rest: it is the same day afterwards.
    """
    clock = find(rule_id, subject)
    if clock.rested_on and clock.rested_on > clock.due_on:
        clock = _beside(stop(rule_id, subject, clock.rested_on))
    clock.started_on, clock.rested_on, clock.extended = received, None, False
    clock.warned_on = clock.expired_on = clock.escalated_on = clock.moved_from = None
    return _set_due(clock)


def extend(rule_id: str, subject: str) -> Clock:
    """Add the pack's extension, once; raises `clock.final` where there is none."""
    clock = find(rule_id, subject)
    if clock.extended or not clock.extension_days:
        raise Refused(CLOCK_FINAL(rule=rule_id))
    # Whoever is told of the extension need not be told of the date the calendar had moved.
    clock.extended, clock.moved_from = True, None
    return _set_due(clock)


def find(rule_id: str, subject: str) -> Clock:
    """The running clock of a subject, locked until the deed is done."""
    running_now = Clock.objects.select_for_update().filter(ended_on=None)
    clock = running_now.filter(rule=rule_id, subject=subject).first()
    if clock is None:
        raise Refused(CLOCK_NOT_RUNNING(rule=rule_id, subject=subject))
    return clock


def running(unit: Unit | None = None) -> QuerySet[Clock]:
    """Clocks not yet stopped, by due date; resting ones last."""
    found = Clock.objects.filter(ended_on=None).select_related("unit")
    if unit is not None:
        found = found.filter(unit=unit)
    return found.order_by(F("rested_on").asc(nulls_first=True), "due_on", "pk")


def overdue(today: date) -> QuerySet[Clock]:
    """Clocks that should have stopped before today; a resting one is never overdue."""
    return running().filter(due_on__lt=today, rested_on=None)


def near(today: date) -> QuerySet[Clock]:
    """Clocks due within their warning time, and not overdue."""
    return running().filter(within_warning(today), due_on__gte=today, rested_on=None)


def within_warning(today: date) -> Q:
    """Due so soon that a warning is in order, by each clock's own days or else the pack's."""
    usual, work = pack().limit("clock.warn_days"), work_calendar()
    soon = Q(pk__in=())
    for days in Clock.objects.filter(ended_on=None).values_list("warn_days", flat=True).distinct():
        horizon = add_working_days(today, usual if days is None else days, work)
        soon |= Q(warn_days=days, due_on__lte=horizon.on)
    return soon


def left(clock: Clock, today: date) -> int:
    """Working days left after today; negative when overdue."""
    return working_days_left(today, clock.due_on, work_calendar())


def unsure(clock: Clock) -> Text:
    """What stands behind a due date that the notice of its year may still move."""
    return Text("（暂定）", " (provisional)") if clock.provisional else Text("", "")


def values(clock: Clock) -> dict[str, Value]:
    """What counts of a limit: when it ran, by what its last day follows, and what says so."""
    days = {
        name: getattr(clock, name)
        for name in ("started_on", "due_on", "rested_on", "ended_on", "until")
    }
    return {
        "rule": clock.rule,
        "subject": clock.subject,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
        "provisional": clock.provisional,
        "days": clock.days,
        "counted_in": clock.counted_in,
        "extension": clock.extension_days if clock.extended else 0,
        "document": clock.document,
        "clause": clock.clause,
    }


def recompute(calendar: Callable[[], WorkCalendar]) -> int:
    """Set every running clock's due date by the calendar as it reads now; how many changed."""
    changed: dict[tuple[Any, ...], list[int]] = {}
    running_now = list(Clock.objects.select_for_update().filter(ended_on=None).order_by("pk"))
    # Read behind the lock: it then holds what another change of the calendar has just committed.
    work = calendar()
    for clock in running_now:
        last = _due(clock, work)
        if (last.on, last.provisional) != (clock.due_on, clock.provisional):
            _keep_moved(clock, last.on)
            _move(clock, last)
            changed.setdefault(tuple(getattr(clock, name) for name in MOVED), []).append(clock.pk)
    # Many limits share a date: a thousand updates at once take the time of one.
    for values, numbers in changed.items():
        for first in range(0, len(numbers), 500):
            rows = Clock.objects.filter(pk__in=numbers[first : first + 500])
            rows.update(**dict(zip(MOVED, values, strict=True)))
    return sum(map(len, changed.values()))


def _must_not_run(rule_id: str, subject: str) -> None:
    if Clock.objects.filter(rule=rule_id, subject=subject, ended_on=None).exists():
        raise Refused(CLOCK_RUNNING(rule=rule_id, subject=subject))


def _due(clock: Clock, work: WorkCalendar) -> Due:
    # From the clock's own row: a pack that changes later does not move what already runs.
    extension = clock.extension_days if clock.extended else 0
    limit = Limit(clock.started_on, clock.days, clock.counted_in, clock.until, extension)
    return limit.due(work)


def _beside(ended: Clock) -> Clock:
    # A copy, not a start from the pack: a pack that changes later does not move what was begun.
    ended.pk, ended.ended_on = None, None
    return ended


def _set_due(clock: Clock) -> Clock:
    _move(clock, _due(clock, work_calendar()))
    clock.save()
    return _told(clock)


def _told(clock: Clock) -> Clock:
    tell("clock", clock.pk, clock.unit.code, values(clock))
    return clock


def _keep_moved(clock: Clock, to: date) -> None:
    """Remember the last date its people know; a date that comes back needs no word."""
    known = clock.moved_from or clock.due_on
    clock.moved_from = None if known == to or clock.rested_on else known


def _move(clock: Clock, last: Due) -> None:
    """Set the due date; what was told of an earlier one is forgotten where it holds no more.

    A limit already told as overdue stays so unless the new date was not over on that day.
    """
    if clock.pk and last.on > clock.due_on:
        clock.warned_on = None
        if clock.expired_on and clock.expired_on <= last.on:
            clock.expired_on = clock.escalated_on = None
    clock.due_on, clock.provisional = last.on, last.provisional
