"""Cage lists: rules with what they found, powers and units with their risks, hits, runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.portal.cited import quoted
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
from yunzhang.portal.policy.pack_words import VALUES
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import grouped, said
from yunzhang.terms.cage import CageRule
from yunzhang.use.cage_models import CageHit, CageRun

TONES = {"high": Tone.BAD, "medium": Tone.WARN, "low": Tone.CALM}


@dataclass(frozen=True)
class Told:
    """Hits counted: in all, open, real, false; and what share of the decided ones was real."""

    found: int = 0
    open: int = 0
    upheld: int = 0
    dismissed: int = 0

    @property
    def precision(self) -> float | None:
        decided = self.upheld + self.dismissed
        return 100 * self.upheld / decided if decided else None


@dataclass(frozen=True)
class RuleLine:
    """A rule with how it is bound and what it found."""

    rule: CageRule
    bound: Sequence[str]  # the titles of the tables that feed it
    last: CageRun | None
    told: Told


@dataclass(frozen=True)
class Line:
    """A power or a unit with what was found."""

    id: str
    name: str
    told: Told


def told(hits: QuerySet[CageHit], by: str) -> dict[Any, Told]:
    """The hits counted by a field."""
    counts: dict[Any, Counter[str]] = {}
    for row in hits.order_by().values(by, "outcome").annotate(n=Count("pk")):
        counts.setdefault(row[by], Counter())[row["outcome"]] += row["n"]
    return {key: _told(found) for key, found in counts.items()}


def summed(parts: Iterable[Told]) -> Told:
    """Several counts in one."""
    held = list(parts)
    return Told(
        sum(one.found for one in held),
        sum(one.open for one in held),
        sum(one.upheld for one in held),
        sum(one.dismissed for one in held),
    )


def powers(rules: Iterable[CageRule], by_rule: dict[str, Told]) -> list[Line]:
    """The powers supervised, each with what its rules found."""
    lines = []
    for row in pack().codes_of("power"):
        own = [rule.id for rule in rules if rule.power == row.id]
        held = summed(by_rule.get(id, Told()) for id in own)
        if own:
            lines.append(Line(row.code, said(row), held))
    return lines


def units(hits: QuerySet[CageHit]) -> list[Line]:
    """The units concerned, those with most open risks first."""
    counted = told(hits, "unit")
    named = Unit.objects.in_bulk(counted)
    lines = [Line(named[id].code, named[id].short_name, held) for id, held in counted.items()]
    return sorted(lines, key=lambda line: (-line.told.open, -line.told.found, line.name))


def power_name(rule: CageRule) -> str:
    """The power a rule supervises, in words."""
    return next((said(row) for row in pack().codes_of("power") if row.id == rule.power), rule.power)


def severity(rule: CageRule) -> Mark:
    """How grave what a rule finds is, as a badge."""
    return Mark(gettext(VALUES["severity", rule.severity]), TONES[rule.severity])


def rule_name(id: str) -> str:
    """A rule in words; its id once no pack has it any more."""
    return next((said(rule) for rule in pack().cage_rules if rule.id == id), id)


def _told(found: Counter[str]) -> Told:
    outcome = CageHit.Outcome
    return Told(found.total(), found[outcome.OPEN], found[outcome.UPHELD], found[outcome.DISMISSED])


def _hits(**asked: str) -> str:
    parts = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('cage_hits')}?{parts}"


def _tables(line: RuleLine) -> str:
    return gettext(", ").join(line.bound)


def _unbound(line: RuleLine) -> list[Mark]:
    return [] if line.bound else [Mark(gettext("Not bound yet"), Tone.CALM)]


RULES = Listing(
    "rules",
    _("Rules"),
    (
        Column(
            "rule",
            _("Rule"),
            lambda line: said(line.rule),
            order="rule",
            found=("rule",),
            link=lambda line: reverse("cage_rule", args=[line.rule.id]),
            note=lambda line: quoted(line.rule.cite),
            marks=lambda line: [severity(line.rule)],
        ),
        Column("power", _("Power"), lambda line: power_name(line.rule), order="power"),
        Column(
            "tried",
            _("tried on"),
            lambda line: gettext(VALUES["tried", line.rule.tried]),
            on="file",
        ),
        Column("tables", _("Tables compared"), _tables, marks=_unbound),
        Column("last", _("Last run"), lambda line: line.last and line.last.at, Kind.MOMENT, "last"),
        Column(
            "found",
            _("Risks found"),
            lambda line: line.told.found,
            Kind.NUMBER,
            "found",
            link=lambda line: _hits(rule=line.rule.id) if line.told.found else "",
            counts=True,
        ),
        Column(
            "open",
            _("Undecided"),
            lambda line: line.told.open,
            Kind.NUMBER,
            "open",
            link=lambda line: _hits(rule=line.rule.id, outcome="open") if line.told.open else "",
            counts=True,
        ),
        Column(
            "precision",
            _("Precision"),
            lambda line: line.told.precision,
            Kind.PERCENT,
            "precision",
            note=lambda line: _decided(line.told),
        ),
    ),
    (_("No rule"), _("The policy pack has no rule of the data cage in force today.")),
    filters=(
        Filter(
            "power",
            _("Power"),
            lambda value: lambda line: line.rule.power == f"power.{value}",
            lambda _rows: [(row.code, said(row)) for row in pack().codes_of("power")],
        ),
        Filter(
            "bound",
            _("State"),
            lambda value: lambda line: bool(line.bound) == (value == "yes"),
            lambda _rows: [("yes", gettext("Bound")), ("no", gettext("Not bound yet"))],
        ),
    ),
    hint=_("Rule"),
)


def _decided(held: Told) -> str:
    decided = held.upheld + held.dismissed
    return f"{grouped(held.upheld)} / {grouped(decided)}" if decided else ""


def _count(id: str, title: str, asked: str, outcome: str) -> Column:
    """A count of a power or unit, which opens to its hits."""

    def link(line: Line) -> str:
        told = {asked: line.id, **({"outcome": outcome} if outcome else {})}
        return _hits(**told) if getattr(line.told, id) else ""

    return Column(id, title, lambda line: getattr(line.told, id), Kind.NUMBER, id, link=link)


def _counted(name: str, title: str, head: str, asked: str) -> Listing:
    return Listing(
        name,
        title,
        (
            Column(
                "name",
                head,
                lambda line: line.name,
                order="name",
                found=("name",),
                link=lambda line: _hits(**{asked: line.id}) if line.told.found else "",
            ),
            _count("found", _("Risks found"), asked, ""),
            _count("open", _("Undecided"), asked, "open"),
            _count("upheld", _("Real"), asked, "upheld"),
            _count("dismissed", _("False alarms"), asked, "dismissed"),
            Column(
                "precision",
                _("Precision"),
                lambda line: line.told.precision,
                Kind.PERCENT,
                "precision",
            ),
        ),
        (_("Nothing found yet"), _("Bind a rule to its tables and run it.")),
        prefix=f"{name}_",
        search=False,
    )


POWERS = _counted("powers", _("By power"), _("Power"), "power")
UNITS = _counted("units", _("By unit"), _("Unit"), "unit")


def _rules_there(hits: QuerySet[CageHit]) -> Choices:
    ids = hits.order_by("binding__rule").values_list("binding__rule", flat=True).distinct()
    return [(id, rule_name(id)) for id in ids]


def _gone(hit: Any) -> list[Mark]:
    last = getattr(hit, "newest", None)
    gone = last is not None and hit.last_run_id != last
    return [Mark(gettext("Not found any more"), Tone.CALM)] if gone else []


HITS = Listing(
    "hits",
    _("Risks found"),
    (
        Column(
            "subject",
            _("About"),
            lambda hit: hit.subject,
            order="subject",
            found=("subject", "unit__name", "case__number"),
            link=lambda hit: reverse("cage_hit", args=[hit.pk]),
            marks=_gone,
        ),
        Column("rule", _("Rule"), lambda hit: rule_name(hit.binding.rule), order="binding__rule"),
        Column("unit", _("Unit"), lambda hit: hit.unit.short_name, order="unit__short_name"),
        Column("rows", _("Rows"), lambda hit: hit.count, Kind.NUMBER, "count"),
        Column("found", _("Found"), lambda hit: hit.found_at, Kind.DAY, "found_at"),
        Column(
            "case",
            _("Case"),
            lambda hit: hit.case and hit.case.number,
            Kind.CODE,
            "case__number",
            link=lambda hit: reverse("case", args=[hit.case.number]) if hit.case else "",
        ),
        Column(
            "outcome",
            _("Outcome"),
            lambda hit: hit.outcome,
            Kind.STATE,
            "outcome",
            states="risk",
        ),
    ),
    (_("Nothing found yet"), _("Bind a rule to its tables and run it.")),
    order=("-pk",),
    filters=(
        Filter("rule", _("Rule"), lambda value: Q(binding__rule=value), _rules_there, least=2),
        Filter(
            "power",
            _("Power"),
            lambda value: Q(
                binding__rule__in=[
                    rule.id for rule in pack().cage_rules if rule.power == f"power.{value}"
                ]
            ),
            lambda _rows: [(row.code, said(row)) for row in pack().codes_of("power")],
        ),
        of_units("unit", _("Unit"), "unit"),
        of_states("risk", _("Outcome"), "outcome"),
    ),
    hint=_("What it is about, unit or case"),
)
RUNS = Listing(
    "runs",
    _("Runs"),
    (
        Column("at", _("Run"), lambda run: run.at, Kind.MOMENT, "at"),
        Column("unit", _("Unit"), lambda run: run.binding.unit.short_name),
        Column("found", _("Risks found"), lambda run: run.found, Kind.NUMBER, "found"),
        Column("fresh", _("New"), lambda run: run.fresh, Kind.NUMBER, "fresh"),
    ),
    (_("Never run"), _("Run it on the page of the rule; bound rules also run every day.")),
    order=("-pk",),
    prefix="r_",
    search=False,
)
