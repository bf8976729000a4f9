"""Scores: every unit's figures of a period, frozen, signed and ranked."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from django.db.models import F, Max, QuerySet

from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import freezing
from yunzhang.people.act import act
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import open_signed
from yunzhang.terms.document import build, decode, digest
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.score import BEFORE_BASES, KIND, Figure, ScoreDocument, Weighed, placed
from yunzhang.terms.signed import Signed

PERIOD_FROZEN = FaultKind(
    "score.frozen",
    409,
    Text("{period} 的评分已经冻结。", "The scores of {period} are frozen already."),
    Text(
        "换一个时期；已冻结的评分不再更改。", "Choose another period; frozen scores do not change."
    ),
)
PERIOD_WRONG = FaultKind(
    "score.period",
    422,
    Text(
        "时期应为 1 至 {most} 个汉字、字母、数字或连字符。",
        "A period has 1 to {most} letters, digits or hyphens.",
    ),
    Text("例如 2026Q4 或 2026-12-31。", "For example 2026Q4 or 2026-12-31."),
)

FIGURE = Figure.__struct_fields__
LONGEST_PERIOD = 20
# It stands in addresses: a slash in it would leave the scoreboard without a way to its scores.
PERIOD = re.compile(r"[\w-]+")


def freeze(actor: Actor, period: str, today: date, *, why: str) -> list[Score]:
    """Compute and sign every unit's score of a period, once; all of them or none."""
    with act(
        actor, Deed.SCORE_FROZEN, f"score:{period}", unit=actor.unit, why=why, period=period
    ) as deeds:
        _free(period)
        found = freezing.bases(Unit.objects.all(), period, today, deeds.at)
        rows = Score.objects.bulk_create(freezing.row_of(unit, basis) for unit, basis in found)
        deeds.content.update(
            pack=pack().id,
            digests={row.unit.code: digest(row.signed.encode()) for row in rows},
            bases={row.unit.code: digest(row.basis.encode()) for row in rows},
        )
    return ranking(period)


def ranking(period: str) -> list[Score]:
    """The scores of a period, best first; below them the units measured too little to be ranked."""
    scores = current().filter(period=period).select_related("unit")
    ordered = scores.order_by(F("total").desc(nulls_last=True), "unit__code")
    return sorted(ordered, key=lambda score: not is_ranked(score))


def current() -> QuerySet[Score]:
    """Every score as it holds now: of corrected ones the last version."""
    return Score.objects.filter(corrected_by=None)


def latest(unit: Unit) -> Score | None:
    """The unit's score of the period frozen last, as it holds now; None before the first."""
    return current().filter(unit=unit).order_by("-frozen_at", "-pk").first()


def places(ranked: list[Score]) -> list[int | None]:
    """Each score's place in a ranking; equal scores share one, an unranked unit has none."""
    return placed([score.total if is_ranked(score) else None for score in ranked])


def is_ranked(score: Score) -> bool:
    """Whether enough was measured to compare the unit with others: one figure is an accident."""
    return score.total is not None and score.measured >= pack().limit("score.least_indicators")


def shown(score: Score) -> dict[str, Any]:
    """The frozen figures by indicator, as pages read them."""
    return {figure["indicator"]: figure for figure in json.loads(score.figures)}


def figures_in(score: Score) -> tuple[Weighed, ...]:
    """The frozen figures with their weights and targets; the signed text is `opened`."""
    return tuple(
        Weighed(
            figure=build({name: row[name] for name in FIGURE if name in row}, Figure),
            weight=row["weight"],
            target=row["target"],
        )
        for row in json.loads(score.figures)
    )


def periods(most: int) -> list[str]:
    """The periods frozen so far, the newest first."""
    rows = Score.objects.filter(version=1).values("period").annotate(last=Max("pk"))
    return [row["period"] for row in rows.order_by("-last")[:most]]


def opened(score: Score) -> ScoreDocument:
    """The score as signed, its signature checked."""
    signed = decode(score.signed, Signed)
    kind = KIND if score.basis else BEFORE_BASES
    return open_signed(signed, kind, ScoreDocument, (hub_key().public,))


def _free(period: str) -> None:
    if not PERIOD.fullmatch(period) or len(period) > LONGEST_PERIOD:
        raise Refused(PERIOD_WRONG(most=LONGEST_PERIOD))
    if Score.objects.filter(period=period).exists():
        raise Refused(PERIOD_FROZEN(period=period))
