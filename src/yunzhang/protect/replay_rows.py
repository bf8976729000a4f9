"""Replay rows: the rows of a basis stand on log entries that say the same, and give its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from yunzhang.clock import BEIJING
from yunzhang.protect.replay_faults import (
    LEAF_DIFFERS,
    LEAF_MISSING,
    ROW_DISAGREES,
    ROW_MISSING,
    RULE_DIFFERS,
)
from yunzhang.protect.replay_source import Entry, Held, Source
from yunzhang.protect.verify import Found
from yunzhang.terms.basis import HUB, LEFT, BasisRow, Leaf
from yunzhang.terms.document import decode, digest
from yunzhang.terms.fact import Fact
from yunzhang.terms.faults import Refused, Text
from yunzhang.terms.receipt import Receipt
from yunzhang.terms.record import Record
from yunzhang.terms.score_rules import RULES, judged

Said = Iterator[tuple[str, object, object]]

SIDES = {True: "held", False: "failed", None: "out"}
# What a calendar changed later may move while the limit runs; counted again from the log.
MOVING = ("due_on", "provisional")
# What of a row whose record no deed tells an entry says: its subject, and the day it was done.
STANDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("case", "moved"): ("subject", ""),
    ("request", "replied"): ("subject", "replied_on"),
}


def stood_on(source: Source, held: list[Held]) -> Found:
    """Every entry the rows stand on is in its log and says what the row says."""
    leaves, bare = 0, Counter[str]()
    for one in held:
        assert one.basis is not None
        for row in one.basis.rows:
            for leaf in row.leaves:
                _stands(source, one.unit, row, leaf)
            leaves += len(row.leaves)
            if not row.leaves:
                bare[row.kind] += 1
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(bare.items()))
    return (
        Text(
            "{leaves} 条日志条目存在且与底稿一致；仅由底稿摘要证明的记录：{bare}。",
            "{leaves} log entries are there and agree; attested by the digest alone: {bare}.",
        ),
        {"leaves": leaves, "bare": kinds or 0},
    )


def counted_again(held: list[Held]) -> Found:
    """Every figure by its rule, from the values of the rows."""
    by_rule, as_judged = 0, set[str]()
    for one in held:
        assert one.basis is not None
        rows = one.basis.by_key()
        for weighed in one.basis.counted:
            figure = weighed.figure
            sides = [*((id, True) for id in figure.held), *((id, False) for id in figure.failed)]
            for id, holds in sides:
                row = rows.get((figure.kind, id))
                if row is None:
                    raise Refused(ROW_MISSING(unit=one.unit, indicator=figure.indicator, row=id))
                if figure.indicator in RULES:
                    _same(one, figure.indicator, row, holds=holds)
            if figure.indicator in RULES:
                by_rule += 1
            elif sides:
                as_judged.add(figure.indicator)
    return (
        Text(
            "{count} 个指标按规则重算一致；按冻结时的判定计入的指标：{others}。",
            "{count} figures follow from their rules; as judged at freezing stand: {others}.",
        ),
        {"count": by_rule, "others": ", ".join(sorted(as_judged)) or 0},
    )


def _stands(source: Source, unit: str, row: BasisRow, leaf: Leaf) -> None:
    name = f"{row.kind}:{row.id}"
    entry = source.entry(leaf.log, leaf.place)
    if entry is None:
        raise Refused(LEAF_MISSING(unit=unit, row=name, log=leaf.log, place=leaf.place))
    if digest(entry.body) != leaf.digest:
        raise Refused(LEAF_DIFFERS(unit=unit, row=name, log=leaf.log, place=leaf.place))
    for field, wanted, found in _said(source, row, leaf, entry):
        if wanted != found:
            raise Refused(ROW_DISAGREES(unit=unit, row=name, field=field, place=entry.place))


def _said(source: Source, row: BasisRow, leaf: Leaf, entry: Entry) -> Said:
    """(field, what the row says, what the entry says)."""
    if leaf.log != HUB:
        call = decode(entry.body, Receipt)
        yield "id", row.id, call.grant
        yield "used", row.values.get("used"), call.outcome == "answered"
        return
    fact = decode(entry.body, Fact)
    if leaf.role == LEFT:
        yield from _left(source, row, fact)
        return
    subject, day = STANDS[row.kind, leaf.role]
    yield subject, row.values.get(subject), fact.subject
    if day:
        yield day, row.values.get(day), _day(fact.at).isoformat()


def _left(source: Source, row: BasisRow, fact: Fact) -> Said:
    """A record as the fact left it, by the mark that it bears."""
    known = source.records()
    told = [decode(known[mark.digest], Record) for mark in fact.marks if mark.digest in known]
    mine = [one for one in told if one.id == row.id and one.kind in (row.kind, "use")]
    yield "record", True, bool(mine)
    for record in mine:
        for field, value in record.values.items():
            if field not in MOVING:
                yield field, row.values.get(field), value


def _same(one: Held, indicator: str, row: BasisRow, *, holds: bool) -> None:
    assert one.basis is not None
    wanted = judged(indicator, row.values, one.basis)
    if wanted is not holds:
        name = f"{row.kind}:{row.id}"
        told = {"wanted": SIDES[wanted], "found": SIDES[holds]}
        raise Refused(RULE_DIFFERS(unit=one.unit, indicator=indicator, row=name, **told))


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()
