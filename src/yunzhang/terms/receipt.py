"""Receipts: what a node's log says of one call. Salted digests and counts, never the payload."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from yunzhang.terms.document import Document, digest


class Receipt(Document, frozen=True):
    """One leaf of a node's log.

    `request_hash` and `answer_hash` are SHA-256 over salt and bytes; the caller gets the salt,
    the node can erase it, and the log then says nothing of what was asked.
    """

    call: str  # the caller's nonce; unique within its session
    at: datetime
    session: str
    grant: str
    grant_digest: str
    consumer: str
    provider: str
    resource_code: str
    table_version: str
    purpose: str
    scenario: str
    legal_basis: str
    items: tuple[str, ...]
    outcome: Literal["answered", "refused"]
    reasons: tuple[str, ...]
    rows: int
    bytes: int
    request_hash: str
    answer_hash: str
    mask_policy: str


def salted(salt: str, content: bytes) -> str:
    """The digest a receipt carries of request or answer: over the salt's text, then the bytes."""
    return digest(salt.encode() + content)


class Batch(Document, frozen=True):
    """Receipts as a node sends them up: leaves `start`.. of its log and a head that covers them.

    When the head is of a larger tree than the batch reaches, `consistency` proves that the
    tree up to the batch's end is a prefix of it (RFC 6962 2.1.2, hashes in base64).
    """

    log: str  # the name of the log's key
    start: int
    entries: tuple[str, ...]  # each the exact JSON text of a leaf
    checkpoint: str  # a signed note, C2SP tlog-checkpoint
    consistency: tuple[str, ...] = ()
