"""Choices: how a person wants to be told outside the pages, and when a mail to them may go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings

from yunzhang.clock import BEIJING
from yunzhang.people.models import NoticeChoice, Person
from yunzhang.people.permissions import pack
from yunzhang.people.workdays import work_calendar

NONE, EACH, DIGEST = "none", "each", "digest"
WAYS = (NONE, EACH, DIGEST)


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
    moment = now if choice.mail == EACH else next_digest(now)
    if choice.quiet_from is None or choice.quiet_to is None:
        return moment
    return Quiet(choice.quiet_from, choice.quiet_to).ends_after(moment)


def next_digest(now: datetime) -> datetime:
    """The next hour of the day's mail, on working days only: nobody is called on a Sunday."""
    here = now.astimezone(BEIJING)
    hour = time(pack().limit("notices.digest_hour"))
    first = here.date() if here.time() < hour else here.date() + timedelta(days=1)
    return datetime.combine(work_calendar().next_workday(first), hour, BEIJING)
