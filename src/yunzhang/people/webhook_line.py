"""The line to a unit's own system: one signed call, one short answer, within one wait."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from yunzhang.people.webhook_words import BROKEN, LATE, UNREACHABLE, UNTRUSTED

SHOWN = 120  # characters of an answer that tell an officer what is wrong


@dataclass(frozen=True)
class Answer:
    """What came back: the status and how it began; status 0 and why not when nothing did."""

    status: int
    text: str
    why_not: str = ""  # a word of webhook_words

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


def call(
    address: str, body: bytes, headers: Mapping[str, str], *, seconds: int, most: int
) -> Answer:
    """Post the body; the answer's first `most` bytes are read, a redirection is not followed."""
    sent = {"Content-Type": "application/json", **headers}
    try:
        return asyncio.run(_within(seconds, address, body, sent, most))
    except TimeoutError:
        return Answer(0, f"{seconds} s", LATE)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:SHOWN], _why_not(error))


def _why_not(error: Exception) -> str:
    """Which of the usual reasons it is; httpx keeps what TLS said beneath its own error."""
    beneath: BaseException | None = error
    while beneath is not None:
        if isinstance(beneath, ssl.SSLCertVerificationError):
            return UNTRUSTED
        beneath = beneath.__cause__ or beneath.__context__
    if isinstance(error, httpx.TimeoutException):
        return LATE
    return UNREACHABLE if isinstance(error, httpx.ConnectError) else BROKEN


async def _within(
    seconds: int, address: str, body: bytes, headers: Mapping[str, str], most: int
) -> Answer:
    # One wait for all of it: an answer that drips would outlast a wait for each part.
    async with asyncio.timeout(seconds):
        return await _posted(seconds, address, body, headers, most)


async def _posted(
    seconds: int, address: str, body: bytes, headers: Mapping[str, str], most: int
) -> Answer:
    # The machine's own certificate authorities: networks of government have theirs.
    trusted = ssl.create_default_context()
    async with (
        httpx.AsyncClient(
            verify=trusted, trust_env=False, timeout=seconds, follow_redirects=False
        ) as client,
        client.stream("POST", address, content=body, headers=dict(headers)) as answer,
    ):
        text = b""
        async for part in answer.aiter_raw():
            text += part
            if len(text) >= most:
                break
        return Answer(answer.status_code, text[:most].decode("utf-8", "replace")[:SHOWN].strip())
