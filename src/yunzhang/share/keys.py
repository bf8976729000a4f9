"""Caller keys: whose calls a node will take."""

from __future__ import annotations

from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import PublicKey
from yunzhang.share.models import CallerKey, ShareRequest
from yunzhang.share.persons import person_of
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text

KEY_TAKEN = FaultKind(
    "key.taken",
    409,
    Text("该密钥已经登记过。", "This key is registered already."),
    Text("每个单位、每个系统使用各自的密钥。", "Give each unit and system a key of its own."),
)
KEY_NAME = FaultKind(
    "key.name",
    422,
    Text("密钥名称应为 1 至 {most} 字。", "The key's name must have 1 to {most} characters."),
    Text("写明使用密钥的系统。", "Name the system that uses the key."),
)
KEY_NEEDED = FaultKind(
    "request.key_needed",
    422,
    Text("没有选择调用密钥。", "No caller's key is chosen."),
    Text(
        "先登记本单位系统的公钥，再在申请中选择。",
        "Register your system's public key and choose it.",
    ),
)
KEY_FOREIGN = FaultKind(
    "request.key_foreign",
    422,
    Text("密钥“{key}”不属于申请单位。", "The key “{key}” is not the applicant's."),
    Text("选择本单位登记的密钥。", "Choose a key your unit has registered."),
)

LONGEST_NAME = 60


def register(actor: Actor, unit: Unit, name: str, key: str, *, why: str) -> CallerKey:
    """Register a unit's verifier key (C2SP text); raises `key.text_wrong`, `key.taken`."""
    text = PublicKey.parse(key).text
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise Refused(KEY_NAME(most=LONGEST_NAME))
    with act(actor, Deed.KEY_REGISTERED, unit=unit, why=why, name=name, key=text) as deeds:
        if CallerKey.objects.filter(key=text).exists():
            raise Refused(KEY_TAKEN())
        row = CallerKey.objects.create(
            unit=unit,
            name=name.strip(),
            key=text,
            registered_by=person_of(actor),
            registered_at=deeds.at,
        )
        deeds.subject = f"key:{row.pk}"
    return row


def foreign(request: ShareRequest) -> tuple[Fault, ...]:
    """That the key a request names is another unit's."""
    if request.key and request.key.unit_id != request.consumer_id:
        return (KEY_FOREIGN(key=request.key.name),)
    return ()


def missing(request: ShareRequest) -> tuple[Fault, ...]:
    """That a request names no key."""
    return () if request.key else (KEY_NEEDED(),)
