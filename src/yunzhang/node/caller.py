"""The consumer's side: open a session with a node, call under a grant, check every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from yunzhang import clock, packs
from yunzhang.node.asked import Call, Page
from yunzhang.node.session import accept, call_header, hello
from yunzhang.node.transport import Line
from yunzhang.protect.keys import Exchange, PublicKey, SigningKey
from yunzhang.protect.notes import verify_checkpoint
from yunzhang.terms.document import Document, Raw, decode, encode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.grant import Condition, Grant
from yunzhang.terms.receipt import Receipt, salted
from yunzhang.terms.signed import Signed

ANSWER_UNPROVEN = FaultKind(
    "answer.unproven",
    502,
    Text("应答与回执不符：{what}。", "The answer does not match its receipt: {what}."),
    Text("不要使用这些数据，并报告提供部门。", "Do not use the data; report it to the provider."),
)


class Told(Document, frozen=True, kw_only=True):
    """An answer as it arrives; the parts the receipt covers are kept as bytes."""

    items: Raw
    page: Raw
    rows: Raw
    receipt: Raw
    index: int
    log: str
    head: str
    salt: str
    revocations_age_seconds: int

    @property
    def covered(self) -> bytes:
        """What the receipt's answer hash is over."""
        return b'{"items":%b,"page":%b,"rows":%b}' % (
            bytes(self.items),
            bytes(self.page),
            bytes(self.rows),
        )


class NextPage(Document, frozen=True, kw_only=True):
    """Where the next page begins, if there is one."""

    after: str
    more: bool


@dataclass(frozen=True)
class Answer:
    """A checked answer. `receipt_text` is the leaf of the log, byte for byte."""

    items: tuple[str, ...]
    rows: list[list[str | None]]
    page: NextPage
    receipt: Receipt
    receipt_text: str
    index: int
    log: str
    head: str
    salt: str
    revocations_age_seconds: int

    @property
    def records(self) -> list[dict[str, str | None]]:
        """The rows by item."""
        return [dict(zip(self.items, row, strict=True)) for row in self.rows]


class Caller:
    """One consumer calling one node under one grant.

    `key` is the consumer's key named in the grant, `node_key` the node's as the hub tells it.
    The session opens by itself at the first call and again when it has ended.
    """

    def __init__(self, address: str, key: SigningKey, grant: Grant, *, node_key: PublicKey) -> None:
        self._line = Line.open(address, packs.read("national").limit("node.hub_seconds"))
        self._key = key
        self._grant = grant
        self._node_key = node_key
        self._session = ""
        self._secret = b""

    def session(self) -> str:
        """Shake hands with the node; gives the session's name. Raises Refused."""
        exchange = Exchange()
        sent = hello(self._grant.node, self._key, exchange, clock.now())
        answer = decode(self._line.post("/session", encode(sent)), Signed)
        welcome, self._secret = accept(sent, answer, exchange, self._node_key)
        self._session = welcome.session
        return welcome.session

    def call(
        self,
        items: tuple[str, ...] | None = None,
        *,
        key: Mapping[str, str] | None = None,
        filter: tuple[Condition, ...] | None = None,
        rows: int | None = None,
        after: str = "",
        purpose: str | None = None,
        scenario: str = "",
    ) -> Answer:
        """One call by key or by filter; all granted items and the granted purpose by default.

        Raises Refused with the node's faults, or `answer.unproven`.
        """
        body = encode(
            Call(
                grant=self._grant.id,
                purpose=self._grant.purpose if purpose is None else purpose,
                scenario=scenario,
                items=self._grant.items if items is None else items,
                key=dict(key) if key is not None else None,
                filter=filter,
                page=Page(rows=rows, after=after),
            )
        )
        return check(self._send(body), body, self._node_key)

    def pages(
        self,
        items: tuple[str, ...] | None = None,
        *,
        key: Mapping[str, str] | None = None,
        filter: tuple[Condition, ...] | None = None,
        rows: int | None = None,
    ) -> Iterator[Answer]:
        """Every page of a call, in key order; each row comes exactly once."""
        after = ""
        while True:
            answer = self.call(items, key=key, filter=filter, rows=rows, after=after)
            yield answer
            if not answer.page.more:
                return
            after = answer.page.after

    def close(self) -> None:
        """Close the line; the session ends by itself."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _send(self, body: bytes) -> bytes:
        if not self._session:
            self.session()
        try:
            return self._post(body)
        except Refused as refusal:
            if refusal.codes != ("session.unknown",):
                raise
        # The node was restarted or the session's time is over.
        self.session()
        return self._post(body)

    def _post(self, body: bytes) -> bytes:
        second = int(clock.seconds())
        header = call_header(self._session, self._secret, b"POST", b"/call", body, second)
        return self._line.post("/call", body, {"Yunzhang-Call": header})


def check(data: bytes, body: bytes, node_key: PublicKey) -> Answer:
    """The answer to a request's body, once its receipt covers both; raises `answer.unproven`."""
    told = decode(data, Told)
    receipt = decode(bytes(told.receipt), Receipt)
    head = verify_checkpoint(told.head, node_key)
    wrong = {
        "request_hash": receipt.request_hash != salted(told.salt, body),
        "answer_hash": receipt.answer_hash != salted(told.salt, told.covered),
        "log": told.log != node_key.name,
        "head": told.index >= head.size,
    }
    if any(wrong.values()):
        raise Refused(*(ANSWER_UNPROVEN(what=name) for name, bad in wrong.items() if bad))
    return Answer(
        items=decode(bytes(told.items), tuple[str, ...]),
        rows=decode(bytes(told.rows), list[list[str | None]]),
        page=decode(bytes(told.page), NextPage),
        receipt=receipt,
        receipt_text=bytes(told.receipt).decode(),
        index=told.index,
        log=told.log,
        head=told.head,
        salt=told.salt,
        revocations_age_seconds=told.revocations_age_seconds,
    )
