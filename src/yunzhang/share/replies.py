"""Automatic replies: a simple request is answered at once, as its provider's head consented.

The head consents once, beforehand and by name; the hub then agrees and issues in their stead
(docs/decisions/procedures.md). Whatever is in doubt goes the ordinary way.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import transaction

from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.gather.models import Resource
from yunzhang.people import notices
from yunzhang.people.act import act
from yunzhang.people.models import FactRow, Notice
from yunzhang.people.permissions import NEEDS, Actor, actor_of, may, pack
from yunzhang.share import granting, grants, requests, told
from yunzhang.share.afterwards import after
from yunzhang.share.corrections import subject_of
from yunzhang.share.models import ShareRequest
from yunzhang.share.persons import person_of
from yunzhang.terms.codes import ShareType
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.levels import highest

CONDITIONAL = FaultKind(
    "auto_reply.conditional",
    422,
    Text("只有无条件共享的数据可以自动答复。", "Only unconditional data is answered by itself."),
    Text("有条件共享的，逐件答复。", "Answer each request for conditional data."),
)

log = logging.getLogger(__name__)


def consent(actor: Actor, resource: Resource, *, why: str) -> Resource:
    """The provider's head consents to automatic replies on this resource, until further notice."""
    person_of(actor)
    with act(actor, Deed.AUTO_REPLY_SET, subject_of(resource), unit=resource.unit, why=why):
        refuse_if(_conditional(resource))
        return _set(resource, consented=True)


def end(actor: Actor, resource: Resource, *, why: str) -> Resource:
    """From now on each request waits for the head."""
    with act(actor, Deed.AUTO_REPLY_ENDED, subject_of(resource), unit=resource.unit, why=why):
        return _set(resource, consented=False)


def standing(resource: Resource) -> FactRow | None:
    """The consent in force; it lapses with the post of whoever gave it."""
    if not resource.auto_reply:
        return None
    given = FactRow.objects.filter(subject=subject_of(resource), deed=Deed.AUTO_REPLY_SET)
    fact = given.select_related("person").order_by("number").last()
    if fact is None or fact.person is None or not fact.person.is_active:
        return None
    giver = actor_of(fact.person, clock.today())
    return fact if may(giver, NEEDS[Deed.REQUEST_AGREED], resource.unit) else None


@after(Deed.REQUEST_APPLIED)
def _reply(request: ShareRequest) -> None:
    """Agree and issue where the head has consented and nothing at all is in the way."""
    fact = standing(request.resource)
    if fact is None or not _simple(request):
        return
    why = f"按常设同意（{fact.at.astimezone(clock.BEIJING):%Y-%m-%d}）自动答复"
    try:
        with transaction.atomic():
            agreed = requests.agree_by_consent(request, fact, why, why=why)
            grants.issue_by_consent(agreed, fact, why=why)
            _say_so(agreed)
    except Refused as refused:
        log.info("request %s waits for the head: %s", request.number, ", ".join(refused.codes))


def _say_so(request: ShareRequest) -> None:
    """One notice to the head instead of two turns that are over already."""
    subject = requests.subject_of(request)
    turns = Notice.objects.filter(subject=subject, kind=notices.TURN, at__gte=request.applied_at)
    turns.filter(mailed_at=None).delete()
    name = request.consumer.short_name
    said = Text(
        f"已自动答复{name}并签发授权：{request.purpose}",
        f"Answered {name} by itself, grant issued: {request.purpose}",
    )
    told.tell([request.provider], told.PROVIDER, subject, request.number, "auto_reply", said)


def _simple(request: ShareRequest) -> bool:
    """Unconditional, and nothing asked for is graded above what the pack lets go unseen."""
    if request.procedure != requests.PROCEDURES[ShareType.UNCONDITIONAL.value]:
        return False
    items = granting.granted(requests.wish_of(request), catalog.published(request.resource))
    return highest(item.grade for item in items) <= pack().limit("request.auto_grade")


def _conditional(resource: Resource) -> Iterator[Fault]:
    if catalog.published(resource).draft.share_type != ShareType.UNCONDITIONAL:
        yield CONDITIONAL()


def _set(resource: Resource, *, consented: bool) -> Resource:
    held = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    held.auto_reply = consented
    held.save(update_fields=["auto_reply"])
    return held
