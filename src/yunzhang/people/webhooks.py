"""Webhooks: a unit's own system is told of what concerns the unit, as its officers set it up.

What is to be told is queued in the deed's own transaction; `webhook_calls` carries it. The
secret is shown once and never kept: see docs/decisions/notices.md.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from yunzhang.people.act import act
from yunzhang.people.models import Unit, Webhook, WebhookCall
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import SHOWN, too_long
from yunzhang.protect.call_signature import CallSecret
from yunzhang.terms.document import encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

ADDRESS_WRONG = FaultKind(
    "webhook.address_wrong",
    422,
    Text("“{address}”不是可以推送的地址。", "“{address}” is no address to call."),
    Text(
        "写成 https://主机/路径，不带用户名、密码和片段；只有本机可以用 http。",
        "Write https://host/path without user, password or fragment; http is for loopback only.",
    ),
)
HOST_CLOSED = FaultKind(
    "webhook.host_closed",
    422,
    Text("主机“{host}”不在允许推送的范围内。", "The host “{host}” is not among those to call."),
    Text(
        "由运维把该主机加入 YUNZHANG_WEBHOOK_HOSTS。",
        "Have the operator add it to YUNZHANG_WEBHOOK_HOSTS.",
    ),
)
TWICE = FaultKind(
    "webhook.twice",
    409,
    Text("本单位已登记这个推送地址。", "This unit has this address already."),
    Text("要换密钥，先停用原地址再登记。", "For a new secret end the present one first."),
)
TOO_MANY = FaultKind(
    "webhook.too_many",
    422,
    Text("本单位已有 {most} 个推送地址。", "This unit has {most} addresses already."),
    Text("先停用不再需要的地址。", "End one that is not needed any more."),
)
ENDED = FaultKind(
    "webhook.ended",
    409,
    Text("该推送地址已经停用。", "This webhook has ended already."),
    Text("需要时重新登记。", "Set it up anew if it is needed."),
)
WAITING = FaultKind(
    "webhook.waiting",
    409,
    Text("这条消息还在推送中。", "This call is still on its way."),
    Text("等待结果后再重发。", "Wait for its outcome."),
)
FIRST_SAID = Text(
    "推送地址已登记，这是第一条消息。", "The webhook is set up; this is its first call."
)
LOOPBACK = frozenset({"localhost"})


def set_up(actor: Actor, unit: Unit, address: str, *, why: str) -> tuple[Webhook, CallSecret]:
    """Enter an address of the unit's system; the secret is given back here and never again."""
    with act(actor, Deed.WEBHOOK_SET, unit=unit, why=why) as deeds:
        Unit.objects.select_for_update().get(pk=unit.pk)  # two at once are counted one by one
        hook = Webhook(unit=unit, address=address.strip(), salt=secrets.token_hex(16))
        refuse_if(_faults(hook))
        hook.save()
        deeds.subject = f"webhook:{hook.pk}"
        # An address may bear a token in its path: the fact names the host alone.
        deeds.content.update(host=urlsplit(hook.address).hostname)
        _call(hook, f"{deeds.subject}:set", "set", deeds.subject, "", FIRST_SAID, deeds.at).save()
    return hook, secret_of(hook)


def end(actor: Actor, hook: Webhook, *, why: str) -> Webhook:
    """Call this address no more; what waits for it is dropped."""
    with act(actor, Deed.WEBHOOK_ENDED, f"webhook:{hook.pk}", unit=hook.unit, why=why) as deeds:
        hook = _locked(hook)
        hook.ended_at = deeds.at
        hook.save(update_fields=["ended_at"])
        hook.calls.filter(done_at=None).update(next_at=None)
    return hook


def resend(actor: Actor, call: WebhookCall, *, why: str) -> None:
    """Tell once more what was taken or given up, with the same id and a new signature."""
    hook = call.webhook
    subject = f"webhook:{hook.pk}"
    with act(actor, Deed.WEBHOOK_RESENT, subject, unit=hook.unit, why=why) as deeds:
        _locked(hook)
        call = WebhookCall.objects.select_for_update().get(pk=call.pk)
        if call.next_at is not None:
            raise Refused(WAITING())
        call.next_at, call.tries, call.done_at = deeds.at, 0, None
        call.save(update_fields=["next_at", "tries", "done_at"])
        deeds.content.update(call=call.key)


def queue(
    units: Iterable[Unit],
    key: str,
    kind: str,
    subject: str,
    reference: str,
    said: Text,
    at: datetime,
) -> None:
    """Have the systems of these units told, each once under this key; inside a deed."""
    told = list(units)
    if not told:
        return
    hooks = Webhook.objects.filter(unit__in=told, ended_at=None).select_related("unit")
    rows = [_call(hook, key, kind, subject, reference, said, at) for hook in hooks]
    WebhookCall.objects.bulk_create(rows, ignore_conflicts=True)


def secret_of(hook: Webhook) -> CallSecret:
    """The secret this webhook signs with, made again from its salt."""
    return CallSecret.derived(_master(Path(settings.HUB_KEY).with_name("webhook.key")), hook.salt)


def may_be_called(address: str) -> Iterator[Fault]:
    """What keeps an address from being called: asked when it is entered and before every call."""
    try:
        url = urlsplit(address)
        host, _port = url.hostname or "", url.port
    except ValueError:  # such as a bracket that is never closed, or a port past the last
        yield ADDRESS_WRONG(address=address[:SHOWN])
        return
    scheme_fits = url.scheme == "https" or (url.scheme == "http" and _is_loopback(host))
    plain = url.username is None and url.password is None and not url.fragment
    if not (host and scheme_fits and plain and address.isprintable() and " " not in address):
        yield ADDRESS_WRONG(address=address[:SHOWN])
    elif not _opened(host):
        yield HOST_CLOSED(host=host)


def officers() -> tuple[str, ...]:
    """The roles that look after webhooks."""
    return tuple(role.id for role in pack().roles if "webhook.set" in role.may)


def _faults(hook: Webhook) -> Iterator[Fault]:
    yield from too_long(hook, "address")
    yield from may_be_called(hook.address)
    running = Webhook.objects.filter(unit=hook.unit, ended_at=None)
    if running.filter(address=hook.address).exists():
        yield TWICE()
    most = pack().limit("webhook.addresses")
    if running.count() >= most:
        yield TOO_MANY(most=most)


def _locked(hook: Webhook) -> Webhook:
    hook = Webhook.objects.select_for_update().get(pk=hook.pk)
    if hook.ended_at is not None:
        raise Refused(ENDED())
    return hook


def _call(
    hook: Webhook, key: str, kind: str, subject: str, reference: str, said: Text, at: datetime
) -> WebhookCall:
    told = {
        "type": f"notice.{kind}",
        "timestamp": at.isoformat(),
        "data": {
            "unit": hook.unit.code,
            "key": key,
            "subject": subject,
            "reference": reference,
            "zh": said.zh,
            "en": said.en,
        },
    }
    return WebhookCall(webhook=hook, key=key, body=encode(told).decode(), next_at=at)


def _opened(host: str) -> bool:
    """Whether the operator lets this host be called; `.gov.example` opens all below it."""
    return any(
        host.endswith(one) if one.startswith(".") else host == one for one in settings.WEBHOOK_HOSTS
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


@lru_cache(maxsize=4)
def _master(path: Path) -> bytes:
    """The key all secrets follow from: made on first use, readable by the hub's account alone."""
    if not path.exists():
        _make(path, secrets.token_bytes(32))
    return path.read_bytes()


def _make(path: Path, key: bytes) -> None:
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    # Linked when it is whole: another process of the hub sees no key or all of one.
    with suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
