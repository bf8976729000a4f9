"""Replay: a frozen score counted again from its basis and the logs, compared to the byte.

Needs no hub: what is compared comes from a source, the hub's own log or a folder of evidence.
Each step says what was found to be so; the first thing that is wrong ends it and is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang.protect.keys import open_signed
from yunzhang.protect.replay_faults import (
    BASIS_DIFFERS,
    FACT_MISSING,
    NOTHING_FROZEN,
    SCORE_DIFFERS,
    SIGNED_DIFFERS,
    TOLD_DIFFERS,
    TOTAL_DIFFERS,
)
from yunzhang.protect.replay_log import enumerated
from yunzhang.protect.replay_rows import counted_again, stood_on
from yunzhang.protect.replay_source import Frozen, Held, Source, content_of
from yunzhang.protect.verify import Found
from yunzhang.terms.basis import Basis, score_of
from yunzhang.terms.document import decode, digest, encode
from yunzhang.terms.faults import Refused, Text
from yunzhang.terms.score import BEFORE_BASES, KIND, ScoreDocument, recomputes
from yunzhang.terms.signed import Signed


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
    frozen = [_logged(source, period, one) for one in held]
    places = sorted({one.entry.place for one in frozen})
    yield (
        Text(
            "冻结时的摘要已记入日志（第 {places} 条），评分和底稿与之相符。",
            "Their digests were logged at freezing (entries {places}); scores and bases match.",
        ),
        {"places": ", ".join(places)},
    )
    based = [one for one in held if one.basis is not None]
    if based:
        yield stood_on(source, based)
        yield counted_again(based)
        yield from enumerated(source, period, frozen, whole=not unit)
        yield _byte_for_byte(based)
    old = [one for one in held if one.basis is None]
    if old:
        yield _before_bases(old)


def is_whole(source: Source, period: str, unit: str = "") -> bool:
    """Whether it was shown to the end: every score has a basis, and the whole log was there."""
    kept = all(source.texts(period, *one)[1] for one in source.versions(period, unit))
    return kept and source.log() is not None


def _held(source: Source, period: str, unit: str, version: int) -> Held:
    signed, text = source.texts(period, unit, version)
    kind = KIND if text else BEFORE_BASES
    document = open_signed(decode(signed, Signed), kind, ScoreDocument, (source.key,))
    basis = decode(text, Basis) if text else None
    if (document.period, document.unit.code, document.version) != (period, unit, version):
        raise Refused(SIGNED_DIFFERS(unit=unit))
    return Held(unit, version, signed, document, text, basis)


def _logged(source: Source, period: str, one: Held) -> Frozen:
    entry = source.frozen(period, one.unit, one.version)
    if entry is None:
        raise Refused(FACT_MISSING(period=period, version=one.version, unit=one.unit))
    content = content_of(entry)
    if content is None:
        raise Refused(TOLD_DIFFERS(place=entry.place))
    if content.get("digests", {}).get(one.unit) != digest(one.signed):
        raise Refused(SIGNED_DIFFERS(unit=one.unit))
    if one.basis and content.get("bases", {}).get(one.unit) != digest(one.text):
        raise Refused(BASIS_DIFFERS(unit=one.unit))
    return Frozen(one, entry, frozenset(content.get("digests", {})))


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
