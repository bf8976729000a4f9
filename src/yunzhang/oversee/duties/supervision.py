"""Supervision (督办): a chief presses for what is late or wrong, by a day, and closes it.

The steps are the pack's procedure; its day runs as that of any dated duty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yunzhang import clock
from yunzhang.oversee.duties import dated, reach
from yunzhang.people import cases, courses
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms import procedures
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

PROCEDURE = "supervision"
CHIEF = "chief"  # the party that orders and closes

SUPERVISED_ALREADY = FaultKind(
    "supervision.already",
    409,
    Text("{unit}的该事项正在督办，事项 {case}。", "{unit} is under supervision: case {case}."),
    Text("在该事项中查看进展。", "Follow that case."),
)


@dataclass(frozen=True)
class Concern:
    """What is pressed for: its subject, the unit that must act, and the article it stands on."""

    subject: str
    title: str
    unit: Unit
    document: str = ""
    clause: str = ""


def order(actor: Actor, concern: Concern, due_on: date, *, why: str) -> Case:
    """Open a supervised task for the unit responsible, due on a day the chief names.

    Raises Refused for a day that is over and while the same is supervised already.
    """
    with transaction.atomic():
        # Locked: two chiefs at once must not order the same twice.
        Unit.objects.select_for_update().get(pk=concern.unit.pk)
        # Whoever orders must answer for the unit: the role alone is checked by the procedure.
        far = reach.faults(actor, _roles(), [concern.unit]) if may_order(actor) else ()
        refuse_if([*far, *_day(due_on), *_already(concern)])
        cite = courses.of(PROCEDURE).cite
        return cases.open(
            actor,
            PROCEDURE,
            about=concern.subject,
            title=concern.title,
            parties={CHIEF: _seat(actor, concern), dated.UNIT: [concern.unit]},
            why=why,
            content={
                "due_on": str(due_on),
                "document": concern.document or cite.document,
                "clause": concern.clause or cite.clause,
                "others": [],
            },
        )


def may_order(actor: Actor) -> bool:
    """Whether the actor holds a post that orders supervision, where the pack knows any."""
    return bool(_roles() & {post.role for post in actor.posts})


def _seat(actor: Actor, concern: Concern) -> list[Unit]:
    """The unit whose chief orders: the supervised one's own where the actor is its chief."""
    units = [post.unit for post in actor.posts if post.role in _roles()]
    own = [unit for unit in units if unit.pk == concern.unit.pk]
    return (own or units)[:1]


def _roles() -> set[str]:
    found = (row for row in pack().procedures if row.id == PROCEDURE)
    return {role for row in found for role in procedures.first(row).who}


def _day(due_on: date) -> Iterator[Fault]:
    if due_on < clock.today():
        yield dated.DAY_OVER(day=due_on)


def _already(concern: Concern) -> Iterator[Fault]:
    running = Case.objects.filter(
        procedure=PROCEDURE,
        about=concern.subject,
        closed_on=None,
        parties__party=dated.UNIT,
        parties__unit=concern.unit,
    ).first()
    if running is not None:
        yield SUPERVISED_ALREADY(unit=concern.unit.short_name, case=running.number)
