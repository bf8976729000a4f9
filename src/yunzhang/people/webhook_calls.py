"""Webhook calls: what was queued is told to the units' systems, until taken or given up.

A call is claimed by putting it off to its next try, as a mail is: two workers never make the
same call at once, and a worker that dies leaves it to be tried again under the same id.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q

from yunzhang import clock
from yunzhang.people import notices, webhook_line, webhook_words, webhooks
from yunzhang.people.models import Webhook, WebhookCall
from yunzhang.people.permissions import pack
from yunzhang.people.webhook_line import Answer
from yunzhang.terms.faults import Text

log = logging.getLogger(__name__)

GIVEN_UP = Text(
    "推送地址 {host} 多次没有接收，一条消息已停止推送：{answer}",
    "The webhook {host} did not take a call however often it was tried; it was given up: {answer}",
)


def send_due() -> None:
    """Make the calls that are due, some for each webhook, the longest waiting first."""
    now = clock.now()
    due = Q(calls__next_at__lte=now)
    hooks = Webhook.objects.filter(due, ended_at=None).annotate(first=Min("calls__next_at"))
    for hook in hooks.select_related("unit").order_by("first", "pk"):
        _call(hook)


def _call(hook: Webhook) -> None:
    """One webhook's calls in order; a system that does not answer holds up its own calls only."""
    due = WebhookCall.objects.filter(webhook=hook, next_at__lte=clock.now())
    for call in due.order_by("next_at", "pk")[: pack().limit("webhook.round_calls")]:
        call.webhook = hook
        if not _claimed(call, clock.now()):
            continue
        answer = _made(call)
        _note(call, answer)
        if answer.status == 0:
            _put_off(call, answer)
            return


def forget(today: date) -> int:
    """Take away calls that ended long ago; what was decided stays in the facts."""
    last = today - timedelta(days=pack().limit("notices.keep_days"))
    old = WebhookCall.objects.filter(next_at=None, tried_at__date__lt=last)
    return old.delete()[0]


def id_of(call: WebhookCall) -> str:
    """What the other side knows the call by: the same at every try."""
    return f"msg_{call.webhook.salt[:8]}{call.pk}"


def _claimed(call: WebhookCall, now: datetime) -> bool:
    """Whether this worker took the call: only if no other has since it was read."""
    same = WebhookCall.objects.filter(pk=call.pk, next_at=call.next_at)
    call.next_at = now + _pause(call.tries)
    taken = same.update(next_at=call.next_at, tries=F("tries") + 1, tried_at=now)
    call.tries += 1
    return bool(taken)


def _made(call: WebhookCall) -> Answer:
    closed = list(webhooks.may_be_called(call.webhook.address))
    if closed:
        return Answer(0, call.webhook.address, webhook_words.CLOSED)
    body = call.body.encode()
    secret = webhooks.secret_of(call.webhook)
    headers = secret.headers(id_of(call), int(clock.seconds()), body)
    wait, most = pack().limit("webhook.wait_seconds"), pack().limit("webhook.answer_bytes")
    return webhook_line.call(call.webhook.address, body, headers, seconds=wait, most=most)


def _note(call: WebhookCall, answer: Answer) -> None:
    """Keep the answer; after the last try the unit's officers are told."""
    noted: dict[str, Any] = {"answer": _noted(answer)}
    given_up = not answer.taken and call.tries >= pack().limit("webhook.tries")
    if answer.taken:
        noted |= {"done_at": clock.now(), "next_at": None}
    elif given_up:
        noted |= {"next_at": None}
    with transaction.atomic():
        # Only while the claim holds: an officer may have ended the webhook meanwhile.
        WebhookCall.objects.filter(pk=call.pk, next_at=call.next_at).update(**noted)
        if given_up:
            _tell_officers(call, answer)


def _put_off(call: WebhookCall, answer: Answer) -> None:
    """What else is due at a silent address waits with the call that found it silent."""
    now = clock.now()
    others = WebhookCall.objects.filter(webhook=call.webhook_id, next_at__lte=now)
    again = now + _pause(call.tries - 1)
    others.update(next_at=again, tries=F("tries") + 1, tried_at=now, answer=_noted(answer))


def _noted(answer: Answer) -> str:
    return webhook_words.noted(answer.status, answer.why_not, answer.text)[:200]


def _tell_officers(call: WebhookCall, answer: Answer) -> None:
    hook = call.webhook
    host, words = hook.address.split("/")[2], webhook_words.told(_noted(answer))
    said = Text(
        GIVEN_UP.say("zh", {"host": host, "answer": words.zh}),
        GIVEN_UP.say("en", {"host": host, "answer": words.en}),
    )
    log.warning("webhook %s did not take call %s: %s", hook.pk, call.pk, answer.status)
    today = clock.today()
    persons = notices.seated([(role, hook.unit) for role in webhooks.officers()], today)
    key = f"webhook:{hook.pk}:given-up:{today}"
    notices.tell(persons, key, notices.TOLD, f"webhook:{hook.pk}", "", said)


def _pause(tries: int) -> timedelta:
    first, most = pack().limit("webhook.pause_seconds"), pack().limit("webhook.pause_most_seconds")
    return timedelta(seconds=min(first * 2**tries, most))
