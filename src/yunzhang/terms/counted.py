"""Counted: a figure of a period with the rows behind it, as reports and circulars keep it."""

from __future__ import annotations

from datetime import date, datetime

from yunzhang.terms.document import Document, Natural

CIRCULAR = "circular/1"


class Counted(Document, frozen=True, kw_only=True):
    """One figure: its words in both languages, its number, and the ids of the rows behind it.

    `unit` and `since`–`until` say of whom and when, so that anyone counts it again.
    """

    id: str
    zh: str
    en: str
    n: Natural
    kind: str  # what the rows are: fact, clock, case, usage, answer
    rows: tuple[str, ...]


class Report(Document, frozen=True, kw_only=True):
    """The figures of a unit (its credit code; "" for all) over a period, as they were handed in."""

    unit: str
    since: date
    until: date
    figures: tuple[Counted, ...]


class CircularDocument(Document, frozen=True, kw_only=True):
    """A circular as it was published: numbered, signed by the hub, never changed."""

    number: Natural
    title: str
    issued_by: str
    issued_at: datetime
    since: date
    until: date
    text: str
    praised: str
    criticised: str
    figures: tuple[Counted, ...]
