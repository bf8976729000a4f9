"""Afterwards: what follows a deed by itself, in the same transaction as the deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yunzhang.terms.fact import Deed

Following = Callable[[Any], object]
FOLLOWING: dict[Deed, list[Following]] = {}


def after(deed: Deed) -> Callable[[Following], Following]:
    """Register what follows a deed on a record: the file that does the deed need not know it."""

    def keep(following: Following) -> Following:
        FOLLOWING.setdefault(deed, []).append(following)
        return following

    return keep


def follow(deed: Deed, record: object) -> None:
    """Do what follows this deed on this record, once the record is saved."""
    for following in FOLLOWING.get(deed, ()):
        following(record)
