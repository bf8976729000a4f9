"""Plans: a system moved to a cloud, merged or closed, a network merged: planned, then proved.

The register changes only when the authority confirms the proof; every rate is counted from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yunzhang import clock
from yunzhang.gather import networks, placing
from yunzhang.gather.models import Cloud, InformationSystem, Network
from yunzhang.oversee.duties import handing_in
from yunzhang.people import cases, clocks
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

PROCEDURE, PAPER = "migration_plan", "paper.migration_plan"
UNIT = handing_in.UNIT
TO_CLOUD, MERGE, CLOSE, EXTRANET = "cloud", "merge", "close", "extranet"
KINDS = {
    TO_CLOUD: Text("迁移上云", "Move to a cloud"),
    MERGE: Text("并入其他系统", "Merge into another system"),
    CLOSE: Text("关停", "Close"),
    EXTRANET: Text("并入电子政务外网", "Merge into the extranet"),
}
OWN = "Yunzhang", "docs/decisions/clouds.md"

CLOUD_MISSING = FaultKind(
    "plan.cloud_missing",
    422,
    Text("没有选定迁往的云。", "The cloud to move to is not chosen."),
    Text("在已登记的云中选择。", "Choose one of the clouds on record."),
)
INTO_WRONG = FaultKind(
    "plan.into",
    422,
    Text("没有选定并入的在用系统。", "No living system to merge into is chosen."),
    Text("选择本单位另一个在用的系统。", "Choose another system of this unit that is in use."),
)
DAY_OVER = FaultKind(
    "plan.day_over",
    422,
    Text("{day} 已过，不能作为完成期限。", "{day} is over and cannot be the day to be done by."),
    Text("填写今天或以后的日期。", "Give today or a later day."),
)
PLANNED = FaultKind(
    "plan.running",
    409,
    Text("方案 {number} 正在办理。", "Plan {number} is under way."),
    Text("先办结该方案。", "Bring that plan to its end first."),
)
OUT_OF_USE = FaultKind(
    "plan.out_of_use",
    409,
    Text("“{name}”已停用。", "{name} is out of use."),
    Text("只为在用的系统和专网编制方案。", "Plan for systems and networks in use only."),
)


@dataclass(frozen=True)
class Plan:
    """What is to become of a system or a network, by which day."""

    kind: str
    by: date
    cloud: Cloud | None = None
    into: InformationSystem | None = None


Subject = InformationSystem | Network


def propose(actor: Actor, of: Subject, plan: Plan, text: Paper | str, *, why: str) -> Case:
    """Open the plan and hand it to the head; raises Refused with everything that is wrong."""
    papers = {PAPER: text}
    with transaction.atomic():
        # The row is the lock: two officers at once open one plan.
        type(of)._default_manager.select_for_update(of=("self",)).get(pk=of.pk)  # noqa: SLF001
        refuse_if([*_faults(of, plan), *cases.wanting(PROCEDURE, papers)])
        return cases.open(
            actor,
            PROCEDURE,
            about=subject_of(of),
            title=f"{of.name}：{KINDS[plan.kind].zh}",
            parties={UNIT: [of.unit], "authority": [authority_of(of.unit)]},
            papers=papers,
            why=why,
            content={
                "kind": plan.kind,
                "cloud": plan.cloud.pk if plan.cloud else None,
                "into": plan.into.pk if plan.into else None,
                "due_on": plan.by.isoformat(),
            },
        )


def subject_of(of: Subject) -> str:
    """How cases name what a plan is about."""
    return f"{'network' if isinstance(of, Network) else 'system'}:{of.pk}"


def kinds_of(of: Subject) -> tuple[str, ...]:
    """What may be planned for it."""
    return (EXTRANET, CLOSE) if isinstance(of, Network) else (TO_CLOUD, MERGE, CLOSE)


def running(of: Subject) -> Case | None:
    """The plan under way."""
    return cases.about(subject_of(of)).filter(procedure=PROCEDURE, closed_on=None).first()


def plan_of(case: Case) -> Plan:
    """What a case plans."""
    told = decode(case.content, dict)
    return Plan(
        told["kind"],
        date.fromisoformat(told["due_on"]),
        Cloud.objects.filter(pk=told["cloud"]).first(),
        InformationSystem.objects.filter(pk=told["into"]).first(),
    )


@cases.does("migration.began")
def _begin(doing: Doing) -> None:
    """Agreed: the register says it is on its way, and its day runs."""
    of, plan = _subject(doing.case), plan_of(doing.case)
    today, why = clock.today(), f"按方案 {doing.case.number} 实施"
    if isinstance(of, Network):
        networks.change(cases.WORKER, of, Network.State.MIGRATING, today, today, why=why)
    else:
        placing.turn(cases.WORKER, of, placing.State.MIGRATING, today, why=why)
    document, clause = OWN
    clocks.start_until(
        handing_in.RULE,
        cases.subject_of(doing.case),
        of.unit,
        today,
        plan.by,
        document,
        clause,
        moves_on=False,
        warn_days=pack().limit("dated.warn_days"),
        at_end=pack().clock(handing_in.RULE).at_end,
        reference=doing.case.number,
    )
    handing_in.keep_clock(doing)


@cases.does("migration.done")
def _finish(doing: Doing) -> None:
    """The proof holds: the register says what has become of it."""
    handing_in.accept(doing)
    of, plan, today = _subject(doing.case), plan_of(doing.case), clock.today()
    why = f"方案 {doing.case.number} 核验通过"
    if isinstance(of, Network):
        merged = plan.kind == EXTRANET
        state = Network.State.MERGED if merged else Network.State.CLOSED
        networks.change(cases.WORKER, of, state, today, today, why=why)
    elif plan.cloud is not None:
        placing.move(cases.WORKER, of, plan.cloud, why=why)
    else:
        state_ = placing.State.MERGED if plan.into else placing.State.CLOSED
        placing.turn(cases.WORKER, of, state_, today, into=plan.into, why=why)


def _subject(case: Case) -> Subject:
    kind, _colon, number = case.about.partition(":")
    if kind == "network":
        return Network.objects.select_related("unit").get(pk=number)
    return InformationSystem.objects.select_related("unit").get(pk=number)


def _faults(of: Subject, plan: Plan) -> Iterator[Fault]:
    if of.state not in placing.LIVING:
        yield OUT_OF_USE(name=of.name)
    if plan.kind not in kinds_of(of):
        yield placing.CODE_UNKNOWN(code=plan.kind)
    if plan.kind == TO_CLOUD and plan.cloud is None:
        yield CLOUD_MISSING()
    if plan.kind == MERGE and not _may_take_in(plan.into, of):
        yield INTO_WRONG()
    if plan.by < clock.today():
        yield DAY_OVER(day=plan.by)
    if isinstance(of, Network) and of.secret and plan.kind == EXTRANET:
        yield networks.SECRET_MERGED()
    there = running(of)
    if there is not None:
        yield PLANNED(number=there.number)


def _may_take_in(into: InformationSystem | None, of: Subject) -> bool:
    if into is None or into.state not in placing.LIVING:
        return False
    return into.unit_id == of.unit_id and into.pk != of.pk
