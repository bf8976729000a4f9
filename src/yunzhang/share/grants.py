"""Grants: issued on an agreed request, signed by the hub, fetched by the node, ended in time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.gather.models import DataTable, Node, Resource
from yunzhang.people import cases, courses
from yunzhang.people.act import act, tell
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Case, FactRow, Unit
from yunzhang.people.permissions import NEEDS, Actor, pack
from yunzhang.people.permissions import why as reasons_for
from yunzhang.protect.keys import open_signed
from yunzhang.share import granting, requests, responsibilities, told
from yunzhang.share.afterwards import follow
from yunzhang.share.granting import Place
from yunzhang.share.models import GrantRow, RevocationNumber, ShareRequest
from yunzhang.share.persons import person_of
from yunzhang.terms.document import decode, digest, to_second
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.grant import (
    KIND,
    REVOCATIONS_KIND,
    Grant,
    Mask,
    Party,
    Revocation,
    RevocationList,
)
from yunzhang.terms.record import Value
from yunzhang.terms.signed import Signed

NOT_LINKED = FaultKind(
    "grant.not_linked",
    409,
    Text("该资源没有挂接到节点上的数据表。", "This resource is not linked to a table of a node."),
    Text(
        "由提供部门登记节点并挂接数据表。", "Have the provider register a node and link the table."
    ),
)
ALREADY_ISSUED = FaultKind(
    "grant.already_issued",
    409,
    Text("本申请已签发授权 {grant}。", "The grant {grant} was issued on this request."),
    Text("需要变更的，另行申请。", "Apply again for a change."),
)
NO_GROUND = FaultKind(
    "grant.no_ground",
    409,
    Text(
        "提供部门不得擅自终止已提供的共享服务（条例第二十七条）。",
        "A provider may not stop a service it gives at will (Order 809 Art. 27).",
    ),
    Text(
        "使用不当的，按使用不当处置；需要终止的，与使用部门协商并报主管部门备案。",
        "For misuse open a case of misuse; to stop the service propose it to its consumers.",
    ),
)
UNDER_CASE = FaultKind(
    "grant.under_case",
    409,
    Text("该授权正按使用不当处置，事项 {case}。", "The grant is under the misuse case {case}."),
    Text("在该事项中办理恢复或者终止。", "Resume or end it in that case."),
)

log = logging.getLogger(__name__)
WORKER = Actor(None)
PROCEDURE = "grant"
MISUSE = "misuse"
STOPPED = "共享服务终止，已报主管部门备案"


def issue(
    actor: Actor, request: ShareRequest, masks: Sequence[Mask] | None = None, *, why: str
) -> GrantRow:
    """Issue the one grant of an agreed request, from now for as long as it asked.

    `masks` replace the defaults by grade for the items they name. Raises Refused with all faults.
    """
    person_of(actor)
    return _issue(actor, request, tuple(masks or ()), why)


def issue_by_consent(request: ShareRequest, consent: FactRow, *, why: str) -> GrantRow:
    """The hub issues it with the masks of the grades, by the standing consent this fact is."""
    return _issue(WORKER, request, (), why, consent=str(consent.id))


def _issue(
    actor: Actor, request: ShareRequest, chosen: Sequence[Mask], why: str, **content: str
) -> GrantRow:
    with act(actor, Deed.GRANT_ISSUED, unit=request.provider, why=why, **content) as deeds:
        asked = requests.locked(request)
        refuse_if(_issued_already(asked))
        courses.after(courses.of(asked.procedure), asked.state, Deed.GRANT_ISSUED)
        refuse_if((*requests.faults_now(asked), *_not_issuable(asked, chosen)))
        row = _issued(asked, chosen, deeds.at)
        _move_request(asked, Deed.GRANT_ISSUED)
        deeds.subject = subject_of(row)
        deeds.content.update(request=asked.number, digest=digest(row.signed.encode()))
        _count(row)
        deeds.content["parts"] = responsibilities.said(pack(), clock.today())
    return row


def cautions(request: ShareRequest) -> tuple[Fault, ...]:
    """What a grant on this request could not do: say it before agreeing."""
    return granting.cautions(requests.wish_of(request), catalog.published(request.resource))


def subject_of(grant: GrantRow) -> str:
    """The name of a grant in facts."""
    return f"grant:{grant.pk}"


def opened(grant: GrantRow) -> Grant:
    """The grant as signed, its signature checked."""
    return open_signed(decode(grant.signed, Signed), KIND, Grant, (hub_key().public,))


def suspend(actor: Actor, grant: GrantRow, *, why: str) -> GrantRow:
    """Stop the grant until the matter is put right (Art. 27); its node learns when it next asks."""
    return _move(actor, Deed.GRANT_SUSPENDED, grant, why)


def resume(actor: Actor, grant: GrantRow, *, why: str) -> GrantRow:
    """Let a suspended grant open again."""
    return _move(actor, Deed.GRANT_RESUMED, grant, why)


def end(actor: Actor, grant: GrantRow, *, why: str) -> GrantRow:
    """End the grant for good: the authority, or the provider before the service has begun.

    A service that is given is stopped by a case only: misuse, disposal, change of the service.
    """
    return _move(actor, Deed.GRANT_ENDED, grant, why)


def by_case(actor: Actor, deed: Deed, grant: GrantRow, case: Case, *, why: str) -> GrantRow:
    """Suspend, resume or end a grant as a case decided; the fact names the case."""
    return _move(actor, deed, grant, why, case)


def end_expired(now: datetime) -> list[GrantRow]:
    """End every grant whose time, or whose service, is over, as the worker does; those ended.

    One that cannot be ended keeps no other from its end; it is tried again the next time.
    """
    stopped = Q(resource__stops_on__lte=now.astimezone(clock.BEIJING).date())
    over = GrantRow.objects.filter(Q(until__lte=now) | stopped)
    ended = []
    for grant in over.exclude(state=GrantRow.State.ENDED).order_by("until", "pk"):
        why = "授权期限届满" if grant.until <= now else STOPPED
        try:
            ended.append(_move(WORKER, Deed.GRANT_ENDED, grant, why))
        except Exception:
            log.exception("grant %s could not be ended and will be tried again", grant.pk)
    return ended


def locked(grant: GrantRow) -> GrantRow:
    """The record with its units, held until the deed is done."""
    found = GrantRow.objects.select_for_update(of=("self",))
    return found.select_related("consumer", "provider", "request", "resource").get(pk=grant.pk)


def consumers(resource: Resource) -> list[Unit]:
    """The units with a grant on the resource that has not ended, suspended ones too."""
    held = GrantRow.objects.filter(resource=resource).exclude(state=GrantRow.State.ENDED)
    return list(Unit.objects.filter(pk__in=held.values("consumer")).order_by("pk"))


def for_node(node: Node, now: datetime) -> tuple[list[str], str]:
    """The signed grants a node must hold, and its signed revocation list, fresh as of now.

    A grant fetched for the first time is delivered: its C5 stops (Art. 22).
    """
    with transaction.atomic():
        # The node's row is the lock: two requests at once would deliver and number twice.
        number, held = _next_number(node), _in_force(node, now)
        for grant in held:
            if grant.first_fetched_at is None and grant.state == GrantRow.State.ACTIVE:
                _deliver(grant, now)
        listed = sign(REVOCATIONS_KIND, _revocations(node, number, now))
        return [grant.signed for grant in held], listed


def _not_issuable(request: ShareRequest, masks: Sequence[Mask]) -> Iterator[Fault]:
    table = request.resource.table
    if table is None or table.node is None:
        yield NOT_LINKED()
    yield from granting.wrong_masks(requests.wish_of(request), masks)


def _issued_already(request: ShareRequest) -> Iterator[Fault]:
    for grant in request.grants.all():
        yield ALREADY_ISSUED(grant=grant.pk)


def _move_request(request: ShareRequest, deed: Deed) -> None:
    requests.move(request, deed)
    request.save(update_fields=["state"])


def _issued(request: ShareRequest, masks: Sequence[Mask], now: datetime) -> GrantRow:
    table = request.resource.table
    assert table is not None
    assert table.node is not None
    grant = granting.compose(
        str(uuid4()),
        requests.wish_of(request),
        catalog.published(request.resource),
        _place(request, table, table.node),
        masks=masks,
        pack=pack(),
        now=now,
    )
    return GrantRow.objects.create(
        id=grant.id,
        request=request,
        node=table.node,
        consumer=request.consumer,
        provider=request.provider,
        resource=request.resource,
        state_at=now,
        issued_at=now,
        until=grant.until,
        signed=sign(KIND, grant),
    )


def _place(request: ShareRequest, table: DataTable, node: Node) -> Place:
    assert request.key is not None
    return Place(
        request=request.number,
        node=node.name,
        table=table.name,
        provider=_party(request.provider),
        consumer=_party(request.consumer),
        consumer_key=request.key.key,
    )


def _party(unit: Unit) -> Party:
    return Party(code=unit.code, name=unit.name)


def _move(
    actor: Actor, deed: Deed, grant: GrantRow, why: str, case: Case | None = None
) -> GrantRow:
    content = {"case": case.number} if case else {}
    with act(actor, deed, subject_of(grant), unit=grant.provider, why=why, **content) as deeds:
        row = locked(grant)
        row.state = courses.after(courses.of(PROCEDURE), row.state, deed)
        if case is None:
            refuse_if(_barred(actor, deed, row))
        row.state_at, row.state_reason = deeds.at, why
        row.save()
        _count(row)
        if deed == Deed.GRANT_ENDED and row.first_fetched_at is None:
            _move_request(requests.locked(row.request), deed)  # nothing is left to deliver
        told.of_grant(row, deed, why)
        follow(deed, row)
    return row


def values(grant: GrantRow) -> dict[str, Value]:
    """What counts of a grant: from when it could be used, and whether it still can."""
    issued_on = grant.issued_at.astimezone(clock.BEIJING).date().isoformat()
    return {"subject": subject_of(grant), "state": grant.state, "issued_on": issued_on}


def _count(grant: GrantRow) -> None:
    tell("grant", grant.pk, grant.consumer.code, values(grant))


def _barred(actor: Actor, deed: Deed, row: GrantRow) -> Iterator[Fault]:
    """What a grant's own buttons may not do: what Art. 27 leaves to a case."""
    if deed == Deed.GRANT_RESUMED:
        for case in cases.about(subject_of(row)).filter(procedure=MISUSE, closed_on=None):
            yield UNDER_CASE(case=case.number)
    given = row.first_fetched_at is not None
    if deed == Deed.GRANT_ENDED and given and not oversees(actor, row.provider):
        yield NO_GROUND()


def oversees(actor: Actor, unit: Unit) -> bool:
    """Whether the actor may end a grant by a post over every unit, or is the hub itself."""
    seen = reasons_for(actor, NEEDS[Deed.GRANT_ENDED], unit)
    return actor.person is None or any(
        reason.yes and reason.role is not None and reason.role.scope == "all" for reason in seen
    )


def _in_force(node: Node, now: datetime) -> list[GrantRow]:
    held = GrantRow.objects.filter(node=node, until__gt=now).exclude(state=GrantRow.State.ENDED)
    locked = held.select_for_update(of=("self",)).select_related("provider", "request", "node")
    return list(locked.order_by("issued_at", "id"))


def _deliver(grant: GrantRow, now: datetime) -> None:
    why = f"节点 {grant.node.name} 首次取得授权"
    with act(WORKER, Deed.GRANT_DELIVERED, subject_of(grant), unit=grant.provider, why=why):
        courses.after(courses.of(PROCEDURE), grant.state, Deed.GRANT_DELIVERED)
        grant.first_fetched_at = now
        grant.save(update_fields=["first_fetched_at"])
        _move_request(requests.locked(grant.request), Deed.GRANT_DELIVERED)
        told.of_grant(grant, Deed.GRANT_DELIVERED)


def _next_number(node: Node) -> int:
    RevocationNumber.objects.get_or_create(node=node)
    row = RevocationNumber.objects.select_for_update().get(node=node)
    row.last += 1
    row.save()
    return row.last


def _revocations(node: Node, number: int, now: datetime) -> RevocationList:
    closed = GrantRow.objects.filter(node=node, until__gt=now).exclude(state=GrantRow.State.ACTIVE)
    return RevocationList(
        node=node.name,
        number=number,
        issued_at=to_second(now),
        revoked=tuple(
            Revocation(
                grant=row.pk,
                state="ended" if row.state == GrantRow.State.ENDED else "suspended",
                at=row.state_at,
            )
            for row in closed.order_by("id")
        ),
    )
