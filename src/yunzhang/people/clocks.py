"""Clocks: the legal limits that run, whose they are, and by when.

Called inside a deed's own transaction (`act`): a clock never moves by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import F, QuerySet

from yunzhang.people.models import Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.people.workdays import work_calendar
from yunzhang.terms.deadlines import (
    Due,
    WorkCalendar,
    add_calendar_days,
    add_working_days,
    due,
    working_days_left,
)
from yunzhang.terms.faults import FaultKind, Refused, Text

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


def start(rule_id: str, subject: str, unit: Unit, received: date) -> Clock:
    """Begin a limit of the pack for what `unit` received on a day; that day does not count."""
    if Clock.objects.filter(rule=rule_id, subject=subject, ended_on=None).exists():
        raise Refused(CLOCK_RUNNING(rule=rule_id, subject=subject))
    rule = pack().clock(rule_id)
    last = due(rule, received, work_calendar())
    return Clock.objects.create(
        rule=rule_id,
        subject=subject,
        unit=unit,
        days=rule.days,
        counted_in=rule.unit,
        extension_days=rule.extension_days,
        document=rule.cite.document,
        clause=rule.cite.clause,
        started_on=received,
        due_on=last.on,
        provisional=last.provisional,
    )


def stop(rule_id: str, subject: str, on: date) -> Clock:
    """The duty was done on a day; late or not is for the indicators."""
    clock = find(rule_id, subject)
    clock.ended_on = on
    clock.save(update_fields=["ended_on"])
    return clock


def rest(rule_id: str, subject: str, on: date) -> Clock:
    """Rest from the one-time notice on: nothing is owed until the request is complete (Art. 21)."""
    clock = find(rule_id, subject)
    clock.rested_on = on
    clock.save(update_fields=["rested_on"])
    return clock


def restart(rule_id: str, subject: str, received: date) -> Clock:
    """Run the whole limit anew from the day the completed request was received.

    A limit that was over before its notice stays on record as missed; the new one stands beside it.
    """
    clock = find(rule_id, subject)
    if clock.rested_on and clock.rested_on > clock.due_on:
        clock = _beside(stop(rule_id, subject, clock.rested_on))
    clock.started_on, clock.rested_on, clock.extended = received, None, False
    return _set_due(clock)


def extend(rule_id: str, subject: str) -> Clock:
    """Add the pack's extension, once; raises `clock.final` where there is none."""
    clock = find(rule_id, subject)
    if clock.extended or not clock.extension_days:
        raise Refused(CLOCK_FINAL(rule=rule_id))
    clock.extended = True
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
    """Clocks due within the pack's warning time, and not overdue."""
    horizon = add_working_days(today, pack().limit("clock.warn_days"), work_calendar())
    return running().filter(due_on__gte=today, due_on__lte=horizon.on, rested_on=None)


def left(clock: Clock, today: date) -> int:
    """Working days left after today; negative when overdue."""
    return working_days_left(today, clock.due_on, work_calendar())


def recompute(calendar: Callable[[], WorkCalendar]) -> int:
    """Set every running clock's due date by the calendar as it reads now; how many changed."""
    changed = []
    running_now = list(Clock.objects.select_for_update().filter(ended_on=None).order_by("pk"))
    # Read behind the lock: it then holds what another change of the calendar has just committed.
    work = calendar()
    for clock in running_now:
        last = _due(clock, work)
        if (last.on, last.provisional) != (clock.due_on, clock.provisional):
            clock.due_on, clock.provisional = last.on, last.provisional
            changed.append(clock)
    Clock.objects.bulk_update(changed, ["due_on", "provisional"], batch_size=500)
    return len(changed)


def _due(clock: Clock, work: WorkCalendar) -> Due:
    # From the clock's own row: a pack that changes later does not move what already runs.
    days = clock.days + (clock.extension_days if clock.extended else 0)
    add = add_working_days if clock.counted_in == "working_day" else add_calendar_days
    return add(clock.started_on, days, work)


def _beside(ended: Clock) -> Clock:
    # A copy, not a start from the pack: a pack that changes later does not move what was begun.
    ended.pk, ended.ended_on = None, None
    return ended


def _set_due(clock: Clock) -> Clock:
    last = _due(clock, work_calendar())
    clock.due_on, clock.provisional = last.on, last.provisional
    clock.save()
    return clock
