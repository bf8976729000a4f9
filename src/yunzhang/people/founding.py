"""Founding: the first units and persons of an empty hub, entered once by the hub itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yunzhang.people import identity, units
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms.faults import FaultKind, Refused, Text

HUB_FOUNDED = FaultKind(
    "hub.founded",
    409,
    Text("枢纽已经建立，不能再次初始化。", "The hub is founded already."),
    Text(
        "由主管部门登记新的单位和人员。", "Have the authority register further units and persons."
    ),
)

UNIT_UNKNOWN = FaultKind(
    "founding.unit_unknown",
    422,
    Text("前面没有代码为 {code} 的单位。", "No unit with the code {code} stands before it."),
    Text("先写该单位，再写它的下级和人员。", "Enter that unit before its children and people."),
)

WHY = "枢纽建立"


@dataclass(frozen=True)
class NewUnit:
    """A unit to begin with; `parent` is the credit code of one that stands before it."""

    code: str
    name: str
    short_name: str
    tier: str
    parent: str = ""
    is_authority: bool = False
    kind: str = ""
    row: str = ""
    sharing_body: str = ""
    division: str = ""


@dataclass(frozen=True)
class NewPerson:
    """A person to begin with; `posts` are pairs of credit code and role id."""

    username: str
    full_name: str
    password: str
    posts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Founded:
    """What the founding made, by credit code and by user name."""

    units: dict[str, Unit]
    persons: dict[str, Person]


def found(units_: Sequence[NewUnit], persons: Sequence[NewPerson], today: date) -> Founded:
    """Enter the first units and persons of an empty hub, all or none.

    The only writes nobody signs for: their facts name the hub's worker. Raises `hub.founded`
    when a unit exists.
    """
    with transaction.atomic():
        if Unit.objects.exists():
            raise Refused(HUB_FOUNDED())
        entered: dict[str, Unit] = {}
        for new in units_:
            entered[new.code] = _enter_unit(new, entered)
        return Founded(
            entered, {new.username: _enter_person(new, entered, today) for new in persons}
        )


def _enter_unit(new: NewUnit, entered: dict[str, Unit]) -> Unit:
    parent = _known(entered, new.parent) if new.parent else None
    return units.register(
        Actor(None),
        new.code,
        new.name,
        new.short_name,
        new.tier,
        parent,
        is_authority=new.is_authority,
        kind=new.kind,
        row=new.row,
        sharing_body=new.sharing_body,
        division=new.division,
        why=WHY,
    )


def _enter_person(new: NewPerson, entered: dict[str, Unit], today: date) -> Person:
    posts = [(_known(entered, code), role) for code, role in new.posts]
    return identity.register(
        Actor(None),
        new.username,
        new.full_name,
        new.password,
        posts,
        why=WHY,
        from_date=today,
    )


def _known(entered: Mapping[str, Unit], code: str) -> Unit:
    if code not in entered:
        raise Refused(UNIT_UNKNOWN(code=code))
    return entered[code]
