"""A project's sheet: duplicates, catalog, dependences, sharing record and verdict in one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.building import acceptance, approvals, judging, planning, projects
from yunzhang.oversee.building.project_models import GateResult, Project, ProjectCondition
from yunzhang.people import cases
from yunzhang.people.permissions import may, pack
from yunzhang.portal import history
from yunzhang.portal.building import project_refs
from yunzhang.portal.doors import Visit
from yunzhang.portal.people import first_papers
from yunzhang.portal.share.services import begins
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack_rows import CodeRow
from yunzhang.terms.project import DEPENDENCES, Finding, Hit, Judgement, Ref

FACETS = {"name": _("Name"), "functions": _("Functions"), "data": _("Data items")}
RECORD = ("score", "late", "refused", "unlinked")
GRAVITY = {"stop": 2, "condition": 1, "pass": 0}
STATE = Project.State
# The whole course, in order; a state stands at one of its stations.
STATIONS = (
    (_("Proposed"), ()),
    (_("Gate"), (STATE.DRAFT,)),
    (_("Review and approval"), (STATE.REVIEW,)),
    (_("Building"), (STATE.BUILDING,)),
    (_("In operation"), (STATE.OPERATING,)),
    (_("Evaluated"), (STATE.EVALUATED,)),
)


@dataclass(frozen=True)
class Named:
    """A record behind a finding, with its address where the reader may open it."""

    ref: Ref
    address: str


@dataclass(frozen=True)
class Told:
    """A finding with the records behind it."""

    finding: Finding
    refs: tuple[Named, ...]


@dataclass(frozen=True)
class Alike:
    """A system or project that resembles this one, in which respects and words."""

    hit: Hit
    address: str
    parts: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Looked:
    """The gate's answer as the sheet shows it."""

    result: GateResult
    judgement: Judgement
    stops: tuple[Told, ...]
    conditions: tuple[Told, ...]
    passes: tuple[Told, ...]
    hits: tuple[Alike, ...]
    stands: tuple[tuple[str, str], ...]  # each dependence with its outcome
    record: tuple[Told, ...]
    holds: bool  # whether it judged the proposal as it stands

    @property
    def stood(self) -> int:
        return sum(outcome == "pass" for _on, outcome in self.stands)


def shown(request: Visit, found: Project) -> dict[str, Any]:
    """Everything of a project that this reader sees, and what they may do."""
    proposal, actor = projects.proposal_of(found), request.actor
    result = judging.current(found) or found.results.order_by("-pk").first()
    looked = _looked(request, found, result) if result else None
    compared = acceptance.compared(found)
    held = found.state in (STATE.BUILDING, STATE.REVIEW)
    open_ids = {one.pk for one in acceptance.open_conditions(found)} if held else set()
    running = approvals.running(found)
    draft, review = found.state == STATE.DRAFT, may(actor, "project.review", found.unit)
    systems = _systems(request, (*proposal.replaces, *proposal.extends))
    return {
        "project": found,
        "proposal": proposal,
        "source": _source(found),
        "looked": looked,
        "earlier": found.results.count() - 1 if result else 0,
        "compared": compared,
        "catalogued": sum(one.kept for one in compared),
        "replaces": [systems[n] for n in proposal.replaces if n in systems],
        "extends": [systems[n] for n in proposal.extends if n in systems],
        "stations": _stations(found, looked),
        "conditions": [(one, one.pk in open_ids) for one in _conditions(found)],
        "contractors": found.contractors.order_by("pk"),
        "parts": pack().codes_of("contractor_part"),
        "lines": found.lines.select_related("plan", "rolled_from").order_by("plan__from_year"),
        "running": running,
        "cases": cases.about(projects.subject_of(found)),
        "history": history.told(projects.subject_of(found)),
        "edits": draft and may(actor, "project.draft", found.unit),
        "judges": draft and may(actor, "project.judge", found.unit),
        "overrides": _overrides(request, found, looked),
        "papers": _papers(request, found) if draft and running is None else (),
        "reviews": review,
        "contracts": may(actor, "project.draft", found.owner) and found.state not in _OVER,
        "additions": _additions(request, found),
    }


_OVER = (STATE.DECLINED, STATE.STOPPED)


def _looked(request: Visit, found: Project, result: GateResult) -> Looked:
    judgement = judging.judgement_of(result)
    refs = [ref for one in judgement.findings for ref in one.refs]
    where = project_refs.addresses(request, [*refs, *(hit.ref for hit in judgement.hits)])

    def told(outcome: str) -> tuple[Told, ...]:
        return tuple(_told(one, where) for one in judgement.findings if one.outcome == outcome)

    current = judging.current(found)
    return Looked(
        result=result,
        judgement=judgement,
        stops=told("stop"),
        conditions=told("condition"),
        passes=told("pass"),
        hits=tuple(
            Alike(
                hit,
                where.get((hit.ref.kind, hit.ref.id), ""),
                tuple((gettext(FACETS[part.facet]), part) for part in hit.parts if part.percent),
            )
            for hit in judgement.hits
        ),
        stands=tuple((on, _gravest(judgement, on)) for on in DEPENDENCES),
        record=tuple(_told(one, where) for one in judgement.findings if one.check in RECORD),
        holds=current is not None and current.pk == result.pk,
    )


def _told(finding: Finding, where: dict[tuple[str, str], str]) -> Told:
    refs = tuple(Named(ref, where.get((ref.kind, ref.id), "")) for ref in finding.refs)
    return Told(finding, refs)


def _gravest(judgement: Judgement, check: str) -> str:
    """The gravest outcome of a check; a pack without a rule for it asks nothing."""
    found = [one.outcome for one in judgement.findings if one.check == check]
    return max(found, key=GRAVITY.__getitem__, default="pass")


def _stations(found: Project, looked: Looked | None) -> list[tuple[str, str]]:
    """(words, done | here | stopped | ahead) of every station of the course."""
    here = next((at for at, (_words, states) in enumerate(STATIONS) if found.state in states), None)
    if here is None:
        here = 3 if found.state == STATE.STOPPED else 2
    over = found.state in _OVER or (here == 1 and looked and looked.judgement.verdict == "no")
    return [
        (
            gettext(words),
            "done" if at < here or found.state == STATE.EVALUATED
            else ("stopped" if over else "here") if at == here
            else "ahead",
        )
        for at, (words, _states) in enumerate(STATIONS)
    ]  # fmt: skip


def _source(found: Project) -> CodeRow | None:
    try:
        return projects.source_of(found)
    except Refused:
        return None


def _conditions(found: Project) -> Sequence[ProjectCondition]:
    return list(found.conditions.select_related("met_by").order_by("pk"))


def _systems(request: Visit, numbers: tuple[int, ...]) -> dict[int, Named]:
    rows = InformationSystem.objects.filter(pk__in=numbers)
    refs = [Ref(kind="system", id=str(one.pk), name=one.name) for one in rows]
    where = project_refs.addresses(request, refs)
    return {int(ref.id): Named(ref, where.get((ref.kind, ref.id), "")) for ref in refs}


def _overrides(request: Visit, found: Project, looked: Looked | None) -> bool:
    if looked is None or not looked.holds or looked.result.overridden_at is not None:
        return False
    stopped = looked.judgement.verdict == judging.NO and found.state == STATE.DRAFT
    return stopped and may(request.actor, judging.PERMISSION, found.unit)


def _papers(request: Visit, found: Project) -> Sequence[CodeRow]:
    """The papers its approval begins with, for whoever may hand them in."""
    source = _source(found)
    return () if source is None else first_papers.wanted(request.actor, source.parent, found.unit)


def _additions(request: Visit, found: Project) -> Sequence[Any]:
    """The approved plans it could be added to, for whoever may ask."""
    if found.state in _OVER or not begins(request.actor, planning.ADDITION, found.unit):
        return ()
    return list(planning.possible_for(found))
