"""Notices: what a person should know, told once on the pages and, as they chose, by mail.

`tell` is called inside a deed's own transaction: what did not happen is told to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, Q, QuerySet, When

from yunzhang import clock
from yunzhang.people import choices, webhooks
from yunzhang.people.models import Delegation, Notice, NoticeChoice, Person, Post, Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.document import digest
from yunzhang.terms.faults import Text

# What a notice may be about; pages give each its word.
TURN, WARNED, EXPIRED, ESCALATED, TOLD = "turn", "warned", "expired", "escalated", "told"
KINDS = (TURN, WARNED, EXPIRED, ESCALATED, TOLD)
MARK = 32  # characters of a digest that no two keys share


def tell(
    persons: Iterable[Person],
    key: str,
    kind: str,
    subject: str,
    reference: str,
    said: Text,
    *,
    units: Iterable[Unit] = (),
) -> None:
    """Tell each of these persons once: whoever was told under this key is not told again.

    The systems of `units`, where they have a webhook, are told the same.
    """
    key = _short(key)
    wanted = {one.pk: one for one in persons if one.is_active}
    now = clock.now()
    ways = choices.of_all(wanted.values())
    rows = [
        _row(one, key, kind, subject, reference, said, now, ways[one.pk]) for one in wanted.values()
    ]
    # The constraint knows who was told already, also by another process at this moment.
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    webhooks.queue(units, key, kind, subject, reference, said, now)


def tell_unit(
    unit: Unit,
    roles: Iterable[str],
    key: str,
    kind: str,
    subject: str,
    reference: str,
    said: Text,
) -> None:
    """Tell whoever holds one of these roles in the unit today, and the unit's own system."""
    today = clock.today()
    persons = seated([(role, unit) for role in roles], today)
    tell(persons, key, kind, subject, reference, said, units=(unit,))


def seated(seats: Iterable[tuple[str, Unit | None]], today: date) -> list[Person]:
    """Who does any of these posts today: its holders, and whoever stands in for one.

    A seat without a unit is the role in any. Whoever stands in still works there: who has left
    the unit is told nothing of it.
    """
    wanted, roles = Q(pk__in=()), set()
    for role, unit in seats:
        wanted |= Q(role=role) if unit is None else Q(role=role, unit=unit)
        roles.add(role)
    held = {one.pk: one for one in _in_force(today).filter(wanted).select_related("person")}
    found = {one.person_id: one.person for one in held.values()}
    # Hardly anybody is stood in for on a day: asked apart this is quick, as one query it is not.
    lent = Delegation.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=today),
        post__role__in=roles,
        from_date__lte=today,
        to_date__gte=today,
    )
    for one in lent.select_related("to") if held else ():
        post = held.get(one.post_id)
        if post and _in_force(today).filter(person=one.to_id, unit=post.unit_id).exists():
            found[one.to_id] = one.to
    return [found[number] for number in sorted(found) if found[number].is_active]


def of(person: Person) -> QuerySet[Notice]:
    """A person's notices: unread ones first, then the newest."""
    done = Case(When(read_at=None, then=0), default=1)
    return Notice.objects.filter(person=person).annotate(done=done).order_by("done", "-pk")


def unread(person: Person) -> int:
    """How many notices wait to be read: one count, for the bell of every page."""
    return Notice.objects.filter(person=person, read_at=None).count()


def read(person: Person, *numbers: int) -> int:
    """Mark these notices of the person as read, all of them without a number; how many were not.

    No deed and no fact: reading one's own post changes nobody's affairs.
    """
    waiting = Notice.objects.filter(person=person, read_at=None)
    if numbers:
        waiting = waiting.filter(pk__in=numbers)
    return waiting.update(read_at=clock.now())


def over(subject: str) -> None:
    """A turn of this matter has passed: nobody is called to it any more, here or by mail."""
    called = Notice.objects.filter(subject=subject, kind=TURN, read_at=None)
    called.update(read_at=clock.now())


def forget(today: date) -> int:
    """Take away what was read long ago; what was decided stays in the facts."""
    last = today - timedelta(days=pack().limit("notices.keep_days"))
    return Notice.objects.filter(read_at__isnull=False, at__date__lt=last).delete()[0]


def _in_force(today: date) -> QuerySet[Post]:
    return Post.objects.filter(Q(to_date=None) | Q(to_date__gte=today), from_date__lte=today)


def _row(
    person: Person,
    key: str,
    kind: str,
    subject: str,
    reference: str,
    said: Text,
    now: datetime,
    choice: NoticeChoice,
) -> Notice:
    return Notice(
        person=person,
        key=key,
        kind=kind,
        subject=subject,
        reference=reference,
        zh=_fit(said.zh, "zh"),
        en=_fit(said.en, "en"),
        at=now,
        mail_at=choices.mail_at(choice, now),
    )


def _short(key: str) -> str:
    """The key itself, or where no record holds it, its beginning with a digest of all of it."""
    most = Notice._meta.get_field("key").max_length  # noqa: SLF001
    if most is None or len(key) <= most:
        return key
    mark = digest(key.encode())[:MARK]
    return f"{key[: most - MARK]}{mark}"


def _fit(text: str, name: str) -> str:
    """The text cut to what a notice holds: a long title may not undo the deed it is told for."""
    field = Notice._meta.get_field(name)  # noqa: SLF001
    most = field.max_length if isinstance(field, CharField) and field.max_length else len(text)
    return text if len(text) <= most else text[: most - 1] + "…"
