"""Plans: those of units and jurisdictions, the projects in each, and what rolls into the next."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.building import planning
from yunzhang.oversee.building.project_models import Project, ProjectPlan
from yunzhang.people import cases
from yunzhang.people.permissions import may, pack
from yunzhang.portal import history, seen, typed
from yunzhang.portal.building import budgets, project_refs
from yunzhang.portal.building.project_lists import codes, years
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing, of_states, of_units
from yunzhang.portal.people import first_papers
from yunzhang.portal.templatetags.said import coded

State = ProjectPlan.State

PLANS = Listing(
    "plans",
    _("Plans"),
    (
        Column(
            "name",
            _("Plan"),
            lambda row: row.name,
            order="name",
            found=("name", "unit__name"),
            link=lambda row: reverse("plan", args=[row.pk]),
        ),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column(
            "kind",
            _("Kind of plan"),
            lambda row: coded(row.procedure, "plan_kind"),
            order="procedure",
        ),
        Column("years", _("Years"), years, order="from_year"),
        Column("projects", _("Number of projects"), lambda row: row.held, Kind.NUMBER, "held"),
        Column("amount", _("Yuan"), lambda row: row.amount, Kind.NUMBER, "amount"),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="plan"),
        Column("approved", _("Approved on"), lambda row: row.approved_on, Kind.DAY, "approved_on"),
    ),
    (_("No plan yet"), _("Begin the plan of a year, then choose its projects.")),
    order=("-from_year", "name"),
    filters=(
        Filter(
            "kind",
            _("Kind of plan"),
            lambda value: Q(procedure=value),
            lambda _rows: codes("plan_kind"),
            least=2,
        ),
        of_states("plan", _("State")),
        of_units("unit", _("Unit"), "unit"),
    ),
    hint=_("Plan or unit"),
)
LINES = Listing(
    "lines",
    _("Projects of the plan"),
    (
        Column(
            "project",
            _("Project"),
            lambda row: row.project.name,
            order="project__name",
            found=("project__name", "project__number", "project__unit__name"),
            link=lambda row: reverse("project", args=[row.project_id]) if row.seen else "",
            note=lambda row: row.project.number,
        ),
        Column(
            "unit",
            _("Unit"),
            lambda row: row.project.unit.short_name,
            order="project__unit__short_name",
        ),
        Column(
            "amount",
            _("Yuan"),
            lambda row: row.project.amount_yuan,
            Kind.NUMBER,
            "project__amount_yuan",
        ),
        Column("years", _("Years"), lambda row: years(row.project), order="project__from_year"),
        Column(
            "way",
            _("How it came in"),
            lambda row: row.way,
            Kind.STATE,
            "way",
            states="plan_line",
            note=lambda row: row.reason,
        ),
        Column(
            "state",
            _("State"),
            lambda row: row.project.state,
            Kind.STATE,
            "project__state",
            states="project",
        ),
    ),
    (_("No project in it"), _("Choose projects below, or roll them forward from the year before.")),
    order=("project__unit", "project__name"),
    filters=(of_states("plan_line", _("How it came in"), "way"),),
    hint=_("Project, number or unit"),
)


@door("score.see")
def plan_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"begin": _begin, "ask": budgets.ask})
    plans = may(request.actor, "project.plan")
    context = {
        "plans_may": plans,
        "kinds": pack().codes_of("plan_kind"),
        "year": clock.today().year,
        **budgets.offered(request),
    }
    found = _counted(request)
    return answer(
        request,
        "portal/plans.html",
        context,
        plans=Listed(request, PLANS, found),
        budgets=budgets.listed(request),
    )


@door("score.see")
def plan(request: Visit, number: int) -> HttpResponseBase:
    found = seen.one(_counted(request), pk=number)
    if request.method == "POST":
        return do(request, {"put": _put, "submit": _submit, "roll": _roll}, found)
    changes = may(request.actor, "project.plan", found.unit)
    draft, approved = found.state == State.DRAFT, found.state == State.APPROVED
    visible = project_refs.projects(request.actor)
    lines = found.lines.select_related("project__unit").annotate(
        seen=Exists(visible.filter(pk=OuterRef("project")))
    )
    left = planning.unfinished(found) if approved else []
    context = {
        "plan": found,
        "kind": found.procedure,
        "fitting": _fitting(request, found) if draft and changes else [],
        "chosen": _chosen(request, found),
        "papers": first_papers.wanted(request.actor, found.procedure, found.unit) if draft else (),
        "left": left if changes else [],
        "unfinished": len(left),
        "next_year": found.to_year + 1,
        "cases": cases.about(planning.subject_of(found)),
        "history": history.told(planning.subject_of(found)),
    }
    return answer(request, "portal/plan.html", context, lines=Listed(request, LINES, lines))


def _counted(request: Visit) -> Any:
    own = project_refs.plans(request.actor).values("pk")
    found = ProjectPlan.objects.filter(pk__in=own).select_related("unit")
    return found.annotate(held=Count("lines"), amount=Sum("lines__project__amount_yuan"))


def _fitting(request: Visit, found: ProjectPlan) -> list[Project]:
    """What may be chosen, of the projects this reader sees."""
    visible = project_refs.projects(request.actor).values("pk")
    return list(planning.fitting(found).filter(pk__in=visible))


def _chosen(request: Visit, found: ProjectPlan) -> set[str]:
    if request.typed.get("deed") in ("put", "roll"):
        return set(request.typed.getlist("projects"))
    return {str(pk) for pk in found.lines.values_list("project", flat=True)}


def _begin(request: Visit) -> str:
    unit = seen.home(request.actor, "project.plan")
    made = planning.draft(
        request.actor,
        unit,
        typed.text(request, "kind"),
        typed.text(request, "name"),
        typed.whole(request, "from_year"),
        typed.whole(request, "to_year"),
        why=typed.why(request),
    )
    return reverse("plan", args=[made.pk])


def _projects(request: Visit) -> list[Project]:
    """The projects ticked, of those this reader sees."""
    numbers = [typed.place(one) for one in request.POST.getlist("projects")]
    visible = project_refs.projects(request.actor)
    return list(visible.filter(pk__in=[number for number in numbers if number is not None]))


def _put(request: Visit, found: ProjectPlan) -> None:
    planning.put(request.actor, found, _projects(request), why=typed.why(request))


def _submit(request: Visit, found: ProjectPlan) -> str:
    papers = first_papers.given(request, found.procedure)
    case = planning.submit(request.actor, found, papers, why=typed.why(request))
    return reverse("case", args=[case.number])


def _roll(request: Visit, found: ProjectPlan) -> str:
    following = planning.roll(request.actor, found, _projects(request), why=typed.why(request))
    return reverse("plan", args=[following.pk])
