"""The lists of indicators: the catalog of them all, and every unit's figure of one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.indicators import Indicator
from yunzhang.people.models import Unit
from yunzhang.portal.cited import place
from yunzhang.portal.listing import Column, Kind, Listing, Mark, of_values
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import measured, said
from yunzhang.terms.pack_rows import IndicatorRule

THEMES = {
    "catalog": _("Catalog"),
    "quality": _("Quality"),
    "clocks": _("Legal limits"),
    "exchange": _("Sharing and use"),
    "opening": _("Opening and application"),
    "duties": _("Reports, tasks and patrols"),
    "safety": _("Safety"),
    "clouds": _("Clouds, networks and systems"),
    "stock": _("The whole stock"),
    "reported": _("Reported numbers"),
}


@dataclass(frozen=True)
class Part:
    """A figure of somebody: what it is, of how many."""

    name: str
    value: Decimal | None
    hits: int
    of: int
    code: str = ""


@dataclass(frozen=True)
class Line:
    """One indicator of the catalog: of all, of one's own unit, and who stands best and worst."""

    rule: IndicatorRule
    one: Indicator
    whole: Part
    own: Part | None
    best: Part | None
    worst: Part | None

    @property
    def theme(self) -> str:
        return gettext(THEMES[self.one.theme])

    def words(self, part: Part | None) -> str:
        """A figure in words of its measure; "" where there is none to tell."""
        return "" if part is None else measured(part.value, self.one.measure)

    @property
    def target(self) -> str:
        return measured(self.rule.target, self.one.measure) if self.rule.target else ""

    def tone(self, part: Part | None) -> str:
        """Red below the target; calm where there is nothing to compare."""
        if part is None or part.value is None or not self.rule.target:
            return ""
        days = self.one.measure == "days"
        short = part.value > self.rule.target if days else part.value < self.rule.target
        return "bad" if short else ""


def _address(line: Line, part: Part | None) -> str:
    address = reverse("indicator", args=[line.rule.id])
    return f"{address}?of={part.code}" if part else address


def _fraction(row: Line) -> str:
    if row.one.measure != "percent" or not row.whole.of:
        return ""
    return f"{row.whole.hits:,} / {row.whole.of:,}"


def _clause(row: Line) -> str:
    return place(row.rule.cite)


NAMED = (
    Column(
        "name",
        _("Indicator"),
        lambda row: said(row.rule),
        order="name",
        found=("name",),
        link=lambda row: _address(row, None),
        note=lambda row: said(row.one.formula),
        marks=lambda row: [Mark(gettext("reported"), Tone.WARN)] if row.one.reported else [],
    ),
    Column("theme", _("Theme"), lambda row: row.theme, on="file"),
    Column("formula", _("Formula"), lambda row: said(row.one.formula), on="file"),
    Column("source", _("Source"), lambda row: said(row.one.source), on="file"),
    Column(
        "all",
        _("All units"),
        lambda row: row.words(row.whole),
        link=lambda row: _address(row, None),
        tone=lambda row: row.tone(row.whole),
        note=_fraction,
    ),
)
REST = (
    Column("hits", _("Hits"), lambda row: row.whole.hits, Kind.NUMBER, on="file"),
    Column("of", _("Of"), lambda row: row.whole.of, Kind.NUMBER, on="file"),
    Column("target", _("Target"), lambda row: row.target),
    Column("weight", _("Weight"), lambda row: row.rule.weight, Kind.NUMBER, "weight"),
    Column(
        "best",
        _("Best"),
        lambda row: row.best.name if row.best else "",
        link=lambda row: _address(row, row.best) if row.best else "",
        note=lambda row: row.words(row.best),
    ),
    Column(
        "worst",
        _("Worst"),
        lambda row: row.worst.name if row.worst else "",
        link=lambda row: _address(row, row.worst) if row.worst else "",
        note=lambda row: row.words(row.worst),
    ),
    Column("clause", _("Clause"), _clause, on="file"),
)


def listing(own: Unit | None) -> Listing:
    """The catalog of indicators; one's own unit's figures stand in a column of their own."""
    mine = (
        Column(
            "own",
            own.short_name if own else "",
            lambda row: row.words(row.own),
            link=lambda row: _address(row, row.own),
            tone=lambda row: row.tone(row.own),
        ),
    )
    return Listing(
        "indicators",
        _("Indicators"),
        (*NAMED, *(mine if own else ()), *REST),
        (_("No indicator"), _("The policy pack in force names none that the hub counts.")),
        filters=(of_values("theme", _("Theme"), lambda row: row.theme),),
        hint=_("Name or formula"),
    )


KIND_OF = {"percent": Kind.PERCENT, "days": Kind.FIGURE}


def units_listing(rule: IndicatorRule, one: Indicator) -> Listing:
    """Every unit's figure of one indicator."""
    counts = (
        Column("hits", _("Hits"), lambda row: row.hits, Kind.NUMBER, "hits"),
        Column("of", _("Of"), lambda row: row.of, Kind.NUMBER, "of"),
    )
    return Listing(
        "units",
        _("By unit"),
        (
            Column(
                "unit",
                _("Unit"),
                lambda row: row.name,
                order="unit",
                found=("unit",),
                link=lambda row: f"{reverse('indicator', args=[rule.id])}?of={row.code}",
            ),
            Column(
                "value",
                _("Figure"),
                lambda row: None if row.value is None else float(row.value),
                KIND_OF.get(one.measure, Kind.NUMBER),
                "value",
            ),
            *(counts if one.measure == "percent" else ()),
        ),
        (_("No unit yet"), _("Units stand here once they are registered.")),
        prefix="u-",
        hint=_("Name of the unit"),
    )
