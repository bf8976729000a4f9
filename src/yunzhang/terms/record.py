"""Records: how a deed left what scores count, so that whoever has the log can count again.

A fact bears a mark of each record its deed changed: what kind, of which unit, and a digest. The
record itself is shown to those who may see it; the mark betrays a record that is kept back.
"""

from __future__ import annotations

from yunzhang.terms.document import Document

Value = str | int | bool | None


class Mark(Document, frozen=True, kw_only=True):
    """That a deed left a record of this kind: which one, and how, only the record says."""

    kind: str
    unit: str  # the code of the unit it counts for, "" for what counts for all
    digest: str  # SHA-256 of the record, salt included


class Record(Document, frozen=True, kw_only=True):
    """How a deed left a record that scores count."""

    kind: str
    id: str
    unit: str
    values: dict[str, Value]
    salt: str
