"""The command `yunzhang pack`: check a pack's files, and compare two packs row by row."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from yunzhang.packs import load
from yunzhang.terms.faults import Language, Refused
from yunzhang.terms.pack import TABLES, Pack
from yunzhang.terms.pack_changes import Change, changes
from yunzhang.terms.pack_rows import Citation, Row

CLEAN, WRONG = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> Any:
    """Add `check` and `diff` to the parser of `pack`; gives back where more can be added."""
    kinds = parser.add_subparsers(dest="what", required=True, metavar="check|diff|import")
    check = kinds.add_parser("check", help="检查政策包 / check a pack, name every fault")
    check.add_argument("pack", metavar="PATH", help="a pack's folder, or a shipped pack's name")
    check.set_defaults(run=run_check)
    diff = kinds.add_parser("diff", help="比较两个政策包 / compare two packs")
    diff.add_argument("before", metavar="A", help="a pack's folder, or a shipped pack's name")
    diff.add_argument("after", metavar="B", help="the same")
    diff.set_defaults(run=run_diff)
    for kind in (check, diff):
        kind.add_argument("--lang", choices=("zh", "en"), default="zh")
    return kinds


def run_check(arguments: argparse.Namespace) -> int:
    """Print what the pack holds, or every fault of every file: 0 when clean, 1 when not."""
    language: Language = arguments.lang
    try:
        pack = load(arguments.pack)
    except Refused as refused:
        sys.stdout.write("\n".join(faults_said(refused, language)) + "\n")
        return WRONG
    sys.stdout.write("\n".join(summary(pack, language)) + "\n")
    return CLEAN


def run_diff(arguments: argparse.Namespace) -> int:
    """Print how B differs from A, each with the packs it stands on; 0, or 1 when one is wrong."""
    before, after = load(arguments.before), load(arguments.after)
    lines = [f"{before.id} → {after.id}", *difference(before, after, arguments.lang)]
    sys.stdout.write("\n".join(lines) + "\n")
    return CLEAN


def faults_said(refused: Refused, language: Language) -> Iterator[str]:
    """One numbered line for each fault, with its next step."""
    for number, fault in enumerate(refused.faults, 1):
        yield f"{number}. ✗ {fault.sentence(language)} [{fault.code}]"
        yield f"   → {fault.next_step(language)}"


def summary(pack: Pack, language: Language) -> Iterator[str]:
    """The pack's name and how many rows each table has, those it stands on included."""
    zh = language == "zh"
    over = f" ← {pack.over}" if pack.over else ""
    yield f"✓ {pack.id}({pack.zh if zh else pack.en}){over}"
    for table in TABLES:
        count = len(getattr(pack, table))
        if count:
            yield f"  {table}: {count}"
    unchecked = [row for _, row in pack.rows() if not row.cite.checked]
    if unchecked:
        words = "行未与原文核对" if zh else "rows not compared with their text"
        yield f"  ! {len(unchecked)} {words}: {', '.join(row.id for row in unchecked)}"


def difference(before: Pack, after: Pack, language: Language) -> Iterator[str]:
    """Rows added (+), removed (-) and changed (~), the last field by field."""
    found = list(changes(before, after))
    for change in found:
        yield from _told(change, language)
    count = len(found)
    words = (
        ("没有差别", f"共 {count} 行不同")
        if language == "zh"
        else ("no difference", f"{count} rows differ")
    )
    yield words[bool(count)]


def _told(change: Change, language: Language) -> Iterator[str]:
    row = change.after or change.before
    if row is None:
        return
    sign = "~" if change.before and change.after else "+" if change.after else "-"
    yield f"{sign} {change.table} {row.id} {_name(row, language)} [{_cited(row.cite)}]".replace(
        "  ", " "
    )
    if sign == "~":
        for field, old, new in change.fields():
            yield f"    {field}: {old or '—'} → {new or '—'}"


def _name(row: Row, language: Language) -> str:
    return str(getattr(row, language, ""))


def _cited(cite: Citation) -> str:
    return f"{cite.document} {cite.clause}"
