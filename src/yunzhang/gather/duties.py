"""Duties: a law or a unit's duty has changed, and its entries must follow within C1 (Art. 17)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yunzhang import clock
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import clocks, notices, turns
from yunzhang.people.act import act
from yunzhang.people.models import Clock, FactRow, Person, Unit
from yunzhang.people.permissions import Actor
from yunzhang.people.turns import Wait
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

RULE = "C1"
UPDATE = Text("按新的法规或职责更新目录条目", "Update the entry to the changed law or duty")

WHAT_MISSING = FaultKind(
    "duty.what_missing",
    422,
    Text("没有写明什么法规或职责发生了变化。", "It is not said which law or duty has changed."),
    Text("写明文件名称、条款或职责调整的内容。", "Name the document and clause, or the new duty."),
)
CHANGE_LATER = FaultKind(
    "duty.later",
    422,
    Text("变化之日 {on} 还没有到。", "The change of {on} is not in force yet."),
    Text("自变化之日起办理。", "Tell of it once it is in force."),
)
NOTHING_TO_UPDATE = FaultKind(
    "duty.nothing_to_update",
    409,
    Text("没有需要更新的已发布条目。", "There is no published entry to update."),
    Text(
        "核对条目是否已发布、更新时限是否已在计算。", "See whether it is published, or under way."
    ),
)
EXTENSION_LATE = FaultKind(
    "duty.extension_late",
    409,
    Text("更新期限已过，不能再延长。", "The limit of the update is over and cannot be extended."),
    Text("尽快更新并送审。", "Update the entry and send it for review now."),
)


@dataclass(frozen=True)
class Change:
    """What changed, on which day, and the limit that runs because of it."""

    what: str
    on: date
    running: Clock


def changed(
    actor: Actor, about: Unit | Resource, what: str, on: date, *, why: str
) -> list[Resource]:
    """Tell of a change on a day: C1 starts for the entry, or for each published one of the unit.

    Raises Refused when nothing is said, the day is yet to come, or no entry has to follow.
    """
    with transaction.atomic():
        faults = list(_faults(what, on))
        found = [about] if isinstance(about, Resource) else _published(about)
        refuse_if([*faults, *_nothing(found, about)])
        for resource in found:
            _begin(actor, resource, what.strip(), on, why)
    return found


def answered(resource: Resource) -> None:
    """A new version was sent for review: C1 was kept or missed, and stops.

    Called in the transaction of the head's approval.
    """
    if _running(resource) is not None:
        clocks.stop(RULE, subject(resource), clock.today())
        turns.drop(subject(resource))


def extend_update(actor: Actor, resource: Resource, *, why: str) -> Clock:
    """The authority consents to the extension, once, while the limit runs (Art. 17)."""
    about = subject(resource)
    with act(actor, Deed.DUTY_EXTENDED, about, unit=resource.unit, why=why) as deeds:
        if clocks.find(RULE, about).due_on < clock.today():
            raise Refused(EXTENSION_LATE())
        extended = clocks.extend(RULE, about)
        deeds.content.update(due_on=str(extended.due_on))
        said = Text(
            f"更新目录条目 {resource.code} 的期限延长至 {extended.due_on}",
            f"The update of {resource.code} is extended to {extended.due_on}",
        )
        key = f"{about}:extended:{extended.pk}"
        notices.tell(_keepers(resource.unit), key, notices.TOLD, about, resource.code, said)
    return extended


def standing(resource: Resource) -> Change | None:
    """The change that the entry has to follow now; None when there is none."""
    running = _running(resource)
    facts = FactRow.objects.filter(subject=subject(resource), deed=Deed.DUTY_CHANGED)
    fact = facts.order_by("number").last()
    if running is None or fact is None:
        return None
    content = json.loads(fact.content)
    return Change(content["what"], date.fromisoformat(content["on"]), running)


def subject(resource: Resource) -> str:
    """What facts and clocks call a resource."""
    return f"resource:{resource.pk}"


def _begin(actor: Actor, resource: Resource, what: str, on: date, why: str) -> None:
    about, unit = subject(resource), resource.unit
    said = {"what": what, "on": str(on), "code": resource.code}
    with act(actor, Deed.DUTY_CHANGED, about, unit=unit, why=why, **said):
        running = clocks.start(RULE, about, unit, on, reference=resource.code)
        wait = Wait(
            subject=about,
            reference=resource.code,
            title=what,
            procedure="",
            step="update",
            deed=UPDATE,
            holders=turns.holders(turns.who_may("catalog.draft"), [unit]),
            other=unit.short_name,
        )
        turns.pass_to(wait, running)


def _faults(what: str, on: date) -> Iterator[Fault]:
    if not what.strip():
        yield WHAT_MISSING()
    if on > clock.today():
        yield CHANGE_LATER(on=str(on))


def _nothing(found: list[Resource], about: Unit | Resource) -> Iterator[Fault]:
    published = EntryVersion.objects.filter(resource__in=found, state=EntryVersion.State.PUBLISHED)
    if not found or (isinstance(about, Resource) and not published.exists()):
        yield NOTHING_TO_UPDATE()


def _published(unit: Unit) -> list[Resource]:
    """The unit's entries in force that do not follow another change already."""
    running = Clock.objects.filter(rule=RULE, unit=unit, ended_on=None)
    busy = set(running.values_list("subject", flat=True))
    rows = Resource.objects.filter(unit=unit, versions__state=EntryVersion.State.PUBLISHED)
    return [row for row in rows.order_by("pk").distinct() if subject(row) not in busy]


def _running(resource: Resource) -> Clock | None:
    return clocks.running().filter(rule=RULE, subject=subject(resource)).first()


def _keepers(unit: Unit) -> list[Person]:
    seats = turns.holders(turns.who_may("catalog.draft"), [unit])
    return notices.seated(seats, clock.today())
