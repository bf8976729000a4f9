"""Teams (督查服务组): who looks after which units; one team serves a unit at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from yunzhang.oversee.inspection.patrol_models import Team
from yunzhang.people.act import act
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

NAME_MISSING = FaultKind(
    "team.name_missing",
    422,
    Text("没有写督查服务组的名称。", "The team has no name."),
    Text("填写名称。", "Give it a name."),
)
NAME_TAKEN = FaultKind(
    "team.name_taken",
    409,
    Text("已有名为“{name}”的督查服务组。", "There is a team {name} already."),
    Text("换一个名称。", "Choose another name."),
)
NOBODY = FaultKind(
    "team.nobody",
    422,
    Text("没有选择成员。", "No member is chosen."),
    Text("至少选择一名成员。", "Choose one member at least."),
)
NO_UNITS = FaultKind(
    "team.no_units",
    422,
    Text("没有选择联系服务的单位。", "No unit to look after is chosen."),
    Text("至少选择一个单位。", "Choose one unit at least."),
)
SERVED = FaultKind(
    "team.served",
    409,
    Text("“{unit}”已由“{team}”联系服务。", "{unit} is looked after by {team}."),
    Text("先调整该组，或不选此单位。", "Change that team first, or leave the unit out."),
)
INSIDE = FaultKind(
    "team.inside",
    422,
    Text("{person}在“{unit}”任职，不能督查本单位。", "{person} works in {unit}."),
    Text("换一名成员，或不选此单位。", "Choose another member, or leave the unit out."),
)


@dataclass(frozen=True)
class TeamForm:
    """What is written down of a team."""

    name: str
    members: Sequence[Person]
    serves: Sequence[Unit]


def set_up(actor: Actor, unit: Unit, form: TeamForm, today: date, *, why: str) -> Team:
    """Set a team up; raises Refused with everything that is wrong."""
    with act(actor, Deed.TEAM_SET_UP, unit=unit, why=why) as deeds:
        refuse_if(_faults(form, today, None))
        team = Team.objects.create(unit=unit, name=form.name.strip(), since=today)
        _write(team, form)
        deeds.subject = f"team:{team.pk}"
        deeds.content.update(_told(form))
    return team


def change(actor: Actor, team: Team, form: TeamForm, today: date, *, why: str) -> Team:
    """Change who is in it and which units it looks after."""
    with act(actor, Deed.TEAM_CHANGED, f"team:{team.pk}", unit=team.unit, why=why) as deeds:
        refuse_if(_faults(form, today, team))
        team.name = form.name.strip()
        team.save(update_fields=["name"])
        _write(team, form)
        deeds.content.update(_told(form))
    return team


def dissolve(actor: Actor, team: Team, today: date, *, why: str) -> Team:
    """It looks after nobody any more; what it did stays on record."""
    with act(actor, Deed.TEAM_CHANGED, f"team:{team.pk}", unit=team.unit, why=why):
        team.ended_on = today
        team.save(update_fields=["ended_on"])
    return team


def homes(persons: Sequence[Person], today: date) -> dict[int, set[int]]:
    """The units each of these persons holds a post in today."""
    found: dict[int, set[int]] = {person.pk: set() for person in persons}
    for person in persons:
        posts = person.posts.filter(from_date__lte=today)
        for post in posts:
            if post.to_date is None or post.to_date >= today:
                found[person.pk].add(post.unit_id)
    return found


def inside(persons: Sequence[Person], units: Sequence[Unit], today: date) -> Iterator[Fault]:
    """Nobody looks at the unit they work in."""
    named = {unit.pk: unit for unit in units}
    for person in persons:
        for number in homes([person], today)[person.pk] & named.keys():
            yield INSIDE(person=person.full_name, unit=named[number].short_name)


def _faults(form: TeamForm, today: date, team: Team | None) -> Iterator[Fault]:
    others = Team.objects.exclude(pk=team.pk if team else 0)
    if not form.name.strip():
        yield NAME_MISSING()
    if others.filter(name=form.name.strip()).exists():
        yield NAME_TAKEN(name=form.name.strip())
    if not form.members:
        yield NOBODY()
    if not form.serves:
        yield NO_UNITS()
    for unit in form.serves:
        serving = others.filter(ended_on=None, serves=unit).first()
        if serving is not None:
            yield SERVED(unit=unit.short_name, team=serving.name)
    yield from inside(form.members, form.serves, today)


def _write(team: Team, form: TeamForm) -> None:
    team.members.set(form.members)
    team.serves.set(form.serves)


def _told(form: TeamForm) -> dict[str, object]:
    return {
        "name": form.name.strip(),
        "members": [f"person:{person.pk}" for person in form.members],
        "units": [unit.code for unit in form.serves],
    }
