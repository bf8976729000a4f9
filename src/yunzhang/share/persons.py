"""Persons: who answers by name for a step of a request, and that no one answers to oneself."""

from __future__ import annotations

from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor, may, require
from yunzhang.terms.faults import FaultKind, Refused, Text

PERSON_NEEDED = FaultKind(
    "share.person_needed",
    403,
    Text("这一步须由本人办理，系统不能代办。", "A person must do this, not the system."),
    Text("由有权限的人员登录办理。", "Have someone whose post allows it sign in."),
)
FOUR_EYES = FaultKind(
    "share.four_eyes",
    403,
    Text(
        "同一件事不能由同一人经办又审批。", "Nobody approves or answers what they did themselves."
    ),
    Text("由另一位有权限的人员办理。", "Have another person whose post allows it do this."),
)


def person_of(actor: Actor) -> Person:
    """The person who acts; raises `share.person_needed` for the worker."""
    if actor.person is None:
        raise Refused(PERSON_NEEDED())
    return actor.person


def another(actor: Actor, *before: Person | None) -> Person:
    """The person who acts, once it is seen to be none of those who acted before."""
    person = person_of(actor)
    if person in before:
        raise Refused(FOUR_EYES())
    return person


def unit_of(actor: Actor, permission: str) -> Unit:
    """The unit the actor does this for: that of the first post that allows it; else Refused."""
    person_of(actor)
    for post in actor.posts:
        if may(actor, permission, post.unit):
            return post.unit
    require(actor, permission)
    raise AssertionError("a person without a post may do nothing")
