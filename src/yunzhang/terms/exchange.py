"""What a node and its hub say to each other besides grants and receipts: who asks for what."""

from __future__ import annotations

from datetime import datetime

from yunzhang.terms.document import Document

ASK_KIND = "ask/1"
BATCH_KIND = "batch/1"
ASK_HEADER = "Yunzhang-Node"  # carries the signed ask, in base64


class Ask(Document, frozen=True, kw_only=True):
    """One request of a node to its hub, signed with the node's key; good for a short while."""

    node: str
    path: str
    at: datetime
