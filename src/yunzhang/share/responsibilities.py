"""Responsibilities: what provider, platform and user each answer for once data is shared."""

from __future__ import annotations

from datetime import date
from typing import Any

from yunzhang.people.models import FactRow
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import Document, build, decode, plain
from yunzhang.terms.fact import Deed
from yunzhang.terms.pack import Pack
from yunzhang.terms.pack_rows import Citation, Duty

PARTIES = ("provider", "platform", "consumer")


class Part(Document, frozen=True, kw_only=True):
    """One thing a party answers for, with the clause that says so."""

    party: str
    zh: str
    en: str
    cite: Citation


def in_force(pack: Pack, day: date) -> tuple[Part, ...]:
    """The parts of all parties by the rows in force on a day, in the order of the parties."""
    rows = [row for row in pack.duties if row.party and _holds(row, day)]
    return tuple(
        Part(party=party, zh=row.zh, en=row.en, cite=row.cite)
        for party in PARTIES
        for row in rows
        if row.party == party
    )


def said(pack: Pack, day: date) -> list[object]:
    """The parts as the fact of a grant's issue keeps them."""
    return [plain(part) for part in in_force(pack, day)]


def of_grant(grant: GrantRow) -> tuple[Part, ...]:
    """The parts as they were when the grant was issued; none for one older than they are."""
    issued = FactRow.objects.filter(subject=f"grant:{grant.pk}", deed=Deed.GRANT_ISSUED).first()
    kept = decode(issued.content, dict[str, Any]).get("parts", ()) if issued else ()
    return build(kept, tuple[Part, ...])


def _holds(row: Duty, day: date) -> bool:
    return (row.from_date is None or row.from_date <= day) and (
        row.to_date is None or day <= row.to_date
    )
