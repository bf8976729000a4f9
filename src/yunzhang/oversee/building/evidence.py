"""Evidence: what the registers say of a project at the moment its gate is asked. Nothing is judged.

What is secret is compared with nothing and named to nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db.models import Q

from yunzhang.gather import drift, gates, placing
from yunzhang.gather.models import Cloud, DataTable, Drift, EntryVersion, InformationSystem, Node
from yunzhang.oversee.building import duplicates
from yunzhang.oversee.building.duplicates import Subject, Weights
from yunzhang.oversee.building.gate import Counted, Evidence, Shut
from yunzhang.oversee.building.project_models import PlanLine, Project, ProjectPlan
from yunzhang.oversee.building.projects import proposal_of
from yunzhang.oversee.models import ExtranetLink, Score
from yunzhang.oversee.scoring import scores
from yunzhang.people import clocks
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.share.models import ShareRequest
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.project import Hit, Proposal, Ref

COMMON = ("common", "support")  # kinds of systems that others are to build upon
ENDED = (Project.State.DECLINED, Project.State.STOPPED)
SPLIT = re.compile(r"[、，,；;。\n]+|和(?=\S{2,})")
STATE = EntryVersion.State


def of(project: Project, today: date, *, compared: bool = True) -> Evidence:
    """Everything the gate looks at, for this project on this day.

    The search for duplicates reads every system and project: who does not need it leaves it out.
    """
    proposal, owner, unit = proposal_of(project), project.owner, project.unit
    score = latest_score(unit)
    named = {row.id: row.zh for row in pack().units}
    return Evidence(
        owner=owner.name,
        owner_is_unit=owner.pk == unit.pk,
        owner_row=owner.row,
        common_owners=tuple(named.get(id, id) for rule in pack().gates for id in rule.owners),
        plan=_plan(project),
        hits=_hits(project, proposal) if compared else (),
        shut=tuple(_shut(proposal, owner, today)),
        extranet=_extranet(owner, today),
        cloud=_cloud(proposal),
        joined=_joined(owner),
        common=_common(proposal),
        share_types=_codes("share_type"),
        cycles=_codes("update_cycle"),
        score=score.total if score else None,
        score_ref=_score_ref(score),
        late=_late(unit, today),
        refused=_refused(unit, today),
        unlinked=_unlinked(unit),
    )


def latest_score(unit: Unit) -> Score | None:
    """The unit's score frozen last as it holds now, whatever it is made of."""
    return scores.latest(unit)


def _score_ref(score: Score | None) -> Ref | None:
    if score is None:
        return None
    return Ref(kind="score", id=f"{score.period}/{score.unit.code}", name=score.period)


def _codes(code_list: str) -> frozenset[str]:
    return frozenset(row.code for row in pack().codes_of(code_list))


def _plan(project: Project) -> Ref | None:
    lines = PlanLine.objects.filter(project=project, plan__state=ProjectPlan.State.APPROVED)
    line = lines.select_related("plan").order_by("plan__from_year").first()
    return None if line is None else Ref(kind="plan", id=str(line.plan_id), name=line.plan.name)


def _shut(proposal: Proposal, owner: Unit, today: date) -> Iterator[Shut]:
    """The standing rules against what it would build anew, as registering it would meet them."""
    for one in proposal.anew:
        for rule in gates.shutting(one.what, owner, today, one.approval):
            yield Shut(rule.zh, rule.en, rule.cite)


def _extranet(owner: Unit, today: date) -> Ref | None:
    link = ExtranetLink.objects.filter(unit=owner, since__lte=today).first()
    return None if link is None else Ref(kind="unit", id=owner.code, name=owner.short_name)


def _cloud(proposal: Proposal) -> Ref | None:
    if proposal.cloud is None:
        return None
    cloud = Cloud.objects.filter(pk=proposal.cloud).first()
    return None if cloud is None else Ref(kind="cloud", id=str(cloud.pk), name=cloud.name)


def _joined(owner: Unit) -> Ref | None:
    """A node beside the owner's data, or a table of its own gathered here."""
    node = Node.objects.filter(unit=owner).order_by("pk").first()
    if node is not None:
        return Ref(kind="node", id=node.name, name=node.name)
    tables = DataTable.objects.filter(system__unit=owner, gathered_at__isnull=False)
    table = tables.order_by("pk").first()
    return None if table is None else Ref(kind="table", id=table.name, name=table.title)


def _common(proposal: Proposal) -> tuple[Ref, ...]:
    found = InformationSystem.objects.filter(
        pk__in=proposal.extends, build_kind__in=COMMON, state__in=placing.LIVING
    )
    return tuple(_ref_of_system(one) for one in found.order_by("name"))


def _late(unit: Unit, today: date) -> Counted:
    rows = clocks.overdue(today).filter(unit=unit).order_by("due_on", "pk")
    names = {row.id: row.zh for row in pack().clocks}
    refs = tuple(
        Ref(
            kind=one.subject.partition(":")[0],
            id=one.reference or one.subject.partition(":")[2],
            name=f"{names.get(one.rule, one.rule)}（{one.due_on}）",
        )
        for one in rows
    )
    return Counted(refs, len(refs))


def _refused(unit: Unit, today: date) -> Counted:
    since = today - timedelta(days=pack().limit("score.window_days"))
    replied = ShareRequest.objects.filter(provider=unit, replied_at__date__gt=since)
    refused = replied.filter(state=ShareRequest.State.REFUSED).order_by("-replied_at")
    refs = tuple(Ref(kind="request", id=one.number, name=one.purpose) for one in refused)
    return Counted(refs, replied.count())


def _unlinked(unit: Unit) -> Counted:
    """Published entries without a table that was gathered, or whose table no longer fits."""
    entries = EntryVersion.objects.filter(resource__unit=unit, state=STATE.PUBLISHED)
    drifted = Drift.objects.filter(kind__in=drift.UNLINKING, cleared_at=None).values("resource")
    linked = entries.filter(resource__table__gathered_at__isnull=False)
    linked = linked.exclude(resource__in=drifted)
    loose = entries.exclude(pk__in=linked.values("pk")).select_related("resource")
    refs = tuple(
        Ref(kind="entry", id=one.resource.code, name=one.title) for one in loose.order_by("pk")
    )
    return Counted(refs, entries.count())


def _hits(project: Project, proposal: Proposal) -> tuple[Hit, ...]:
    rules = [rule for rule in pack().gates if rule.check == "alike"]
    if not rules:
        return ()
    limit = pack().limit
    weights = Weights(
        limit("project.weight_name"),
        limit("project.weight_functions"),
        limit("project.weight_data"),
    )
    asked = _of_project(project)
    own = {*proposal.replaces, *proposal.extends}
    among = [*_systems(own), *_projects(project)]
    return duplicates.search(
        asked, among, weights, min(rule.at for rule in rules), limit("project.hits")
    )


def _systems(but: set[int]) -> Iterator[Subject]:
    """Living systems that are not secret, with what they do and the items they hold."""
    items = _items_of_systems()
    rows = InformationSystem.objects.filter(state__in=placing.LIVING).exclude(pk__in=but)
    for one in rows.exclude(sensitivity=placing.SECRET).select_related("unit"):
        does = tuple(part for part in SPLIT.split(one.purpose) if part.strip())
        yield Subject(_ref_of_system(one), one.unit.short_name, does, items.get(one.pk, ()))


def _items_of_systems() -> Mapping[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    published = EntryVersion.objects.filter(state=STATE.PUBLISHED, resource__table__isnull=False)
    for system, draft in published.values_list("resource__table__system", "draft"):
        names = (item.title or item.name for item in decode(draft, EntryDraft).items)
        found[system] += names
    return {system: tuple(names) for system, names in found.items()}


def _projects(but: Project) -> Iterator[Subject]:
    # A draft of another unit is nobody's business before it is submitted.
    shown = Q(unit=but.unit) | ~Q(state=Project.State.DRAFT)
    rows = Project.objects.filter(shown).exclude(pk=but.pk).exclude(state__in=ENDED)
    rows = rows.select_related("unit")
    for one in rows:
        yield _of_project(one)


def _of_project(project: Project) -> Subject:
    proposal = proposal_of(project)
    items = tuple(item for entry in proposal.produces for item in entry.items)
    ref = Ref(kind="project", id=str(project.pk), name=project.name)
    return Subject(ref, project.unit.short_name, proposal.functions, items)


def _ref_of_system(system: InformationSystem) -> Ref:
    return Ref(kind="system", id=str(system.pk), name=system.name)
