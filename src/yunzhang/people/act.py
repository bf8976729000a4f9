"""Act: the only door to a write. Permission, transaction and fact together."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from yunzhang import clock
from yunzhang.people.models import FactRow, RecordRow, Unit
from yunzhang.people.permissions import NEEDS, Actor, behalf, require
from yunzhang.terms.document import digest, encode, to_second
from yunzhang.terms.fact import Deed, Fact
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.record import Mark, Record, Value

REASON_MISSING = FaultKind(
    "act.reason_missing",
    422,
    Text("每一项操作都要写明理由。", "Every deed needs a reason."),
    Text("写明理由后重试。", "State the reason and try again."),
)
CONFLICT = FaultKind(
    "act.conflict",
    409,
    Text(
        "他人刚刚办理了同一事项，本次操作没有生效。",
        "Someone else has just done the same; nothing was changed.",
    ),
    Text("刷新页面，核对现状后再办理。", "Reload the page and look before you go on."),
)

log = logging.getLogger(__name__)

# An entry of the log holds 64 KiB; what a deed tells beyond this goes into a fact behind the first.
MARKS = 300


@dataclass
class Deeds:
    """What a transaction may add to its fact: the subject, once it is known, and the content."""

    at: datetime
    subject: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)


_under_way: ContextVar[Deeds | None] = ContextVar("deeds", default=None)


def tell(kind: str, id: object, unit: str, values: dict[str, Value]) -> None:
    """Have the deed under way say how it leaves a record that scores count; the last word stands.

    What no deed tells of is in no log, and a replay finds it missing there.
    """
    deeds = _under_way.get()
    if deeds is not None:
        salt = secrets.token_hex(16)
        record = Record(kind=kind, id=str(id), unit=unit, values=values, salt=salt)
        deeds.records[kind, record.id] = record


def allow(actor: Actor, deed: Deed, unit: Unit | None, why: str) -> None:
    """What every deed needs, permission and reason: asked first by one that takes long."""
    if not why.strip():
        raise Refused(REASON_MISSING())
    require(actor, NEEDS[deed], unit)


@contextmanager
def act(
    actor: Actor, deed: Deed, subject: str = "", *, unit: Unit | None, why: str, **content: Any
) -> Iterator[Deeds]:
    """Open the transaction of one deed on `unit`'s affairs; its fact is written on the way out.

    A subject that does not exist yet is set on the yielded record. Raises Refused without the
    permission or the reason, and with `act.conflict` when two did the same at once; any exception
    inside leaves neither change nor fact.
    """
    allow(actor, deed, unit, why)
    outer = _under_way.get()
    deeds = Deeds(to_second(clock.now()), subject, dict(content))
    if outer:
        # The fact of a deed within a deed comes first in the log: it says all that is so by then.
        deeds.records.update(outer.records)
    within = _under_way.set(deeds)
    try:
        with transaction.atomic():
            yield deeds
            _say_for_whom(actor, deed, deeds, unit)
            _record(actor, deed, deeds, unit, why)
        if outer:
            outer.records.clear()
    except IntegrityError as error:
        # The rules looked before the other deed was done; the database's constraint saw it.
        log.warning("%s by %s met a constraint: %s", deed, actor.name, type(error).__name__)
        raise Refused(CONFLICT()) from error
    finally:
        _under_way.reset(within)


def _say_for_whom(actor: Actor, deed: Deed, deeds: Deeds, unit: Unit | None) -> None:
    # A post done on its holder's behalf: the fact names both, the doer and the holder.
    holder = behalf(actor, NEEDS[deed], unit)
    if holder:
        deeds.content.setdefault("for", holder)


def _record(actor: Actor, deed: Deed, deeds: Deeds, unit: Unit | None, why: str) -> None:
    told = [(record, encode(record).decode()) for record in deeds.records.values()]
    content = encode(deeds.content).decode()
    _fact(actor, deed, deeds, unit, why, content, told[:MARKS])
    for at in range(MARKS, len(told), MARKS):
        _fact(actor, deed, deeds, unit, why, "{}", told[at : at + MARKS])


def _fact(
    actor: Actor,
    deed: Deed,
    deeds: Deeds,
    unit: Unit | None,
    why: str,
    content: str,
    told: list[tuple[Record, str]],
) -> None:
    salt = secrets.token_hex(16)
    fact = Fact(
        id=str(uuid4()),
        at=deeds.at,
        actor=actor.name,
        unit=unit.code if unit else "",
        deed=deed,
        subject=deeds.subject,
        why_hash=digest((salt + why).encode()),
        content_hash=digest((salt + content).encode()),
        marks=tuple(
            Mark(kind=record.kind, unit=record.unit, digest=digest(text.encode()))
            for record, text in told
        ),
    )
    row = FactRow.objects.create(
        id=fact.id,
        at=fact.at,
        person=actor.person,
        unit=unit,
        deed=deed,
        subject=deeds.subject,
        why=why,
        content=content,
        salt=salt,
        leaf=encode(fact).decode(),
    )
    if told:
        RecordRow.objects.bulk_create(
            RecordRow(fact=row, kind=record.kind, record=record.id, unit=record.unit, text=text)
            for record, text in told
        )
