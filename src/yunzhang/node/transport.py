"""Transport: requests to a hub or a node over HTTP. The door to httpx."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from yunzhang import clock
from yunzhang.protect.keys import SigningKey, sign
from yunzhang.terms.document import decode, encode, to_second
from yunzhang.terms.exchange import ASK_HEADER, ASK_KIND, Ask
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text

UNREACHABLE = FaultKind(
    "line.unreachable",
    503,
    Text("无法连接 {address}:{reason}", "{address} cannot be reached: {reason}"),
    Text("检查网络和对方是否在运行。", "Check the network and whether the other side is running."),
)
ANSWER_STRANGE = FaultKind(
    "line.answer",
    502,
    Text(
        "{address} 的应答（{status}）无法理解。",
        "The answer of {address} ({status}) makes no sense.",
    ),
    Text("检查地址是否正确。", "Check that the address is right."),
)


@dataclass(frozen=True)
class Line:
    """A line to one other party. Blocking; used from a consumer's program."""

    client: httpx.Client

    @classmethod
    def open(cls, address: str, seconds: float) -> Line:
        return cls(httpx.Client(base_url=address, timeout=seconds, trust_env=False))

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a good answer; raises Refused with the faults of a bad one."""
        try:
            answer = self.client.post(path, content=body, headers=dict(headers or {}))
        except httpx.HTTPError as error:
            raise Refused(_unreachable(self.client.base_url, error)) from error
        return _good(answer)

    def get(self, path: str) -> bytes:
        """The same for reading."""
        try:
            return _good(self.client.get(path))
        except httpx.HTTPError as error:
            raise Refused(_unreachable(self.client.base_url, error)) from error

    def close(self) -> None:
        self.client.close()


class HubLine:
    """A node's line to its hub: every request says who asks, signed with the node's key."""

    def __init__(self, address: str, key: SigningKey, seconds: float) -> None:
        self._key = key
        self._client = httpx.AsyncClient(base_url=address, timeout=seconds, trust_env=False)

    async def get(self, path: str) -> bytes:
        """The body of a good answer; raises Refused otherwise."""
        return await self._request("GET", path, b"")

    async def post(self, path: str, body: bytes) -> bytes:
        """The same with a body."""
        return await self._request("POST", path, body)

    async def _request(self, method: str, path: str, body: bytes) -> bytes:
        ask = Ask(node=self._key.name, path=path, at=to_second(clock.now()))
        shown = base64.b64encode(encode(sign(ASK_KIND, ask, self._key))).decode()
        headers = {ASK_HEADER: shown, "Content-Type": "application/json"}
        try:
            answer = await self._client.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Refused(_unreachable(self._client.base_url, error)) from error
        return _good(answer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()


def _unreachable(address: httpx.URL, error: httpx.HTTPError) -> Fault:
    return UNREACHABLE(address=address, reason=str(error) or type(error).__name__)


def _good(answer: httpx.Response) -> bytes:
    if answer.status_code == 200:
        return answer.content
    raise Refused(*_faults(answer))


def _faults(answer: httpx.Response) -> list[Fault]:
    """The faults the other side named, as faults of ours."""
    strange = [ANSWER_STRANGE(address=answer.url, status=answer.status_code)]
    try:
        listed: dict[str, list[dict[str, Any]]] = decode(answer.content, dict)
        return [_fault(answer.status_code, told) for told in listed["faults"]] or strange
    except (Refused, KeyError, TypeError, AttributeError):
        return strange


def _fault(status: int, told: dict[str, Any]) -> Fault:
    sentence, step = (
        str(told[name]).replace("{", "{{").replace("}", "}}") for name in ("sentence", "next_step")
    )
    kind = FaultKind(str(told["code"]), status, Text(sentence, sentence), Text(step, step))
    return Fault(kind)
