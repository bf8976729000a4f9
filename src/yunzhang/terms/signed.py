"""Signed documents: exact bytes, who signed them, and as what kind."""

from __future__ import annotations

from yunzhang.terms.document import Document, Raw


class Signature(Document, frozen=True):
    """One signature. `key` is the signer's verifier key text; `value` is base64."""

    key: str
    value: str


class Signed(Document, frozen=True):
    """A document as it was signed: `body` keeps the very bytes, so nothing is re-encoded."""

    kind: str
    body: Raw
    signatures: tuple[Signature, ...]


def signing_bytes(kind: str, body: bytes) -> bytes:
    """What is signed: the kind is part of it, so that no document passes for another."""
    return b"yunzhang/" + kind.encode() + b"\n" + body
