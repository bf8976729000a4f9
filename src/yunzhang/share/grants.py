"""Grants: issued on an agreed request, signed by the hub, fetched by the node, ended in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from yunzhang.gather import catalog
from yunzhang.gather.models import DataTable, Node
from yunzhang.people import courses
from yunzhang.people.act import act
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import open_signed
from yunzhang.share import granting, requests
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

WORKER = Actor(None)
PROCEDURE = "grant"


def issue(
    actor: Actor, request: ShareRequest, masks: Sequence[Mask] | None = None, *, why: str
) -> GrantRow:
    """Issue the one grant of an agreed request, from now for as long as it asked.

    `masks` replace the defaults by grade for the items they name. Raises Refused with all faults.
    """
    person_of(actor)
    chosen = tuple(masks or ())
    with act(actor, Deed.GRANT_ISSUED, unit=request.provider, why=why) as deeds:
        asked = requests.locked(request)
        refuse_if(_issued_already(asked))
        courses.after(courses.of(asked.procedure), asked.state, Deed.GRANT_ISSUED)
        refuse_if((*requests.faults_now(asked), *_not_issuable(asked, chosen)))
        row = _issued(asked, chosen, deeds.at)
        _move_request(asked, Deed.GRANT_ISSUED)
        deeds.subject = subject_of(row)
        deeds.content.update(request=asked.number, digest=digest(row.signed.encode()))
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
    """End the grant for good: the purpose is over, or misuse was not put right (Art. 27)."""
    return _move(actor, Deed.GRANT_ENDED, grant, why)


def end_expired(now: datetime) -> list[GrantRow]:
    """End every grant whose time is over, as the worker does; those ended."""
    over = GrantRow.objects.filter(until__lte=now).exclude(state=GrantRow.State.ENDED)
    return [_move(WORKER, Deed.GRANT_ENDED, grant, "授权期限届满") for grant in over]


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


def _move(actor: Actor, deed: Deed, grant: GrantRow, why: str) -> GrantRow:
    with act(actor, deed, subject_of(grant), unit=grant.provider, why=why) as deeds:
        row = GrantRow.objects.select_for_update().get(pk=grant.pk)
        row.state = courses.after(courses.of(PROCEDURE), row.state, deed)
        row.state_at, row.state_reason = deeds.at, why
        row.save()
        if deed == Deed.GRANT_ENDED and row.first_fetched_at is None:
            _move_request(requests.locked(row.request), deed)  # nothing is left to deliver
    return row


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
