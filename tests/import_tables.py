"""Tables as offices send them, made in Excel: titles above, merged cells, odd widths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from yunzhang.engines import grids
from yunzhang.people import imports
from yunzhang.people.imports import Kind, Made, Plan, Source
from yunzhang.people.permissions import Actor

WHY = "导入台账"


def quiet(*_: Any) -> None:
    """Nobody looks how far it is."""


def workbook(
    path: Path, sheets: dict[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()
) -> Path:
    """A workbook of these sheets; `merged` are ranges of the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    return path


def looked_through(actor: Actor, kind: Kind, path: Path) -> Plan:
    return imports.plan(actor, kind, grids.read(path), quiet)


def entered(actor: Actor, kind: Kind, plan: Plan, *, sound_only: bool = False) -> list[Made]:
    source = Source("台账.xlsx", "0" * 64)
    return imports.enter(actor, kind, plan, source, quiet, sound_only=sound_only, why=WHY)


def flaws(plan: Plan) -> set[tuple[int, str, str]]:
    """Row, column and code of every flaw."""
    return {(flaw.row, flaw.column, flaw.code) for flaw in plan.flaws}


Making = Callable[..., Path]
