"""The certificate of disposal: what was done with shared data once its purpose was over."""

from __future__ import annotations

from datetime import datetime

from yunzhang.terms.document import Document
from yunzhang.terms.grant import Party

KIND = "disposal/1"


class DisposalCertificate(Document, frozen=True):
    """What the consumer reported and the provider confirmed (Order 809 Art. 27).

    Persons are pseudonyms the hub can resolve; `proof_hash` is SHA-256 over the text and the file
    of the proof, kept at the hub.
    """

    number: str
    case: str
    grant: str
    request: str
    resource_code: str
    resource_title: str
    items: tuple[str, ...]
    purpose: str
    consumer: Party
    provider: Party
    ended_at: datetime
    done: str
    proof_hash: str
    reported_by: str
    reported_at: datetime
    confirmed_by: str
    confirmed_at: datetime
