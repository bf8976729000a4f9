"""Delegations: a post done by a colleague while its holder is away, from one day to another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.people import notices
from yunzhang.people.act import act
from yunzhang.people.models import Delegation, Person, Post
from yunzhang.people.permissions import NEEDS, Actor, may, pack
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

NOT_YOURS = FaultKind(
    "delegation.not_yours",
    403,
    Text("只能委托本人的岗位。", "Only one's own post can be delegated."),
    Text(
        "由该岗位的本人办理，或由主管部门办理。", "Have its holder do it, or the sharing authority."
    ),
)
LENT_ON = FaultKind(
    "delegation.lent_on",
    403,
    Text("受托代行的岗位不能再转托他人。", "A delegated post cannot be delegated again."),
    Text("请岗位本人另行委托。", "Ask the holder to delegate it to someone else."),
)
TO_ONESELF = FaultKind(
    "delegation.to_oneself",
    422,
    Text("不能委托给岗位本人。", "A post cannot be delegated to its own holder."),
    Text("选择同单位的另一位同事。", "Choose another colleague of the unit."),
)
OTHER_UNIT = FaultKind(
    "delegation.other_unit",
    422,
    Text(
        "{person}在该期间不在“{unit}”任职。", "{person} holds no post in {unit} during these days."
    ),
    Text("选择同单位的同事。", "Choose a colleague of the same unit."),
)
DATES_WRONG = FaultKind(
    "delegation.dates_wrong",
    422,
    Text(
        "委托期间须从今天或以后开始，止于开始之后。",
        "A delegation begins today or later and ends no earlier than it begins.",
    ),
    Text("核对起止日期。", "Check both dates."),
)
BEYOND_TERM = FaultKind(
    "delegation.beyond_term",
    422,
    Text("岗位本人在委托期间并非一直在任。", "The holder does not hold the post during all of it."),
    Text("把委托期间放在任期之内。", "Keep the delegation within the term of the post."),
)
OVERLAPPING = FaultKind(
    "delegation.overlapping",
    409,
    Text(
        "该岗位在 {from_date} 至 {to_date} 已委托{person}代行。",
        "The post is delegated to {person} from {from_date} to {to_date}.",
    ),
    Text("先收回原委托，或另选日期。", "Call that one back first, or choose other days."),
)
GIVEN = Text(
    "{to}自 {from_date} 至 {to_date} 代行{holder}的岗位：{unit}{role_zh}",
    "{to} does the post of {holder} from {from_date} to {to_date}: {role_en}, {unit}",
)
CALLED_BACK = Text(
    "{to}不再代行{holder}的岗位：{unit}{role_zh}",
    "{to} no longer does the post of {holder}: {role_en}, {unit}",
)
ALREADY_OVER = FaultKind(
    "delegation.over",
    409,
    Text("该委托已经结束。", "This delegation has ended already."),
    Text("无需重复办理。", "There is nothing to do."),
)


def delegate(
    actor: Actor, post: Post, to: Person, from_date: date, to_date: date, *, why: str
) -> Delegation:
    """Let a colleague do a post on its holder's behalf; both days count.

    Raises Refused with everything wrong: whose post it is, to whom, when, and what overlaps.
    """
    given = Delegation(post=post, to=to, from_date=from_date, to_date=to_date)
    subject = f"person:{post.person_id}"
    with act(actor, Deed.POST_DELEGATED, subject, unit=post.unit, why=why) as deeds:
        # The post is locked: two delegations of the same days must see each other.
        given.post = (
            Post.objects.select_for_update().select_related("unit", "person").get(pk=post.pk)
        )
        refuse_if([*_whose(actor, given), *_to_whom(given), *_when(given)])
        given.save()
        deeds.content.update(
            post=post.pk,
            role=post.role,
            to=f"person:{to.pk}",
            from_date=from_date.isoformat(),
            to_date=to_date.isoformat(),
        )
        _tell(given, "given", GIVEN)
    return given


def call_back(actor: Actor, delegation: Delegation, *, why: str) -> Delegation:
    """End a delegation at once, or call off one that has not begun."""
    post = delegation.post
    subject = f"person:{post.person_id}"
    with act(actor, Deed.DELEGATION_ENDED, subject, unit=post.unit, why=why) as deeds:
        locked = Delegation.objects.select_for_update(of=("self",))
        held = locked.select_related("post__unit", "post__person", "to").get(pk=delegation.pk)
        refuse_if(_not_own(actor, post))
        if held.ended_on is not None or held.to_date < clock.today():
            raise Refused(ALREADY_OVER())
        held.ended_on = clock.today()
        held.save(update_fields=["ended_on"])
        deeds.content.update(post=post.pk, to=f"person:{held.to_id}")
        _tell(held, "called_back", CALLED_BACK)
    return held


def of(person: Person) -> tuple[list[Delegation], list[Delegation]]:
    """The delegations a person gave and those they were given, running or ahead, by first day."""
    running = Q(ended_on=None, to_date__gte=clock.today())
    both = Delegation.objects.select_related("post__unit", "post__person", "to").filter(running)
    both = both.order_by("from_date", "pk")
    return list(both.filter(post__person=person)), list(both.filter(to=person))


def colleagues(post: Post, today: date) -> QuerySet[Person]:
    """Whom the post can be delegated to: who holds a post of their own in its unit today."""
    serving = Q(posts__to_date=None) | Q(posts__to_date__gte=today)
    found = Person.objects.filter(serving, posts__unit=post.unit, posts__from_date__lte=today)
    return found.exclude(pk=post.person_id).distinct().order_by("pk")


def _tell(given: Delegation, event: str, said: Text) -> None:
    """Tell both: a post lent in one's name at one's own screen must not go unseen either."""
    post = given.post
    role = pack().role(post.role)
    details = {
        "to": given.to.full_name,
        "holder": post.person.full_name,
        "unit": post.unit.short_name,
        "role_zh": role.zh,
        "role_en": role.en,
        "from_date": str(given.from_date),
        "to_date": str(given.to_date),
    }
    subject = f"delegation:{given.pk}"
    text = Text(said.say("zh", details), said.say("en", details))
    both = (post.person, given.to)
    notices.tell(both, f"{subject}:{event}", notices.TOLD, subject, "", text)


def _whose(actor: Actor, given: Delegation) -> Iterator[Fault]:
    if any(actor.lent(post) and post.pk == given.post_id for post in actor.posts):
        yield LENT_ON()
    else:
        yield from _not_own(actor, given.post)


def _not_own(actor: Actor, post: Post) -> Iterator[Fault]:
    own = actor.person is not None and actor.person.pk == post.person_id
    if not own and not may(actor, NEEDS[Deed.POST_GIVEN], post.unit):
        yield NOT_YOURS()


def _to_whom(given: Delegation) -> Iterator[Fault]:
    if given.to_id == given.post.person_id:
        yield TO_ONESELF()
    elif not any(_covers(post, given) for post in given.to.posts.filter(unit=given.post.unit)):
        yield OTHER_UNIT(person=given.to.full_name, unit=given.post.unit.name)


def _when(given: Delegation) -> Iterator[Fault]:
    if not clock.today() <= given.from_date <= given.to_date:
        yield DATES_WRONG()
    if given.to_date < given.from_date:
        return  # no day of which more could be said
    if not _covers(given.post, given):
        yield BEYOND_TERM()
    same = given.post.delegations.filter(ended_on=None).select_related("to")
    days = {"from_date__lte": given.to_date, "to_date__gte": given.from_date}
    for other in same.filter(**days).order_by("from_date"):
        yield OVERLAPPING(
            person=other.to.full_name, from_date=other.from_date, to_date=other.to_date
        )


def _covers(post: Post, given: Delegation) -> bool:
    """Whether a post is held during all days of a delegation."""
    begun = post.from_date <= given.from_date
    return begun and (post.to_date is None or post.to_date >= given.to_date)
