"""Identity: who signs in, and which posts they hold in which units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from yunzhang import clock
from yunzhang.people import one_time as once
from yunzhang.people.act import act
from yunzhang.people.models import Person, Post, Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, require
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

PERSON_TWICE = FaultKind(
    "person.twice",
    409,
    Text("用户名“{username}”已被使用。", "The user name {username} is taken."),
    Text("换一个用户名。", "Choose another user name."),
)
PERSON_NAME_MISSING = FaultKind(
    "person.name_missing",
    422,
    Text("用户名和姓名都要填写。", "A person needs a user name and a full name."),
    Text("补填后再登记。", "Fill in both and register again."),
)
PASSWORD_WRONG = FaultKind(
    "person.password_wrong",
    403,
    Text("原密码不对。", "The present password is wrong."),
    Text("核对后重试；忘记的由主管部门重设。", "Try again; if it is forgotten, ask the authority."),
)
PASSWORD_WEAK = FaultKind(
    "person.password_weak",
    422,
    Text("密码强度不够：{reason}", "The password is too weak: {reason}"),
    Text("换一个更长、不常见的密码。", "Choose a longer, uncommon password."),
)
POST_MISSING = FaultKind(
    "person.post_missing",
    422,
    Text("至少要有一个岗位。", "A person needs at least one post."),
    Text("选择单位和角色。", "Choose a unit and a role."),
)
ROLE_UNKNOWN = FaultKind(
    "person.role_unknown",
    422,
    Text("政策包中没有角色“{role}”。", "The pack has no role {role}."),
    Text("从列表中选择角色。", "Choose a role from the list."),
)
POST_HELD = FaultKind(
    "person.post_held",
    409,
    Text("{person} 已在该单位担任该角色。", "{person} holds this role in this unit already."),
    Text("无需重复任命。", "There is nothing to do."),
)
POST_DATES = FaultKind(
    "person.post_dates",
    422,
    Text("任职的截止日期早于起始日期。", "The post would end before it begins."),
    Text("核对起止日期。", "Check both dates."),
)
POST_ENDED = FaultKind(
    "person.post_ended",
    409,
    Text("该岗位已经终止。", "This post has ended already."),
    Text("无需重复办理。", "There is nothing to do."),
)


def register(
    actor: Actor,
    username: str,
    full_name: str,
    password: str,
    posts: Sequence[tuple[Unit, str]],
    *,
    why: str,
    from_date: date | None = None,
    to_date: date | None = None,
    one_time: bool = False,
) -> Person:
    """Enter a person with posts (unit, role id) held from `from_date`, today unless given.

    A `one_time` password must be changed at the first sign-in. Raises Refused with everything
    wrong with names, password and roles.
    """
    person = Person(username=username.strip(), full_name=full_name.strip())
    home = posts[0][0] if posts else None
    with act(actor, Deed.PERSON_REGISTERED, unit=home, why=why) as deeds:
        for unit, _ in posts:
            require(actor, NEEDS[Deed.PERSON_REGISTERED], unit)
        refuse_if(_faults(person, password, posts))
        if one_time:
            once.give(person, password)
        else:
            person.set_password(password)
        person.save()
        since = from_date or clock.today()
        for unit, role in posts:
            Post.objects.create(
                person=person, unit=unit, role=role, from_date=since, to_date=to_date
            )
        deeds.subject = f"person:{person.pk}"
        deeds.content.update(posts=[[unit.code, role] for unit, role in posts])
    return person


def change_password(actor: Actor, old: str, new: str, *, why: str) -> None:
    """Change one's own password; raises `person.password_wrong`, `person.password_weak`."""
    subject = f"person:{actor.person.pk if actor.person else ''}"
    with act(actor, Deed.PASSWORD_CHANGED, subject, unit=actor.unit, why=why):
        person = confirmed(actor, old)
        refuse_if(_weak(new, person))
        person.set_password(new)
        person.password_once = False
        person.save(update_fields=["password", "password_once"])


def confirmed(actor: Actor, password: str) -> Person:
    """The acting person, once their password was given again; raises `person.password_wrong`."""
    if actor.person is None or not actor.person.check_password(password):
        raise Refused(PASSWORD_WRONG())
    return actor.person


def reset_password(actor: Actor, person: Person, *, why: str) -> str:
    """A one-time password for someone who forgot theirs; whoever registers persons may."""
    unit = home_of(person)
    with act(actor, Deed.PASSWORD_CHANGED, f"person:{person.pk}", unit=unit, why=why):
        require(actor, NEEDS[Deed.PERSON_REGISTERED], unit)
        new = once.password()
        once.give(person, new)
        person.save(update_fields=["password", "password_once"])
    return new


def home_of(person: Person) -> Unit | None:
    """The unit of a person's last post: whose affair the person is."""
    last = person.posts.select_related("unit").order_by("-from_date", "-pk").first()
    return last.unit if last else None


def appoint(
    actor: Actor,
    person: Person,
    unit: Unit,
    role: str,
    *,
    why: str,
    from_date: date | None = None,
    to_date: date | None = None,
) -> Post:
    """Give a person one more post, from today unless another day is given, perhaps for a term."""
    post = planned(person, unit, role, from_date, to_date)
    with act(actor, Deed.POST_GIVEN, f"person:{person.pk}", unit=unit, why=why) as deeds:
        refuse_if(post_faults(post))
        post.save()
        deeds.content.update(
            role=role,
            from_date=post.from_date.isoformat(),
            to_date=to_date.isoformat() if to_date else "",
        )
    return post


def planned(
    person: Person, unit: Unit, role: str, from_date: date | None, to_date: date | None
) -> Post:
    """The post as it would be given, from today unless another day is named; nothing is written."""
    since = from_date or clock.today()
    return Post(person=person, unit=unit, role=role, from_date=since, to_date=to_date)


def relieve(actor: Actor, post: Post, *, why: str, to_date: date) -> Post:
    """End a post, or its term early: it is last held on `to_date`.

    One not yet taken up is called off by any day before its first.
    """
    subject = f"person:{post.person_id}"
    with act(actor, Deed.POST_ENDED, subject, unit=post.unit, why=why, role=post.role) as deeds:
        post = Post.objects.select_for_update().get(pk=post.pk)
        if post.to_date is not None and post.to_date <= to_date:
            refuse_if([POST_ENDED()])
        if to_date < post.from_date <= clock.today():
            refuse_if([POST_DATES()])
        post.to_date = to_date
        post.save(update_fields=["to_date"])
        deeds.content.update(to_date=to_date.isoformat())
    return post


def post_faults(post: Post) -> Iterator[Fault]:
    """Everything that keeps a person from being given this post."""
    yield from _unknown_roles([(post.unit, post.role)])
    if post.to_date is not None and post.to_date < post.from_date:
        yield POST_DATES()
    same = post.person.posts.filter(unit=post.unit, role=post.role)
    held = same.filter(Q(to_date=None) | Q(to_date__gte=post.from_date))
    if post.to_date is not None:
        held = held.filter(from_date__lte=post.to_date)
    if held.exists():
        yield POST_HELD(person=post.person.full_name)


def _faults(person: Person, password: str, posts: Sequence[tuple[Unit, str]]) -> Iterator[Fault]:
    if not (person.username and person.full_name):
        yield PERSON_NAME_MISSING()
    yield from too_long(person, "username", "full_name")
    if Person.objects.filter(username=person.username).exists():
        yield PERSON_TWICE(username=person.username)
    if not posts:
        yield POST_MISSING()
    yield from _unknown_roles(posts)
    yield from _weak(password, person)


def _weak(password: str, person: Person) -> Iterator[Fault]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        yield PASSWORD_WEAK(reason=" ".join(error.messages))


def _unknown_roles(posts: Sequence[tuple[Unit, str]]) -> Iterator[Fault]:
    known = {row.id for row in pack().roles}
    for role in sorted({role for _, role in posts} - known):
        yield ROLE_UNKNOWN(role=role)
