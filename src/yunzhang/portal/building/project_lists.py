"""The list of projects: the library by year, class, money, state and what the gate said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.building.project_models import Project, ProjectPlan
from yunzhang.people.permissions import pack
from yunzhang.portal.listing import (
    Choices,
    Column,
    Filter,
    Kind,
    Listing,
    Mark,
    of_states,
    of_units,
)
from yunzhang.portal.states import STATES, Tone
from yunzhang.portal.templatetags.said import coded, said


def years(project: Project | ProjectPlan) -> str:
    """The years of a project or a plan, as people write them."""
    first, last = project.from_year, project.to_year
    return str(first) if first == last else f"{first}–{last}"


def codes(code_list: str) -> Choices:
    """The rows of a code list of the pack, as choices."""
    return [(row.code, said(row)) for row in pack().codes_of(code_list)]


def _years_of(rows: QuerySet[Project]) -> Choices:
    found: set[int] = set()
    for first, last in rows.order_by().values_list("from_year", "to_year").distinct():
        found.update(range(first, min(last, first + 20) + 1))
    return [(str(year), str(year)) for year in sorted(found)]


def _in_year(value: str) -> Q | None:
    if not value.isdecimal():
        return None
    return Q(from_year__lte=int(value), to_year__gte=int(value))


def _verdicts(_rows: Any) -> Choices:
    return [(id, gettext(words)) for id, (words, _tone) in STATES["verdict_of_gate"].items()]


def _verdict(value: str) -> Q:
    return Q(verdict="" if value == "none" else value)


def _marks(row: Project) -> Sequence[Mark]:
    if row.owner_id == row.unit_id:
        return ()
    return (Mark(gettext("Owner: {name}").format(name=row.owner.short_name), Tone.CALM),)


PROJECTS = Listing(
    "projects",
    _("Projects"),
    (
        Column(
            "name",
            _("Project"),
            lambda row: row.name,
            order="name",
            found=("name", "number", "unit__name", "owner__name"),
            link=lambda row: reverse("project", args=[row.pk]),
            note=lambda row: row.number,
        ),
        Column("number", _("Number"), lambda row: row.number, Kind.CODE, on="file"),
        Column(
            "unit",
            _("Unit"),
            lambda row: row.unit.short_name,
            order="unit__short_name",
            marks=_marks,
        ),
        Column(
            "owner",
            _("Owner of construction"),
            lambda row: row.owner.name,
            on="file",
        ),
        Column("kind", _("Class"), lambda row: coded(row.kind, "build_kind"), order="kind"),
        Column(
            "money",
            _("Money"),
            lambda row: coded(row.money_source, "money_source"),
            order="money_source",
        ),
        Column("amount", _("Yuan"), lambda row: row.amount_yuan, Kind.NUMBER, "amount_yuan"),
        Column("years", _("Years"), years, order="from_year"),
        Column(
            "verdict",
            _("Gate"),
            lambda row: row.verdict or "none",
            Kind.STATE,
            "verdict",
            states="verdict_of_gate",
        ),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="project"),
    ),
    (
        _("No project yet"),
        _("A unit's officer or a project's owner writes down what is to be built."),
    ),
    order=("-pk",),
    filters=(
        Filter("year", _("Year"), _in_year, _years_of),
        Filter(
            "money",
            _("Money"),
            lambda value: Q(money_source=value),
            lambda _rows: codes("money_source"),
        ),
        of_states("project", _("State")),
        Filter("verdict", _("Gate"), _verdict, _verdicts),
        of_units("unit", _("Unit"), "unit"),
    ),
    hint=_("Project, number or unit"),
)
