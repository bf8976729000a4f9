"""Sessions: who is calling. A signed handshake opens one; each call then carries an HMAC.

The consumer signs a `Hello` with an ephemeral X25519 value; the node signs a `Welcome` with
its own. Both derive the session's key (HKDF over the exchange, bound to both documents), so
no secret is ever sent, and a recorded conversation opens nothing later. A call's header is

    Yunzhang-Call: <session> <Unix seconds> <nonce> <HMAC-SHA256>

over method, path, SHA-256 of the body, time and nonce, one a line. A nonce is taken once.
"""

from __future__ import annotations

import base64
import os
import re
from collections import defaultdict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from yunzhang.node.grantbook import Grantbook
from yunzhang.protect.keys import (
    Exchange,
    PublicKey,
    SigningKey,
    from_base64,
    mac,
    open_signed,
    same,
    sign,
)
from yunzhang.terms.document import Document, decode, to_second
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.pack import Pack
from yunzhang.terms.signed import Signed

HELLO_KIND = "session/1"
WELCOME_KIND = "session-answer/1"
HEADER = b"yunzhang-call"

_AGAIN = Text(
    "用使用部门的密钥重新握手（POST /session）。",
    "Shake hands again with the consumer's key (POST /session).",
)
_CLOCK = Text("校准时钟后重试。", "Set the clock right and try again.")

SESSION_MISSING = FaultKind(
    "session.missing",
    401,
    Text(
        "缺少或写错了 Yunzhang-Call 请求头。", "The Yunzhang-Call header is missing or malformed."
    ),
    _AGAIN,
)
SESSION_UNKNOWN = FaultKind(
    "session.unknown",
    401,
    Text("会话不存在或已过期。", "The session does not exist or has ended."),
    _AGAIN,
)
SESSION_MAC_WRONG = FaultKind(
    "session.mac_wrong",
    401,
    Text("请求的校验码与内容不符。", "The HMAC does not match this request."),
    _AGAIN,
)
CALL_REPLAYED = FaultKind(
    "call.replayed",
    409,
    Text("这次请求已经收到过。", "This request was received before."),
    Text("每次调用使用新的随机数。", "Use a new nonce for every call."),
)
TIME_SKEWED = FaultKind(
    "time.skewed",
    401,
    Text(
        "请求时间与节点时钟相差超过 {limit} 秒。",
        "The request's time is more than {limit} seconds from the node's clock.",
    ),
    _CLOCK,
)
CONSUMER_UNKNOWN = FaultKind(
    "consumer.unknown",
    401,
    Text("没有授权使用这把密钥。", "No grant on this node names this key."),
    Text(
        "核对密钥；新授权在下一次同步后生效。",
        "Check the key; a new grant arrives with the next synchronisation.",
    ),
)
HELLO_OTHER_NODE = FaultKind(
    "session.other_node",
    401,
    Text("握手是发给节点 {node} 的。", "The handshake is meant for node {node}."),
    Text("按授权中的节点名称握手。", "Name the node that stands in the grant."),
)
HANDSHAKES_TOO_MANY = FaultKind(
    "session.too_many",
    429,
    Text("每分钟最多握手 {limit} 次。", "{limit} handshakes a minute at most."),
    Text("继续使用已有会话，或稍后再试。", "Keep using the open session, or try again later."),
)


class Hello(Document, frozen=True, kw_only=True):
    """What a consumer signs to open a session. `exchange` is base64, `nonce` 32 hex characters."""

    node: str
    exchange: str
    at: datetime
    nonce: str


class Welcome(Document, frozen=True, kw_only=True):
    """What the node signs in return; `hello` is the SHA-256 of the hello's exact bytes."""

    session: str
    exchange: str
    hello: str
    at: datetime
    until: datetime


class Nonces:
    """Nonces seen within a window of time, in two sets of which the older is dropped in turn.

    A nonce is remembered for at least `window` seconds; memory is that of two windows.
    """

    __slots__ = ("_former", "_recent", "_turns", "_window")

    def __init__(self, window: float) -> None:
        self._window = window
        self._recent: set[Hashable] = set()
        self._former: set[Hashable] = set()
        self._turns = 0.0

    def fresh(self, nonce: Hashable, second: float) -> bool:
        """Take the nonce at this moment; False when it was taken before."""
        if second >= self._turns:
            lapsed = second >= self._turns + self._window
            self._former = set() if lapsed else self._recent
            self._recent = set()
            self._turns = second + self._window
        if nonce in self._recent or nonce in self._former:
            return False
        self._recent.add(nonce)
        return True


@dataclass(slots=True)
class Session:
    """One open session: whose it is, its secret, until when (Unix time)."""

    id: str
    consumer_key: str
    secret: bytes = field(repr=False)
    until: float
    nonces: Nonces


@dataclass(frozen=True, slots=True)
class Sender:
    """A call whose sender is certain: the session, and the nonce that names the call."""

    session: str
    consumer_key: str
    nonce: str


_CALL = re.compile(rb"([0-9a-f]{32}) ([0-9]{10}) ([0-9a-f]{32}) ([0-9a-f]{64})")
_NONCE = re.compile(r"[0-9a-f]{32}")


class Sessions:
    """All sessions of a node process. A restart ends them; consumers shake hands again."""

    def __init__(self, node: str, key: SigningKey, book: Grantbook, pack: Pack) -> None:
        self._node = node
        self._key = key
        self._book = book
        self._seconds = pack.limit("node.session_seconds")
        self._skew = pack.limit("node.skew_seconds")
        self._a_minute = pack.limit("node.handshakes_a_minute")
        self._a_key = pack.limit("node.sessions_a_key")
        self._open: dict[str, Session] = {}
        self._of_key: defaultdict[str, deque[str]] = defaultdict(deque)
        self._hellos = Nonces(2 * self._skew)
        self._lately: defaultdict[str, deque[float]] = defaultdict(deque)

    def open(self, body: bytes, now: datetime) -> Signed:
        """Answer a handshake with a signed welcome; raises Refused. Checks the cheap first."""
        signed = decode(body, Signed)
        key = self._known_key(signed)
        self._limit(key.text, now.timestamp())
        hello = open_signed(signed, HELLO_KIND, Hello, (key,))
        theirs = self._checked(hello, key.text, now)
        exchange = Exchange()
        until = to_second(now) + timedelta(seconds=self._seconds)
        welcome = Welcome(
            session=os.urandom(16).hex(),
            exchange=base64.b64encode(exchange.public).decode(),
            hello=sha256(signed.body).hexdigest(),
            at=to_second(now),
            until=until,
        )
        answer = sign(WELCOME_KIND, welcome, self._key)
        secret = exchange.derive(theirs, context(signed, answer))
        self._keep(
            Session(welcome.session, key.text, secret, until.timestamp(), Nonces(2 * self._skew))
        )
        return answer

    def check(
        self, header: bytes | None, method: bytes, path: bytes, body: bytes, second: float
    ) -> Sender:
        """Who sent this request; raises Refused unless it is theirs, timely, whole and new."""
        parts = _CALL.fullmatch(header or b"")
        if parts is None:
            raise Refused(SESSION_MISSING())
        name, at, nonce, code = parts.groups()
        session = self._open.get(name.decode())
        if session is None or second >= session.until:
            raise Refused(SESSION_UNKNOWN())
        expected = mac(session.secret, message(method, path, body, at, nonce))
        if not same(expected, bytes.fromhex(code.decode())):
            raise Refused(SESSION_MAC_WRONG())
        if abs(second - int(at)) > self._skew:
            raise Refused(TIME_SKEWED(limit=self._skew))
        if not session.nonces.fresh(nonce, second):
            raise Refused(CALL_REPLAYED())
        return Sender(session.id, session.consumer_key, nonce.decode())

    def known(self, header: bytes | None, second: float) -> bool:
        """Whether the header names an open session: asked before a body is read."""
        session = self._open.get(header[:32].decode("latin-1")) if header else None
        return session is not None and second < session.until

    def _known_key(self, signed: Signed) -> PublicKey:
        text = signed.signatures[0].key if signed.signatures else ""
        if self._book.consumer(text) is None:
            raise Refused(CONSUMER_UNKNOWN())
        return PublicKey.parse(text)

    def _limit(self, key: str, second: float) -> None:
        """At most so many handshakes a minute for a key, whoever sends them: each costs CPU."""
        lately = self._lately[key]
        while lately and lately[0] <= second - 60:
            lately.popleft()
        if len(lately) >= self._a_minute:
            raise Refused(HANDSHAKES_TOO_MANY(limit=self._a_minute))
        lately.append(second)

    def _checked(self, hello: Hello, key: str, now: datetime) -> bytes:
        """The consumer's exchange value, once the hello is for us, timely and new."""
        if hello.node != self._node:
            raise Refused(HELLO_OTHER_NODE(node=hello.node))
        if abs((now - hello.at).total_seconds()) > self._skew:
            raise Refused(TIME_SKEWED(limit=self._skew))
        if not _NONCE.fullmatch(hello.nonce):
            raise Refused(SESSION_MISSING())
        if not self._hellos.fresh((key, hello.nonce), now.timestamp()):
            raise Refused(CALL_REPLAYED())
        return from_base64(hello.exchange) or b""

    def _keep(self, session: Session) -> None:
        theirs = self._of_key[session.consumer_key]
        theirs.append(session.id)
        self._open[session.id] = session
        if len(theirs) > self._a_key:
            self._open.pop(theirs.popleft(), None)


def context(hello: Signed, welcome: Signed) -> bytes:
    """What the session's key is bound to: both documents, byte for byte."""
    return b"yunzhang/session\n" + sha256(hello.body).digest() + sha256(welcome.body).digest()


def message(method: bytes, path: bytes, body: bytes, at: bytes, nonce: bytes) -> bytes:
    """What the HMAC of a request covers."""
    return b"\n".join((method, path, sha256(body).hexdigest().encode(), at, nonce))


def hello(node: str, key: SigningKey, exchange: Exchange, now: datetime) -> Signed:
    """A consumer's handshake for this node."""
    document = Hello(
        node=node,
        exchange=base64.b64encode(exchange.public).decode(),
        at=to_second(now),
        nonce=os.urandom(16).hex(),
    )
    return sign(HELLO_KIND, document, key)


def accept(
    sent: Signed, answer: Signed, exchange: Exchange, node_key: PublicKey
) -> tuple[Welcome, bytes]:
    """The welcome and the session's secret on the consumer's side; raises Refused."""
    welcome = open_signed(answer, WELCOME_KIND, Welcome, (node_key,))
    if welcome.hello != sha256(sent.body).hexdigest():
        raise Refused(SESSION_MAC_WRONG())
    return welcome, exchange.derive(from_base64(welcome.exchange) or b"", context(sent, answer))


def call_header(
    session: str, secret: bytes, method: bytes, path: bytes, body: bytes, second: int
) -> str:
    """The header of one request by the consumer, with a new nonce."""
    at, nonce = b"%d" % second, os.urandom(16).hex().encode()
    code = mac(secret, message(method, path, body, at, nonce)).hex()
    return f"{session} {at.decode()} {nonce.decode()} {code}"
