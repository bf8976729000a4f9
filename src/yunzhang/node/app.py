"""The node's doors: POST /session, POST /call, GET /status, GET /log/. Plain ASGI on uvicorn.

A path is looked up as it was sent: no decoding, no dots, no second reading. Bodies are
limited while they arrive. A failure nobody foresaw is told as an incident number; what it
was stays in the node's own incident file.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from yunzhang import clock
from yunzhang.node.call import answer
from yunzhang.node.post import Post
from yunzhang.node.session import HEADER, SESSION_UNKNOWN
from yunzhang.terms.document import encode
from yunzhang.terms.faults import FaultKind, Language, Refused, Text

PATH_UNKNOWN = FaultKind(
    "path.unknown",
    404,
    Text("节点没有这个地址。", "The node has no such address."),
    Text("使用 /call、/session、/status 或 /log/。", "Use /call, /session, /status or /log/."),
)
METHOD_WRONG = FaultKind(
    "method.wrong",
    405,
    Text("这个地址只接受 {method}。", "This address takes {method} only."),
    Text("改用该方法。", "Use that method."),
)
BODY_TOO_LARGE = FaultKind(
    "body.too_large",
    413,
    Text("请求体超过 {limit} 字节。", "The body is larger than {limit} bytes."),
    Text("缩短请求；大批数据改用批量交换。", "Shorten the request; for bulk use batch exchange."),
)
BODY_TOO_SLOW = FaultKind(
    "body.too_slow",
    408,
    Text("请求体在 {seconds} 秒内没有传完。", "The body did not arrive within {seconds} seconds."),
    Text("检查网络后重试。", "Check the network and try again."),
)
Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

JSON = (b"content-type", b"application/json")
NOTE = (b"content-type", b"text/plain; charset=utf-8")
BYTES = (b"content-type", b"application/octet-stream")
_TILE = re.compile(
    rb"/log/(tile/(?:[0-5]|entries)(?:/x[0-9]{3}){0,5}/[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?)"
)
_PROOF = re.compile(rb"/log/proof/(0|[1-9][0-9]{0,17})")


class App:
    """The ASGI application over a node that is open."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._desk = post.desk
        self._sessions = post.sessions
        self._limit = post.pack.limit("node.body_bytes")
        self._patience = post.pack.limit("node.body_seconds")
        self._reading: dict[asyncio.Task[Any] | None, float] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises."""
        if scope["type"] != "http":
            return
        try:
            status, kind, body = 200, *await self._answer(scope, receive)
        except Refused as refusal:
            status, kind = refusal.status, JSON
            body = encode(refusal.plain(_language(scope)))
        except Exception as error:  # noqa: BLE001  # whatever it is, the caller gets an answer
            status, kind = 500, JSON
            body = encode(self._post.incident(error).plain(_language(scope)))
        await _send(send, status, kind, body, close=status in (408, 413))

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[tuple[bytes, bytes], bytes]:
        path = scope["raw_path"]
        if scope["query_string"]:
            raise Refused(PATH_UNKNOWN())
        if path == b"/call":
            return JSON, await self._call(scope, receive)
        if path == b"/session":
            _only(scope, "POST")
            welcome = self._sessions.open(await self._body(scope, receive), clock.now())
            return JSON, encode(welcome)
        _only(scope, "GET")
        return self._read(path)

    async def _call(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            _only(scope, "POST")
        header = _header(scope, HEADER)
        second = clock.seconds()
        # A stranger's body is not even read.
        if header and not self._sessions.known(header, second):
            raise Refused(SESSION_UNKNOWN())
        body = await self._body(scope, receive)
        sender = self._sessions.check(header, b"POST", b"/call", body, second)
        return await answer(self._desk, sender, body)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body; raises `body.too_large` or `body.too_slow` before it is all here."""
        declared = _header(scope, b"content-length") or b"0"
        if not declared.isdigit() or int(declared) > self._limit:
            raise Refused(BODY_TOO_LARGE(limit=self._limit))
        task = asyncio.current_task()
        if not self._sweeping:
            self._sweep()
        self._reading[task] = clock.monotonic()
        try:
            return await self._collect(receive)
        except asyncio.CancelledError as error:
            if task is not None:
                task.uncancel()
            raise Refused(BODY_TOO_SLOW(seconds=self._patience)) from error
        finally:
            del self._reading[task]

    def _sweep(self) -> None:
        """End the reading of bodies that take too long; one timer for all of them is cheap."""
        overdue = clock.monotonic() - self._patience
        for task, began in self._reading.items():
            if began <= overdue and task is not None:
                task.cancel()
        self._sweeping = asyncio.get_running_loop().call_later(1, self._sweep)

    async def _collect(self, receive: Receive) -> bytes:
        event = await receive()
        body: bytes = event.get("body", b"")
        while event.get("more_body"):
            if len(body) > self._limit:
                break
            event = await receive()
            body += event.get("body", b"")
        if len(body) > self._limit:
            raise Refused(BODY_TOO_LARGE(limit=self._limit))
        return body

    def _read(self, path: bytes) -> tuple[tuple[bytes, bytes], bytes]:
        if path == b"/status":
            return JSON, encode(self._post.status(clock.now()))
        ledger = self._desk.commit.ledger
        if path == b"/log/checkpoint":
            return NOTE, self._tile("checkpoint")
        proof = _PROOF.fullmatch(path)
        if proof:
            return NOTE, ledger.proof(int(proof[1])).encode()
        tile = _TILE.fullmatch(path)
        if tile:
            return BYTES, self._tile(tile[1].decode())
        raise Refused(PATH_UNKNOWN())

    def _tile(self, path: str) -> bytes:
        try:
            return (self._desk.commit.ledger.public / path).read_bytes()
        except OSError as error:
            raise Refused(PATH_UNKNOWN()) from error


def _only(scope: Scope, method: str) -> None:
    if scope["method"] != method:
        raise Refused(METHOD_WRONG(method=method))


def _header(scope: Scope, name: bytes) -> bytes | None:
    for found, value in scope["headers"]:
        if found == name:
            return bytes(value)
    return None


def _language(scope: Scope) -> Language:
    accepted = (_header(scope, b"accept-language") or b"").lower()
    return "en" if accepted.startswith(b"en") else "zh"


async def _send(
    send: Send, status: int, kind: tuple[bytes, bytes], body: bytes, *, close: bool
) -> None:
    headers = [kind, (b"content-length", b"%d" % len(body))]
    if close:
        # What is left of the body is not read: the connection ends with this answer.
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
