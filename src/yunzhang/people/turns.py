"""Turns: whose turn it is. A matter waits for the holders of some roles; a desk is one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.people import notices
from yunzhang.people.models import Clock, Turn, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.faults import Text

NO_MORE = Text("", "")


@dataclass(frozen=True)
class Wait:
    """What a matter waits for: the deed, of the holders of these roles, in these units or in any.

    `reference` is what the page of the subject is found by; `other` names the other side.
    """

    subject: str
    reference: str
    title: str
    procedure: str
    step: str
    deed: Text
    holders: tuple[tuple[str, Unit | None], ...]
    other: str = ""


# The turns of a deed that are told of together, None outside of one.
_together: ContextVar[list[Wait] | None] = ContextVar("together", default=None)


def pass_to(wait: Wait, running: Clock | None = None) -> None:
    """From now on the matter waits for these holders and for nobody else; they are told.

    Called inside a deed's own transaction: a turn never passes by itself.
    """
    Turn.objects.filter(subject=wait.subject).delete()
    notices.over(wait.subject)
    today = clock.today()
    Turn.objects.bulk_create(_rows(wait, running, today))
    if wait.holders:
        _tell(wait)


@contextmanager
def told_together() -> Iterator[None]:
    """Many turns that pass at once, as by an import: each holder is told of them once."""
    waits: list[Wait] = []
    token = _together.set(waits)
    try:
        yield
    finally:
        _together.reset(token)
    groups: dict[tuple[object, ...], list[Wait]] = {}
    for wait in waits:
        groups.setdefault((wait.deed, wait.holders), []).append(wait)
    for first, *others in groups.values():
        more = Text(f" 等 {len(others) + 1} 项", f" and {len(others)} more")
        _tell(first, more if others else NO_MORE)


def drop(subject: str) -> None:
    """The matter waits for nobody any more, and calls nobody."""
    Turn.objects.filter(subject=subject).delete()
    notices.over(subject)


def mine(actor: Actor) -> QuerySet[Turn]:
    """What waits for the actor, by each post's role in its unit, or in any where the role may."""
    everywhere = {row.id for row in pack().roles if row.scope == "all"}
    waiting = Q(pk__in=())
    for post in actor.posts:
        own = Q(role=post.role, unit=post.unit_id)
        waiting |= own | Q(role=post.role, unit=None) if post.role in everywhere else own
    found = Turn.objects.filter(waiting).select_related("clock__unit", "unit")
    return found.order_by("clock__due_on", "since", "pk")


def holders(
    roles: Iterable[str], units: Iterable[Unit], *, each: bool = False
) -> tuple[tuple[str, Unit | None], ...]:
    """Each role in each unit; a role that covers every unit is held in none, unless `each`."""
    everywhere = set() if each else {row.id for row in pack().roles if row.scope == "all"}
    seated = tuple(units)
    found: dict[tuple[str, Unit | None], None] = {}
    for role in roles:
        for unit in (None,) if role in everywhere else seated:
            found[role, unit] = None
    return tuple(found)


def who_may(permission: str) -> tuple[str, ...]:
    """The roles of the pack that give a permission: who a matter outside any procedure waits for.

    Only roles within their own unit: whoever sees every unit is not the one to mend its data.
    """
    return tuple(r.id for r in pack().roles if permission in r.may and r.scope != "all")


def answering() -> tuple[str, ...]:
    """The roles that answer for results: told of what is late, or replying in a unit's name."""
    told = (row.id for row in pack().roles if row.told_late)
    return tuple(dict.fromkeys((*told, *who_may("request.reply"))))


def _rows(wait: Wait, running: Clock | None, today: date) -> list[Turn]:
    return [
        Turn(
            subject=wait.subject,
            reference=wait.reference,
            procedure=wait.procedure,
            step=wait.step,
            deed_zh=wait.deed.zh,
            deed_en=wait.deed.en,
            title=wait.title[:300],
            other=wait.other[:200],
            role=role,
            unit=unit,
            clock=running,
            since=today,
        )
        for role, unit in wait.holders
    ]


def _tell(wait: Wait, more: Text = NO_MORE) -> None:
    together = _together.get()
    if together is not None:
        together.append(wait)
        return
    persons = notices.seated(wait.holders, clock.today())
    zh, en = f"{wait.deed.zh}：{wait.title}{more.zh}", f"{wait.deed.en}: {wait.title}{more.en}"
    said = Text(zh, en)
    key = f"{wait.subject}:{wait.step}:{clock.now():%Y%m%dT%H%M%S}"
    units = {unit.pk: unit for _role, unit in wait.holders if unit}.values()
    notices.tell(persons, key, "turn", wait.subject, wait.reference, said, units=units)
