"""Acceptance: a project is taken over once its data is catalogued and its conditions are met.

The pre-compiled catalog is compared with what is published: promised is not delivered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yunzhang import clock
from yunzhang.gather import placing, search
from yunzhang.gather.models import EntryVersion, InformationSystem
from yunzhang.oversee.building import approvals, contractors, evidence, gate, projects
from yunzhang.oversee.building.project_models import Produced, Project, ProjectCondition
from yunzhang.oversee.duties import handing_in
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import Doing
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.project import PreEntry

State = Project.State

ENTRY_MISSING = FaultKind(
    "acceptance.entry_missing",
    409,
    Text(
        "预编目录中的“{title}”还没有发布。", "{title} of the pre-compiled catalog is not published."
    ),
    Text("编目、评估并发布后再验收。", "Catalogue, assess and publish it before acceptance."),
)
ITEMS_MISSING = FaultKind(
    "acceptance.items_missing",
    409,
    Text("已发布的“{title}”缺少信息项：{items}。", "{title} was published without: {items}."),
    Text("补齐信息项并发布新版本后再验收。", "Publish a version that has them."),
)
CONDITION_OPEN = FaultKind(
    "acceptance.condition",
    409,
    Text("条件尚未满足：{said}", "A condition is not met: {said_en}"),
    Text("满足后由审查人员确认，或由登记簿反映。", "Meet it; a reviewer or the registers confirm."),
)
REPLACED_LIVING = FaultKind(
    "acceptance.replaced",
    409,
    Text("本项目替代的“{name}”仍在用。", "{name}, which the project replaces, still runs."),
    Text("先为它编制并入或关停的方案。", "Plan its merging or end first."),
)
CONTRACTOR_OPEN = FaultKind(
    "acceptance.contractor",
    409,
    Text("尚未确认“{name}”没有留存数据。", "It is not confirmed yet that {name} keeps no data."),
    Text("在项目页核实并确认。", "Check and confirm it on the page of the project."),
)
MET_ALREADY = FaultKind(
    "condition.met",
    409,
    Text("该条件已确认满足。", "The condition was found met already."),
    Text("无需重复办理。", "There is nothing to do."),
)
PROOF_MISSING = FaultKind(
    "condition.proof",
    422,
    Text("没有写明条件如何满足。", "How the condition was met is missing."),
    Text("写明佐证后再确认。", "State the proof and confirm again."),
)


@dataclass(frozen=True)
class Compared:
    """A pre-compiled entry beside what was published under its title, and the items it lacks."""

    promised: PreEntry
    published: EntryVersion | None
    lacking: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return self.published is not None and not self.lacking


def compared(project: Project) -> list[Compared]:
    """Every entry the project promised, beside the catalog of its unit and its owner."""
    promised = projects.proposal_of(project).produces
    titles = [search.normal(one.title) for one in promised]
    published = EntryVersion.objects.filter(
        state=EntryVersion.State.PUBLISHED,
        title_key__in=titles,
        resource__unit__in=[project.unit_id, project.owner_id],
    ).select_related("resource")
    by_title = {one.title_key: one for one in published.order_by("pk")}
    return [_compared(one, by_title.get(search.normal(one.title))) for one in promised]


def open_conditions(project: Project) -> list[ProjectCondition]:
    """Conditions nobody has confirmed and that the registers do not bear out by themselves."""
    unmet = list(project.conditions.filter(met_on=None).order_by("pk"))
    if not unmet:
        return []
    seen = evidence.of(project, clock.today(), compared=False)
    found = gate.judge(projects.proposal_of(project), seen, pack().gates)
    # Likeness is explained by people: no register ever bears it out.
    lasting = {one.rule for one in found if one.outcome != "pass" or one.check == "alike"}
    return [one for one in unmet if one.rule in lasting]


def meet(actor: Actor, condition: ProjectCondition, proof: str, *, why: str) -> ProjectCondition:
    """Whoever reviews projects finds a condition met, by this proof."""
    project = condition.project
    deed, subject = Deed.CONDITION_MET, projects.subject_of(project)
    with act(actor, deed, subject, unit=project.unit, why=why) as deeds:
        held = ProjectCondition.objects.select_for_update().get(pk=condition.pk)
        refuse_if(
            [
                *([MET_ALREADY()] if held.met_on else []),
                *([] if proof.strip() else [PROOF_MISSING()]),
            ]
        )
        held.met_on, held.met_by, held.proof = clock.today(), actor.person, proof.strip()
        held.save()
        deeds.content.update(rule=held.rule, condition=held.zh, proof=held.proof)
    return held


def faults(project: Project) -> Iterator[Fault]:
    """Everything that keeps a project from being accepted, all of it at once."""
    for one in compared(project):
        if one.published is None:
            yield ENTRY_MISSING(title=one.promised.title)
        elif one.lacking:
            yield ITEMS_MISSING(title=one.promised.title, items="、".join(one.lacking))
    for condition in open_conditions(project):
        yield CONDITION_OPEN(said=condition.zh, said_en=condition.en)
    replaced = projects.proposal_of(project).replaces
    living = InformationSystem.objects.filter(pk__in=replaced, state=placing.State.IN_USE)
    yield from (REPLACED_LIVING(name=system.name) for system in living)


@cases.does("project.accepted")
def _accepted(doing: Doing) -> None:
    """Taken over: its catalog is what it promised, its conditions are met, and it is run."""
    project = approvals.project_of(doing.case)
    refuse_if(faults(project))
    handing_in.accept(doing)
    Produced.objects.bulk_create(
        Produced(project=project, title=one.promised.title, resource=one.published.resource)
        for one in compared(project)
        if one.published is not None
    )
    project.state, project.accepted_on = State.OPERATING, clock.today()
    project.save(update_fields=["state", "accepted_on"])


@cases.does("project.evaluated")
def _evaluated(doing: Doing) -> None:
    """Evaluated: whoever built it has handed everything back."""
    project = approvals.project_of(doing.case)
    refuse_if(CONTRACTOR_OPEN(name=one.name) for one in contractors.uncleared(project))
    project.state = State.EVALUATED
    project.save(update_fields=["state"])


@cases.does("project.stopped")
def _stopped(doing: Doing) -> None:
    """Given up while it was built: its day runs no more."""
    handing_in.accept(doing)
    project = approvals.project_of(doing.case)
    project.state = State.STOPPED
    project.save(update_fields=["state"])


def _compared(promised: PreEntry, published: EntryVersion | None) -> Compared:
    if published is None:
        return Compared(promised, None, promised.items)
    items = decode(published.draft, EntryDraft).items
    held = {search.normal(name) for item in items for name in (item.name, item.title) if name}
    lacking = tuple(item for item in promised.items if search.normal(item) not in held)
    return Compared(promised, published, lacking)
