"""Replay: a frozen score counted again from its basis and the logs, compared to the byte.

Needs no hub: what is compared comes from a source, the hub's own log or a folder of evidence.
Each step says what was found to be so; the first thing that is wrong ends it and is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from yunzhang.clock import BEIJING
from yunzhang.protect.keys import PublicKey, open_signed
from yunzhang.protect.verify import Found
from yunzhang.terms.basis import HUB, Basis, BasisRow, Leaf, score_of
from yunzhang.terms.document import Document, decode, digest, encode
from yunzhang.terms.fact import Deed, Fact
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.receipt import Receipt
from yunzhang.terms.score import BEFORE_BASES, KIND, ScoreDocument, recomputes
from yunzhang.terms.score_rules import RULES, judged
from yunzhang.terms.signed import Signed

_DO_NOT_RELY = Text(
    "不要采信，向主管部门和监督部门报告。",
    "Do not rely on it; report it to the authority and to the overseer.",
)

NOTHING_FROZEN = FaultKind(
    "replay.nothing_frozen",
    404,
    Text("这里没有 {period} 的评分。", "There are no scores of {period} here."),
    Text("核对时期和单位代码。", "Check the period and the unit's code."),
)
FACT_MISSING = FaultKind(
    "replay.fact_missing",
    422,
    Text(
        "日志中没有 {period} 第 {version} 版评分的冻结记录（{unit}）。",
        "The log holds no fact of freezing version {version} of {period} for {unit}.",
    ),
    Text(
        "刚冻结的，等后台写入日志后再试；否则不要采信。",
        "If it was frozen just now, wait until the log holds it; otherwise do not rely on it.",
    ),
)
TOLD_DIFFERS = FaultKind(
    "replay.told_differs",
    422,
    Text(
        "日志条目 {place} 的内容与其摘要不符。", "What is told of entry {place} is not its digest."
    ),
    _DO_NOT_RELY,
)
SIGNED_DIFFERS = FaultKind(
    "replay.signed_differs",
    422,
    Text(
        "{unit} 的签名评分与冻结时记入日志的摘要不符。",
        "The signed score of {unit} is not the one whose digest was logged.",
    ),
    _DO_NOT_RELY,
)
BASIS_DIFFERS = FaultKind(
    "replay.basis_differs",
    422,
    Text(
        "{unit} 的评分底稿与冻结时记入日志的摘要不符。",
        "The basis of {unit} is not the one whose digest was logged.",
    ),
    _DO_NOT_RELY,
)
LEAF_MISSING = FaultKind(
    "replay.leaf_missing",
    422,
    Text(
        "{unit} 的记录 {row} 所依据的日志条目不存在：{log} {place}。",
        "The entry that record {row} of {unit} stands on is missing: {log} {place}.",
    ),
    _DO_NOT_RELY,
)
LEAF_DIFFERS = FaultKind(
    "replay.leaf_differs",
    422,
    Text(
        "{unit} 的记录 {row} 所依据的日志条目不是底稿所记的那一条：{log} {place}。",
        "The entry that record {row} of {unit} stands on is another: {log} {place}.",
    ),
    _DO_NOT_RELY,
)
ROW_DISAGREES = FaultKind(
    "replay.row_disagrees",
    422,
    Text(
        "{unit} 的记录 {row}：底稿的“{field}”与日志条目 {place} 所说不一致。",
        "Record {row} of {unit}: its {field} is not what entry {place} says.",
    ),
    _DO_NOT_RELY,
)
ROW_MISSING = FaultKind(
    "replay.row_missing",
    422,
    Text(
        "{unit} 的底稿缺少指标 {indicator} 所计的记录 {row}。",
        "The basis of {unit} lacks record {row}, which {indicator} counts.",
    ),
    _DO_NOT_RELY,
)
RULE_DIFFERS = FaultKind(
    "replay.rule_differs",
    422,
    Text(
        "{unit} 的指标 {indicator}：记录 {row} 按规则应为“{wanted}”，底稿却记为“{found}”。",
        "{indicator} of {unit}: by its rule record {row} is “{wanted}”, the basis says “{found}”.",
    ),
    _DO_NOT_RELY,
)
SCORE_DIFFERS = FaultKind(
    "replay.score_differs",
    422,
    Text(
        "{unit} 的签名评分与由底稿重算的不是同样的字节。",
        "The signed score of {unit} is not byte for byte what its basis gives.",
    ),
    _DO_NOT_RELY,
)
TOTAL_DIFFERS = FaultKind(
    "replay.total_differs",
    422,
    Text(
        "{unit} 的总分不能由其指标得出。", "The total of {unit} does not follow from its figures."
    ),
    _DO_NOT_RELY,
)


class Told(Document, frozen=True):
    """The texts a fact digests, with their salt."""

    salt: str
    why: str
    content: str


@dataclass(frozen=True)
class Entry:
    """An entry seen to be in its log; `told` is what the hub kept of a fact."""

    place: str
    body: bytes
    told: Told | None = None


class Source(Protocol):
    """Where scores, bases and proven log entries come from."""

    @property
    def key(self) -> PublicKey: ...

    def opening(self) -> Iterator[Found]: ...

    def versions(self, period: str, unit: str) -> list[tuple[str, int]]: ...

    def texts(self, period: str, unit: str, version: int) -> tuple[bytes, bytes]: ...

    def frozen(self, period: str, unit: str, version: int) -> Entry | None: ...

    def entry(self, log: str, place: str) -> Entry | None: ...


@dataclass(frozen=True)
class Held:
    """One signed score with its basis (None: frozen before bases were kept)."""

    unit: str
    version: int
    signed: bytes
    document: ScoreDocument
    text: bytes
    basis: Basis | None


def replayed(source: Source, period: str, unit: str = "") -> Iterator[Found]:
    """Every version of every score of a period, or of one unit, counted again."""
    yield from source.opening()
    held = [_held(source, period, *one) for one in source.versions(period, unit)]
    if not held:
        raise Refused(NOTHING_FROZEN(period=period))
    yield (
        Text("{count} 份评分由枢纽签名。", "{count} scores are signed by the hub."),
        {"count": len(held)},
    )
    places = [_logged(source, period, one) for one in held]
    yield (
        Text(
            "冻结时的摘要已记入日志（第 {places} 条），评分和底稿与之相符。",
            "Their digests were logged at freezing (entries {places}); scores and bases match.",
        ),
        {"places": ", ".join(sorted(set(places)))},
    )
    based = [one for one in held if one.basis is not None]
    if based:
        yield _stood_on(source, based)
        yield _counted_again(based)
        yield _byte_for_byte(based)
    old = [one for one in held if one.basis is None]
    if old:
        yield _before_bases(old)


def is_whole(source: Source, period: str, unit: str = "") -> bool:
    """Whether every score has a basis: one without follows from its figures, no further."""
    return all(source.texts(period, *one)[1] for one in source.versions(period, unit))


def _held(source: Source, period: str, unit: str, version: int) -> Held:
    signed, text = source.texts(period, unit, version)
    kind = KIND if text else BEFORE_BASES
    document = open_signed(decode(signed, Signed), kind, ScoreDocument, (source.key,))
    basis = decode(text, Basis) if text else None
    if (document.period, document.unit.code, document.version) != (period, unit, version):
        raise Refused(SIGNED_DIFFERS(unit=unit))
    return Held(unit, version, signed, document, text, basis)


def _logged(source: Source, period: str, one: Held) -> str:
    entry = source.frozen(period, one.unit, one.version)
    if entry is None:
        raise Refused(FACT_MISSING(period=period, version=one.version, unit=one.unit))
    content = _content(entry)
    if content is None:
        raise Refused(TOLD_DIFFERS(place=entry.place))
    if content.get("digests", {}).get(one.unit) != digest(one.signed):
        raise Refused(SIGNED_DIFFERS(unit=one.unit))
    if one.basis and content.get("bases", {}).get(one.unit) != digest(one.text):
        raise Refused(BASIS_DIFFERS(unit=one.unit))
    return entry.place


def _stood_on(source: Source, held: list[Held]) -> Found:
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


def _stands(source: Source, unit: str, row: BasisRow, leaf: Leaf) -> None:
    name = f"{row.kind}:{row.id}"
    entry = source.entry(leaf.log, leaf.place)
    if entry is None:
        raise Refused(LEAF_MISSING(unit=unit, row=name, log=leaf.log, place=leaf.place))
    if digest(entry.body) != leaf.digest:
        raise Refused(LEAF_DIFFERS(unit=unit, row=name, log=leaf.log, place=leaf.place))
    for field, wanted, found in _said(row, leaf, entry):
        if wanted != found:
            raise Refused(ROW_DISAGREES(unit=unit, row=name, field=field, place=entry.place))


Said = Iterator[tuple[str, object, object]]


def _said(row: BasisRow, leaf: Leaf, entry: Entry) -> Said:
    """(field, what the row says, what the entry says)."""
    if leaf.log != HUB:
        call = decode(entry.body, Receipt)
        yield "id", row.id, call.grant
        yield "used", row.values.get("used"), call.outcome == "answered"
        return
    fact = decode(entry.body, Fact)
    subject, day, deed = STANDS.get((row.kind, leaf.role), ("subject", "", None))
    yield subject, row.values.get(subject), fact.subject
    if deed is not None:
        yield "deed", deed, fact.deed
    if day:
        yield day, row.values.get(day), _day(fact.at).isoformat()
    content = _content(entry)
    if content is not None and (row.kind, leaf.role) == ("verdict", "checked"):
        yield "passed", row.values.get("passed"), content.get("passed")
        yield "rows", row.values.get("rows"), content.get("rows")
    if content is not None and (row.kind, leaf.role) == ("resource", "drifted"):
        drifts = set(str(row.values.get("drifts")).split())
        yield "drifts", drifts, set(content.get("drifts", ()))


# What of a row each entry says: which value is its subject, which its day, by which deed.
STANDS: Mapping[tuple[str, str], tuple[str, str, Deed | None]] = {
    ("table", "registered"): ("subject", "", Deed.TABLE_REGISTERED),
    ("table", "published"): ("entry", "", Deed.ENTRY_PUBLISHED),
    ("resource", "published"): ("entry", "", Deed.ENTRY_PUBLISHED),
    ("resource", "gathered"): ("table", "gathered_on", Deed.TABLE_GATHERED),
    ("resource", "drifted"): ("code", "", Deed.DRIFT_MARKED),
    ("verdict", "checked"): ("subject", "ran_on", Deed.TABLE_CHECKED),
    ("clock", "started"): ("subject", "started_on", None),
    ("clock", "ended"): ("subject", "ended_on", None),
    ("clock", "rested"): ("subject", "rested_on", None),
    ("request", "replied"): ("subject", "replied_on", None),
    ("grant", "issued"): ("subject", "issued_on", Deed.GRANT_ISSUED),
}


def _counted_again(held: list[Held]) -> Found:
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


def _same(one: Held, indicator: str, row: BasisRow, *, holds: bool) -> None:
    assert one.basis is not None
    wanted = judged(indicator, row, one.basis)
    if wanted is not holds:
        names = {True: "held", False: "failed", None: "out"}
        name = f"{row.kind}:{row.id}"
        told = {"wanted": names[wanted], "found": names[holds]}
        raise Refused(RULE_DIFFERS(unit=one.unit, indicator=indicator, row=name, **told))


def _byte_for_byte(held: list[Held]) -> Found:
    for one in held:
        assert one.basis is not None
        body = bytes(decode(one.signed, Signed).body)
        if encode(one.basis) != one.text or encode(score_of(one.basis)) != body:
            raise Refused(SCORE_DIFFERS(unit=one.unit))
    return (
        Text(
            "{count} 份评分由底稿重算，与所签的逐字节相同。",
            "{count} scores computed from their bases are byte for byte what was signed.",
        ),
        {"count": len(held)},
    )


def _before_bases(held: list[Held]) -> Found:
    for one in held:
        if not recomputes(one.document):
            raise Refused(TOTAL_DIFFERS(unit=one.unit))
    return (
        Text(
            "{count} 份评分冻结时尚未保存底稿：总分能由指标得出，指标本身不能由日志重算。",
            "{count} scores were frozen before bases were kept: their totals follow from their "
            "figures, the figures cannot be counted again from the log.",
        ),
        {"count": len(held)},
    )


def _content(entry: Entry) -> dict[str, Any] | None:
    """What a fact was about, once it is seen to be what the fact digests."""
    if entry.told is None:
        return None
    fact, told = decode(entry.body, Fact), entry.told
    if digest((told.salt + told.content).encode()) != fact.content_hash:
        raise Refused(TOLD_DIFFERS(place=entry.place))
    return decode(told.content, dict[str, Any])


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()
