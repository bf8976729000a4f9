"""Permissions: what a post allows, on whose affairs, and why not otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from yunzhang.packs import load
from yunzhang.people.models import Delegation, Person, Post, Unit
from yunzhang.people.permission_names import name_of
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.pack import Pack
from yunzhang.terms.pack_rows import Role

PERMISSION_MISSING = FaultKind(
    "permission.missing",
    403,
    Text(
        "您在“{unit}”的岗位没有“{permission_zh}”这项权限。",
        "In {unit}, your post does not allow you to {permission_en}.",
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
    Deed.APPOINTMENT_RECORDED: "person.register",
    Deed.UNIT_FIELDS_SET: "unit.register",
    Deed.HANDOVER_OPENED: "desk.see",
    Deed.HANDOVER_TAKEN: "desk.see",
    Deed.CALENDAR_CHANGED: "calendar.change",
    Deed.SYSTEM_REGISTERED: "system.register",
    Deed.SYSTEM_PLACED: "system.register",
    Deed.CLOUD_REGISTERED: "cloud.register",
    Deed.CLOUD_CHANGED: "cloud.register",
    Deed.NETWORK_REGISTERED: "cloud.register",
    Deed.NETWORK_CHANGED: "cloud.register",
    Deed.ROOM_REGISTERED: "cloud.register",
    Deed.ROOM_CHANGED: "cloud.register",
    Deed.EXTRANET_CHANGED: "cloud.register",
    Deed.DRILL_RECORDED: "cloud.register",
    Deed.EQUIPMENT_PUT_IN: "cloud.register",
    Deed.EQUIPMENT_TAKEN_OUT: "cloud.register",
    Deed.EXIT_REGISTERED: "cloud.register",
    Deed.EXIT_CHANGED: "cloud.register",
    Deed.SERVICE_BOUGHT: "cloud.register",
    Deed.LOGIN_REPORTED: "system.register",
    Deed.PROJECT_DRAFTED: "project.draft",
    Deed.PROJECT_CHANGED: "project.draft",
    Deed.GATE_JUDGED: "project.judge",
    Deed.GATE_OVERRIDDEN: "project.override",
    Deed.CONDITION_MET: "project.review",
    Deed.CONTRACTOR_NAMED: "project.draft",
    Deed.CONTRACTOR_CLEARED: "project.review",
    Deed.PLAN_DRAFTED: "project.plan",
    Deed.PLAN_CHANGED: "project.plan",
    Deed.PROJECTS_ROLLED: "project.plan",
    Deed.BOUNDARIES_LOADED: "unit.register",
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
    Deed.SCORE_CORRECTED: "score.freeze",
    Deed.GAMING_MARKED: "ledger.verify",
    Deed.UNIT_CHANGED: "unit.register",
    Deed.POST_DELEGATED: "desk.see",
    Deed.DELEGATION_ENDED: "desk.see",
    Deed.SECOND_FACTOR_SET: "desk.see",
    Deed.SECOND_FACTOR_REMOVED: "desk.see",
    Deed.IDENTITY_LINKED: "desk.see",
    Deed.IDENTITY_UNLINKED: "desk.see",
    Deed.NOTICES_CHOSEN: "desk.see",
    Deed.WEBHOOK_SET: "webhook.set",
    Deed.WEBHOOK_ENDED: "webhook.set",
    Deed.WEBHOOK_RESENT: "webhook.set",
    Deed.RECORDS_IMPORTED: "records.import",
    Deed.CASE_OPENED: "desk.see",
    Deed.CASE_MOVED: "desk.see",
    Deed.CASE_CONSENTED: "desk.see",
    Deed.CLOCK_EXPIRED: WORKER,
    Deed.CLOCK_ESCALATED: WORKER,
    Deed.DUTY_CHANGED: "catalog.draft",
    Deed.DUTY_EXTENDED: "request.extend",
    Deed.LIST_PUBLISHED: "list.publish",
    Deed.GROUND_DUE: WORKER,
    Deed.GROUND_REVIEWED: "catalog.draft",
    Deed.CONTACTS_FORGOTTEN: WORKER,
    Deed.SERVICE_CHANGED: "catalog.review",
    Deed.DISPOSAL_CERTIFIED: WORKER,
    Deed.AUTO_REPLY_SET: "request.reply",
    Deed.AUTO_REPLY_ENDED: "request.reply",
    Deed.TEAM_SET_UP: "patrol.plan",
    Deed.TEAM_CHANGED: "patrol.plan",
    Deed.SAMPLE_SEALED: "patrol.plan",
    Deed.SAMPLE_DRAWN: "patrol.plan",
    Deed.PATROL_BEGUN: "desk.see",
    Deed.PATROL_MARKED: "desk.see",
    Deed.PATROL_CLOSED: "desk.see",
    Deed.MEETING_RECORDED: "meeting.record",
    Deed.CAGE_BOUND: "cage.bind",
    Deed.CAGE_TUNED: "cage.bind",
    Deed.CAGE_TRIED: "cage.bind",
    Deed.CAGE_ENDED: "cage.bind",
    Deed.CAGE_RAN: "cage.bind",
    Deed.CAGE_SEEN: "cage.bind",
    Deed.SURVEY_OPENED: "circular.write",
    Deed.CIRCULAR_DRAFTED: "circular.write",
    Deed.CIRCULAR_SUBMITTED: "circular.write",
    Deed.CIRCULAR_REVIEWED: "circular.write",
    Deed.CIRCULAR_PUBLISHED: "circular.write",
    Deed.EVALUATION_OPENED: "circular.write",
    Deed.EVALUATION_HANDED_IN: "evidence.read",
    Deed.EVIDENCE_READ: "evidence.read",
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a person with the posts held on a day, or the hub's worker (no person).

    Posts of other persons among them are done on their holders' behalf: see `delegations`.
    """

    person: Person | None
    posts: tuple[Post, ...] = ()
    under: frozenset[tuple[int, int]] = frozenset()  # (unit of a post, a unit that stands under it)

    @property
    def name(self) -> str:
        """The pseudonym a fact carries."""
        return f"person:{self.person.pk}" if self.person else WORKER

    @property
    def unit(self) -> Unit | None:
        """The unit of the first post: whose affairs the person sees by default."""
        return self.posts[0].unit if self.posts else None

    def lent(self, post: Post) -> bool:
        """Whether the post is someone else's, done on their behalf."""
        return self.person is not None and post.person_id != self.person.pk


class Standing(StrEnum):
    """How one post stands to a permission."""

    GIVES = "gives"
    ELSEWHERE = "elsewhere"  # the role may, but in its own unit only
    LACKS = "lacks"  # the role may not
    UNKNOWN = "unknown"  # the pack has no such role any more


@dataclass(frozen=True)
class Reason:
    """One post looked at for a permission, the pack's row of its role, and how it stands."""

    post: Post
    role: Role | None
    standing: Standing
    lent: bool = False

    @property
    def yes(self) -> bool:
        return self.standing is Standing.GIVES


def pack() -> Pack:
    """The pack in force, with those it stands on: the setting PACK names it."""
    return _loaded(settings.PACK)


@cache
def _loaded(place: str) -> Pack:
    return load(place)


def actor_of(person: Person, today: date) -> Actor:
    """The person with the posts valid today: their own first, then those lent to them.

    A lent post counts only beside an own post in the same unit: who has left does nothing there.
    """
    lent = Delegation.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=today),
        post=OuterRef("pk"),
        to=person,
        from_date__lte=today,
        to_date__gte=today,
    )
    beneath = Exists(Unit.objects.filter(parent=OuterRef("unit")))
    posts_of = Post.objects.select_related("unit", "person").annotate(leads=beneath)
    held = posts_of.filter(
        Q(to_date=None) | Q(to_date__gte=today),
        Q(person=person) | Q(Exists(lent)),
        from_date__lte=today,
    )
    posts = sorted(held, key=lambda post: (post.person_id != person.pk, post.pk))
    home = {post.unit_id for post in posts if post.person_id == person.pk}
    valid = tuple(post for post in posts if post.unit_id in home)
    leading = [post.unit_id for post in valid if post.leads and post.role in _wide()]
    return Actor(person, valid, _under(leading))


def may(actor: Actor, permission: str, unit: Unit | None = None) -> bool:
    """Whether a post gives the permission for this unit's affairs (any unit's when None)."""
    if actor.person is None:
        return True
    return any(reason.yes for reason in why(actor, permission, unit))


def why(actor: Actor, permission: str, unit: Unit | None = None) -> tuple[Reason, ...]:
    """Every post of the actor and whether it gives the permission for this unit's affairs."""
    roles = {row.id: row for row in pack().roles}
    return tuple(
        Reason(
            post,
            roles.get(post.role),
            _standing(actor, post, roles.get(post.role), permission, unit),
            actor.lent(post),
        )
        for post in actor.posts
    )


def behalf(actor: Actor, permission: str, unit: Unit | None = None) -> str:
    """Whose post it takes: "person:<id>" when only a lent post gives the permission, else ""."""
    if actor.person is None:
        return ""
    giving = [reason for reason in why(actor, permission, unit) if reason.yes]
    if not giving or any(not reason.lent for reason in giving):
        return ""
    return f"person:{giving[0].post.person_id}"


def why_not(actor: Actor, permission: str, unit: Unit | None = None) -> Sequence[Fault]:
    """The faults that keep the actor from it; empty when allowed."""
    if may(actor, permission, unit):
        return ()
    where, name = unit or actor.unit, name_of(permission)
    return (
        PERMISSION_MISSING(
            permission=permission,
            permission_zh=name.zh,
            permission_en=name.en,
            unit=where.name if where else "—",
        ),
    )


def require(actor: Actor, permission: str, unit: Unit | None = None) -> None:
    """Raise Refused unless the actor may."""
    faults = why_not(actor, permission, unit)
    if faults:
        raise Refused(*faults)


def _wide() -> set[str]:
    return {row.id for row in pack().roles if row.scope == "below"}


def _under(leading: Sequence[int]) -> frozenset[tuple[int, int]]:
    """Each of these units beside every unit that stands under it, at any depth."""
    found = {(unit, unit) for unit in leading}
    level = found
    while level:
        tops: dict[int, set[int]] = {}
        for top, unit in level:
            tops.setdefault(unit, set()).add(top)
        rows = Unit.objects.filter(parent__in=tops).values_list("pk", "parent")
        level = {(top, unit) for unit, parent in rows for top in tops[parent or 0]} - found
        found = found | level
    return frozenset(found)


def _standing(
    actor: Actor, post: Post, role: Role | None, permission: str, unit: Unit | None
) -> Standing:
    if role is None:
        return Standing.UNKNOWN
    if permission not in role.may:
        return Standing.LACKS
    if unit is None or role.scope == "all" or post.unit_id == unit.pk:
        return Standing.GIVES
    if role.scope == "below" and (post.unit_id, unit.pk) in actor.under:
        return Standing.GIVES
    return Standing.ELSEWHERE
