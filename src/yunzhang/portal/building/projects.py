"""Projects: the library, the form of a proposal, and a project's sheet with all that is decided."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yunzhang import clock
from yunzhang.oversee.building import (
    acceptance,
    approvals,
    contractors,
    judging,
    planning,
    projects,
)
from yunzhang.oversee.building.contractors import ContractorForm
from yunzhang.oversee.building.project_models import Project
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed
from yunzhang.portal.building import project_form, project_refs, project_sheet
from yunzhang.portal.building.project_lists import PROJECTS
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.people import first_papers

State = Project.State


@door("score.see")
def project_list(request: Visit) -> HttpResponseBase:
    found = project_refs.projects(request.actor)
    living = found.exclude(state__in=(State.DECLINED, State.STOPPED))
    context = {
        "drafts": may(request.actor, "project.draft"),
        "counts": found.aggregate(
            all=Count("pk"),
            stopped=Count("pk", filter=Q(verdict="no")),
            review=Count("pk", filter=Q(state=State.REVIEW)),
            building=Count("pk", filter=Q(state=State.BUILDING)),
        ),
        "amount": living.aggregate(sum=Sum("amount_yuan"))["sum"] or 0,
    }
    listed = Listed(request, PROJECTS, found)
    return answer(request, "portal/projects.html", context, projects=listed)


@door("project.draft")
def new(request: Visit) -> HttpResponse:
    unit = seen.home(request.actor, "project.draft")
    if request.method == "POST":
        return do(request, {"save": _draft})
    return render(request, "portal/project_edit.html", project_form.shown(request, None, unit))


@door("project.draft")
def edit(request: Visit, number: int) -> HttpResponse:
    own = seen.within(request.actor, "project.draft", "unit")
    drafts = project_refs.projects(request.actor).filter(own, state=State.DRAFT)
    found = seen.one(drafts, pk=number)
    if request.method == "POST":
        return do(request, {"save": _change}, found)
    context = project_form.shown(request, found, found.unit)
    return render(request, "portal/project_edit.html", context)


@door("score.see")
def project(request: Visit, number: int) -> HttpResponse:
    found = seen.one(project_refs.projects(request.actor), pk=number)
    if request.method == "POST":
        return do(request, DEEDS, found)
    return render(request, "portal/project.html", project_sheet.shown(request, found))


def _draft(request: Visit) -> str:
    unit = seen.home(request.actor, "project.draft")
    owner, proposal = project_form.written(request, unit)
    made = projects.draft(request.actor, unit, owner, proposal, why=typed.why(request))
    return reverse("project", args=[made.pk])


def _change(request: Visit, found: Project) -> str:
    owner, proposal = project_form.written(request, found.unit)
    projects.change(request.actor, found, owner, proposal, why=typed.why(request))
    return reverse("project", args=[found.pk])


def _judge(request: Visit, found: Project) -> None:
    judging.judge(request.actor, found, why=typed.why(request))


def _override(request: Visit, found: Project) -> None:
    judging.override(request.actor, found, why=typed.why(request))


def _submit(request: Visit, found: Project) -> str:
    papers = first_papers.given(request, projects.source_of(found).parent)
    case = approvals.submit(request.actor, found, papers, why=typed.why(request))
    return reverse("case", args=[case.number])


def _meet(request: Visit, found: Project) -> None:
    condition = seen.one(found.conditions.all(), pk=typed.record(request, "condition") or 0)
    acceptance.meet(
        request.actor, condition, typed.text(request, "proof"), why=gettext("The condition is met")
    )


def _contract(request: Visit, found: Project) -> None:
    form = ContractorForm(
        name=typed.text(request, "company"),
        code=typed.text(request, "code"),
        part=typed.text(request, "part"),
        contract=typed.text(request, "contract"),
        pledged_on=typed.day(request, "pledged_on"),
    )
    why = gettext("Named with the contract that binds it")
    contractors.name(request.actor, found, form, clock.today(), why=why)


def _clear(request: Visit, found: Project) -> None:
    row = seen.one(found.contractors.all(), pk=typed.record(request, "contractor") or 0)
    proof, today = typed.text(request, "proof"), clock.today()
    ended = typed.day(request, "ended_on")
    why = gettext("Checked that it keeps no data")
    contractors.clear(request.actor, row, ended, proof, today, why=why)


def _add(request: Visit, found: Project) -> str:
    plan = seen.one(planning.possible_for(found), pk=typed.record(request, "plan") or 0)
    paper = typed.paper(request, "urgency")
    papers: dict[str, Any] = {planning.URGENCY: paper}
    why = paper.text or paper.file_name
    case = planning.ask_addition(request.actor, plan, found, papers, why=why)
    return reverse("case", args=[case.number])


DEEDS = {
    "judge": _judge,
    "override": _override,
    "submit": _submit,
    "meet": _meet,
    "contract": _contract,
    "clear": _clear,
    "add": _add,
}
