"""A node's log as it would send it: receipts, heads and proofs made by the same arithmetic."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from yunzhang.protect.keys import SigningKey, sign
from yunzhang.protect.merkle import consistency_proof, fold, leaf_hash, root
from yunzhang.protect.notes import Checkpoint, sign_checkpoint
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import encode
from yunzhang.terms.exchange import BATCH_KIND
from yunzhang.terms.receipt import Batch, Receipt

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@dataclass
class NodeLedger:
    """A log in memory; `batch` sends leaves of it under a head of `covered` leaves."""

    key: SigningKey
    grant: GrantRow
    leaves: list[str] = field(default_factory=list)

    def answer(self, count: int = 1, **changes: Any) -> None:
        """Write receipts of answered calls."""
        self.leaves += [self.receipt(len(self.leaves) + at, **changes) for at in range(count)]

    def receipt(self, number: int, **changes: Any) -> str:
        values = {
            "call": f"call-{number}",
            "at": NOON + timedelta(seconds=number),
            "session": "s",
            "grant": self.grant.pk,
            "grant_digest": "d" * 64,
            "consumer": self.grant.consumer.code,
            "provider": self.grant.provider.code,
            "resource_code": self.grant.resource.code,
            "table_version": "v1",
            "purpose": "核对病例所在乡镇",
            "scenario": "传染病流调",
            "legal_basis": "《某法》",
            "items": ("区划代码",),
            "outcome": "answered",
            "reasons": (),
            "rows": 2,
            "bytes": 100,
            "request_hash": "r" * 64,
            "answer_hash": "a" * 64,
            "mask_policy": "m" * 64,
        }
        return encode(Receipt(**{**values, **changes})).decode()

    def read(self, height: int, index: int) -> bytes:
        span = self.leaves[index << height : (index + 1) << height]
        return fold([leaf_hash(leaf.encode()) for leaf in span])

    def head(self, size: int) -> str:
        found = Checkpoint(self.key.name, size, root(size, self.read))
        return sign_checkpoint(found, self.key)

    def batch(self, start: int, end: int, covered: int | None = None, **changes: Any) -> str:
        """The signed batch of leaves start..end under a head of `covered` leaves (default: end)."""
        covered = end if covered is None else covered
        path = consistency_proof(end, covered, self.read) if end < covered else ()
        values = {
            "log": self.key.name,
            "start": start,
            "entries": tuple(self.leaves[start:end]),
            "checkpoint": self.head(covered),
            "consistency": tuple(base64.b64encode(step).decode() for step in path),
        }
        batch = Batch(**{**values, **changes})
        return encode(sign(BATCH_KIND, batch, self.key)).decode()
