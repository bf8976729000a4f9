"""Approvals: a project the gate lets through goes to those who decide, by the class of its money.

The source of money names the procedure of the pack; where it is joint, every unit that approves
consents for itself (联动审批), and none of them can be left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.building import judging, projects
from yunzhang.oversee.building.project_models import GateResult, Project, ProjectCondition
from yunzhang.oversee.duties import dated
from yunzhang.oversee.duties.handing_in import UNIT
from yunzhang.people import cases, courses
from yunzhang.people.cases import Doing, Papers
from yunzhang.people.models import Case, Post, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.pack_rows import Procedure

State = Project.State
COURSE = "project_course"
APPLICANT, AUTHORITY, APPROVERS = "applicant", "authority", "approvers"
GATEKEEPER = "project_gatekeeper"
JOINT = "joint_approval"  # the code list of units that approve jointly
OWN = "Yunzhang", "docs/decisions/projects.md"

UNDER_WAY = FaultKind(
    "project.under_way",
    409,
    Text("项目 {number} 已在事项 {case} 中办理。", "Project {number} is under way in {case}."),
    Text("在该事项中办理。", "Act in that case."),
)
JOINT_MISSING = FaultKind(
    "project.joint_missing",
    409,
    Text("联合审批单位“{name}”没有登记。", "{name}, which approves jointly, is not registered."),
    Text("由主管部门登记该单位并任命审核人员。", "Have the authority register it and its people."),
)
JOINT_UNSTAFFED = FaultKind(
    "project.joint_unstaffed",
    409,
    Text(
        "“{name}”没有人担任项目审批岗位。", "Nobody in {name} holds a post that approves projects."
    ),
    Text("由主管部门任命审核人员。", "Have the authority give somebody that post."),
)


def submit(actor: Actor, project: Project, papers: Papers, *, why: str) -> Case:
    """Hand a project in for approval; raises Refused with everything that keeps it from that."""
    procedure = courses.of(projects.source_of(project).parent)
    today = clock.today()
    with transaction.atomic():
        held = projects.locked(project)
        missing = cases.wanting(procedure.id, papers)
        refuse_if([*_faults(held), *joint_faults(procedure, held.unit, today), *missing])
        parties = {
            APPLICANT: [held.unit],
            AUTHORITY: [authority_of(held.unit)],
            APPROVERS: approvers(held.unit, today),
        }
        subject = projects.subject_of(held)
        return cases.open(
            actor,
            procedure.id,
            about=subject,
            title=held.name,
            parties=parties,
            papers=papers,
            why=why,
        )


def approvers(unit: Unit, today: date) -> list[Unit]:
    """Who approves a unit's projects together: its authority and the units the pack names.

    Where the pack names none, those of the authority's tier in which a gatekeeper holds office.
    """
    authority = authority_of(unit)
    found = {authority.pk: authority}
    for row in pack().codes_of(JOINT):
        found.update({one.pk: one for one in _named(row.code, authority)})
    if not pack().codes_of(JOINT):
        posts = _held(today).filter(role=GATEKEEPER, unit__tier=authority.tier)
        found.update({post.unit_id: post.unit for post in posts.select_related("unit")})
    return list(found.values())


def joint_faults(procedure: Procedure, unit: Unit, today: date) -> Iterator[Fault]:
    """Units that would have to consent and cannot: not registered, or with nobody in office."""
    steps = [step for step in procedure.steps if any(move.all for move in step.moves)]
    if not steps:
        return
    authority = authority_of(unit)
    rows = pack().codes_of(JOINT)
    for row in rows:
        if not _named(row.code, authority):
            yield JOINT_MISSING(name=row.zh)
    units = approvers(unit, today)
    if not rows and len(units) == 1:
        yield JOINT_MISSING(name="发展改革、财政")
    roles = {role for step in steps for role in step.who}
    staffed = set(_held(today).filter(role__in=roles).values_list("unit", flat=True))
    yield from (JOINT_UNSTAFFED(name=one.name) for one in units if one.pk not in staffed)


def running(project: Project) -> Case | None:
    """The case a project is under way in: its approval, or its building and running."""
    found = cases.about(projects.subject_of(project)).filter(closed_on=None)
    return found.exclude(procedure="plan_addition").first()


def project_of(case: Case) -> Project:
    """The project a case is about, held until the deed is done."""
    number = case.about.partition(":")[2]
    return projects.locked(Project.objects.get(pk=number))


@cases.does("project.submitted")
def _submitted(doing: Doing) -> None:
    """Handed in, for the first time or after it was sent back: what the gate says must let it."""
    project = project_of(doing.case)
    refuse_if(judging.keeping(project))
    _turn(project, State.REVIEW)


@cases.does("project.returned")
def _returned(doing: Doing) -> None:
    """Sent back: it may be changed, and goes to the gate again if it is."""
    _turn(project_of(doing.case), State.DRAFT)


@cases.does("project.declined")
def _declined(doing: Doing) -> None:
    _turn(project_of(doing.case), State.DECLINED)


@cases.does("project.approved")
def _approved(doing: Doing) -> None:
    """Approved: what the gate asks for is carried along, and building begins under supervision."""
    project = project_of(doing.case)
    _turn(project, State.BUILDING)
    result = judging.current(project)
    if result is not None:
        _carry(project, result)
    document, clause = OWN
    cases.open(
        cases.WORKER,
        COURSE,
        about=projects.subject_of(project),
        title=project.name,
        parties={UNIT: [project.owner], AUTHORITY: [authority_of(project.unit)]},
        why=f"事项 {doing.case.number} 批准立项",
        content={
            "due_on": date(project.to_year, 12, 31).isoformat(),
            "moves_on": False,
            "document": document,
            "clause": clause,
        },
    )


def _carry(project: Project, result: GateResult) -> None:
    """The conditions of the gate become the project's own."""
    ProjectCondition.objects.bulk_create(
        ProjectCondition(
            project=project,
            rule=one.rule,
            zh=one.zh,
            en=one.en,
            document=one.document,
            clause=one.clause,
        )
        for one in judging.judgement_of(result).findings
        if one.outcome == "condition"
    )


def _faults(project: Project) -> Iterator[Fault]:
    case = running(project)
    if case is not None:
        yield UNDER_WAY(number=project.number, case=case.number)
    elif project.state != State.DRAFT:
        yield projects.NOT_DRAFT(number=project.number)
    else:
        yield from judging.keeping(project)


def _turn(project: Project, state: Project.State) -> None:
    project.state = state
    project.save(update_fields=["state"])


def _named(row: str, authority: Unit) -> list[Unit]:
    """The units registered under a row of the pack, of the authority's tier where there are any."""
    found = dated.units_named([row])
    return [one for one in found if one.tier == authority.tier] or found


def _held(today: date) -> QuerySet[Post]:
    posts = Post.objects.filter(from_date__lte=today)
    return posts.filter(Q(to_date=None) | Q(to_date__gte=today))
