"""Permissions: who may do what, by which post and which row of the pack, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.people.models import Person, Post, Unit
from yunzhang.people.permission_names import PERMISSION_NAMES
from yunzhang.people.permissions import NEEDS, WORKER, Actor, Reason, actor_of, may, pack, why
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.standing import Spell, told
from yunzhang.terms.fact import DEED_NAMES
from yunzhang.terms.faults import Text
from yunzhang.terms.pack_rows import Role


@dataclass(frozen=True)
class Line:
    """One permission of the matrix: its name, its deeds, and what each role makes of it."""

    id: str
    name: Text
    deeds: Sequence[Text]
    scopes: Sequence[str]  # "", "own" or "all", one for each role


@dataclass(frozen=True)
class Answer:
    """Whether a person may, for which reasons, and which former or coming posts do not count."""

    person: Person
    name: Text
    unit: Unit | None
    yes: bool
    reasons: Sequence[Reason]
    others: Sequence[tuple[Post, Spell]]
    able: Sequence[Role]


@door("desk.see")
def permissions(request: Visit) -> HttpResponse:
    roles = pack().roles
    context = {
        "roles": roles,
        "lines": _lines(roles),
        "people": _people(request.actor),
        "units": Unit.objects.all(),
        "names": [(id, name) for id, name in PERMISSION_NAMES.items() if id != WORKER],
        "asked": request.GET or {"person": request.user.get_username()},
        "answer": _answer(request) if request.GET.get("person") else None,
    }
    return render(request, "portal/permissions.html", context)


def _lines(roles: Sequence[Role]) -> list[Line]:
    named = {id: name for id, name in PERMISSION_NAMES.items() if id != WORKER}
    return [
        Line(
            id,
            name,
            [
                DEED_NAMES[deed]
                for deed, need in NEEDS.items()
                if need == id and DEED_NAMES[deed].zh != name.zh
            ],
            [role.scope if id in role.may else "" for role in roles],
        )
        for id, name in named.items()
    ]


def _people(actor: Actor) -> list[Person]:
    """About whom the actor may ask: everyone for who registers or audits, else the unit's own."""
    found = Person.objects.filter(is_active=True).order_by("full_name", "pk")
    if not (may(actor, "person.register") or may(actor, "ledger.verify")):
        found = found.filter(posts__unit__in=[post.unit_id for post in actor.posts]).distinct()
    return list(found)


def _answer(request: Visit) -> Answer | None:
    asked, permission = request.GET.get("person", ""), request.GET.get("permission", "")
    person = next((one for one in _people(request.actor) if one.username == asked), None)
    if person is None or permission not in PERMISSION_NAMES:
        return None
    code = request.GET.get("unit", "")
    unit = seen.one(Unit.objects.all(), code=code) if code else None
    today = clock.today()
    reasons = why(actor_of(person, today), permission, unit)
    held = told(person.posts.select_related("unit"), today)
    return Answer(
        person,
        PERMISSION_NAMES[permission],
        unit,
        any(reason.yes for reason in reasons),
        reasons,
        [(post, when) for post, when in held if when is not Spell.NOW],
        [role for role in pack().roles if permission in role.may],
    )
