"""Risk rows: the rows behind a hit of the data cage, source by source, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yunzhang.engines.cage import Evidence
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.portal.cited import place
from yunzhang.portal.templatetags.said import said
from yunzhang.terms.cage import CageField, CageSource
from yunzhang.use import cage, cage_cases, cage_runs
from yunzhang.use.cage_models import CageHit

Line = tuple[int, list[tuple[str, str | None]]]


@dataclass(frozen=True)
class RiskPart:
    """One table's share of a hit: its fields, and each row with what stands in them."""

    source: CageSource
    table: str  # its title, as its unit registered it
    fields: tuple[CageField, ...]
    lines: tuple[Line, ...]


def parts(hit: CageHit, rows: Sequence[Evidence]) -> list[RiskPart]:
    """The rows in the order of the rule's sources and fields; none once no pack has the rule."""
    rule = next((one for one in pack().cage_rules if one.id == hit.binding.rule), None)
    tables, found = cage.tables_of(hit.binding), []
    for source in rule.sources if rule else ():
        held = [row for row in rows if row.source == source.id]
        fields = (
            tuple(one for one in rule.needs if held and one.id in held[0].values) if rule else ()
        )
        lines = tuple(
            (row.row, [(said(one), row.values.get(one.id)) for one in fields]) for row in held
        )
        if held:
            found.append(RiskPart(source, tables[source.id].title, fields, lines))
    return found


def of(case: Case) -> list[RiskPart]:
    """The rows a case of a risk is about, masked: the unit concerned reads them, too."""
    hit = cage_cases.hit_of(case) if case.procedure == cage_cases.PROCEDURE else None
    return parts(hit, cage_runs.rows_of(hit)) if hit else []


def told(case: Case) -> Iterator[tuple[str, str]]:
    """By which rule and law it was found, and what the unit is asked."""
    hit = cage_cases.hit_of(case)
    rule = next((one for one in pack().cage_rules if hit and one.id == hit.binding.rule), None)
    if rule is not None:
        yield _("Law"), place(rule.cite)
        yield _("What the rule says"), said(rule.says)
        yield _("The unit is asked to"), said(rule.asks)
