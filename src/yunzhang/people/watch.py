"""Watch: what the worker tells of running limits: soon due, over, long over; each of them once.

A sweep is a function of the day. Each clock is told of in a transaction of its own, its row locked
and its mark set with the fact and the notices: a worker killed in between has told nothing, and
several workers never tell the same. What fails is tried again at the next sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Manager, Q, QuerySet

from yunzhang.people import cases, clocks, notices, turns
from yunzhang.people.act import act
from yunzhang.people.models import Case, Clock, Person, Turn, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.workdays import work_calendar
from yunzhang.terms import procedures
from yunzhang.terms.deadlines import overdue_since
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Text
from yunzhang.terms.pack_rows import Step

MOVED, WARNED, EXPIRED, ESCALATED = "moved", "warned", "expired", "escalated"
OPEN = Q(ended_on=None, rested_on=None)
WORKER = Actor(None)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """One thing a sweep told: what, of which limit of which matter, due when."""

    event: str
    rule: str
    subject: str
    due_on: date


Hook = Callable[[Any, Clock], object]
HOOKS: dict[str, tuple[Manager[Any], Hook]] = {}


def when_expired(kind: str, records: Manager[Any]) -> Callable[[Hook], Hook]:
    """Register what the hub itself does when a limit of "kind:…" is over, in that transaction.

    It is given the record of the subject, locked before the clock as every deed does.
    """

    def keep(hook: Hook) -> Hook:
        HOOKS[kind] = records, hook
        return hook

    return keep


@when_expired("case", Case.objects)
def _move_on(case: Case, clock: Clock) -> None:
    """The move that the procedure has the hub make when the clock of the step is over."""
    if case.closed_on is None and _step(case).clock == clock.rule:
        cases.overdue(case)


def sweep(today: date) -> list[Told]:
    """Tell what has not been told yet, the earliest due date first.

    After days without a worker this catches up: nobody is warned of what is over already.
    """
    told: list[Told] = []
    moved = Clock.objects.filter(OPEN, moved_from__isnull=False)
    for rows, tell in ((moved, _tell_moved), (_due_a_word(today), _tell_due)):
        for number in list(rows.order_by("due_on", "pk").values_list("pk", flat=True)):
            told += _guarded(tell, rows, number, today)
    return told


Rows = QuerySet[Clock]


def _guarded(
    tell: Callable[[Rows, int, date], list[Told]], rows: Rows, number: int, today: date
) -> list[Told]:
    # One limit that cannot be told of must not keep the others from being told.
    try:
        with transaction.atomic():
            return tell(rows, number, today)
    except Exception:
        log.exception("clock %s could not be told of and will be tried again", number)
        return []


def _due_a_word(today: date) -> Rows:
    """The clocks to warn of, to mark as overdue or to escalate today."""
    soon = Q(expired_on=None, warned_on=None, due_on__gte=today)
    # On its first day the turn itself was told; a warning would say the same again.
    warn = soon & Q(started_on__lt=today) & clocks.within_warning(today)
    expire = Q(expired_on=None, due_on__lt=today)
    late = Q(expired_on__isnull=False) & ~Q(at_end="overdue")
    escalate = late & (Q(at_end="escalate") | Q(due_on__lte=_long_overdue(today)))
    return Clock.objects.filter(OPEN, warn | expire | escalate, escalated_on=None)


def _long_overdue(today: date) -> date:
    return overdue_since(today, pack().limit("clock.escalate_days"), work_calendar())


def _tell_moved(rows: Rows, number: int, today: date) -> list[Told]:
    clock = _locked(rows, number)
    if clock is None:
        return []
    before, clock.moved_from = clock.moved_from, None
    _mark(clock, "moved_from")
    said = Text(
        f"因工作日历调整，期限由 {before} 改为 {clock.due_on}{clocks.unsure(clock).zh}",
        f"The calendar has changed: due on {clock.due_on}{clocks.unsure(clock).en}, not {before}",
    )
    _tell(clock, f"moved:{before}:{today}", notices.TOLD, said, _acting(clock, today))
    return [_told(MOVED, clock)]


def _tell_due(rows: Rows, number: int, today: date) -> list[Told]:
    record = _hold(number)
    clock = _locked(rows, number)
    if clock is None or record is False:
        return []
    if clock.due_on >= today:
        return [_warn(clock, today)]
    told = []
    if clock.expired_on is None:
        told.append(_expire(clock, today, record))
    # What the hub itself did then may have ended the clock, or given it time.
    still = _locked(rows, number)
    if still is not None and still.expired_on is not None:
        told.append(_escalate(still, today))
    return told


def _hold(number: int) -> Any:
    """The record whose hook may run, locked; None without a hook, False when another is at it."""
    kind, _, id = Clock.objects.values_list("subject", flat=True).get(pk=number).partition(":")
    if kind not in HOOKS:
        return None
    records = HOOKS[kind][0].select_for_update(skip_locked=True)
    return records.filter(pk=id).first() or False


def _locked(rows: Rows, number: int) -> Clock | None:
    """The clock if it still is one of `rows` and no other worker or deed is at it."""
    return rows.select_for_update(skip_locked=True).filter(pk=number).first()


def _warn(clock: Clock, today: date) -> Told:
    # No deed: that somebody was reminded changes nobody's affairs; the notice itself is kept.
    clock.warned_on = today
    _mark(clock, "warned_on")
    left = clocks.left(clock, today)
    when = (
        (f"还有 {left} 个工作日", f"{left} working day(s) left") if left else ("今天", "Due today")
    )
    mark = clocks.unsure(clock)
    said = Text(
        f"{when[0]}到期（{clock.due_on}）{mark.zh}", f"{when[1]}, due on {clock.due_on}{mark.en}"
    )
    _tell(clock, f"warned:{clock.due_on}", notices.WARNED, said, _acting(clock, today))
    return _told(WARNED, clock)


def _expire(clock: Clock, today: date, record: Any) -> Told:
    with _deed(clock, Deed.CLOCK_EXPIRED, "时限届满，未见办结"):
        clock.expired_on = today
        _mark(clock, "expired_on")
        said = Text(f"已于 {clock.due_on} 到期，尚未办结", f"Not done, and due on {clock.due_on}")
        _tell(clock, f"expired:{clock.due_on}", notices.EXPIRED, said, _acting(clock, today))
    if record is not None:
        HOOKS[clock.subject.partition(":")[0]][1](record, clock)
    return _told(EXPIRED, clock)


def _escalate(clock: Clock, today: date) -> Told:
    persons = _above(clock, today)
    names = sorted(f"person:{one.pk}" for one in persons)
    with _deed(clock, Deed.CLOCK_ESCALATED, "逾期未办结，报上一级", told=names):
        clock.escalated_on = today
        _mark(clock, "escalated_on")
        days = -clocks.left(clock, today)
        # A duty due before a holiday goes up on its first day, when no working day has passed.
        late = (f" {days} 个工作日", f"{days} working day(s) overdue") if days else ("", "overdue")
        said = Text(
            f"{clock.unit.short_name}逾期{late[0]}未办结（{clock.due_on} 到期）",
            f"{clock.unit.short_name}: {late[1]} (due on {clock.due_on})",
        )
        _tell(clock, f"escalated:{clock.due_on}", notices.ESCALATED, said, persons)
    return _told(ESCALATED, clock)


def _deed(clock: Clock, deed: Deed, why: str, **content: Any) -> Any:
    # Dated now, whenever it fell due: a hub that was down says so, it does not backdate.
    return act(
        WORKER,
        deed,
        clock.subject,
        unit=clock.unit,
        why=why,
        clock=clock.pk,
        rule=clock.rule,
        due_on=str(clock.due_on),
        overdue_from=str(clock.due_on + timedelta(days=1)),
        **content,
    )


def _mark(clock: Clock, *fields: str) -> None:
    clock.save(update_fields=[*fields])


def _told(event: str, clock: Clock) -> Told:
    return Told(event, clock.rule, clock.subject, clock.due_on)


def _acting(clock: Clock, today: date) -> list[Person]:
    """Whose turn it is; whoever answers for the unit where the matter waits for nobody."""
    waiting = Turn.objects.filter(subject=clock.subject).select_related("unit")
    seats = [(turn.role, turn.unit) for turn in waiting]
    return notices.seated(seats or _answering(clock.unit), today)


def _above(clock: Clock, today: date) -> list[Person]:
    """Those whom the step names, else whoever answers for the unit; and who oversees all units."""
    roles = _escalating_to(clock) or tuple(role for role, _ in _answering(clock.unit))
    overseeing = [role.id for role in pack().roles if role.told_late and role.scope == "all"]
    return notices.seated(turns.holders([*roles, *overseeing], [clock.unit]), today)


def _escalating_to(clock: Clock) -> tuple[str, ...]:
    kind, _, id = clock.subject.partition(":")
    if kind == "case" and (case := Case.objects.filter(pk=id).first()):
        return _step(case).escalate
    turn = Turn.objects.filter(subject=clock.subject).first()
    rows = [row for row in pack().procedures if turn and row.id == turn.procedure]
    steps = [step for row in rows for step in row.steps if turn and step.id == turn.step]
    return steps[0].escalate if steps else ()


def _step(case: Case) -> Step:
    return procedures.step_of(cases.course_of(case), case.step)


def _answering(unit: Unit) -> list[tuple[str, Unit | None]]:
    return [(role.id, unit) for role in pack().roles if role.told_late and role.scope != "all"]


def _tell(clock: Clock, key: str, kind: str, said: Text, persons: list[Person]) -> None:
    turn = Turn.objects.filter(subject=clock.subject).first()
    name, title = _name(clock, turn), turn.title if turn else clock.reference
    of = f" · {title}" if title else ""
    text = Text(f"{name.zh}：{said.zh}{of}", f"{name.en}: {said.en}{of}")
    about = clock.subject, turn.reference if turn else clock.reference, text
    notices.tell(persons, f"clock:{clock.pk}:{key}", kind, *about, units=(clock.unit,))


def _name(clock: Clock, turn: Turn | None) -> Text:
    """How the limit is called: by its row, by the deed it is for, or by the clause that sets it."""
    for row in pack().clocks:
        if row.id == clock.rule:
            return Text(row.zh, row.en)
    if turn is not None:
        return Text(turn.deed_zh, turn.deed_en)
    return Text(*(f"{clock.document} {clock.clause}",) * 2)
