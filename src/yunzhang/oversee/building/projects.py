"""Projects: what a unit wants to build is proposed, and changed while it is a draft."""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.building.project_models import Project
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms.document import decode, digest, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.pack_rows import CodeRow
from yunzhang.terms.project import Proposal

State = Project.State

MISSING = FaultKind(
    "project.missing",
    422,
    Text("“{field_zh}”没有填写。", "The {field_en} is empty."),
    Text("补填后再保存。", "Fill it in and save again."),
)
CODE_UNKNOWN = FaultKind(
    "project.code_unknown",
    422,
    Text("没有选定{field_zh}。", "No {field_en} is chosen."),
    Text("在列表中选择。", "Choose one of the list."),
)
AMOUNT_WRONG = FaultKind(
    "project.amount",
    422,
    Text("投资额 {amount} 元不成立。", "An amount of {amount} yuan makes no sense."),
    Text("填写大于零的整数，单位为元。", "Write a whole number of yuan above zero."),
)
YEARS_WRONG = FaultKind(
    "project.years",
    422,
    Text("起止年份 {first} 至 {last} 不成立。", "The years {first} to {last} make no sense."),
    Text(
        "起始年份不晚于完成年份，完成年份不早于今年。",
        "The first is not after the last, and the last not before this year.",
    ),
)
NAME_TWICE = FaultKind(
    "project.twice",
    409,
    Text("本单位已有项目“{name}”。", "The unit has a project called {name} already."),
    Text("使用已有的项目，或换一个名称。", "Use that project, or choose another name."),
)
SYSTEM_FOREIGN = FaultKind(
    "project.system_foreign",
    422,
    Text(
        "“{name}”不是本单位在用的系统，不能由本项目替代。",
        "{name} is no living system of this unit: the project cannot replace it.",
    ),
    Text("只填写本单位在用的系统。", "Name living systems of your own unit only."),
)
NOT_DRAFT = FaultKind(
    "project.not_draft",
    409,
    Text("项目 {number} 已报送，不能修改。", "Project {number} was submitted: it stands as it is."),
    Text("由审批单位退回后再修改。", "Change it when those who approve have sent it back."),
)
# The latest year a record holds; a plan further ahead than this is a slip of the pen.
LAST_YEAR = 2100


def draft(actor: Actor, unit: Unit, owner: Unit, proposal: Proposal, *, why: str) -> Project:
    """Put a project on record as a draft; raises Refused with everything that is wrong with it."""
    project = _filled(Project(unit=unit, owner=owner, begun_on=clock.today()), proposal)
    with act(actor, Deed.PROJECT_DRAFTED, unit=unit, why=why) as deeds:
        refuse_if(_faults(project, proposal))
        project.number = f"?{unit.pk}.{digest(project.name.encode())[:12]}"
        project.save()
        # The number people quote is made of the record's own, so that none is given twice.
        project.number = f"XM{project.begun_on.year}-{project.pk:06d}"
        project.save(update_fields=["number"])
        deeds.subject = subject_of(project)
        deeds.content.update(_told(project))
    return project


def change(actor: Actor, project: Project, owner: Unit, proposal: Proposal, *, why: str) -> Project:
    """Write a draft anew; what the gate said of it before no longer holds."""
    deed, subject = Deed.PROJECT_CHANGED, subject_of(project)
    with act(actor, deed, subject, unit=project.unit, why=why) as deeds:
        held = locked(project)
        if held.state != State.DRAFT:
            raise Refused(NOT_DRAFT(number=held.number))
        held.owner, held.verdict = owner, ""
        refuse_if(_faults(_filled(held, proposal), proposal))
        held.save()
        deeds.content.update(_told(held))
    return held


def proposal_of(project: Project) -> Proposal:
    """What is proposed, as it stands."""
    return decode(project.proposal, Proposal)


def subject_of(project: Project) -> str:
    """How facts and cases name a project."""
    return f"project:{project.pk}"


def locked(project: Project) -> Project:
    """The project's row, held until the deed is done."""
    found = Project.objects.select_for_update(of=("self",)).select_related("unit", "owner")
    return found.get(pk=project.pk)


def source_of(project: Project) -> CodeRow:
    """The row of the pack that says how projects of this money are approved."""
    for row in pack().codes_of("money_source"):
        if row.code == project.money_source:
            return row
    raise Refused(CODE_UNKNOWN(field_zh="资金来源", field_en="source of money"))


def _filled(project: Project, proposal: Proposal) -> Project:
    project.name = proposal.name.strip()
    for field in ("kind", "money_source", "amount_yuan", "from_year", "to_year"):
        setattr(project, field, getattr(proposal, field))
    project.proposal = encode(proposal).decode()
    return project


def _faults(project: Project, proposal: Proposal) -> Iterator[Fault]:
    if not project.name:
        yield MISSING(field_zh="项目名称", field_en="name of the project")
    if not proposal.functions:
        yield MISSING(field_zh="功能", field_en="list of functions")
    yield from too_long(project, "name")
    yield from _miscoded(project)
    if project.amount_yuan <= 0:
        yield AMOUNT_WRONG(amount=project.amount_yuan)
    first, last, now = project.from_year, project.to_year, clock.today().year
    if not (0 < first <= last <= LAST_YEAR and last >= now):
        yield YEARS_WRONG(first=first, last=last)
    same = Project.objects.filter(unit=project.unit, name=project.name).exclude(pk=project.pk)
    if same.exclude(state__in=(State.DECLINED, State.STOPPED)).exists():
        yield NAME_TWICE(name=project.name)
    yield from _foreign(project, proposal)


def _miscoded(project: Project) -> Iterator[Fault]:
    coded = (
        ("build_kind", project.kind, "建设类别", "kind of project"),
        ("money_source", project.money_source, "资金来源", "source of money"),
    )
    for code_list, code, zh, en in coded:
        if code not in {row.code for row in pack().codes_of(code_list)}:
            yield CODE_UNKNOWN(field_zh=zh, field_en=en)


def _foreign(project: Project, proposal: Proposal) -> Iterator[Fault]:
    """Systems it would replace that are not the unit's own, or are out of use already."""
    own = InformationSystem.objects.filter(unit=project.unit, state__in=placing.LIVING)
    known = set(own.values_list("pk", flat=True))
    for number in proposal.replaces:
        if number not in known:
            other = InformationSystem.objects.filter(pk=number).first()
            yield SYSTEM_FOREIGN(name=other.name if other else number)


def _told(project: Project) -> dict[str, object]:
    """What a fact says of it: the proposal itself as a digest, for it may be long."""
    return {
        "number": project.number,
        "name": project.name,
        "kind": project.kind,
        "owner": project.owner.code,
        "money_source": project.money_source,
        "amount_yuan": project.amount_yuan,
        "years": [project.from_year, project.to_year],
        "proposal": digest(project.proposal.encode()),
    }
