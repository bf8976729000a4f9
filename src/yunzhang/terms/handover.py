"""The record of a handover: what was open when a chief left, and who took each matter over."""

from __future__ import annotations

from datetime import date, datetime

from yunzhang.terms.document import Document
from yunzhang.terms.grant import Party

KIND = "handover/1"


class Matter(Document, frozen=True):
    """One matter of the list as it stood when the handover was opened."""

    kind: str
    subject: str
    title: str
    due_on: date | None
    taken_by: str
    taken_at: datetime
    remark: str
    provisional: bool = False  # whether a year without its notice could still move the day


class HandoverRecord(Document, frozen=True):
    """What was handed over, line by line; persons are pseudonyms the hub can resolve."""

    number: int
    unit: Party
    role: str
    from_person: str
    last_day: date | None
    opened_at: datetime
    to_person: str
    closed_at: datetime
    matters: tuple[Matter, ...]
