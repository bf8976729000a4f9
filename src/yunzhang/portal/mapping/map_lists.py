"""The lists beside the map: the same numbers without it, of areas, units and what stands there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.mapping import areas as measured
from yunzhang.oversee.mapping.areas import NOW, Measure, Whole
from yunzhang.people.models import Unit
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.mapping.map_points import KINDS
from yunzhang.portal.templatetags.said import grouped, said

SHOWN = {
    measured.Kind.RATE: Kind.PERCENT,
    measured.Kind.MEAN: Kind.FIGURE,
    measured.Kind.COUNT: Kind.NUMBER,
}


@dataclass(frozen=True)
class AreaRow:
    """An area: what its units make together, and its page."""

    code: str
    name: str
    whole: Whole
    address: str

    @property
    def value(self) -> float | None:
        return self.whole.value

    @property
    def units(self) -> int:
        return self.whole.units


@dataclass(frozen=True)
class UnitRow:
    """A unit of the area: its own part, and the page of its rows."""

    unit: Unit
    place: str
    whole: Whole
    address: str

    @property
    def name(self) -> str:
        return self.unit.name

    @property
    def division(self) -> str:
        return self.unit.division

    @property
    def value(self) -> float | None:
        return self.whole.value if self.whole.units else None


def areas(measure: Measure) -> Listing:
    """The areas inside, with the measure shown."""
    return Listing(
        "map-areas",
        _("Areas"),
        (
            Column(
                "name",
                _("Area"),
                lambda row: row.name,
                order="code",
                found=("name",),
                link=lambda row: row.address,
            ),
            Column("code", _("Division code"), lambda row: row.code, Kind.CODE, on="file"),
            _value(measure),
            *_made_of(measure),
            Column("units", _("Units"), lambda row: row.units, Kind.NUMBER, "units"),
        ),
        (_("No area is drawn inside"), _("The units of this area stand below.")),
        prefix="a_",
        search=False,
    )


def units(measure: Measure, places: Choices) -> Listing:
    """The units of the area, with the measure shown."""
    return Listing(
        "map-units",
        _("Units of the area"),
        (
            Column("name", _("Unit"), lambda row: row.name, order="name", found=("name",)),
            Column("division", _("Division"), lambda row: row.division, Kind.CODE, "division"),
            _value(measure, linked=True),
            *_made_of(measure),
        ),
        (_("No unit here yet"), _("A unit stands on the map by the division on its page.")),
        prefix="u_",
        filters=(
            Filter(
                "in",
                _("Area"),
                lambda value: lambda row: row.place == value,
                lambda _rows: places,
                least=2,
            ),
        ),
        hint=_("Name of the unit"),
    )


POINTS = Listing(
    "map-points",
    _("Rooms, clouds and cases here"),
    (
        Column(
            "name",
            _("What"),
            lambda row: row.name,
            order="name",
            found=("name", "unit"),
            link=lambda row: row.address,
        ),
        Column("kind", _("What it is"), lambda row: gettext(KINDS[row.kind]), order="kind"),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit"),
        Column("place", _("Area"), lambda row: row.place, order="place"),
    ),
    (_("Nothing stands here"), _("Rooms, clouds and overdue cases stand here by their division.")),
    prefix="p_",
    filters=(
        Filter(
            "kind",
            _("What it is"),
            lambda value: lambda row: row.kind == value,
            lambda _rows: [(kind, gettext(words)) for kind, words in KINDS.items()],
        ),
    ),
    hint=_("Name or unit"),
)


def rows_of(measure: Measure, at: str, unit: Unit) -> str:
    """The page of the rows that a unit's number is counted from."""
    if measure.id in PAGES:
        page, narrowed = PAGES[measure.id]
        return f"{reverse(page)}?{urlencode(narrowed(unit))}"
    if at == NOW:
        return f"{reverse('rate', args=[measure.id])}?of={unit.code}"
    if measure.id == measured.TOTAL:
        return reverse("score", args=[at, unit.code])
    return reverse("figure", args=[at, unit.code, measure.id])


PAGES: dict[str, tuple[str, Callable[[Unit], dict[str, str]]]] = {
    "entries": ("catalog", lambda unit: {"unit": unit.code}),
    "systems": ("running", lambda unit: {"unit": unit.short_name}),
    "late": ("queue", lambda unit: {"unit": unit.code, "state": "late"}),
    "calls": ("usage", lambda _unit: {"by": "provider"}),
}


def _value(measure: Measure, *, linked: bool = False) -> Column:
    return Column(
        "value",
        said(measure),
        lambda row: row.value,
        SHOWN[measure.kind],
        "value",
        link=(lambda row: row.address) if linked else None,
        note=_few
        if measure.id == measured.TOTAL
        else _parts
        if measure.kind is measured.Kind.RATE
        else None,
    )


def _few(row: AreaRow | UnitRow) -> str:
    """Why there is no score: one figure is an accident, and of nobody there is none."""
    if row.value is not None:
        return ""
    return gettext("not measured, or too little to be ranked")


def _parts(row: AreaRow | UnitRow) -> str:
    return f"{grouped(row.whole.sum)} / {grouped(row.whole.of)}" if row.whole.of else ""


def _made_of(measure: Measure) -> tuple[Column, ...]:
    """In a file a rate comes with what it is counted from."""
    if measure.kind is not measured.Kind.RATE:
        return ()
    return (
        Column("hits", _("Hits"), lambda row: int(row.whole.sum), Kind.NUMBER, on="file"),
        Column("of", _("Of"), lambda row: int(row.whole.of), Kind.NUMBER, on="file"),
    )
