"""Reach: to which units a person may give work, by the posts that give it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Q

from yunzhang.oversee.seats.chief_models import Appointment, UnitField
from yunzhang.people.models import Post, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.faults import Fault, FaultKind, Text

OUT_OF_REACH = FaultKind(
    "task.out_of_reach",
    403,
    Text(
        "“{unit}”不在您分管的单位之内。",
        "{unit} is none of the units you answer for.",
    ),
    Text("交给本级或分管领域的单位，或请云长办交办。", "Name a unit of yours, or ask the office."),
)


def of(actor: Actor, roles: Collection[str]) -> Q:
    """The condition that a unit may be given work: all of them, a field's, or one's own branch."""
    found = Q(pk__in=())
    for post in actor.posts:
        if post.role in roles:
            found |= _of_post(actor, post)
    return found


def _of_post(actor: Actor, post: Post) -> Q:
    role = next((row for row in pack().roles if row.id == post.role), None)
    if role is not None and role.fields:
        field = Appointment.objects.filter(post=post.pk).values("field")
        return Q(pk__in=UnitField.objects.filter(field__in=field).values("unit"))
    if role is not None and role.scope == "all":
        return ~Q(pk__in=())  # every one: an empty condition would be lost beside others
    below = {unit for top, unit in actor.under if top == post.unit_id}
    return Q(pk__in=below | {post.unit_id})


def seat(actor: Actor, roles: Collection[str], wanted: Sequence[Unit]) -> Unit | None:
    """The unit in whose name it is given: of the first post that reaches all of them."""
    posts = [post for post in actor.posts if post.role in roles]
    for post in posts:
        ids = {unit.pk for unit in wanted}
        if Unit.objects.filter(_of_post(actor, post), pk__in=ids).count() == len(ids):
            return post.unit
    return posts[0].unit if posts else None


def faults(actor: Actor, roles: Collection[str], wanted: Sequence[Unit]) -> Iterator[Fault]:
    """One for each unit that is out of reach."""
    ids = {unit.pk for unit in wanted}
    near = set(Unit.objects.filter(of(actor, roles), pk__in=ids).values_list("pk", flat=True))
    yield from (OUT_OF_REACH(unit=unit.short_name) for unit in wanted if unit.pk not in near)
