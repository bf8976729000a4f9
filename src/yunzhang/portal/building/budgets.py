"""Budgets: what units ask for running their systems, beside what these have brought."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.building import budgets
from yunzhang.oversee.building.budgets import Wish
from yunzhang.oversee.building.project_models import Budget
from yunzhang.people import cases
from yunzhang.people.models import Unit
from yunzhang.portal import seen, typed
from yunzhang.portal.building import project_refs
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed
from yunzhang.portal.listing import Column, Kind, Listing, of_states, of_units
from yunzhang.portal.people import first_papers
from yunzhang.portal.share.services import begins
from yunzhang.terms.faults import Fault, Refused
from yunzhang.terms.project import Ref

BUDGETS = Listing(
    "budgets",
    _("Operation budgets"),
    (
        Column(
            "unit",
            _("Unit"),
            lambda row: row.unit.short_name,
            order="unit__short_name",
            found=("unit__name",),
            link=lambda row: reverse("budget", args=[row.pk]),
        ),
        Column("year", _("Year"), lambda row: str(row.year), order="year"),
        Column("amount", _("Yuan"), lambda row: row.amount, Kind.NUMBER, "amount"),
        Column(
            "used",
            _("Grants in use"),
            lambda row: budgets.results_of(row).used_percent,
            Kind.PERCENT,
        ),
        Column(
            "calls",
            _("Calls answered"),
            lambda row: budgets.results_of(row).given,
            Kind.NUMBER,
        ),
        Column("score", _("Score"), lambda row: budgets.results_of(row).score, Kind.FIGURE),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="budget"),
    ),
    (_("No budget yet"), _("A unit hands in what it needs for a year; the results are counted.")),
    order=("-year", "-pk"),
    filters=(of_states("budget", _("State")), of_units("unit", _("Unit"), "unit")),
    prefix="b-",
    hint=_("Unit"),
)


@door("score.see")
def budget(request: Visit, number: int) -> HttpResponse:
    found = seen.one(visible(request), pk=number)
    results = budgets.results_of(found)
    lines = list(found.lines.select_related("system").order_by("system__name"))
    refs = [Ref(kind="system", id=str(one.system_id), name=one.system.name) for one in lines]
    where = project_refs.addresses(request, refs)
    rows = [
        (one, results.of_system(one.system_id), where.get(("system", str(one.system_id)), ""))
        for one in lines
    ]
    context = {
        "budget": found,
        "results": results,
        "rows": rows,
        "cases": cases.about(f"budget:{found.pk}"),
    }
    return render(request, "portal/budget.html", context)


def visible(request: Visit) -> QuerySet[Budget]:
    """The budgets of the units one may see, with what each asks for in all."""
    found = Budget.objects.filter(seen.within(request.actor, "score.see", "unit"))
    return found.select_related("unit").annotate(amount=Sum("lines__amount_yuan"))


def listed(request: Visit) -> Listed:
    return Listed(request, BUDGETS, visible(request))


def offered(request: Visit) -> dict[str, Any]:
    """The form of a budget, for whoever may hand one in for a unit of their own."""
    unit = _home(request)
    if unit is None:
        return {"asks": None}
    return {
        "asks": unit,
        "systems": budgets.living_of(unit),
        "budget_papers": first_papers.wanted(request.actor, budgets.PROCEDURE, unit),
        "results": budgets.results(unit, clock.today()),
    }


def ask(request: Visit) -> str:
    """Hand in what was written into the form of a budget."""
    unit = _home(request)
    if unit is None:
        raise Http404
    papers = first_papers.given(request, budgets.PROCEDURE)
    year, wishes = typed.whole(request, "year"), _wishes(request, unit)
    why = typed.why(request)
    case = budgets.ask(request.actor, unit, year, wishes, papers, why=why)
    return reverse("case", args=[case.number])


def _wishes(request: Visit, unit: Unit) -> list[Wish]:
    found, faults = [], list[Fault]()
    for system in InformationSystem.objects.filter(unit=unit):
        written = typed.text(request, f"amount_{system.pk}")
        if not written:
            continue
        try:
            amount = typed.whole_number(written)
        except Refused as refused:
            faults += refused.faults
            continue
        found.append(Wish(system, amount, typed.text(request, f"reason_{system.pk}")))
    if faults:
        raise Refused(*faults)
    return found


def _home(request: Visit) -> Unit | None:
    """The unit of the first post that may hand in its unit's budget."""
    for post in request.actor.posts:
        if begins(request.actor, budgets.PROCEDURE, post.unit):
            return post.unit
    return None
