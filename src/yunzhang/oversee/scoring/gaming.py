"""Gaming: signs that something was done only to raise a score; pure rules over sums.

A sign is no finding: people look at the receipts and say what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from yunzhang.terms.faults import Text

SELF, EMPTY, REPEATED = "self_calls", "empty_calls", "repeated_calls"
BUNCHED, ONCE = "bunched_calls", "called_once"
WITHDRAWN, TRIVIAL = "withdrawn_requests", "trivial_report"
RULES: Mapping[str, Text] = {
    SELF: Text("自己调用自己", "Calls within one's own house"),
    EMPTY: Text("空转调用", "Calls that bring nothing"),
    REPEATED: Text("重复同一查询", "The same query again and again"),
    BUNCHED: Text("集中突击调用", "Calls bunched before the end"),
    ONCE: Text("到期前只调用一次", "Called once, just before it counted as unused"),
    WITHDRAWN: Text("申请后随即撤回", "Requests made and taken back at once"),
    TRIVIAL: Text("敷衍报送", "Reports that say nothing"),
}


@dataclass(frozen=True)
class Calls:
    """Answered calls under one grant in the window, those already discounted left out."""

    grant: str
    unit: int  # whose score they raise: the consumer
    own_house: bool
    calls: int
    empty: int  # on days on which no call brought a row
    late: int  # in the last days of the window
    first: date
    last: date
    issued_on: date
    ever: int  # answered calls since the grant was issued, where there was one in the window


@dataclass(frozen=True)
class Same:
    """Answers of one size under one grant."""

    grant: str
    unit: int
    rows: int
    bytes: int
    calls: int
    first: date
    last: date


@dataclass(frozen=True)
class Withdrawn:
    """A request taken back: whose, when made and when taken back."""

    request: str
    unit: int
    made_on: date
    back_on: date


@dataclass(frozen=True)
class Report:
    """A report handed in: its length, whether a file came with it, whether it repeats the last."""

    case: str
    unit: int
    on: date
    characters: int
    file: bool
    repeated: bool


@dataclass(frozen=True)
class Sign:
    """Something to look at: by which rule, on what, whose score it raises, from when to when."""

    rule: str
    subject: str  # "grant:x", "unit:7", "case:12"
    unit: int
    since: date
    until: date
    count: int
    detail: Text
    rows: int = -1  # of a repeated answer
    bytes: int = -1
    requests: tuple[str, ...] = ()


def of_calls(found: Iterable[Calls], today: date, limits: Mapping[str, int]) -> Iterator[Sign]:
    """The signs of grants: self-calls, empty calls, bunched calls, one call in the nick of time."""
    for one in found:
        yield from _self(one, limits)
        yield from _empty(one, limits)
        yield from _bunched(one, today, limits)
        yield from _once(one, limits)


def of_answers(found: Iterable[Same], limits: Mapping[str, int]) -> Iterator[Sign]:
    """Answers of exactly one size, too many to be chance."""
    for one in found:
        if one.calls >= limits["gaming.repeated_calls"] and one.rows:
            detail = Text(
                f"{one.calls} 次应答都是 {one.rows} 行、{one.bytes} 字节",
                f"{one.calls} answers of exactly {one.rows} rows and {one.bytes} bytes",
            )
            yield Sign(
                REPEATED, f"grant:{one.grant}", one.unit, one.first, one.last, one.calls, detail,
                rows=one.rows, bytes=one.bytes,
            )  # fmt: skip


def of_requests(found: Iterable[Withdrawn], limits: Mapping[str, int]) -> Iterator[Sign]:
    """Units that made requests and took them back at once: the reply looks punctual."""
    by_unit: dict[int, list[Withdrawn]] = {}
    for one in found:
        if (one.back_on - one.made_on).days <= limits["gaming.withdrawn_days"]:
            by_unit.setdefault(one.unit, []).append(one)
    for unit, rows in by_unit.items():
        if len(rows) >= limits["gaming.withdrawn_requests"]:
            detail = Text(
                f"{len(rows)} 件申请提出后随即撤回",
                f"{len(rows)} requests made and taken back at once",
            )
            since, until = min(r.made_on for r in rows), max(r.back_on for r in rows)
            ids = tuple(sorted(row.request for row in rows))
            yield Sign(
                WITHDRAWN, f"unit:{unit}", unit, since, until, len(rows), detail, requests=ids
            )


def of_reports(found: Iterable[Report], limits: Mapping[str, int]) -> Iterator[Sign]:
    """Reports with hardly a word, or word for word the one before."""
    for one in found:
        short = one.characters < limits["gaming.report_characters"] and not one.file
        if not short and not one.repeated:
            continue
        detail = (
            Text("与上一次报送完全相同", "Word for word the report before")
            if one.repeated
            else Text(f"只有 {one.characters} 个字", f"{one.characters} characters in all")
        )
        yield Sign(TRIVIAL, one.case, one.unit, one.on, one.on, 1, detail)


def _self(one: Calls, limits: Mapping[str, int]) -> Iterator[Sign]:
    if one.own_house and one.calls >= limits["gaming.self_calls"]:
        detail = Text(
            f"对本单位或同一上级的数据调用 {one.calls} 次",
            f"{one.calls} calls on data of the same house",
        )
        yield _sign(SELF, one, one.first, one.calls, detail)


def _empty(one: Calls, limits: Mapping[str, int]) -> Iterator[Sign]:
    if one.empty >= limits["gaming.empty_calls"]:
        detail = Text(
            f"{one.empty} 次调用，当日没有取得一行数据",
            f"{one.empty} calls on days that brought no row",
        )
        yield _sign(EMPTY, one, one.first, one.empty, detail)


def _bunched(one: Calls, today: date, limits: Mapping[str, int]) -> Iterator[Sign]:
    # A grant younger than the window was bound to be called late in it.
    if one.issued_on > today - timedelta(days=limits["gaming.window_days"]):
        return
    share = 100 * one.late >= limits["gaming.bunched_percent"] * one.calls
    if share and one.late >= limits["gaming.bunched_calls"]:
        since = today - timedelta(days=limits["gaming.bunched_days"] - 1)
        detail = Text(
            f"{one.calls} 次调用中有 {one.late} 次集中在最后 {limits['gaming.bunched_days']} 天",
            f"{one.late} of {one.calls} calls in the last {limits['gaming.bunched_days']} days",
        )
        yield _sign(BUNCHED, one, since, one.late, detail)


def _once(one: Calls, limits: Mapping[str, int]) -> Iterator[Sign]:
    unused = one.issued_on + timedelta(days=limits["usage.unused_days"])
    before = (unused - one.last).days
    if one.ever == 1 and one.calls == 1 and 0 <= before <= limits["gaming.once_days"]:
        detail = Text(
            f"只在计为未用前 {before} 天调用过一次",
            f"called once, {before} days before it would have counted as unused",
        )
        yield _sign(ONCE, one, one.last, 1, detail)


def _sign(rule: str, one: Calls, since: date, count: int, detail: Text) -> Sign:
    return Sign(rule, f"grant:{one.grant}", one.unit, since, one.last, count, detail)
