"""Seen: what exists for a person. Anything outside their posts is simply not there (404)."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from yunzhang.gather.models import DataTable, EntryVersion, Resource
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.share.models import GrantRow, ShareRequest

M = TypeVar("M", bound=Model)


def units(actor: Actor, permission: str) -> frozenset[int] | None:
    """The ids of the units whose affairs this permission opens; None when it opens all."""
    roles = {row.id: row for row in pack().roles}
    posts = [p for p in actor.posts if p.role in roles and permission in roles[p.role].may]
    if any(roles[post.role].scope == "all" for post in posts):
        return None
    own = {post.unit_id for post in posts}
    wide = {post.unit_id for post in posts if roles[post.role].scope == "below"}
    return frozenset(own | {unit for top, unit in actor.under if top in wide})


def within(actor: Actor, permission: str, *fields: str) -> Q:
    """The condition that one of the unit fields is a unit of the actor."""
    ids = units(actor, permission)
    condition = Q()
    if ids is not None:
        for field in fields:
            condition |= Q(**{f"{field}__in": ids})
    return condition


def home(actor: Actor, permission: str) -> Unit:
    """The unit the actor does this for: that of the first post giving it; 404 without one."""
    for post in actor.posts:
        if permission in pack().role(post.role).may:
            return post.unit
    raise Http404


def requests(actor: Actor) -> QuerySet[ShareRequest]:
    """Requests the actor's units made or received."""
    found = ShareRequest.objects.select_related("consumer", "provider", "resource")
    return found.filter(within(actor, "request.see", "consumer", "provider"))


def grants(actor: Actor) -> QuerySet[GrantRow]:
    """Grants the actor's units hold or gave."""
    found = GrantRow.objects.select_related("consumer", "provider", "resource", "node", "request")
    return found.filter(within(actor, "grant.see", "consumer", "provider"))


def versions(actor: Actor) -> QuerySet[EntryVersion]:
    """Versions published once, and those in the making of the actor's units."""
    known = Q(state__in=(EntryVersion.State.PUBLISHED, EntryVersion.State.SUPERSEDED))
    own = units(actor, "catalog.see")
    reviewer = may(actor, "catalog.review") or own is None
    # What was found secret is named to nobody but its own unit (Order 809 Arts. 3 and 13).
    home = [post.unit_id for post in actor.posts]
    secret = Q(state=EntryVersion.State.FORBIDDEN) & ~Q(resource__unit__in=home)
    return (
        EntryVersion.objects.select_related("resource__unit", "resource__table__system")
        .exclude(secret)
        .filter(Q() if reviewer else known | Q(resource__unit__in=own or ()))
        .order_by("-number")
    )


def tables(actor: Actor, permission: str = "quality.see") -> QuerySet[DataTable]:
    """Tables of the actor's units."""
    found = DataTable.objects.select_related("system__unit", "node")
    return found.filter(within(actor, permission, "system__unit")).order_by("system__unit", "name")


def resource(code: str) -> Resource:
    """The resource under this code, 404 without one."""
    return one(Resource.objects.select_related("unit", "table__system", "table__node"), code=code)


def one(found: QuerySet[M], **where: object) -> M:
    """The only record that matches; 404 tells nobody whether it exists for others."""
    record = found.filter(**where).first()
    if record is None:
        raise Http404
    return record
