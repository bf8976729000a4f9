"""A rule of the data cage: its law and plan, what feeds it, its numbers, its runs and hits."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.engines.cage import Asked, Outcome, Unread, plan_of
from yunzhang.engines.cage_sql import SERIES, Bound
from yunzhang.gather.harvest import profile_of
from yunzhang.gather.models import DataTable
from yunzhang.people.act import allow
from yunzhang.people.models import Unit
from yunzhang.people.permissions import may
from yunzhang.portal import progress, seen, typed
from yunzhang.portal.cited import quoted
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices
from yunzhang.portal.policy.pack_words import VALUES
from yunzhang.portal.templatetags.said import said
from yunzhang.portal.use import cage_lists
from yunzhang.portal.use.cage import bindings, visible, with_newest
from yunzhang.terms.cage import CageField, CageRule, CageSource, CageThreshold
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.use import cage, cage_grounds, cage_runs
from yunzhang.use.cage_models import CageBinding, CageRun

RUNNING = FaultKind(
    "cage.running",
    409,
    Text("规则“{rule_zh}”正在运行。", "The rule “{rule_en}” is running."),
    Text("等本次运行结束后再试。", "Try again when it is done."),
)
WAYS = {SERIES: _("the series of a project number: city, year, agent")}
GROUNDS = {
    cage_grounds.OWN: _("own table"),
    cage_grounds.OPEN: _("shared with all"),
    cage_grounds.GRANTED: _("granted for supervision"),
}


@door("cage.see")
def cage_rule(request: Visit, rule: str) -> HttpResponseBase:
    found = cage.rule_of(rule)
    binding = _binding(request, found)
    trial: Outcome | None = None
    if request.method == "POST":
        if binding is None:
            raise Http404
        if request.POST.get("deed") != "try":
            deeds = {"run": _run, "tune": _tune, "end": _end}
            return do(request, deeds, binding, found)
        numbers = _numbers(request, found)
        trial = cage.preview(request.actor, binding, numbers, why=typed.why(request))
        request.typed = request.POST
    return answer(request, "portal/cage_rule.html", {
        **_told(request, found, binding),
        "trial": trial,
    }, **_lists(request, found))  # fmt: skip


@door("cage.bind")
def cage_bind(request: Visit, rule: str) -> HttpResponse:
    """Which tables and columns feed the rule: the tables first, then their columns."""
    found, unit = cage.rule_of(rule), seen.home(request.actor, "cage.bind")
    tables = _tables(request, found, unit)
    if request.method == "POST":
        return do(request, {"bind": _bind}, found, unit, tables)
    held = cage.binding_of(unit, found)
    choices = [(one.name, f"{one.title} · {one.unit.short_name}") for one in _usable(unit)]
    context = {
        "rule": found,
        "unit": unit,
        "sources": [(one, tables.get(one.id)) for one in found.sources],
        "choices": choices,
        "chosen": len(tables) == len(found.sources),
        "parts": [
            _part(found, source, tables[source.id], held)
            for source in found.sources
            if source.id in tables
        ],
        "ways": [(SERIES, gettext(WAYS[SERIES]))],
    }
    return render(request, "portal/cage_bind.html", context)


@require_GET
@door("cage.see")
def cage_progress(request: Visit, rule: str) -> HttpResponse:
    """How far the run is: a fragment for htmx, or a turn back to the page."""
    found = cage.rule_of(rule)
    binding = _binding(request, found)
    if not request.headers.get("HX-Request") or binding is None:
        return redirect("cage_rule", rule)
    state = progress.of(_job(binding))
    response = render(request, "portal/part/cage_progress.html", {"rule": found, "running": state})
    if state is None or state.ended:
        response.headers["HX-Refresh"] = "true"
    return response


def _binding(request: Visit, rule: CageRule) -> CageBinding | None:
    """The binding asked for, else that of the visitor's own unit, else the first there is."""
    held, asked = bindings(request).filter(rule=rule.id), request.GET.get("of", "")
    if asked:
        return seen.one(held, unit__code=asked)
    home = request.actor.unit
    return held.filter(unit=home).first() or held.first()


def _told(request: Visit, rule: CageRule, binding: CageBinding | None) -> dict[str, Any]:
    numbers = cage.numbers_of(binding, rule)
    last = binding.runs.order_by("-pk").first() if binding else None
    return {
        "rule": rule,
        "power": cage_lists.power_name(rule),
        "severity": cage_lists.severity(rule),
        "tried": gettext(VALUES["tried", rule.tried]),
        "cites": (rule.cite, *rule.also),
        "binding": binding,
        "others": bindings(request).filter(rule=rule.id).exclude(pk=binding.pk if binding else 0),
        "feeds": _feeds(rule, binding) if binding else [],
        "numbers": [
            (one, _measured(one), numbers[one.id], quoted(one.cite)) for one in rule.thresholds
        ],
        "sql": _sql(rule, binding, numbers),
        "last": last,
        "unread": _unread(rule, last) if last else [],
        "binds": may(request.actor, "cage.bind", binding.unit if binding else None),
        "running": progress.of(_job(binding)) if binding else None,
        "told": cage_lists.told(visible(request), "binding__rule").get(rule.id, cage_lists.Told()),
    }


def _lists(request: Visit, rule: CageRule) -> dict[str, Listed]:
    hits = with_newest(visible(request).filter(binding__rule=rule.id))
    own = seen.within(request.actor, "cage.see", "binding__unit")
    runs = CageRun.objects.filter(own, binding__rule=rule.id).select_related("binding__unit")
    return {
        "hits": Listed(request, cage_lists.HITS, hits),
        "runs": Listed(request, cage_lists.RUNS, runs),
    }


def _feeds(rule: CageRule, binding: CageBinding) -> list[dict[str, Any]]:
    """What feeds the rule: each source's table, its ground, its columns."""
    columns, now = cage.columns_of(binding), clock.now()
    feeds, tables = [], cage.tables_of(binding)
    for source in (one.id for one in rule.sources if one.id in tables):
        table = tables[source]
        ground = cage_grounds.ground(binding.unit, table, now)
        fields = [
            (
                one,
                columns[one.id].column,
                gettext(WAYS[columns[one.id].way]) if columns[one.id].way else "",
            )
            for one in rule.fields_of(source)
            if one.id in columns
        ]
        feeds.append(
            {
                "table": table,
                "ground": gettext(GROUNDS[ground.kind]) if ground else "",
                "fields": fields,
            }
        )
    return feeds


def _measured(one: CageThreshold) -> str:
    """What a number is and what it is counted in."""
    unit = VALUES.get(("unit", one.unit))
    return f"{said(one)} ({gettext(unit)})" if unit else said(one)


def _sql(rule: CageRule, binding: CageBinding | None, numbers: dict[str, int]) -> str:
    bound = cage.columns_of(binding) if binding else {
        one.id: Bound(column=one.id) for one in rule.needs if not one.optional
    }  # fmt: skip
    return plan_of(Asked(rule, {}, bound, numbers, clock.today()))


def _unread(rule: CageRule, last: CageRun) -> list[tuple[CageField, Unread]]:
    """What the last run could not read, told field by field."""
    known = {one.id: one for one in rule.needs}
    told = decode(last.unread, tuple[Unread, ...])
    return [(known[one.field], one) for one in told if one.field in known]


def _usable(unit: Unit) -> list[DataTable]:
    return list(cage_grounds.usable(unit, clock.now()))


def _tables(request: Visit, rule: CageRule, unit: Unit) -> dict[str, DataTable]:
    """The tables asked for, else those bound; none that the unit may not compare."""
    held = cage.binding_of(unit, rule)
    usable = {table.name: table for table in _usable(unit)}
    bound = {source: table.name for source, table in cage.tables_of(held).items()} if held else {}
    wanted = {one.id: request.GET.get(one.id, bound.get(one.id, "")) for one in rule.sources}
    return {source: usable[name] for source, name in wanted.items() if name in usable}


def _part(
    rule: CageRule, source: CageSource, table: DataTable, held: CageBinding | None
) -> dict[str, Any]:
    """A source with its fields, each with the column that is bound, or suggested."""
    suggested = cage.suggested(rule, source.id, table)
    bound = cage.columns_of(held) if held and cage.tables_of(held).get(source.id) == table else {}
    fields = []
    for one in rule.fields_of(source.id):
        now = bound.get(one.id)
        column = now.column if now else "" if bound else suggested.get(one.id, "")
        fields.append((one, column, f"{one.id}.way", now.way if now else ""))
    return {"source": source, "table": table, "fields": fields, "columns": _columns(table)}


def _columns(table: DataTable) -> Choices:
    """The columns to choose from, with a value each; personal data is shown redacted."""
    return [
        (one.name, f"{one.name} · {one.samples[0][:20]}" if one.samples else one.name)
        for one in profile_of(table).columns
    ]


def _bind(request: Visit, rule: CageRule, unit: Unit, tables: dict[str, DataTable]) -> str:
    columns = {
        one.id: Bound(column=request.POST.get(one.id, ""), way=typed.text(request, f"{one.id}.way"))
        for one in rule.needs
        if request.POST.get(one.id)
    }
    cage.bind(request.actor, unit, rule, tables, columns, why=typed.why(request))
    return reverse("cage_rule", args=[rule.id])


def _numbers(request: Visit, rule: CageRule) -> dict[str, int]:
    return {one.id: typed.whole(request, one.id) for one in rule.thresholds}


def _tune(request: Visit, binding: CageBinding, rule: CageRule) -> None:
    numbers = _numbers(request, rule)
    cage.tune(request.actor, binding, numbers, why=typed.why(request))


def _end(request: Visit, binding: CageBinding, _rule: CageRule) -> None:
    cage.end(request.actor, binding, why=typed.why(request))


def _run(request: Visit, binding: CageBinding, rule: CageRule) -> None:
    """Run beside the request: tables of millions of rows take longer than a page may."""
    allow(request.actor, Deed.CAGE_RAN, binding.unit, typed.why(request))
    work = partial(cage_runs.run, request.actor, binding, why=typed.why(request))
    if not progress.start(_job(binding), lambda tell: work(tell=tell)):
        raise Refused(RUNNING(rule_zh=rule.zh, rule_en=rule.en))
    request.said = gettext("The rule is running; you may leave this page.")


def _job(binding: CageBinding) -> str:
    return f"cage-{binding.pk}"
