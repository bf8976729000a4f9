"""Findings: what a patrol saw of each item; what is wrong becomes a case with its day and proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yunzhang import clock
from yunzhang.oversee.duties.handing_in import UNIT
from yunzhang.oversee.inspection import patrols, sealing
from yunzhang.oversee.inspection.patrol_models import Mark, Patrol, Sampled
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.pack_rows import CodeRow

PROCEDURE = "rectification"
PROBLEM, EVIDENCE = "paper.problem", "paper.evidence"
WRONG = Mark.Outcome.WRONG

NOT_BEGUN = FaultKind(
    "finding.not_begun",
    409,
    Text("巡云没有开始或者已经结束，不能记录。", "The patrol has not begun, or is closed."),
    Text("巡云期间记录。", "Record while the patrol is under way."),
)
ITEM_UNKNOWN = FaultKind(
    "finding.item_unknown",
    422,
    Text("检查清单没有“{item}”这一项。", "The checklist has no item {item}."),
    Text("从清单中选择。", "Choose one of the list."),
)
OUTCOME_MISSING = FaultKind(
    "finding.outcome_missing",
    422,
    Text("没有选择检查结果。", "The outcome is not chosen."),
    Text("选择符合、不符合或不适用。", "Choose right, wrong, or does not apply."),
)
SEEN_MISSING = FaultKind(
    "finding.seen_missing",
    422,
    Text("没有写明发现的问题。", "It does not say what is wrong."),
    Text("写明时间、地点和事实，可附照片或文件。", "Say what, when and where; add a file."),
)
DAY_OVER = FaultKind(
    "finding.day_over",
    422,
    Text("没有填写今天或以后的整改期限。", "No day from today on is set for mending it."),
    Text("填写整改期限。", "Set the day it must be mended by."),
)
FOUND_ALREADY = FaultKind(
    "finding.found_already",
    409,
    Text("该项问题已在事项 {number} 中整改。", "It is being mended already in case {number}."),
    Text("在该事项中办理。", "Go on in that case."),
)


@dataclass(frozen=True)
class Seen:
    """What somebody saw of one item: the outcome, and of what is wrong the proof and the day."""

    outcome: str
    text: str = ""
    evidence: Paper | None = None
    due_on: date | None = None


def mark(actor: Actor, sampled: Sampled, item: str, seen: Seen, *, why: str) -> Mark:
    """Record an item; what is wrong is ordered mended by its day. Raises with all faults."""
    patrol = sampled.patrol
    subject, seat = patrols.subject_of(patrol), actor.unit or patrol.unit
    with act(actor, Deed.PATROL_MARKED, subject, unit=seat, why=why) as deeds:
        # The row is the lock: two patrollers at once order one thing mended once.
        held = Patrol.objects.select_for_update(of=("self",)).get(pk=patrol.pk)
        rows = {row.code: row for row in sealing.items(held)}
        refuse_if(_faults(actor, held, sampled, item, rows, seen))
        assert actor.person is not None
        made = Mark.objects.create(
            sampled=sampled,
            item=item,
            outcome=seen.outcome,
            seen=seen.text.strip(),
            person=actor.person,
            at=deeds.at,
        )
        if seen.outcome == WRONG:
            made.case = _ordered(actor, sampled, rows[item], seen).number
            made.save(update_fields=["case"])
        deeds.content.update(line=sampled.line, item=item, outcome=seen.outcome, case=made.case)
    return made


def latest(patrol: Patrol) -> dict[tuple[int, str], Mark]:
    """The mark that counts of each line and item: the last."""
    marks = Mark.objects.filter(sampled__patrol=patrol).select_related("person").order_by("pk")
    return {(one.sampled_id, one.item): one for one in marks}


def of(patrol: Patrol) -> list[Case]:
    """The cases opened for what the patrol found, the newest first."""
    return list(cases.about(patrols.subject_of(patrol)).filter(procedure=PROCEDURE))


def _faults(
    actor: Actor,
    patrol: Patrol,
    sampled: Sampled,
    item: str,
    rows: dict[str, CodeRow],
    seen: Seen,
) -> Iterator[Fault]:
    if not patrols.patrolling(actor, patrol):
        raise Refused(patrols.NOT_PATROLLING())
    if patrol.state != Patrol.State.BEGUN:
        yield NOT_BEGUN()
    if item not in rows:
        yield ITEM_UNKNOWN(item=item)
    if seen.outcome not in Mark.Outcome.values:
        yield OUTCOME_MISSING()
    if seen.outcome == WRONG:
        yield from _wrong(sampled, item, seen)


def _wrong(sampled: Sampled, item: str, seen: Seen) -> Iterator[Fault]:
    if not seen.text.strip():
        yield SEEN_MISSING()
    if seen.due_on is None or seen.due_on < clock.today():
        yield DAY_OVER()
    there = _running(sampled, item)
    if there:
        yield FOUND_ALREADY(number=there)


def _running(sampled: Sampled, item: str) -> str:
    """The number of the case under way for this line and item."""
    numbers = Mark.objects.filter(sampled=sampled, item=item).exclude(case="").values("case")
    found = Case.objects.filter(number__in=numbers, closed_on=None).first()
    return found.number if found else ""


def _ordered(actor: Actor, sampled: Sampled, row: CodeRow, seen: Seen) -> Case:
    """The hub opens the case: whoever patrols may hold any post, the fact names who saw it."""
    patrol = sampled.patrol
    units: dict[str, list[Unit]] = {UNIT: [sampled.unit], "office": [patrol.unit]}
    if actor.unit and actor.unit.pk not in (sampled.unit_id, patrol.unit_id):
        units["patroller"] = [actor.unit]
    papers: dict[str, Paper | str] = {PROBLEM: seen.text.strip()}
    if seen.evidence is not None and not seen.evidence.empty:
        papers[EVIDENCE] = seen.evidence
    return cases.open(
        cases.WORKER,
        PROCEDURE,
        about=patrols.subject_of(patrol),
        title=f"{sampled.name}：{row.zh}",
        parties=units,
        papers=papers,
        why=f"“{patrol.title}”发现问题",
        content={
            "due_on": str(seen.due_on),
            "document": row.cite.document,
            "clause": row.cite.clause,
            "others": [],
            "line": sampled.line,
            "item": row.code,
        },
    )
