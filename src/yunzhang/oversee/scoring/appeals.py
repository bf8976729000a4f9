"""Appeals: a unit disputes its score; upheld, a later version corrects it and the first stays.

An appeal names one figure and the records it disputes, or the whole score. The office rules
record by record, or has the figure counted again from the records as they stand now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db import transaction

from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.oversee.models import BoardIssue, Score
from yunzhang.oversee.scoring import freezing, scores
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.basis import Basis, Ruling
from yunzhang.terms.document import decode, digest, encode, replace
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

PROCEDURE, PAPER = "score_appeal", "paper.appeal"
UNIT = "unit"
RANKING = "ranking"  # the board whose publication starts the time for appeals

LATE = FaultKind(
    "appeal.late",
    409,
    Text(
        "排名已于 {published} 发布，申诉期到 {until} 为止。",
        "The ranking was published on {published}; appeals ended on {until}.",
    ),
    Text("有新证据的，向主管部门书面反映。", "With new evidence, write to the authority."),
)
RUNNING = FaultKind(
    "appeal.running",
    409,
    Text("本期评分的申诉 {number} 正在办理。", "Appeal {number} on this score is under way."),
    Text("等该申诉办结后再提出。", "Wait for its end, then appeal anew."),
)
FIGURE_UNKNOWN = FaultKind(
    "appeal.figure_unknown",
    422,
    Text("评分中没有“{indicator}”这一指标。", "The score has no figure {indicator}."),
    Text("从评分页的指标进入申诉。", "Appeal from a figure of the score's page."),
)
RECORD_UNKNOWN = FaultKind(
    "appeal.record_unknown",
    422,
    Text("记录 {record} 不是这一指标中未达到的记录。", "Record {record} fails no such figure."),
    Text("从列出的记录中选择。", "Choose among the records listed."),
)
NO_BASIS = FaultKind(
    "appeal.no_basis",
    409,
    Text(
        "{period} 的评分冻结时没有保存底稿，不能在系统中更正。",
        "The score of {period} was frozen before bases were kept and cannot be corrected here.",
    ),
    Text("向主管部门书面反映。", "Write to the authority."),
)
NO_RULING = FaultKind(
    "appeal.no_ruling",
    422,
    Text("没有更正任何一条记录。", "No record is ruled otherwise."),
    Text("在申诉页逐条认定，或维持原评分。", "Rule record by record, or uphold the score."),
)

Verdict = Literal["held", "out"]


@dataclass(frozen=True)
class Dispute:
    """What an appeal is about, and what was ruled of it."""

    indicator: str  # "" for the whole score
    records: tuple[str, ...]
    rulings: Mapping[str, Verdict]
    recount: bool


def lodge(
    actor: Actor,
    score: Score,
    grounds: Paper | str,
    *,
    indicator: str = "",
    records: Collection[str] = (),
    why: str,
) -> Case:
    """The head appeals for the unit; raises Refused with everything that is wrong."""
    unit = score.unit
    papers = {PAPER: grounds}
    with transaction.atomic():
        # The row is the lock: two heads at once lodge one appeal.
        Score.objects.select_for_update(of=("self",)).get(pk=score.pk)
        faults = _faults(score, indicator, records, clock.today())
        refuse_if([*faults, *cases.wanting(PROCEDURE, papers)])
        return cases.open(
            actor,
            PROCEDURE,
            about=subject_of(score),
            title=f"{score.period}评分申诉",
            parties={UNIT: [unit], "authority": [authority_of(unit)]},
            papers=papers,
            why=why,
            content={"indicator": indicator, "records": sorted(records), "version": score.version},
        )


def decide(
    actor: Actor,
    case: Case,
    rulings: Mapping[str, Verdict],
    reason: Paper | str,
    *,
    recount: bool = False,
    why: str,
) -> Case:
    """The office upholds an appeal in whole or in part: a corrected score is signed."""
    with transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        told = decode(held.content, dict)
        known = set(told["records"])
        refuse_if([RECORD_UNKNOWN(record=id) for id in sorted(rulings.keys() - known)])
        told.update(rulings=dict(rulings), recount=recount and bool(told["indicator"]))
        held.content = encode(told).decode()
        held.save(update_fields=["content"])
        return cases.move(actor, held, "correct", papers={"paper.reason": reason}, why=why)


def subject_of(score: Score) -> str:
    """How cases name the score they dispute, whatever its version."""
    return f"score:{score.period}/{score.unit.code}"


def dispute_of(case: Case) -> Dispute:
    """What a case disputes and what was ruled."""
    told = decode(case.content, dict)
    return Dispute(
        told["indicator"],
        tuple(told["records"]),
        told.get("rulings", {}),
        told.get("recount", False),
    )


def score_of(case: Case) -> Score | None:
    """The score a case is about, as it holds now."""
    period, _slash, unit = case.about.removeprefix("score:").partition("/")
    found = scores.current().filter(period=period, unit__code=unit)
    return found.select_related("unit").first()


def of_score(score: Score) -> list[Case]:
    """The appeals about a score, the latest first."""
    return list(cases.about(subject_of(score)).filter(procedure=PROCEDURE))


def pending(period: str) -> dict[str, int]:
    """How many appeals of a period are under way, by the unit's code."""
    start = f"score:{period}/"
    found = Case.objects.filter(procedure=PROCEDURE, closed_on=None, about__startswith=start)
    abouts = Counter(found.values_list("about", flat=True))
    return {about.removeprefix(start): count for about, count in abouts.items()}


def until(score: Score) -> date | None:
    """The last day for an appeal; None while the ranking is not published."""
    published = _published_on(score.period)
    return published and published + timedelta(days=pack().limit("score.appeal_days"))


@cases.does("score.correct")
def _correct(doing: Doing) -> None:
    """A new version is signed that names the one it corrects; the first stays as it is."""
    score, told = score_of(doing.case), dispute_of(doing.case)
    if score is None or not score.basis:
        raise Refused(NO_BASIS(period=doing.case.about))
    rulings = tuple(
        Ruling(indicator=told.indicator, record=id, to=to)
        for id, to in sorted(told.rulings.items())
    )
    if not rulings and not told.recount:
        raise Refused(NO_RULING())
    basis = decode(score.basis, Basis)
    if told.recount:
        basis = _recounted(basis, score, told.indicator)
    basis = replace(
        basis,
        version=score.version + 1,
        corrected_at=doing.at,
        corrects=digest(score.signed.encode()),
        appeal=doing.case.number,
        rulings=(*basis.rulings, *rulings),
    )
    subject = f"{subject_of(score)}/{basis.version}"
    said = {"appeal": doing.case.number, "corrects": basis.corrects}
    unit, why = score.unit, f"申诉 {doing.case.number} 成立"
    with act(doing.actor, Deed.SCORE_CORRECTED, subject, unit=unit, why=why, **said) as deeds:
        row = freezing.row_of(unit, basis, score)
        row.save()
        deeds.content.update(
            digests={unit.code: digest(row.signed.encode())},
            bases={unit.code: digest(row.basis.encode())},
        )


def _recounted(basis: Basis, score: Score, indicator: str) -> Basis:
    """The basis with one figure counted again, by the weights and the day of its freezing."""
    old = next(one for one in basis.counted if one.figure.indicator == indicator)
    figure, found = freezing.recounted(score.unit, basis.counted_on, indicator)
    new = replace(old, figure=figure)
    counted = tuple(new if one is old else one for one in basis.counted)
    rows = {**basis.by_key(), **{(row.kind, row.id): row for row in found}}
    wanted = {
        (one.figure.kind, id) for one in counted for id in (*one.figure.held, *one.figure.failed)
    }
    kept = tuple(rows[key] for key in sorted(wanted))
    return replace(basis, counted=counted, rows=kept)


def _faults(score: Score, indicator: str, records: Collection[str], today: date) -> Iterator[Fault]:
    if not score.basis:
        yield NO_BASIS(period=score.period)
    last = until(score)
    if last is not None and today > last:
        yield LATE(published=_published_on(score.period), until=last)
    shown = scores.shown(score)
    if indicator and indicator not in shown:
        yield FIGURE_UNKNOWN(indicator=indicator)
    failing = set(shown.get(indicator, {}).get("failed", ()))
    yield from (RECORD_UNKNOWN(record=id) for id in sorted(set(records) - failing))
    for case in cases.about(subject_of(score)).filter(procedure=PROCEDURE, closed_on=None):
        yield RUNNING(number=case.number)


def _published_on(period: str) -> date | None:
    issues = BoardIssue.objects.filter(board=RANKING, period=period)
    first = issues.order_by("number").values_list("issued_at", flat=True).first()
    return first and first.astimezone(BEIJING).date()
