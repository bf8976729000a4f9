"""Quality: the verdict on each table under six dimensions, and the rows that failed."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.engines.check_sql import READ_AS
from yunzhang.engines.checks import Check, CheckResult, DimensionScore, Verdict, columns_of
from yunzhang.gather import quality
from yunzhang.gather.harvest import profile_of
from yunzhang.gather.models import DataTable, VerdictRow
from yunzhang.people.permissions import may, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.gather import check_rows
from yunzhang.portal.gather.check_rows import CheckRow
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, of_units
from yunzhang.portal.states import STATES, TYPES
from yunzhang.portal.templatetags.said import check_name, said
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import decode, plain
from yunzhang.terms.levels import Grade


def _outcome(table: Any) -> str:
    if table.passed is None:
        return "never"
    return "passed" if table.passed else "failed"


def _outcomes(_rows: Any) -> Choices:
    return [(value, gettext(words)) for value, (words, _tone) in STATES["verdict"].items()]


SCHEMES = {
    "credit_code": _("Unified social credit code"),
    "citizen_id": _("Citizen identity number"),
    "org_code": _("Organisation code"),
}
OUTCOMES = {"passed": Q(passed=True), "failed": Q(passed=False), "never": Q(passed=None)}
TABLES = Listing(
    "quality",
    _("Data quality"),
    (
        Column(
            "table",
            _("Table"),
            lambda row: row.title,
            order="title",
            found=("title", "name", "system__name", "system__unit__short_name"),
            link=lambda row: reverse("verdict", args=[row.name]),
            note=lambda row: row.unit.short_name,
        ),
        Column("unit", _("Unit"), lambda row: row.unit.name, on="file"),
        Column("name", _("Name of the table"), lambda row: row.name, Kind.CODE, on="file"),
        Column("verdict", _("Verdict"), _outcome, Kind.STATE, "passed", states="verdict"),
        Column("score", _("Score"), lambda row: row.score, Kind.PERCENT, "score"),
        Column("rows", _("Rows checked"), lambda row: row.checked, Kind.NUMBER, "checked"),
        Column("ran", _("Checked"), lambda row: row.ran_at, Kind.MOMENT, "ran_at"),
    ),
    (_("No table"), _("Tables stand here once they are registered.")),
    order=("system__unit", "name"),
    filters=(
        Filter("verdict", _("Verdict"), OUTCOMES.get, _outcomes),
        of_units("unit", _("Unit"), "system__unit"),
    ),
    hint=_("Table, system or unit"),
)


@door("quality.see")
def verdicts(request: Visit) -> HttpResponseBase:
    found = _judged(seen.tables(request.actor))
    return answer(request, "portal/quality.html", {}, tables=Listed(request, TABLES, found))


@door("quality.see")
def verdict(request: Visit, table: str) -> HttpResponse:
    found = seen.one(seen.tables(request.actor), name=table)
    if request.method == "POST":
        return do(request, {"run": _run, "suggest": _suggest}, found)
    row = _asked(request, found)
    opened = quality.verdict_of(row) if row else None
    context = {
        "table": found,
        "row": row,
        "verdict": opened,
        "results": _worst_first(opened) if opened else (),
        "hidden": _hidden(request, found),
        "dimensions": _six(opened) if opened else (),
        "checks": quality.checks_of(found),
        "chart": _radar(opened) if opened else None,
        "past": found.verdicts.order_by("-ran_at", "-pk")[: pack().limit("page.rows")],
    }
    return render(request, "portal/verdict.html", context)


@door("quality.run")
def checks(request: Visit, table: str) -> HttpResponse:
    """The checks of a table, row by row; a row more or less comes back with all that was typed."""
    found = seen.one(seen.tables(request.actor, "quality.run"), name=table)
    if request.method == "POST":
        if "deed" in request.POST:
            return do(request, {"set": _set, "set_lines": _set_lines}, found)
        request.typed = request.POST
    rows = _rows(request, found)
    called = {row.parts.get("id") for row in rows}
    lines = [json.dumps(plain(check), ensure_ascii=False) for check in quality.checks_of(found)]
    context = {
        "table": found,
        "rows": [(row.number, row.fields(_choices(found))) for row in rows],
        "suggested": [(one.id, _told(one)) for one in _suggested(found) if one.id not in called],
        "lines": "\n".join(lines),
        "gathered": bool(found.profile),
    }
    return render(request, "portal/checks.html", context)


def _judged(tables: QuerySet[DataTable]) -> QuerySet[DataTable]:
    """The tables, each with what its last verdict said."""
    last = VerdictRow.objects.filter(table=OuterRef("pk")).order_by("-ran_at", "-pk")
    parts = {"passed": "passed", "score": "score", "checked": "rows", "ran_at": "ran_at"}
    return tables.annotate(**{name: Subquery(last.values(of)[:1]) for name, of in parts.items()})


def _asked(request: Visit, found: DataTable) -> VerdictRow | None:
    past = found.verdicts.order_by("-ran_at", "-pk")
    run = request.GET.get("run", "")
    if not run:
        return past.first()
    return seen.one(past, pk=typed.place(run))


def _hidden(request: Visit, found: DataTable) -> frozenset[str]:
    """The columns whose failing values stay covered: personal data is for those who mend it."""
    if not found.profile or may(request.actor, "quality.run", found.unit):
        return frozenset()
    return frozenset(
        column.name
        for column in profile_of(found).columns
        if column.kind or column.grade > Grade.GENERAL_2
    )


def _worst_first(opened: Verdict) -> list[CheckResult]:
    """What needs eyes comes first: checks that could not run, then those with most failing rows."""
    return sorted(opened.results, key=lambda one: (one.fault is None, -one.failed))


def _six(opened: Verdict) -> list[tuple[str, DimensionScore | None]]:
    """All six dimensions by name; None for one that no check reports under."""
    scores = {one.dimension: one for one in opened.dimensions}
    return [(said(row), scores.get(row.code)) for row in pack().codes_of("dimension")]


def _radar(opened: Verdict) -> dict[str, Any]:
    """The dimensions that were judged: one nobody judged is not drawn as zero.

    Fewer than three make no figure and are drawn as bars.
    """
    judged = [(name, one.score) for name, one in _six(opened) if one and one.score is not None]
    return {
        "kind": "radar" if len(judged) > 2 else "bars",
        "labels": [name for name, _score in judged],
        "series": [{"name": "", "data": [round(score, 2) for _name, score in judged]}],
    }


def _run(request: Visit, found: DataTable) -> None:
    quality.run(request.actor, found, why=typed.why(request))


def _suggest(request: Visit, found: DataTable) -> str:
    quality.set_checks(request.actor, found, quality.suggest(found), why=typed.why(request))
    return reverse("checks", args=[found.name])


def _set(request: Visit, found: DataTable) -> str:
    wanted = check_rows.read(_typed_rows(request.POST, found))
    quality.set_checks(request.actor, found, wanted, why=typed.why(request))
    return reverse("verdict", args=[found.name])


def _set_lines(request: Visit, found: DataTable) -> str:
    lines = ",".join(typed.lines(request, "checks"))
    written = decode(f"[{lines}]", tuple[Check, ...])
    quality.set_checks(request.actor, found, written, why=typed.why(request))
    return reverse("verdict", args=[found.name])


def _rows(request: Visit, found: DataTable) -> list[CheckRow]:
    """The rows as typed, one more where that was asked for; else the checks as they are set."""
    if "rows" not in request.typed:
        return check_rows.of_checks(quality.checks_of(found))
    rows = _typed_rows(request.typed, found)
    return check_rows.one_more(rows) if "add" in request.typed else rows


def _typed_rows(form: QueryDict, found: DataTable) -> list[CheckRow]:
    """The rows typed, and a row for each suggestion that was ticked."""
    rows, ticked = check_rows.of_form(form), set(form.getlist("suggested"))
    wanted = [check for check in _suggested(found) if check.id in ticked] if ticked else []
    return [*rows, *check_rows.of_checks(wanted, check_rows.after(rows))]


def _suggested(found: DataTable) -> tuple[Check, ...]:
    return quality.suggest(found) if found.profile else ()


def _told(check: Check) -> str:
    """A suggested check in words: its kind, what it looks at, what it holds that to."""
    parts = {**plain(check), "columns": ", ".join(columns_of(check))}
    held_to = SCHEMES.get(parts.get("scheme", ""), "") or parts.get("pattern", "")
    if not held_to and "type" in parts:
        held_to = TYPES[ItemType(parts["type"])]
    return " · ".join(
        part for part in (check_name(check.kind), parts["columns"], gettext(held_to)) if part
    )


def _choices(found: DataTable) -> dict[str, Choices]:
    """What each part of a row is chosen from: the table's own columns, the pack's own words."""
    names = [one.name for one in profile_of(found).columns] if found.profile else []
    cycles = {row.id for row in pack().limits}
    return {
        "kind": [(row.id, said(row)) for row in pack().checks if row.id in check_rows.PARTS],
        "column": [(name, name) for name in names],
        "columns": [(name, name) for name in names],
        "type": [(type.value, gettext(TYPES[type])) for type in (*READ_AS, ItemType.LOGICAL)],
        "scheme": [(scheme, gettext(words)) for scheme, words in SCHEMES.items()],
        "table": [(one.name, one.title) for one in quality.referable(found)],
        "cycle": [
            (row.code, said(row))
            for row in pack().codes_of("update_cycle")
            if f"cycle.{row.code}_days" in cycles
        ],
    }
