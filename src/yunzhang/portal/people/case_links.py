"""Case links: what a case is about, and what follows it, as addresses on the page of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from yunzhang.gather import catalog
from yunzhang.gather.models import EntryVersion, InformationSystem, Network, Resource
from yunzhang.oversee.building.project_models import Project, ProjectPlan
from yunzhang.oversee.duties.meeting_models import Meeting
from yunzhang.oversee.inspection.patrol_models import Patrol
from yunzhang.oversee.scoring import appeals
from yunzhang.people import cases
from yunzhang.people.models import Case
from yunzhang.people.permissions import Actor, may
from yunzhang.portal.people import waiting
from yunzhang.share import backflow, disputes, needs
from yunzhang.share.models import ShareRequest
from yunzhang.terms.entry import Entry
from yunzhang.terms.faults import Refused
from yunzhang.use import opening

# Words in the name of an item that tells which division a row belongs to.
DIVISION = ("区划", "行政区", "县", "county", "area", "division")
# The kinds of records that cases are about and that have a name of their own.
NAMED: Mapping[str, tuple[type[Model], str]] = {
    "meeting": (Meeting, "title"),
    "network": (Network, "name"),
    "patrol": (Patrol, "title"),
    "plan": (ProjectPlan, "name"),
    "project": (Project, "name"),
    "system": (InformationSystem, "name"),
}
DISPUTABLE = ("verification", needs.PROCEDURE, backflow.PROCEDURE)


@dataclass(frozen=True)
class Link:
    """Something that follows: its words and its address."""

    words: str
    address: str


@dataclass(frozen=True)
class Start:
    """What a new request is filled in with, from the case it follows."""

    case: str
    legal_basis: str
    scenario: str
    rows: tuple[dict[str, Any], ...] = ()


def about(case: Case) -> str:
    """The page of what the case is about; "" where it has none."""
    kind, _colon, name = case.about.partition(":")
    if kind in ("system", "network", "patrol", "meeting", "project", "plan", "budget"):
        return reverse(kind, args=[name])
    if kind == "request":
        row = ShareRequest.objects.filter(pk=name).first()
        name = row.number if row else ""
    if kind == "case":
        other = Case.objects.filter(pk=name).first()
        name = other.number if other else ""
    if kind == "score":
        period, _slash, unit = name.partition("/")
        return reverse("score", args=[period, unit])
    if case.procedure == "assessment":
        # A resource that was never submitted may yet change its code: it is known by its record.
        version = EntryVersion.objects.filter(resource__pk=name).order_by("-number").first()
        kind, name = "entry", str(version.pk) if version else ""
    return waiting.address(f"{kind}:{name}", name)


def about_name(case: Case) -> str:
    """What the case is about, by the name people know it by, else as facts name it."""
    kind, _colon, number = case.about.partition(":")
    if kind in NAMED:
        model, field = NAMED[kind]
        return str(getattr(model._default_manager.get(pk=number), field))  # noqa: SLF001
    if kind == "score":
        score = appeals.score_of(case)
        return f"{score.unit.short_name} {score.period}" if score else case.about
    return case.title if kind == "budget" else case.about


def of(case: Case, actor: Actor) -> list[Link]:
    """What this reader may do next elsewhere, because of the case."""
    return [
        *_requests(case, actor),
        *_disputes(case, actor),
        *_carried_out(case),
        *_appeal(case, actor),
        *_found(case, actor),
    ]


def contact(case: Case, actor: Actor) -> str:
    """How to reach the member of the public who asked: for whoever may answer, and nobody else."""
    if actor.person is None or not cases.moves_for(actor, case):
        return ""
    return opening.contact_of(case)


def start(case: Case, entry: Entry) -> Start:
    """How a request that follows the case begins."""
    if case.procedure == needs.PROCEDURE:
        need = needs.need_of(case)
        return Start(case.number, need.legal_basis, need.scenario)
    asked = backflow.backflow_of(case)
    papers = case.moves.order_by("pk").first()
    scenario = papers.papers.filter(paper=backflow.SCENARIO).first() if papers else None
    return Start(
        case.number,
        "《政务数据共享条例》第二十四条",
        scenario.text if scenario else "",
        _own_area(entry, asked.area),
    )


def _own_area(entry: Entry, area: str) -> tuple[dict[str, Any], ...]:
    """The row condition on the area, on the item that seems to name the division."""
    for item in entry.draft.items:
        named = f"{item.name}{item.title}{item.column}".lower()
        if (item.filterable or item.key) and any(word in named for word in DIVISION):
            return ({"item": item.name, "op": "prefix", "values": [area]},)
    return ()


def _found(case: Case, actor: Actor) -> Iterator[Link]:
    """The hits of the data cage behind a risk, for whoever supervises."""
    for hit in case.cage_hits.select_related("binding__unit").order_by("pk"):
        if may(actor, "cage.see", hit.binding.unit):
            yield Link(_("The hit and its rows"), reverse("cage_hit", args=[hit.pk]))


def _requests(case: Case, actor: Actor) -> Iterator[Link]:
    """An ordinary request for what was catalogued or is to flow back."""
    code = ""
    if case.procedure == needs.PROCEDURE:
        code = needs.need_of(case).resource
    elif case.procedure == backflow.PROCEDURE:
        code = backflow.backflow_of(case).resource
    asking = case.parties.filter(party="applicant").select_related("unit")
    if code and any(may(actor, "request.draft", row.unit) for row in asking):
        try:
            catalog.published(Resource.objects.get(code=code))
        except Refused:
            return
        yield Link(_("Request it, filled in from this case"), _request(code, case))


def _request(code: str, case: Case) -> str:
    return f"{reverse('request_new', args=[code])}?case={case.number}"


def _disputes(case: Case, actor: Actor) -> Iterator[Link]:
    if case.procedure in DISPUTABLE and disputes.possible(actor, case):
        yield Link(_("Raise a dispute"), reverse("dispute_new", args=["case", case.number]))


def _appeal(case: Case, actor: Actor) -> Iterator[Link]:
    """An appeal is decided record by record, on a page of its own."""
    if case.procedure != appeals.PROCEDURE:
        return
    if any(move.id == "correct" for move in cases.moves_for(actor, case)):
        yield Link(_("Rule record by record"), reverse("appeal", args=[case.number]))


def _carried_out(case: Case) -> Iterator[Link]:
    """A decision is carried out by ordinary deeds, on the page of what was disputed."""
    if case.procedure == disputes.PROCEDURE and case.closed_on and case.step != "withdrawn":
        page = about(case)
        if page:
            yield Link(_("Carry out the outcome where it was disputed"), page)
