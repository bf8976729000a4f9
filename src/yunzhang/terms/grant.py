"""Grants: who may read which items of which rows, for what, how masked, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from yunzhang.terms.codes import Delivery, Operator
from yunzhang.terms.document import Document, digest, encode

KIND = "grant/1"
REVOCATIONS_KIND = "revocations/1"


class Condition(Document, frozen=True):
    """One comparison on an item; several in a row are joined by "and"."""

    item: str
    op: Operator
    values: tuple[str, ...]


class Mask(Document, frozen=True):
    """How one item leaves the node. `kind` chooses the form of partial and generalise."""

    item: str
    way: Literal["keep", "drop", "partial", "hash", "generalise"]
    kind: Literal["", "name", "citizen_id", "phone", "address", "date"] = ""


class Quota(Document, frozen=True):
    """How much: calls and rows a day, calls a second, rows a page."""

    calls_a_day: int
    rows_a_day: int
    calls_a_second: int
    rows_a_page: int


class Party(Document, frozen=True):
    """A unit by its credit code (GB 32100) and name."""

    code: str
    name: str


class Grant(Document, frozen=True):
    """Order 809 Arts. 20, 22 and 25 as one document, signed by the hub."""

    id: str
    request: str
    resource_code: str
    entry_version: int
    node: str
    table: str
    provider: Party
    consumer: Party
    consumer_key: str
    items: tuple[str, ...]
    key_items: tuple[str, ...]  # a call by key names all of these
    filter_items: tuple[str, ...]  # a call's filter may name these
    rows: tuple[Condition, ...]
    masks: tuple[Mask, ...]
    purpose: str
    scenario: str
    legal_basis: str
    delivery: tuple[Delivery, ...]
    quota: Quota
    starts_at: datetime
    until: datetime
    issued_at: datetime

    @property
    def mask_policy(self) -> str:
        """The digest a receipt carries: this mask applied."""
        return digest(encode(self.masks))


class Revocation(Document, frozen=True):
    """One grant that no longer opens anything."""

    grant: str
    state: Literal["suspended", "ended"]
    at: datetime


class RevocationList(Document, frozen=True):
    """Every revocation in force, issued by the hub even when nothing changed, so its age tells."""

    node: str
    number: int
    issued_at: datetime
    revoked: tuple[Revocation, ...]
