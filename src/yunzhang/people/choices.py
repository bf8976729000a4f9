"""Choices: how a person wants to be told outside the pages, and when a mail to them may go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.people.act import act
from yunzhang.people.models import Notice, NoticeChoice, Person
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import SHOWN, too_long
from yunzhang.people.workdays import work_calendar
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

WAY_UNKNOWN = FaultKind(
    "notices.way_unknown",
    422,
    Text("没有“{way}”这种邮件方式。", "There is no way “{way}” to be mailed."),
    Text("从列表中选择。", "Choose one of the list."),
)
QUIET_HALF = FaultKind(
    "notices.quiet_half",
    422,
    Text("免打扰时段只填写了一头。", "The quiet hours lack their start or their end."),
    Text("起止时间都填写，或者都不填。", "Write both, or neither."),
)
ADDRESS_WRONG = FaultKind(
    "notices.address_wrong",
    422,
    Text("“{address}”不是电子邮箱地址。", "“{address}” is not an e-mail address."),
    Text("核对后重试。", "Check it and try again."),
)
ADDRESS_MISSING = FaultKind(
    "notices.address_missing",
    422,
    Text("要用邮件通知，但没有填写电子邮箱。", "Notices go by mail, but there is no address."),
    Text("填写邮箱，或选择不发邮件。", "Write an address, or choose no mail."),
)
LANGUAGE_UNKNOWN = FaultKind(
    "notices.language_unknown",
    422,
    Text("没有“{language}”这种语言。", "There is no language “{language}” here."),
    Text("从列表中选择。", "Choose one of the list."),
)

NONE, EACH, DIGEST = "none", "each", "digest"
WAYS = (NONE, EACH, DIGEST)


@dataclass(frozen=True)
class Wish:
    """What a person writes on the page of their choice."""

    mail: str
    address: str
    language: str
    quiet_from: time | None = None
    quiet_to: time | None = None


@dataclass(frozen=True)
class Quiet:
    """The hours of the day, in China, in which no mail goes; they may pass midnight."""

    start: time
    end: time

    def ends_after(self, moment: datetime) -> datetime:
        """The moment itself outside the quiet hours, else when they end."""
        here = moment.astimezone(BEIJING)
        if not self._holds(here.time()):
            return moment
        end = datetime.combine(here.date(), self.end, BEIJING)
        return end if end > here else end + timedelta(days=1)

    def _holds(self, hour: time) -> bool:
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


def choose(actor: Actor, wish: Wish, *, why: str) -> NoticeChoice:
    """Keep how the person wants to be told; what waits to be mailed goes by the new choice."""
    person = actor.person
    assert person is not None, "the worker is told nothing"
    subject = f"person:{person.pk}"
    with act(actor, Deed.NOTICES_CHOSEN, subject, unit=actor.unit, why=why) as deeds:
        refuse_if(_faults(wish))
        person.email, person.language = wish.address, wish.language
        person.save(update_fields=["email", "language"])
        hours = {"quiet_from": wish.quiet_from, "quiet_to": wish.quiet_to}
        choice, _ = NoticeChoice.objects.update_or_create(
            person=person, defaults={"mail": wish.mail, **hours}
        )
        waiting = Notice.objects.filter(person=person, mailed_at=None, mail_at__isnull=False)
        waiting.update(mail_at=mail_at(choice, clock.now()))
        # The address stays out of the fact: it is personal, and no part of what was decided.
        deeds.content.update(mail=wish.mail, **{name: str(hour) for name, hour in hours.items()})
    return choice


def mails() -> bool:
    """Whether this hub sends mail at all: only where the operator named a server."""
    return bool(settings.EMAIL_HOST)


def of(person: Person) -> NoticeChoice:
    """What the person chose, or the default: one mail a day."""
    return NoticeChoice.objects.filter(person=person).first() or NoticeChoice(person=person)


def of_all(persons: Iterable[Person]) -> dict[int, NoticeChoice]:
    """The choice of each person by the person's number, in one query."""
    wanted = list(persons)
    chosen = {one.person_id: one for one in NoticeChoice.objects.filter(person__in=wanted)}
    return {one.pk: chosen.get(one.pk) or NoticeChoice(person=one) for one in wanted}


def mail_at(choice: NoticeChoice, now: datetime) -> datetime | None:
    """When a mail about something of now may go to this person; None: not by mail."""
    if choice.mail == NONE or not choice.person.email or not mails():
        return None
    return calm(choice, now if choice.mail == EACH else next_digest(now))


def calm(choice: NoticeChoice, moment: datetime) -> datetime:
    """The moment itself, or the end of the person's quiet hours it falls into."""
    if choice.quiet_from is None or choice.quiet_to is None:
        return moment
    return Quiet(choice.quiet_from, choice.quiet_to).ends_after(moment)


def next_digest(now: datetime) -> datetime:
    """The next hour of the day's mail, on working days only: nobody is called on a Sunday."""
    here = now.astimezone(BEIJING)
    hour = time(pack().limit("notices.digest_hour"))
    first = here.date() if here.time() < hour else here.date() + timedelta(days=1)
    return datetime.combine(work_calendar().next_workday(first), hour, BEIJING)


def _faults(wish: Wish) -> Iterator[Fault]:
    if wish.mail not in WAYS:
        yield WAY_UNKNOWN(way=wish.mail[:SHOWN])
    if (wish.quiet_from is None) != (wish.quiet_to is None):
        yield QUIET_HALF()
    if wish.language not in dict(settings.LANGUAGES):
        yield LANGUAGE_UNKNOWN(language=wish.language[:SHOWN])
    yield from too_long(Person(email=wish.address), "email")
    if wish.address and not _is_address(wish.address):
        yield ADDRESS_WRONG(address=wish.address[:SHOWN])
    if not wish.address and wish.mail == EACH:
        yield ADDRESS_MISSING()


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
