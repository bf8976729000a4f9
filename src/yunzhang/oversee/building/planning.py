"""Planning: the projects of a unit over some years, argued and approved; added to; rolled forward.

How a plan is decided the pack says for its kind (五年规划, 三年规划, 年度计划).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.building import approvals, projects
from yunzhang.oversee.building.project_models import PlanLine, Project, ProjectPlan
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import Doing, Papers
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of, line
from yunzhang.people.widths import too_long
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

State, Way = ProjectPlan.State, PlanLine.Way
ADDITION, URGENCY = "plan_addition", "paper.urgency"
UNFINISHED = (Project.State.DRAFT, Project.State.REVIEW, Project.State.BUILDING)
OVER = (Project.State.DECLINED, Project.State.STOPPED)

KIND_UNKNOWN = FaultKind(
    "project_plan.kind",
    422,
    Text("没有选定规划或计划的种类。", "The kind of plan is not chosen."),
    Text("在列表中选择。", "Choose one of the list."),
)
YEARS_WRONG = FaultKind(
    "project_plan.years",
    422,
    Text("起止年份 {first} 至 {last} 不成立。", "The years {first} to {last} make no sense."),
    Text("起始年份不晚于结束年份。", "The first is not after the last."),
)
THERE = FaultKind(
    "project_plan.there",
    409,
    Text(
        "本单位已有 {first} 至 {last} 年的这种计划。", "There is such a plan of {first} to {last}."
    ),
    Text("在已有的计划中增减项目。", "Change the projects of that plan."),
)
NOT_DRAFT = FaultKind(
    "project_plan.not_draft",
    409,
    Text("“{name}”已报送，不能直接增减项目。", "{name} was submitted: its projects stand."),
    Text(
        "未列入的项目按增补程序办理，未完成的项目滚动结转。",
        "Ask for an addition, or roll forward what is unfinished.",
    ),
)
EMPTY = FaultKind(
    "project_plan.empty",
    422,
    Text("没有选定项目。", "No project is chosen."),
    Text("至少选择一个项目。", "Choose one project at least."),
)
OUTSIDE = FaultKind(
    "project_plan.outside",
    422,
    Text(
        "“{name}”的年份不在计划期内，或不属于编制单位所辖。",
        "{name} is not of these years, or of no unit that the plan is for.",
    ),
    Text("只选择计划期内本单位及所辖单位的项目。", "Choose projects of these years and units."),
)
FINISHED = FaultKind(
    "project_plan.finished",
    422,
    Text("“{name}”不在这个计划中，或已经完成。", "{name} is not in the plan, or is finished."),
    Text("只结转计划中未完成的项目。", "Roll forward unfinished projects of the plan."),
)
NOT_APPROVED = FaultKind(
    "project_plan.not_approved",
    409,
    Text("“{name}”还没有批准。", "{name} is not approved yet."),
    Text("批准后再办理。", "Wait until it is."),
)
IN_PLAN = FaultKind(
    "project_plan.in_plan",
    409,
    Text("“{name}”已列入计划。", "{name} stands in the plan already."),
    Text("不必增补。", "There is nothing to add."),
)


def draft(
    actor: Actor, unit: Unit, kind: str, name: str, first: int, last: int, *, why: str
) -> ProjectPlan:
    """Begin a plan of a unit for itself and those below it."""
    plan = ProjectPlan(unit=unit, procedure=kind, name=name.strip(), from_year=first, to_year=last)
    with act(actor, Deed.PLAN_DRAFTED, unit=unit, why=why) as deeds:
        refuse_if(_faults(plan))
        plan.save()
        deeds.subject = subject_of(plan)
        deeds.content.update(_told(plan))
    return plan


def put(actor: Actor, plan: ProjectPlan, chosen: Iterable[Project], *, why: str) -> None:
    """Set the projects of a draft: these and no others, what was rolled into it aside."""
    wanted = {one.pk: one for one in chosen}
    with act(actor, Deed.PLAN_CHANGED, subject_of(plan), unit=plan.unit, why=why) as deeds:
        held = _locked(plan)
        refuse_if([] if held.state == State.DRAFT else [NOT_DRAFT(name=held.name)])
        possible = set(fitting(held).values_list("pk", flat=True))
        refuse_if(OUTSIDE(name=one.name) for pk, one in wanted.items() if pk not in possible)
        held.lines.filter(way=Way.PLANNED).exclude(project__in=wanted).delete()
        there = set(held.lines.values_list("project", flat=True))
        PlanLine.objects.bulk_create(
            PlanLine(plan=held, project=one, since=deeds.at.date())
            for pk, one in wanted.items()
            if pk not in there
        )
        deeds.content.update(projects=sorted(one.number for one in wanted.values()))


def fitting(plan: ProjectPlan) -> QuerySet[Project]:
    """The projects that may stand in a plan: of its years, of its unit or one below."""
    units = [one.pk for one in Unit.objects.select_related("parent") if plan.unit in line(one)]
    within = Q(from_year__lte=plan.to_year, to_year__gte=plan.from_year)
    found = Project.objects.filter(within, unit__in=units).exclude(state__in=OVER)
    return found.select_related("unit", "owner").order_by("unit", "name")


def submit(actor: Actor, plan: ProjectPlan, papers: Papers, *, why: str) -> Case:
    """Hand a plan in to be argued and approved, by the procedure of its kind."""
    with transaction.atomic():
        held = _locked(plan)
        refuse_if(
            [
                *([] if held.state == State.DRAFT else [NOT_DRAFT(name=held.name)]),
                *([] if held.lines.exists() else [EMPTY()]),
                *cases.wanting(held.procedure, papers),
            ]
        )
        parties = {
            approvals.APPLICANT: [held.unit],
            approvals.AUTHORITY: [authority_of(held.unit)],
        }
        case = cases.open(
            actor,
            held.procedure,
            about=subject_of(held),
            title=held.name,
            parties=parties,
            papers=papers,
            why=why,
        )
        held.state = State.REVIEW
        held.save(update_fields=["state"])
    return case


def ask_addition(
    actor: Actor, plan: ProjectPlan, project: Project, papers: Papers, *, why: str
) -> Case:
    """Ask to add to an approved plan what is new, urgent or special (增补)."""
    with transaction.atomic():
        held = _locked(plan)
        refuse_if([*_addition_faults(held, project), *cases.wanting(ADDITION, papers)])
        parties = {
            approvals.APPLICANT: [project.unit],
            approvals.AUTHORITY: [authority_of(project.unit)],
        }
        return cases.open(
            actor,
            ADDITION,
            about=projects.subject_of(project),
            title=f"{project.name}增补入{held.name}",
            parties=parties,
            papers=papers,
            why=why,
            content={"plan": held.pk},
        )


def possible_for(project: Project) -> QuerySet[ProjectPlan]:
    """The approved plans that a project might be added to: its years, its unit or one above."""
    above = [one.pk for one in line(project.unit)]
    found = ProjectPlan.objects.filter(
        state=State.APPROVED,
        unit__in=above,
        from_year__lte=project.to_year,
        to_year__gte=project.from_year,
    )
    return found.exclude(lines__project=project).order_by("from_year", "name")


def roll(actor: Actor, plan: ProjectPlan, chosen: Sequence[Project], *, why: str) -> ProjectPlan:
    """Roll unfinished projects of a plan into the next one, by one deed that names the reason.

    The next plan is that of the same kind for the years that follow; it is begun where there is
    none.
    """
    with act(actor, Deed.PROJECTS_ROLLED, subject_of(plan), unit=plan.unit, why=why) as deeds:
        held = _locked(plan)
        refuse_if(_rolling_faults(held, chosen))
        following = _following(held)
        there = set(following.lines.values_list("project", flat=True))
        PlanLine.objects.bulk_create(
            PlanLine(
                plan=following,
                project=one,
                way=Way.ROLLED,
                rolled_from=held,
                reason=why,
                since=deeds.at.date(),
            )
            for one in chosen
            if one.pk not in there
        )
        deeds.content.update(
            into=subject_of(following), projects=sorted(one.number for one in chosen)
        )
    return following


def unfinished(plan: ProjectPlan) -> list[Project]:
    """The projects of a plan that are not accepted, and not in the next one yet."""
    following = _next(plan)
    lines = plan.lines.filter(project__state__in=UNFINISHED).select_related("project__unit")
    if following is not None:
        lines = lines.exclude(project__in=following.lines.values("project"))
    return [one.project for one in lines.order_by("project__unit", "project__name")]


def running(plan: ProjectPlan) -> Case | None:
    """The case in which a plan is decided."""
    return cases.about(subject_of(plan)).first()


def subject_of(plan: ProjectPlan) -> str:
    """How facts and cases name a plan."""
    return f"plan:{plan.pk}"


@cases.does("plan.approved")
def _approved(doing: Doing) -> None:
    plan = _of(doing.case)
    plan.state, plan.approved_on = State.APPROVED, clock.today()
    plan.save(update_fields=["state", "approved_on"])


@cases.does("plan.declined")
def _declined(doing: Doing) -> None:
    plan = _of(doing.case)
    plan.state = State.DECLINED
    plan.save(update_fields=["state"])


@cases.does("plan.added")
def _added(doing: Doing) -> None:
    """The addition is approved: the project stands in the plan of this year."""
    project = approvals.project_of(doing.case)
    plan = ProjectPlan.objects.get(pk=decode(doing.case.content, dict)["plan"])
    reason = f"事项 {doing.case.number} 批准增补"
    PlanLine.objects.get_or_create(
        plan=plan,
        project=project,
        defaults={"way": Way.ADDED, "reason": reason, "since": clock.today()},
    )


def _of(case: Case) -> ProjectPlan:
    return ProjectPlan.objects.select_for_update(of=("self",)).get(pk=case.about.partition(":")[2])


def _locked(plan: ProjectPlan) -> ProjectPlan:
    found = ProjectPlan.objects.select_for_update(of=("self",)).select_related("unit")
    return found.get(pk=plan.pk)


def _next(plan: ProjectPlan) -> ProjectPlan | None:
    return ProjectPlan.objects.filter(
        unit=plan.unit, procedure=plan.procedure, from_year=plan.to_year + 1
    ).first()


def _following(plan: ProjectPlan) -> ProjectPlan:
    """The plan after this one; begun as a draft of as many years where there is none."""
    known = _next(plan)
    if known is not None:
        return known
    first, years = plan.to_year + 1, plan.to_year - plan.from_year
    last = first + years
    name = plan.name.replace(str(plan.to_year), str(last)).replace(str(plan.from_year), str(first))
    if name == plan.name:
        name = f"{plan.name}（{first}）"
    return ProjectPlan.objects.create(
        unit=plan.unit, procedure=plan.procedure, name=name, from_year=first, to_year=last
    )


def _faults(plan: ProjectPlan) -> Iterator[Fault]:
    if plan.procedure not in {row.code for row in pack().codes_of("plan_kind")}:
        yield KIND_UNKNOWN()
    if not plan.name:
        yield projects.MISSING(field_zh="名称", field_en="name")
    yield from too_long(plan, "name")
    first, last = plan.from_year, plan.to_year
    if not 0 < first <= last <= projects.LAST_YEAR:
        yield YEARS_WRONG(first=first, last=last)
    same = ProjectPlan.objects.filter(unit=plan.unit, procedure=plan.procedure)
    if same.filter(from_year=first, to_year=last).exists():
        yield THERE(first=first, last=last)


def _addition_faults(plan: ProjectPlan, project: Project) -> Iterator[Fault]:
    if plan.state != State.APPROVED:
        yield NOT_APPROVED(name=plan.name)
    if plan.lines.filter(project=project).exists():
        yield IN_PLAN(name=project.name)
    if not fitting(plan).filter(pk=project.pk).exists():
        yield OUTSIDE(name=project.name)
    open_ = cases.about(projects.subject_of(project)).filter(procedure=ADDITION, closed_on=None)
    there = open_.first()
    if there is not None:
        yield approvals.UNDER_WAY(number=project.number, case=there.number)


def _rolling_faults(plan: ProjectPlan, chosen: Sequence[Project]) -> Iterator[Fault]:
    if plan.state != State.APPROVED:
        raise Refused(NOT_APPROVED(name=plan.name))
    if not chosen:
        yield EMPTY()
    left = {one.pk for one in unfinished(plan)}
    yield from (FINISHED(name=one.name) for one in chosen if one.pk not in left)


def _told(plan: ProjectPlan) -> dict[str, object]:
    return {
        "name": plan.name,
        "kind": plan.procedure,
        "years": [plan.from_year, plan.to_year],
    }
