"""Told: the other side of a deed learns of it, on its pages and in its own systems.

Whose turn it becomes is told by `people.turns`; here are those who need not act but must know.
"""

from __future__ import annotations

from collections.abc import Iterable

from yunzhang import clock
from yunzhang.people import clocks, notices, turns
from yunzhang.people.models import Clock, Unit
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Text

# Who is told on either side: whoever wrote or approved the request, and whoever answers it.
CONSUMER = ("request.draft", "request.approve")
PROVIDER = ("request.reply",)

OF_REQUEST: dict[Deed, tuple[tuple[str, ...], Text]] = {
    Deed.REQUEST_AGREED: (CONSUMER, Text("{provider}同意共享", "{provider} agreed to share")),
    Deed.REQUEST_REFUSED: (CONSUMER, Text("{provider}不同意共享", "{provider} does not agree")),
    Deed.REQUEST_EXTENDED: (
        CONSUMER,
        Text("答复期限延长至 {due_zh}", "The reply is now due on {due_en}"),
    ),
    Deed.REQUEST_WITHDRAWN: (
        PROVIDER,
        Text("{consumer}撤回了申请", "{consumer} withdrew its request"),
    ),
}
OF_GRANT: dict[Deed, Text] = {
    Deed.GRANT_DELIVERED: Text("授权已送达节点，可以调用", "The node has the grant: call it"),
    Deed.GRANT_SUSPENDED: Text("授权已暂停（{why}）", "The grant is suspended ({why})"),
    Deed.GRANT_RESUMED: Text("授权已恢复", "The grant is resumed"),
    Deed.GRANT_ENDED: Text("授权已终止（{why}）", "The grant has ended ({why})"),
}
SHOWN = 80  # characters of a reason within a notice; the page has all of it


def of_request(request: ShareRequest, deed: Deed, running: Clock | None = None) -> None:
    """Tell the other side of a request's deed, where it need not act but must know."""
    if deed not in OF_REQUEST:
        return
    side, said = OF_REQUEST[deed]
    details = {
        "provider": request.provider.short_name,
        "consumer": request.consumer.short_name,
    }
    if running is not None:
        unsure = clocks.unsure(running)
        details |= {"due_zh": f"{running.due_on}{unsure.zh}"}
        details |= {"due_en": f"{running.due_on}{unsure.en}"}
    unit = request.consumer if side is CONSUMER else request.provider
    text = _titled(said, details, request.purpose)
    tell([unit], side, f"request:{request.pk}", request.number, deed, text)


def of_grant(grant: GrantRow, deed: Deed, why: str = "") -> None:
    """Tell the consumer what became of its grant."""
    text = _titled(OF_GRANT[deed], {"why": _short(why)}, grant.request.purpose)
    tell([grant.consumer], CONSUMER, f"grant:{grant.pk}", grant.pk, deed, text)


def tell(
    units: Iterable[Unit],
    permissions: Iterable[str],
    subject: str,
    reference: str,
    event: str,
    said: Text,
) -> None:
    """Tell those in these units who hold one of the permissions, and the units' systems."""
    roles = {role for permission in permissions for role in turns.who_may(permission)}
    key = f"{subject}:{event}:{clock.now():%Y%m%dT%H%M%S%f}"
    for unit in units:
        notices.tell_unit(unit, sorted(roles), key, notices.TOLD, subject, reference, said)


def _titled(said: Text, details: dict[str, str], title: str) -> Text:
    return Text(
        f"{said.say('zh', details)}：{title}",
        f"{said.say('en', details)}: {title}",
    )


def _short(why: str) -> str:
    return why if len(why) <= SHOWN else why[: SHOWN - 1] + "…"
