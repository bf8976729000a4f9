"""Mail: what waits to be mailed is sent once, whatever fails in between.

A letter is claimed before it is sent: its notices are put off to the moment of the next try.
Another worker, or this one started again, finds nothing to send until then. What SMTP cannot
close is told in docs/operating.md.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from yunzhang import clock
from yunzhang.people import choices, notices
from yunzhang.people.letters import letter
from yunzhang.people.models import Notice, Person
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Text

log = logging.getLogger(__name__)

REFUSED = Text(
    "邮件服务器拒收发往您邮箱的通知，请核对“通知方式”页上的邮箱。",
    "The mail server refused a notice to your address; check it on the page “How I am told”.",
)
CLOSING = 421  # the server says it is going away: no fault of the letter


def send_due() -> None:
    """Send what is due, the longest waiting first; a server that fails ends the round."""
    if not choices.mails():
        return
    _forget(clock.now())
    persons = _waiting(clock.now())
    if not persons:
        return
    line = get_connection(timeout=pack().limit("mail.wait_seconds"))
    try:
        for person in persons:
            if not _send_all(person, line):
                break
    finally:
        line.close()


def _waiting(now: datetime) -> list[Person]:
    """Whose mail is due, the longest waiting first, as many as one round takes."""
    first = _due(now).values("person").annotate(first=Min("mail_at")).order_by("first", "person")
    numbers = [row["person"] for row in first[: pack().limit("mail.round_persons")]]
    found = Person.objects.in_bulk(numbers)
    return [found[number] for number in numbers]


def _send_all(person: Person, line: BaseEmailBackend) -> bool:
    """Every letter that waits for one person; False when the server is down."""
    while claimed := _claim(person, clock.now()):
        try:
            line.send_messages([letter(person, claimed)])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            code = _code(error)
            if code == CLOSING:
                return _put_off(claimed, error)
            if code >= 500:
                _give_up(person, claimed, code)
        except OSError as error:  # what smtplib raises is one too
            return _put_off(claimed, error)
        else:
            _of(claimed).update(mailed_at=clock.now())
    return True


def _claim(person: Person, now: datetime) -> list[Notice]:
    """The notices of the person's next letter, put off so that nobody else sends them now."""
    with transaction.atomic():
        due = _due(now).filter(person=person).select_for_update().order_by("pk")
        choice = choices.of(person)
        calm = choices.calm(choice, now)
        if calm > now:
            due.update(mail_at=calm)
            return []
        rows = list(due[:1] if choice.mail == choices.EACH else due)
        again = now + _pause(max((row.mail_tries for row in rows), default=0))
        _of(rows).update(mail_tries=F("mail_tries") + 1, mail_at=choices.calm(choice, again))
    return rows


def _put_off(claimed: Sequence[Notice], error: OSError) -> bool:
    """The server is down: what else is due waits as long as the letter that found it so."""
    now = clock.now()
    pause = _pause(max(row.mail_tries for row in claimed))
    _due(now).update(mail_tries=F("mail_tries") + 1, mail_at=now + pause)
    log.warning("the mail server failed (%s); tried again in %s", type(error).__name__, pause)
    return False


def _give_up(person: Person, claimed: Sequence[Notice], code: int) -> None:
    # By mail nobody can be told that mail does not arrive.
    log.warning("mail to person:%s was refused for good (%s)", person.pk, code)
    key = f"mail:refused:{clock.today()}"
    with transaction.atomic():
        _of(claimed).update(mail_at=None)
        notices.tell([person], key, notices.TOLD, f"person:{person.pk}", "", REFUSED)
        Notice.objects.filter(person=person, key=key).update(mail_at=None)


def _forget(now: datetime) -> None:
    """What was read on the pages meanwhile, or tried often enough, is not mailed any more."""
    enough = Q(read_at__isnull=False) | Q(mail_tries__gte=pack().limit("mail.tries"))
    Notice.objects.filter(enough, mailed_at=None, mail_at__lte=now).update(mail_at=None)


def _due(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(mailed_at=None, mail_at__lte=now, read_at=None)


def _of(rows: Sequence[Notice]) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=[row.pk for row in rows])


def _pause(tries: int) -> timedelta:
    first, most = pack().limit("mail.pause_seconds"), pack().limit("mail.pause_most_seconds")
    return timedelta(seconds=min(first * 2**tries, most))


def _code(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code
    return max(code for code, _answer in error.recipients.values())
