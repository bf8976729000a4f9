"""Chiefs: who answers for what by which document, who answered on any day, where one is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from yunzhang import clock
from yunzhang.oversee.duties import dated
from yunzhang.oversee.seats.chief_models import Appointment, UnitField
from yunzhang.people import identity
from yunzhang.people.act import act
from yunzhang.people.models import FactRow, Person, Post, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.pack_rows import Role

NOT_A_CHIEF = FaultKind(
    "chief.other_role",
    422,
    Text("“{role}”不是政策包中的云长角色。", "{role} is no chief's role of the pack."),
    Text("选择云长一类的角色。", "Choose a chief's role."),
)
FIELD_MISSING = FaultKind(
    "chief.field_missing",
    422,
    Text("没有写明分管的领域。", "The field of government is missing."),
    Text("在政策包所列领域中选择。", "Choose one of the fields the pack lists."),
)
FIELD_UNKNOWN = FaultKind(
    "chief.field_unknown",
    422,
    Text(
        "政策包没有为这一角色列出“{field}”领域。", "The pack lists no field {field} for this role."
    ),
    Text("在政策包所列领域中选择；没有所列领域的不填。", "Choose one it lists, or none."),
)
DOCUMENT_AHEAD = FaultKind(
    "chief.document_ahead",
    422,
    Text("任命文件的日期 {day} 还没有到。", "The document's day, {day}, is still to come."),
    Text("填写文件上的印发日期。", "Write the day the document bears."),
)
DOCUMENT_HALF = FaultKind(
    "chief.document_half",
    422,
    Text("任命文件的文号和日期要一并填写。", "A document needs both its number and its day."),
    Text("补填另一项，或两项都不填。", "Fill in the other one, or leave both empty."),
)


@dataclass(frozen=True)
class Warrant:
    """What the register says of a chief: the document, the field, the office held, the cloud."""

    number: str = ""
    signed_on: date | None = None
    file_name: str = ""
    file: bytes = b""
    field: str = ""
    office: str = ""
    cloud: str = ""


@dataclass(frozen=True)
class Vacancy:
    """A chief that is owed and not there: of a unit, or of a field of government."""

    role: Role
    unit: Unit | None
    field: str
    since: date | None  # None: nothing on record says since when
    last: Post | None


def roles() -> tuple[Role, ...]:
    """The chiefs' roles of the pack in force, the highest first; the office is none of them."""
    found = {row.id: row for row in pack().roles}
    below = {name for row in found.values() for name in row.above}
    chiefs = [
        row
        for row in found.values()
        if row.above or row.id in below or (row.told_late and row.scope != "all")
    ]
    # By how many answer to it: the head of all above a sector's, that above a unit's own.
    return tuple(sorted(chiefs, key=lambda row: -len(row.above)))


def listed() -> tuple[Role, ...]:
    """What the register holds: chiefs, their office, and whoever else a text wants in a seat."""
    known = {row.id for row in roles()}
    others = (row for row in pack().roles if row.serves_chiefs or row.owed_by)
    return (*roles(), *(row for row in others if row.id not in known))


def fields() -> tuple[str, ...]:
    """The fields of government for which the pack sets up chiefs."""
    return tuple(dict.fromkeys(field for row in roles() for field in row.fields))


def register(day: date) -> QuerySet[Post]:
    """The chiefs of a day and their office: whoever held such a post then."""
    ids = [row.id for row in listed()]
    return _on(day).filter(role__in=ids).select_related("unit", "person", "appointment")


def with_chief(facts: QuerySet[FactRow]) -> QuerySet[Any]:
    """Each fact with `chief_then`: the name of the chief its unit had on the day of the deed."""
    own = [row.id for row in roles() if row.scope != "all"]
    day = OuterRef("day_then")
    held = Q(to_date=None) | Q(to_date__gte=day)
    then = Post.objects.filter(held, unit=OuterRef("unit"), role__in=own, from_date__lte=day)
    name = then.order_by("-from_date", "-pk").values("person__full_name")
    dated_facts = facts.annotate(day_then=TruncDate("at", tzinfo=clock.BEIJING))
    return dated_facts.annotate(chief_then=Subquery(name[:1]))


def answered_for(actor: Actor) -> Q:
    """The condition that a unit is one the actor answers for as a chief, field and all."""
    known = {row.id: row for row in roles()}
    found = Q(pk__in=())
    for post in actor.posts:
        role = known.get(post.role)
        if role is None:
            continue
        if role.fields:
            field = Appointment.objects.filter(post=post.pk).values("field")
            units = UnitField.objects.filter(field__in=field).values("unit")
            found |= Q(pk__in=units)
        elif role.scope == "all":
            return Q()
        else:
            below = {unit for top, unit in actor.under if top == post.unit_id}
            found |= Q(pk__in=below | {post.unit_id})
    return found


def by_field(actor: Actor) -> bool:
    """Whether the actor sees beyond the own unit only as a chief of fields of government."""
    wide = {row.id: row.fields for row in pack().roles if row.scope == "all"}
    held = [wide[post.role] for post in actor.posts if post.role in wide]
    return bool(held) and all(held)


def vacancies(today: date) -> list[Vacancy]:
    """Where the pack wants a chief, or there was one, and nobody is in post; the longest first.

    A unit that never owed one is not on the list, however many others have a chief.
    """
    known = {row.id: row for row in listed() if not row.serves_chiefs}
    past = Post.objects.filter(role__in=known, from_date__lte=today)
    posts = list(past.select_related("unit", "person", "appointment").order_by("-pk"))
    empty = [one for role in known.values() for one in _empty(role, posts, today)]
    days = _registered([unit for _role, unit, _field, was in empty if unit and not was])
    found = [_vacancy(*one, days) for one in empty]
    return sorted(found, key=lambda one: (one.since or today, one.unit.code if one.unit else ""))


def appoint(
    actor: Actor,
    person: Person,
    unit: Unit,
    role: str,
    warrant: Warrant,
    *,
    why: str,
    from_date: date | None = None,
    to_date: date | None = None,
) -> Post:
    """Give a person a chief's post, with its term and the document it stands on."""
    known = {row.id: row for row in listed()}
    other = () if role in known else [NOT_A_CHIEF(role=role)]
    post = identity.planned(person, unit, role, from_date, to_date)
    refuse_if([*other, *warrant_faults(warrant, known.get(role)), *identity.post_faults(post)])
    with transaction.atomic():
        post = identity.appoint(
            actor, person, unit, role, why=why, from_date=from_date, to_date=to_date
        )
        record(actor, post, warrant, why=why)
    return post


def record(actor: Actor, post: Post, warrant: Warrant, *, why: str) -> Appointment:
    """Write down the document of a chief's post, the field and the office; a file stays once in."""
    role = next((row for row in listed() if row.id == post.role), None)
    subject = f"person:{post.person_id}"
    with act(actor, Deed.APPOINTMENT_RECORDED, subject, unit=post.unit, why=why) as deeds:
        other = () if role else [NOT_A_CHIEF(role=post.role)]
        refuse_if([*other, *warrant_faults(warrant, role)])
        held = Appointment.objects.filter(post=post).first() or Appointment(post=post)
        for name in ("number", "field", "office", "cloud"):
            setattr(held, name, getattr(warrant, name).strip())
        held.signed_on = warrant.signed_on
        if warrant.file:
            held.file, held.file_name = warrant.file, warrant.file_name
            held.digest = sha256(warrant.file).hexdigest()
        held.save()
        deeds.content.update(
            post=post.pk,
            role=post.role,
            document=held.number,
            signed_on=held.signed_on.isoformat() if held.signed_on else "",
            digest=held.digest,
            field=held.field,
            office=held.office,
        )
    return held


def warrant_faults(warrant: Warrant, role: Role | None) -> Iterator[Fault]:
    """Everything wrong with what is said of a chief of this role."""
    listed = role.fields if role else ()
    if listed and not warrant.field:
        yield FIELD_MISSING()
    if warrant.field and warrant.field not in listed:
        yield FIELD_UNKNOWN(field=warrant.field)
    if bool(warrant.number.strip()) != bool(warrant.signed_on):
        yield DOCUMENT_HALF()
    if warrant.signed_on is not None and warrant.signed_on > clock.today():
        yield DOCUMENT_AHEAD(day=warrant.signed_on)
    told = Appointment(number=warrant.number, office=warrant.office, cloud=warrant.cloud)
    yield from too_long(told, "number", "office", "cloud")


def set_fields(actor: Actor, unit: Unit, wanted: Sequence[str], *, why: str) -> None:
    """Say to which fields of government a unit belongs."""
    subject = f"unit:{unit.code}"
    with act(actor, Deed.UNIT_FIELDS_SET, subject, unit=unit, why=why) as deeds:
        refuse_if([FIELD_UNKNOWN(field=one) for one in wanted if one not in fields()])
        UnitField.objects.filter(unit=unit).exclude(field__in=wanted).delete()
        there = set(UnitField.objects.filter(unit=unit).values_list("field", flat=True))
        UnitField.objects.bulk_create(
            UnitField(unit=unit, field=one) for one in dict.fromkeys(wanted) if one not in there
        )
        deeds.content.update(fields=list(dict.fromkeys(wanted)))


def _on(day: date) -> QuerySet[Post]:
    held = Q(to_date=None) | Q(to_date__gte=day)
    return Post.objects.filter(held, from_date__lte=day)


def _over(post: Post, day: date) -> bool:
    return post.to_date is not None and post.to_date < day


Empty = tuple[Role, Unit | None, str, Sequence[Post]]  # the posts there were


def _empty(role: Role, posts: Sequence[Post], today: date) -> Iterator[Empty]:
    """The units, or the fields of government, that want this role and have nobody in it."""
    mine = [post for post in posts if post.role == role.id]
    held = [post for post in mine if not _over(post, today)]
    if role.fields:
        taken = {_field(post) for post in held}
        for field in role.fields:
            if field not in taken:
                yield role, None, field, [post for post in mine if _field(post) == field]
        return
    directory = [row.unit for row in pack().chiefs if row.role == role.id]
    owing = {unit.pk: unit for unit in dated.units_named([*role.owed_by, *directory])}
    owing.update({post.unit_id: post.unit for post in mine})
    for number in owing.keys() - {post.unit_id for post in held}:
        yield role, owing[number], "", [post for post in mine if post.unit_id == number]


def _field(post: Post) -> str:
    return post.appointment.field if hasattr(post, "appointment") else ""


def _vacancy(
    role: Role, unit: Unit | None, field: str, was: Sequence[Post], registered: Mapping[str, date]
) -> Vacancy:
    """Empty since the last one left; without any, since the text asked or the unit was there."""
    if was:
        last = max(was, key=lambda post: post.to_date or date.min)
        return Vacancy(role, unit, field, (last.to_date or date.min) + timedelta(days=1), last)
    days = [role.from_date, registered.get(unit.code) if unit else None]
    return Vacancy(role, unit, field, max(filter(None, days), default=None), None)


def _registered(units: Sequence[Unit]) -> dict[str, date]:
    subjects = [f"unit:{unit.code}" for unit in units]
    rows = FactRow.objects.filter(deed=Deed.UNIT_REGISTERED, subject__in=subjects)
    return {
        subject.partition(":")[2]: at.astimezone(clock.BEIJING).date()
        for subject, at in rows.values_list("subject", "at")
    }
