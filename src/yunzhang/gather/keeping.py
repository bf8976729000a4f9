"""Keeping: what waits for whoever keeps a unit's data, outside any procedure: gather, draft, mend.

Called inside the deed's own transaction, as every turn.
"""

from __future__ import annotations

from collections.abc import Sequence

from yunzhang.gather.models import DataTable, Drift, Resource
from yunzhang.people import turns
from yunzhang.people.models import Unit
from yunzhang.people.turns import Wait
from yunzhang.terms.faults import Text

GATHER = Text("归集数据表", "Gather the table")
DRAFT = Text("起草目录条目", "Draft the entry")
MEND = Text("修正目录条目", "Mend the entry")
REVIEW = Text("复核不予共享的依据", "Review the ground for not sharing")
CLEAN = Text("处理未通过的质量规则", "Look into failing checks")


def registered(table: DataTable) -> None:
    """A table nobody has read yet."""
    _wait("table", table.name, table.title, GATHER, "table.gather", table.unit)


def gathered(table: DataTable) -> None:
    """A table that was read; until it is catalogued somebody has to draft its entry."""
    if not table.resources.exists():
        _wait("table", table.name, table.title, DRAFT, "catalog.draft", table.unit)


def catalogued(table: DataTable) -> None:
    """The table's entry is under way."""
    turns.drop(f"table:{table.name}")


def drifted(resource: Resource, standing: Sequence[Drift]) -> None:
    """The entry and its table differ, or no longer do."""
    if standing:
        title = f"{resource.code} {standing[0].sentence_zh}"
        _wait("drift", resource.code, title, MEND, "catalog.draft", resource.unit)
    else:
        turns.drop(f"drift:{resource.code}")


def checked(table: DataTable, *, passed: bool) -> None:
    """The table failed its checks, or passed them."""
    if passed:
        turns.drop(f"verdict:{table.name}")
    else:
        _wait("verdict", table.name, table.title, CLEAN, "quality.run", table.unit)


def due_for_review(resource: Resource, title: str) -> None:
    """The ground on which the resource is not shared has to be looked at again."""
    _wait("ground", resource.code, title, REVIEW, "catalog.draft", resource.unit)


def reviewed(resource: Resource) -> None:
    """The ground was looked at, or the entry written anew."""
    turns.drop(f"ground:{resource.code}")


def _wait(kind: str, name: str, title: str, deed: Text, permission: str, unit: Unit) -> None:
    wait = Wait(
        subject=f"{kind}:{name}",
        reference=name,
        title=title,
        procedure="",
        step=kind,
        deed=deed,
        holders=turns.holders(turns.who_may(permission), (unit,)),
    )
    turns.pass_to(wait)
