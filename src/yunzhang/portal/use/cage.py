"""The data cage: its rules and what they found, by power and by unit."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from yunzhang.gather.models import DataTable
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.use import cage_lists, risk_rows
from yunzhang.portal.use.cage_lists import RuleLine, Told
from yunzhang.terms.document import decode
from yunzhang.use import cage, cage_runs
from yunzhang.use.cage_models import CageBinding, CageHit, CageRun


@door("cage.see")
def cage_rules(request: Visit) -> HttpResponseBase:
    hits, rules = visible(request), cage.rules()
    by_rule = cage_lists.told(hits, "binding__rule")
    everything = cage_lists.summed(by_rule.values())
    lines = _lines(request, by_rule)
    return answer(
        request,
        "portal/cage.html",
        {"told": everything, "bound": sum(bool(line.bound) for line in lines)},
        rules=Listed(request, cage_lists.RULES, lines),
        powers=Listed(request, cage_lists.POWERS, cage_lists.powers(rules, by_rule)),
        units=Listed(request, cage_lists.UNITS, cage_lists.units(hits)),
    )


@door("cage.see")
def cage_hits(request: Visit) -> HttpResponseBase:
    return answer(
        request,
        "portal/cage_hits.html",
        {},
        hits=Listed(request, cage_lists.HITS, with_newest(visible(request))),
    )


@door("cage.see")
def cage_hit(request: Visit, number: int) -> HttpResponse:
    """A hit, masked; whoever supervises may see the rows themselves, which is a fact."""
    hit = seen.one(visible(request), pk=number)
    rule = cage.rule_of(hit.binding.rule)
    rows, bare = cage_runs.rows_of(hit), False
    if request.method == "POST":
        rows, bare = cage_runs.see(request.actor, hit, why=typed.why(request)), True
    context = {
        "hit": hit,
        "rule": rule,
        "bare": bare,
        "parts": risk_rows.parts(hit, rows),
        "sees": may(request.actor, "cage.bind", hit.binding.unit),
        "more": hit.count - len(rows),
    }
    return render(request, "portal/cage_hit.html", context)


def visible(request: Visit) -> QuerySet[CageHit]:
    """The hits of the units whose supervision the visitor may see."""
    own = seen.within(request.actor, "cage.see", "binding__unit")
    return CageHit.objects.filter(own).select_related("binding__unit", "unit", "case", "last_run")


def bindings(request: Visit) -> QuerySet[CageBinding]:
    """The rules bound now by those units."""
    own = seen.within(request.actor, "cage.see", "unit")
    return CageBinding.objects.filter(own, ended_at=None).select_related("unit").order_by("pk")


def with_newest(hits: QuerySet[CageHit]) -> QuerySet[CageHit]:
    """Hits with the number of their rule's last run, to tell which it did not find again."""
    runs = CageRun.objects.filter(binding=OuterRef("binding")).order_by("-pk")
    return hits.annotate(newest=Subquery(runs.values("pk")[:1]))


def _lines(request: Visit, by_rule: dict[Any, Told]) -> list[RuleLine]:
    own = seen.within(request.actor, "cage.see", "binding__unit")
    newest = CageRun.objects.filter(own).values("binding__rule").annotate(last=Max("pk"))
    runs = CageRun.objects.in_bulk([row["last"] for row in newest])
    last = {row["binding__rule"]: runs[row["last"]] for row in newest}
    fed = _fed(request)
    return [
        RuleLine(rule, fed.get(rule.id, ()), last.get(rule.id), by_rule.get(rule.id, Told()))
        for rule in cage.rules()
    ]


def _fed(request: Visit) -> dict[str, tuple[str, ...]]:
    """The titles of the tables that feed each rule, each once."""
    held = [(one.rule, decode(one.tables, dict[str, str])) for one in bindings(request)]
    names = {name for _rule, tables in held for name in tables.values()}
    titles = dict(DataTable.objects.filter(name__in=names).values_list("name", "title"))
    fed: dict[str, dict[str, None]] = {}
    for rule, tables in held:
        fed.setdefault(rule, {}).update({titles[name]: None for name in tables.values()})
    return {rule: tuple(found) for rule, found in fed.items()}
