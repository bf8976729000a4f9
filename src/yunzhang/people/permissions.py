"""Permissions: what a post allows, on whose affairs, and why not otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.db.models import Q

from yunzhang.packs import load
from yunzhang.people.models import Person, Post, Unit
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.pack import Pack

PERMISSION_MISSING = FaultKind(
    "permission.missing",
    403,
    Text(
        "您在“{unit}”的岗位没有“{permission}”这项权限。",
        "Your post does not give “{permission}” in {unit}.",
    ),
    Text(
        "请由有此权限的岗位办理，或由主管部门调整岗位。",
        "Ask someone whose post has it, or have the authority change your post.",
    ),
)

WORKER = "worker"

# What a person needs for each deed; a guard test fails when a deed is missing here.
NEEDS: dict[Deed, str] = {
    Deed.UNIT_REGISTERED: "unit.register",
    Deed.PERSON_REGISTERED: "person.register",
    Deed.PASSWORD_CHANGED: "desk.see",
    Deed.POST_GIVEN: "person.register",
    Deed.POST_ENDED: "person.register",
    Deed.CALENDAR_CHANGED: "calendar.change",
    Deed.SYSTEM_REGISTERED: "system.register",
    Deed.TABLE_REGISTERED: "system.register",
    Deed.TABLE_GATHERED: "table.gather",
    Deed.TABLE_CHECKED: "quality.run",
    Deed.CHECKS_SET: "quality.run",
    Deed.DRIFT_MARKED: "quality.run",
    Deed.ENTRY_DRAFTED: "catalog.draft",
    Deed.ENTRY_EDITED: "catalog.draft",
    Deed.ENTRY_SUBMITTED: "catalog.draft",
    Deed.ENTRY_APPROVED: "catalog.approve",
    Deed.ENTRY_DECLINED: "catalog.approve",
    Deed.ENTRY_RETURNED: "catalog.review",
    Deed.ENTRY_PUBLISHED: "catalog.review",
    Deed.NODE_REGISTERED: "node.register",
    Deed.KEY_REGISTERED: "key.register",
    Deed.REQUEST_DRAFTED: "request.draft",
    Deed.REQUEST_SUBMITTED: "request.draft",
    Deed.REQUEST_APPLIED: "request.approve",
    Deed.REQUEST_NOTICED: "request.reply",
    Deed.REQUEST_COMPLETED: "request.draft",
    Deed.REQUEST_EXTENDED: "request.extend",
    Deed.REQUEST_AGREED: "request.reply",
    Deed.REQUEST_REFUSED: "request.reply",
    Deed.REQUEST_WITHDRAWN: "request.draft",
    Deed.GRANT_ISSUED: "request.reply",
    Deed.GRANT_DELIVERED: WORKER,
    Deed.GRANT_SUSPENDED: "grant.suspend",
    Deed.GRANT_RESUMED: "grant.suspend",
    Deed.GRANT_ENDED: "grant.suspend",
    Deed.RECEIPTS_TAKEN: WORKER,
    Deed.SCORE_FROZEN: "score.freeze",
    Deed.UNIT_CHANGED: "unit.register",
    Deed.POST_DELEGATED: "desk.see",
    Deed.DELEGATION_ENDED: "desk.see",
    Deed.SECOND_FACTOR_SET: "desk.see",
    Deed.SECOND_FACTOR_REMOVED: "desk.see",
    Deed.IDENTITY_LINKED: "desk.see",
    Deed.NOTICES_CHOSEN: "desk.see",
    Deed.WEBHOOK_SET: "webhook.set",
    Deed.WEBHOOK_ENDED: "webhook.set",
    Deed.RECORDS_IMPORTED: "records.import",
    Deed.CASE_OPENED: "desk.see",
    Deed.CASE_MOVED: "desk.see",
    Deed.CASE_CONSENTED: "desk.see",
    Deed.CLOCK_EXPIRED: WORKER,
    Deed.CLOCK_ESCALATED: WORKER,
    Deed.DUTY_CHANGED: "catalog.draft",
    Deed.LIST_PUBLISHED: "list.publish",
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a person with the posts held on a day, or the hub's worker (no person)."""

    person: Person | None
    posts: tuple[Post, ...] = ()

    @property
    def name(self) -> str:
        """The pseudonym a fact carries."""
        return f"person:{self.person.pk}" if self.person else WORKER

    @property
    def unit(self) -> Unit | None:
        """The unit of the first post: whose affairs the person sees by default."""
        return self.posts[0].unit if self.posts else None


def pack() -> Pack:
    """The pack in force, with those it stands on: the setting PACK names it."""
    return _loaded(settings.PACK)


@cache
def _loaded(place: str) -> Pack:
    return load(place)


def actor_of(person: Person, today: date) -> Actor:
    """The person with the posts valid today."""
    held = person.posts.select_related("unit").filter(
        Q(to_date=None) | Q(to_date__gte=today), from_date__lte=today
    )
    return Actor(person, tuple(held.order_by("pk")))


def may(actor: Actor, permission: str, unit: Unit | None = None) -> bool:
    """Whether a post gives the permission for this unit's affairs (any unit's when None)."""
    if actor.person is None:
        return True
    roles = {row.id: row for row in pack().roles}
    return any(
        permission in roles[post.role].may
        and (unit is None or roles[post.role].scope == "all" or post.unit_id == unit.pk)
        for post in actor.posts
        if post.role in roles
    )


def why_not(actor: Actor, permission: str, unit: Unit | None = None) -> Sequence[Fault]:
    """The faults that keep the actor from it; empty when allowed."""
    if may(actor, permission, unit):
        return ()
    where = unit or actor.unit
    return (PERMISSION_MISSING(permission=permission, unit=where.name if where else "—"),)


def require(actor: Actor, permission: str, unit: Unit | None = None) -> None:
    """Raise Refused unless the actor may."""
    faults = why_not(actor, permission, unit)
    if faults:
        raise Refused(*faults)
