"""Judging: the gate's answer on a project, frozen as a fact; and who lets one pass its no, and why.

A result holds for the proposal it judged: change a word of it, and the gate has to be asked anew.
"""

from __future__ import annotations

from datetime import timedelta

from yunzhang import clock
from yunzhang.oversee.building import evidence, gate, projects
from yunzhang.oversee.building.project_models import GateResult, Project
from yunzhang.people import permissions
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.document import decode, digest, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.project import Finding, Judgement

PERMISSION = "project.override"
NO = "no"
OURS = "Yunzhang"  # the document that rules of our own cite

NOT_JUDGED = FaultKind(
    "gate.not_judged",
    409,
    Text(
        "项目 {number} 的现有内容还没有经过关口。",
        "The gate has not looked at project {number} as it stands.",
    ),
    Text("先运行关口。", "Put it to the gate first."),
)
TOO_OLD = FaultKind(
    "gate.too_old",
    409,
    Text(
        "关口结果是 {on} 的，已超过 {days} 天。",
        "The gate's answer of {on} is over {days} days old.",
    ),
    Text("再运行一次关口。", "Put it to the gate again."),
)
STOPPED = FaultKind(
    "gate.stopped",
    409,
    Text(
        "关口不通过：{rule_zh}（{cite_zh}）。{said_zh}",
        "The gate says no: {rule_en} ({cite_en}). {said_en}",
    ),
    Text(
        "整改后再运行关口；确有必要的，由有权的负责人写明理由决定继续。",
        "Put it right and ask the gate again; a head who may lets it pass with a reason.",
    ),
)
NOTHING_TO_OVERRIDE = FaultKind(
    "gate.nothing_to_override",
    409,
    Text("关口没有拦下项目 {number}。", "The gate does not stop project {number}."),
    Text("直接报送即可。", "Submit it."),
)


def judge(actor: Actor, project: Project, *, why: str) -> GateResult:
    """Ask the gate about a draft, with the registers as they are now; its answer is a fact."""
    deed, subject = Deed.GATE_JUDGED, projects.subject_of(project)
    with act(actor, deed, subject, unit=project.unit, why=why) as deeds:
        held = projects.locked(project)
        refuse_if([] if held.state == Project.State.DRAFT else [_not_draft(held)])
        found = _judgement(held)
        text = encode(found).decode()
        result = GateResult.objects.create(
            project=held,
            at=deeds.at,
            verdict=found.verdict,
            by=actor.person,
            judgement=text,
            digest=digest(held.proposal.encode()),
        )
        held.verdict = found.verdict
        held.save(update_fields=["verdict"])
        stops = [one.rule for one in found.findings if one.outcome == "stop"]
        deeds.content.update(
            number=held.number,
            verdict=found.verdict,
            stops=stops,
            judgement=digest(text.encode()),
        )
    return result


def override(actor: Actor, project: Project, *, why: str) -> GateResult:
    """A head lets a project go on although the gate says no: by name, with a reason.

    It is a fact of its own, and holds for this answer of the gate alone.
    """
    deed, subject = Deed.GATE_OVERRIDDEN, projects.subject_of(project)
    with act(actor, deed, subject, unit=project.unit, why=why) as deeds:
        held = projects.locked(project)
        result = current(held)
        if result is None:
            raise Refused(NOT_JUDGED(number=held.number))
        if result.verdict != NO or result.overridden_at is not None:
            raise Refused(NOTHING_TO_OVERRIDE(number=held.number))
        result.overridden_at, result.overridden_by = deeds.at, actor.person
        result.overridden_role = _role_of(actor, project)
        result.override_reason = why
        result.save()
        deeds.content.update(
            number=held.number,
            role=result.overridden_role,
            judgement=digest(result.judgement.encode()),
        )
    return result


def current(project: Project) -> GateResult | None:
    """The gate's last answer on the proposal as it stands; None when it changed since."""
    same = project.results.filter(digest=digest(project.proposal.encode()))
    return same.order_by("-pk").first()


def keeping(project: Project) -> list[Fault]:
    """Everything at the gate that keeps a project from being submitted; empty when it may go on."""
    result = current(project)
    if result is None:
        return [NOT_JUDGED(number=project.number)]
    days = pack().limit("project.gate_days")
    on = judgement_of(result).on
    if on < clock.today() - timedelta(days=days):
        return [TOO_OLD(on=on, days=days)]
    if result.verdict != NO or result.overridden_at is not None:
        return []
    return [_stopped(one) for one in judgement_of(result).findings if one.outcome == "stop"]


def judgement_of(result: GateResult) -> Judgement:
    """The answer as it was frozen."""
    return decode(result.judgement, Judgement)


def _stopped(finding: Finding) -> Fault:
    """What stops a project, with the rule and the place that sets it."""
    ours = finding.document == OURS
    place = f"{finding.document} {finding.clause}"
    return STOPPED(
        rule_zh=finding.rule_zh,
        rule_en=finding.rule_en,
        cite_zh="本软件默认规则" if ours else place,
        cite_en="a default of this software" if ours else place,
        said_zh=finding.zh,
        said_en=finding.en,
    )


def _judgement(project: Project) -> Judgement:
    today, proposal = clock.today(), projects.proposal_of(project)
    seen = evidence.of(project, today)
    # Rules that are not in force on the day are not asked, as of everything of a pack.
    findings = gate.judge(proposal, seen, pack().on(today).gates)
    return Judgement(
        project=project.number,
        proposal=proposal,
        unit=project.unit.name,
        owner=project.owner.name,
        on=today,
        verdict=gate.verdict(findings),
        findings=findings,
        hits=seen.hits,
        score=seen.score,
        period=seen.score_ref.name if seen.score_ref else "",
    )


def _role_of(actor: Actor, project: Project) -> str:
    """The role by which the actor may override: it stands beside the name."""
    reasons = permissions.why(actor, PERMISSION, project.unit)
    return next((one.post.role for one in reasons if one.yes), "")


def _not_draft(project: Project) -> Fault:
    return projects.NOT_DRAFT(number=project.number)
