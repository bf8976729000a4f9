"""Requests: ask, complete, reply; each step within its legal clock (Order 809 Arts. 20-22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import transaction

from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.gather.models import Resource
from yunzhang.people import clocks, courses
from yunzhang.people.act import act
from yunzhang.people.courses import Matter
from yunzhang.people.models import Clock, FactRow, Person, Unit
from yunzhang.people.permissions import NEEDS, Actor, may, pack, require
from yunzhang.share import keys, told
from yunzhang.share.afterwards import follow
from yunzhang.share.models import CallerKey, ShareRequest
from yunzhang.share.persons import another, person_of
from yunzhang.share.refusals import wrong
from yunzhang.share.wishes import Wish, faults, tidy, widens
from yunzhang.terms import procedures
from yunzhang.terms.codes import ShareType
from yunzhang.terms.document import build, decode, encode, plain
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.grant import Condition

OWN_RESOURCE = FaultKind(
    "request.own_resource",
    422,
    Text("不必向本单位申请共享。", "A unit need not ask itself."),
    Text("直接使用本单位数据。", "Use your own data directly."),
)
NOTICE_EMPTY = FaultKind(
    "request.notice_empty",
    422,
    Text("补正通知没有写明缺什么。", "The notice does not say what is missing."),
    Text("一次写全需要补正的内容。", "List everything that is missing, once."),
)
NOTICE_ONCE = FaultKind(
    "request.notice_once",
    409,
    Text("补正通知只能发一次，本申请已经发过。", "The notice is given once, and has been."),
    Text("按现有材料答复（条例第二十一条）。", "Reply on what you have (Order 809 Art. 21)."),
)
WIDER = FaultKind(
    "request.wider",
    422,
    Text(
        "补正不能改变目的和方式，也不能扩大信息项、行范围或时限。",
        "Completing a request cannot change purpose or delivery nor ask for more.",
    ),
    Text("撤回后重新申请，由本单位负责人审批。", "Withdraw it and apply anew through your head."),
)
EXTENSION_LATE = FaultKind(
    "request.extension_late",
    409,
    Text("答复期限已过，不能再延长。", "The limit of the reply is over and cannot be extended."),
    Text("尽快答复（条例第二十一条）。", "Reply without delay (Order 809 Art. 21)."),
)
SERVICE_STOPPED = FaultKind(
    "request.service_stopped",
    409,
    Text("该共享服务自 {on} 起终止：{reason}", "This service stops on {on}: {reason}"),
    Text(
        "向提供部门了解替代的数据，或提出目录外需求。",
        "Ask the provider for other data, or state the need outside the catalog.",
    ),
)
WORKER = Actor(None)
# The procedure of a request, by the share type of what it asks for (Order 809 Art. 21).
PROCEDURES = {
    ShareType.UNCONDITIONAL.value: "request_unconditional",
    ShareType.CONDITIONAL.value: "request_conditional",
}
REPLYING = ("applied", "noticed")  # the steps at which the clock of the reply runs or rests


def subject_of(request: ShareRequest) -> str:
    """The name of a request in clocks and facts."""
    return f"request:{request.pk}"


def matter_of(request: ShareRequest) -> Matter:
    """The request as courses know it."""
    parties = {"applicant": (request.consumer,), "provider": (request.provider,)}
    return Matter(subject_of(request), request.number, request.purpose, parties)


def move(request: ShareRequest, deed: Deed) -> None:
    """Take the locked record along its procedure: state, clocks and turn."""
    procedure = courses.of(request.procedure)
    request.state = courses.go(procedure, matter_of(request), request.state, deed)


def wish_of(request: ShareRequest) -> Wish:
    """The content of a request."""
    return Wish(
        legal_basis=request.legal_basis,
        scenario=request.scenario,
        purpose=request.purpose,
        items=decode(request.items, tuple[str, ...]),
        rows=decode(request.rows, tuple[Condition, ...]),
        delivery=request.delivery,
        duration_days=request.duration_days,
        priority_field=request.priority_field,
    )


def draft(
    actor: Actor,
    resource: Resource,
    *,
    legal_basis: str,
    scenario: str,
    purpose: str,
    items: Sequence[str],
    delivery: str,
    duration_days: int,
    why: str,
    rows: Sequence[Condition] = (),
    key: CallerKey | None = None,
    priority_field: str = "",
) -> ShareRequest:
    """Draft a request of the actor's unit for a published resource; raises Refused with all faults.

    `rows` are joined by "and"; the key may still be missing, until the request is submitted.
    """
    wish = tidy(
        Wish(
            legal_basis=legal_basis,
            scenario=scenario,
            purpose=purpose,
            items=tuple(items),
            rows=tuple(rows),
            delivery=delivery,
            duration_days=duration_days,
            priority_field=priority_field,
        )
    )
    row = _new(actor, resource, wish, key)
    with act(actor, Deed.REQUEST_DRAFTED, unit=row.consumer, why=why, wish=plain(wish)) as deeds:
        refuse_if((*_wrong(row), *keys.foreign(row)))
        row.save()
        # The number people quote is made of the record's own, so that none is given twice.
        row.number = f"SQ{clock.today().year}-{row.pk:06d}"
        row.save(update_fields=["number"])
        courses.begin(courses.of(row.procedure), matter_of(row))
        deeds.subject = subject_of(row)
    return row


def edit(
    actor: Actor,
    request: ShareRequest,
    changes: Mapping[str, Any],
    *,
    why: str,
    key: CallerKey | None = None,
) -> ShareRequest:
    """Change fields of `Wish`, or the key; a request that waited for the head is a draft again."""
    with _step(actor, Deed.REQUEST_DRAFTED, request, request.consumer, why, **changes) as row:
        _fill(row, _changed(row, changes))
        row.key = key or row.key
        person_of(actor)
        refuse_if((*_wrong(row), *keys.foreign(row)))
    return row


def ask_approval(actor: Actor, request: ShareRequest, *, why: str) -> ShareRequest:
    """Put the request before the consumer's head (Art. 20)."""
    with _step(actor, Deed.REQUEST_SUBMITTED, request, request.consumer, why) as row:
        refuse_if(_all_wrong(row))
    return row


def apply(actor: Actor, request: ShareRequest, *, why: str) -> ShareRequest:
    """The consumer's head approves: the provider has received it and its clock runs (Art. 21)."""
    with transaction.atomic():
        with _step(actor, Deed.REQUEST_APPLIED, request, request.consumer, why) as row:
            row.approved_by = another(actor, *_drafters(row))
            refuse_if(_all_wrong(row))
            row.applied_at = clock.now()
        follow(Deed.REQUEST_APPLIED, row)
        row.refresh_from_db()  # what followed may have replied already
    return row


def notice(
    actor: Actor, request: ShareRequest, missing: Sequence[str], *, why: str
) -> ShareRequest:
    """Tell the consumer, once, everything that is missing; the clock rests (Art. 21)."""
    lines = [line.strip() for line in missing if line.strip()]
    with _step(actor, Deed.REQUEST_NOTICED, request, request.provider, why, missing=lines) as row:
        if row.notice:
            raise Refused(NOTICE_ONCE())
        if not lines:
            raise Refused(NOTICE_EMPTY())
        row.notice = "\n".join(lines)
    return row


def complete(
    actor: Actor, request: ShareRequest, changes: Mapping[str, Any], *, why: str
) -> ShareRequest:
    """Complete a request with fields of `Wish`; the provider's whole limit runs anew.

    It cannot ask for more than the consumer's head approved.
    """
    with _step(actor, Deed.REQUEST_COMPLETED, request, request.consumer, why, **changes) as row:
        wish = _changed(row, changes)
        if widens(wish, wish_of(row)):
            raise Refused(WIDER())
        _fill(row, wish)
        refuse_if(_all_wrong(row))
    return row


def extend(actor: Actor, request: ShareRequest, *, why: str) -> ShareRequest:
    """The authority extends the reply, once, where the clock allows it: C4 only (Art. 21).

    Not once the limit is over: an extension given then would make a late reply look punctual.
    """
    with _step(actor, Deed.REQUEST_EXTENDED, request, request.provider, why) as row:
        running = reply_clock(row)
        if running and running.due_on < clock.today():
            raise Refused(EXTENSION_LATE())
    return row


def agree(actor: Actor, request: ShareRequest, reply: str, *, why: str) -> ShareRequest:
    """The provider's head agrees; delivery is due within C5 (Art. 22)."""
    with _step(actor, Deed.REQUEST_AGREED, request, request.provider, why, reply=reply) as row:
        refuse_if(_all_wrong(row))
        _reply(actor, row, reply)
    return row


def agree_by_consent(
    request: ShareRequest, consent: FactRow, reply: str, *, why: str
) -> ShareRequest:
    """The hub agrees for the head whose standing consent this fact is; four eyes see it as theirs.

    Raises Refused as `agree` does; the fact cites the consent.
    """
    said = {"reply": reply, "consent": str(consent.id)}
    with _step(WORKER, Deed.REQUEST_AGREED, request, request.provider, why, **said) as row:
        refuse_if(_all_wrong(row))
        _reply(Actor(consent.person), row, reply)
    return row


def refuse(
    actor: Actor, request: ShareRequest, code: str, law: str, reply: str, *, why: str
) -> ShareRequest:
    """The provider's head refuses: a ground of the list, the reason and, the law that forbids."""
    said = {"code": code, "law": law, "reply": reply}
    with _step(actor, Deed.REQUEST_REFUSED, request, request.provider, why, **said) as row:
        refuse_if(wrong(code, law, reply, pack()))
        row.refusal_code, row.refusal_law = code, law.strip()
        _reply(actor, row, reply)
    return row


def withdraw(actor: Actor, request: ShareRequest, *, why: str) -> ShareRequest:
    """The consumer takes the request back; nothing is owed any more."""
    with _step(actor, Deed.REQUEST_WITHDRAWN, request, request.consumer, why) as row:
        return row


def faults_now(request: ShareRequest) -> tuple[Fault, ...]:
    """What keeps a stored request from being submitted today, for its page."""
    return _all_wrong(request)


@contextmanager
def _step(
    actor: Actor, deed: Deed, request: ShareRequest, unit: Unit, why: str, **content: Any
) -> Iterator[ShareRequest]:
    """One move of the state table on the locked record, saved with its fact or not at all."""
    with act(actor, deed, subject_of(request), unit=unit, why=why, **content):
        row = locked(request)
        courses.after(courses.of(row.procedure), row.state, deed)
        received = row.state in REPLYING
        yield row
        if deed == Deed.REQUEST_APPLIED:
            # What is asked for may have become conditional since the request was begun.
            row.procedure = _procedure(row.resource)
        move(row, deed)
        row.save()
        # A request taken back before the provider had it is none of the provider's business.
        if deed != Deed.REQUEST_WITHDRAWN or received:
            told.of_request(row, deed, reply_clock(row))


def locked(request: ShareRequest) -> ShareRequest:
    """The record with its units, held until the deed is done."""
    found = ShareRequest.objects.select_for_update(of=("self",))
    return found.select_related("consumer", "provider", "resource").get(pk=request.pk)


def _reply(actor: Actor, row: ShareRequest, reply: str) -> None:
    row.replied_by = another(actor, row.approved_by, *_drafters(row))
    row.replied_at = clock.now()
    row.reply = reply.strip()


def _new(actor: Actor, resource: Resource, wish: Wish, key: CallerKey | None) -> ShareRequest:
    row = ShareRequest(
        number=uuid4().hex[:30],  # until it is saved
        consumer=_consumer(actor),
        provider=resource.unit,
        resource=resource,
        procedure=_procedure(resource),
        drafted_by=person_of(actor),
        key=key,
    )
    _fill(row, wish)
    return row


def _drafters(row: ShareRequest) -> list[Person]:
    """Everyone who wrote any of it, not only the last."""
    written = FactRow.objects.filter(
        subject=subject_of(row), deed__in=(Deed.REQUEST_DRAFTED, Deed.REQUEST_COMPLETED)
    )
    return list(Person.objects.filter(pk__in=written.values("person")))


def _consumer(actor: Actor) -> Unit:
    permission = NEEDS[Deed.REQUEST_DRAFTED]
    for post in actor.posts:
        if may(actor, permission, post.unit):
            return post.unit
    require(actor, permission)
    person_of(actor)  # Refuses the worker, which may do anything but has no unit.
    raise AssertionError("a person without a post may not draft")


def _fill(row: ShareRequest, wish: Wish) -> None:
    row.legal_basis, row.scenario, row.purpose = wish.legal_basis, wish.scenario, wish.purpose
    row.items, row.rows = encode(wish.items).decode(), encode(wish.rows).decode()
    row.delivery, row.duration_days = wish.delivery, wish.duration_days
    row.priority_field = wish.priority_field


def _changed(row: ShareRequest, changes: Mapping[str, Any]) -> Wish:
    return tidy(build({**plain(wish_of(row)), **plain(changes)}, Wish))


def _all_wrong(row: ShareRequest) -> tuple[Fault, ...]:
    return (*_wrong(row), *keys.foreign(row), *keys.missing(row))


def _wrong(row: ShareRequest) -> tuple[Fault, ...]:
    own = (OWN_RESOURCE(),) if row.consumer_id == row.provider_id else ()
    stopped = (*_stopped(row.resource),)
    return (*own, *stopped, *faults(wish_of(row), catalog.published(row.resource), pack()))


def _stopped(resource: Resource) -> Iterator[Fault]:
    if resource.stops_on is not None:
        yield SERVICE_STOPPED(on=resource.stops_on, reason=resource.stop_reason)


def reply_clock(request: ShareRequest) -> Clock | None:
    """The clock of the provider's reply, while it runs or rests."""
    procedure = courses.of(request.procedure)
    rules = {procedures.step_of(procedure, step).clock for step in REPLYING}
    return clocks.running().filter(subject=subject_of(request), rule__in=rules).first()


def _procedure(resource: Resource) -> str:
    # What is not shared at all is refused by `wishes.faults`; until then it goes the longer way.
    share_type = catalog.published(resource).draft.share_type
    return PROCEDURES.get(share_type, PROCEDURES[ShareType.CONDITIONAL.value])
