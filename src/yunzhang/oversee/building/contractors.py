"""Contractors: who builds and runs a project, bound to keep no data, and cleared at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yunzhang.oversee.building import projects
from yunzhang.oversee.building.project_models import Contractor, Project
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.identifiers import credit_code_valid

CODE_WRONG = FaultKind(
    "contractor.code",
    422,
    Text("“{code}”不是有效的统一社会信用代码。", "{code} is no valid credit code."),
    Text("核对 18 位代码和校验码（GB 32100）。", "Check the 18 characters (GB 32100)."),
)
CONTRACT_MISSING = FaultKind(
    "contractor.contract",
    422,
    Text(
        "没有写明约定不得留存和使用数据的合同。",
        "The contract that binds it to keep and use no data is not named.",
    ),
    Text("填写合同编号。", "Give the contract's number."),
)
PART_UNKNOWN = FaultKind(
    "contractor.part",
    422,
    Text("没有选定承担的工作。", "Its part is not chosen."),
    Text("在列表中选择。", "Choose one of the list."),
)
NAMED_TWICE = FaultKind(
    "contractor.twice",
    409,
    Text("“{name}”已登记承担这项工作。", "{name} is on record for this part already."),
    Text("不必重复登记。", "There is nothing to do."),
)
DAY_AHEAD = FaultKind(
    "contractor.day_ahead",
    422,
    Text("{day} 还没有到。", "{day} is still to come."),
    Text("填写今天或以前的日期。", "Give today or an earlier day."),
)
CLEARED = FaultKind(
    "contractor.cleared",
    409,
    Text("“{name}”已确认未留存数据。", "{name} was found to keep nothing already."),
    Text("无需重复办理。", "There is nothing to do."),
)
PROOF_MISSING = FaultKind(
    "contractor.proof",
    422,
    Text(
        "没有写明如何核实数据已交还并删除。", "How it was checked that nothing is kept is missing."
    ),
    Text("写明核实的方式、时间和人员。", "Say how, when and by whom it was checked."),
)
UNFIT = (Project.State.DECLINED, Project.State.STOPPED)
OVER = FaultKind(
    "contractor.project_over",
    409,
    Text("项目 {number} 已终止。", "Project {number} has come to an end."),
    Text("只为在办的项目登记。", "Name contractors of projects under way only."),
)


@dataclass(frozen=True)
class ContractorForm:
    """What is written of a contractor."""

    name: str
    code: str
    part: str
    contract: str
    pledged_on: date


def name(
    actor: Actor, project: Project, form: ContractorForm, today: date, *, why: str
) -> Contractor:
    """Put a contractor on record with the contract that binds it; raises all that is wrong."""
    row = Contractor(
        project=project,
        name=form.name.strip(),
        code=form.code.strip(),
        part=form.part,
        contract=form.contract.strip(),
        pledged_on=form.pledged_on,
    )
    deed, subject = Deed.CONTRACTOR_NAMED, projects.subject_of(project)
    with act(actor, deed, subject, unit=project.owner, why=why) as deeds:
        refuse_if(_faults(row, today))
        row.save()
        deeds.content.update(name=row.name, code=row.code, part=row.part, contract=row.contract)
    return row


def clear(
    actor: Actor, contractor: Contractor, ended_on: date, proof: str, today: date, *, why: str
) -> Contractor:
    """Its work is over and it was checked that it keeps no data."""
    project = contractor.project
    deed, subject = Deed.CONTRACTOR_CLEARED, projects.subject_of(project)
    with act(actor, deed, subject, unit=project.owner, why=why) as deeds:
        held = Contractor.objects.select_for_update().get(pk=contractor.pk)
        refuse_if(_clearing_faults(held, ended_on, proof, today))
        held.ended_on, held.cleared_on, held.proof = ended_on, today, proof.strip()
        held.save()
        deeds.content.update(name=held.name, code=held.code, ended_on=ended_on.isoformat())
    return held


def uncleared(project: Project) -> list[Contractor]:
    """Those of whom it was not confirmed that they keep nothing, its operators left out."""
    rows = project.contractors.filter(cleared_on=None).exclude(part="operate")
    return list(rows.order_by("pk"))


def _faults(row: Contractor, today: date) -> Iterator[Fault]:
    if row.project.state in UNFIT:
        yield OVER(number=row.project.number)
    if not row.name:
        yield projects.MISSING(field_zh="企业名称", field_en="name of the company")
    yield from too_long(row, "name", "contract")
    if not credit_code_valid(row.code):
        yield CODE_WRONG(code=row.code)
    if row.part not in {one.code for one in pack().codes_of("contractor_part")}:
        yield PART_UNKNOWN()
    if not row.contract:
        yield CONTRACT_MISSING()
    if row.pledged_on > today:
        yield DAY_AHEAD(day=row.pledged_on)
    same = Contractor.objects.filter(project=row.project, code=row.code, part=row.part)
    if same.exists():
        yield NAMED_TWICE(name=row.name)


def _clearing_faults(held: Contractor, ended_on: date, proof: str, today: date) -> Iterator[Fault]:
    if held.cleared_on is not None:
        raise Refused(CLEARED(name=held.name))
    if ended_on > today:
        yield DAY_AHEAD(day=ended_on)
    if not proof.strip():
        yield PROOF_MISSING()
