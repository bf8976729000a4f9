"""Exchange: the hub's two doors for nodes. Grants go down, receipts come up.

A node has no session: every request carries an ask, signed with the node's registered key, that
names the path and the time. Faults leave as JSON through `RefusalMiddleware`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from yunzhang import clock
from yunzhang.gather.models import Node
from yunzhang.gather.nodes import public_key
from yunzhang.people.permissions import pack
from yunzhang.protect.keys import from_base64, open_signed
from yunzhang.share import grants
from yunzhang.terms.document import Raw, decode, encode
from yunzhang.terms.exchange import ASK_HEADER, ASK_KIND, Ask
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.signed import Signed
from yunzhang.use import usage

ASK_MISSING = FaultKind(
    "exchange.ask_missing",
    401,
    Text(
        "请求没有带节点签名（{header}）。",
        "The request carries no ask signed by a node ({header}).",
    ),
    Text(
        "按接口说明用节点密钥签名。", "Sign the ask with the node's key as the interface page says."
    ),
)
NODE_UNKNOWN = FaultKind(
    "exchange.node_unknown",
    401,
    Text("节点 {node} 没有以此密钥登记。", "The node {node} is not registered with this key."),
    Text("由提供部门登记节点及其公钥。", "Have the provider register the node and its key."),
)
ASK_OTHER = FaultKind(
    "exchange.ask_other",
    401,
    Text(
        "签名针对的是 {signed}，不是 {path}。", "The ask was signed for {signed}, not for {path}."
    ),
    Text("为每个请求单独签名。", "Sign an ask for each request."),
)
ASK_STALE = FaultKind(
    "exchange.ask_stale",
    401,
    Text(
        "签名时间 {at} 与枢纽时间 {now} 相差超过 {most} 秒。",
        "The ask's time {at} is more than {most} s from the hub's {now}.",
    ),
    Text("校准节点时钟后重试。", "Set the node's clock and try again."),
)
BODY_LARGE = FaultKind(
    "exchange.body_large",
    413,
    Text("请求超过 {most} 字节。", "The request is larger than {most} bytes."),
    Text("分成几批上报。", "Send it in several batches."),
)

NODE = "node"  # what these routes name where pages name a permission

NodeView = Callable[[HttpRequest, Node], HttpResponse]
View = Callable[[HttpRequest, str], HttpResponse]


def node_door(view: NodeView) -> View:
    """Let a view be used by the node its path names, and by no one else."""

    @csrf_exempt  # no session, no cookie: the signature is the proof
    @wraps(view)
    def opened(request: HttpRequest, name: str) -> HttpResponse:
        node = asker(request, name, clock.now())
        Node.objects.filter(pk=node.pk).update(seen_at=clock.now())
        return view(request, node)

    opened.permission = NODE  # type: ignore[attr-defined]
    return opened


def asker(request: HttpRequest, name: str, now: datetime) -> Node:
    """The node that signed this request, for this path, just now; raises Refused otherwise."""
    shown = request.headers.get(ASK_HEADER)
    signed = from_base64(shown) if shown else None
    if signed is None:
        raise Refused(ASK_MISSING(header=ASK_HEADER))
    node = Node.objects.filter(name=name).first()
    if node is None:
        raise Refused(NODE_UNKNOWN(node=name))
    key = public_key(node)
    ask = open_signed(decode(signed, Signed), ASK_KIND, Ask, (key,))
    _fits(ask, key.name, request.path, now)
    return node


@node_door
@require_GET
def held(_request: HttpRequest, node: Node) -> HttpResponse:
    """GET /exchange/<node>/grants: {"grants": [Signed Grant], "revocations": Signed list}."""
    signed, revocations = grants.for_node(node, clock.now())
    return _json({"grants": [_raw(text) for text in signed], "revocations": _raw(revocations)})


@node_door
@require_POST
def receipts(request: HttpRequest, node: Node) -> HttpResponse:
    """POST /exchange/<node>/receipts, a Signed Batch: {"size": the index the hub expects next}."""
    return _json({"size": usage.take(node, _body(request), clock.now())})


urlpatterns = [
    path("exchange/<str:name>/grants", held, name="exchange_grants"),
    path("exchange/<str:name>/receipts", receipts, name="exchange_receipts"),
]


def _fits(ask: Ask, name: str, path: str, now: datetime) -> None:
    if ask.node != name or ask.path != path:
        raise Refused(ASK_OTHER(signed=f"{ask.node} {ask.path}", path=path))
    most = pack().limit("exchange.ask_seconds")
    if ask.at.tzinfo is None or abs(now - ask.at) > timedelta(seconds=most):
        raise Refused(ASK_STALE(at=ask.at.isoformat(), now=now.isoformat(), most=most))


def _body(request: HttpRequest) -> bytes:
    most = pack().limit("exchange.batch_bytes")
    # Read past the limit by one byte at most, whatever the header says of the length.
    body = request.read(most + 1)
    if len(body) > most:
        raise Refused(BODY_LARGE(most=most))
    return body


def _raw(signed: str) -> Raw:
    return Raw(signed.encode())


def _json(answer: dict[str, object]) -> HttpResponse:
    return HttpResponse(encode(answer), content_type="application/json")
