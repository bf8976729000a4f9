"""The lists of the scoreboard: the units of a period, and the records behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import scores
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import said
from yunzhang.terms.pack_rows import IndicatorRule

NOBODY: Mapping[str, int] = {}


@dataclass(frozen=True)
class Place:
    """A unit's score with its place (None: unranked) and its figures by indicator."""

    place: int | None
    score: Score
    shown: dict[str, Any]
    measured: int
    mine: bool
    appeals: int = 0  # under way

    def percent(self, indicator: str) -> float | None:
        """A figure in percent; None when there was nothing to measure."""
        found = self.shown.get(indicator, {}).get("percent")
        return None if found is None else float(found)


def placed(
    ranked: list[Score], mine: Unit | None, appealed: Mapping[str, int] = NOBODY
) -> list[Place]:
    """The ranking as its page shows it; `appealed`: appeals under way by the unit's code."""
    return [
        Place(
            place,
            score,
            figures(score),
            score.measured,
            score.unit == mine,
            appealed.get(score.unit.code, 0),
        )
        for place, score in zip(scores.places(ranked), ranked, strict=True)
    ]


figures = scores.shown


RANKED: dict[str, Callable[[Any], bool]] = {
    "yes": lambda row: row.place is not None,
    "no": lambda row: row.place is None,
}


def _ranked(_rows: Any) -> Choices:
    return [("yes", gettext("Ranked")), ("no", gettext("Not ranked"))]


def ranking(indicators: Sequence[IndicatorRule]) -> Listing:
    """The list of a period's scores, a column for every indicator the hub measures."""
    unit = Column(
        "unit",
        _("Unit"),
        lambda row: row.score.unit.short_name,
        order="unit",
        found=("unit",),
        link=lambda row: reverse("score", args=[row.score.period, row.score.unit.code]),
        marks=_marks,
        note=_reason,
    )
    place = Column("place", _("Place"), lambda row: row.place, Kind.NUMBER, "place")
    total = Column(
        "total",
        _("Score"),
        lambda row: row.score.total,
        Kind.FIGURE,
        "total",
        tone=lambda row: "quiet" if row.place is None else "",
    )
    measured = Column("measured", _("Measured"), lambda row: row.measured, Kind.NUMBER, "measured")
    reason = Column("reason", _("Not ranked because"), _reason, on="file")
    shown = [_indicator(rule) for rule in indicators]
    return Listing(
        "scores",
        _("Scoreboard"),
        (place, unit, total, measured, reason, *shown),
        (_("No score yet"), _("The sharing authority freezes the scores of a period.")),
        filters=(Filter("ranked", _("Ranked"), RANKED.get, _ranked),),
        hint=_("Name of the unit"),
    )


OUTCOMES: dict[str, Callable[[Any], bool]] = {
    "failed": lambda row: not row.holds,
    "held": lambda row: row.holds,
}


def _outcomes(_rows: Any) -> Choices:
    return [("failed", gettext("Do not hold")), ("held", gettext("Hold"))]


def records(*, weighted: bool) -> Listing:
    """The records behind a figure; where they count differently, for how much each counts."""
    amount = Column("amount", _("Counts for"), lambda row: row.amount, Kind.NUMBER, "amount")
    return Listing(
        "records",
        _("Records behind the figure"),
        (
            Column(
                "title",
                _("Record"),
                lambda row: row.title,
                order="title",
                found=("title",),
                link=lambda row: row.address,
                note=lambda row: row.note,
            ),
            Column("note", _("Note"), lambda row: row.note, on="file"),
            *((amount,) if weighted else ()),
            Column(
                "holds",
                _("Outcome"),
                lambda row: gettext("holds") if row.holds else gettext("does not hold"),
                order="holds",
                tone=lambda row: "good" if row.holds else "bad",
            ),
        ),
        (_("Nothing to measure"), _("No record of this unit counts for this indicator yet.")),
        filters=(Filter("outcome", _("Outcome"), OUTCOMES.get, _outcomes),),
    )


def _marks(row: Place) -> list[Mark]:
    marks = [Mark(gettext("my unit"), Tone.BUSY)] if row.mine else []
    if row.appeals:
        marks.append(Mark(gettext("appeal under way"), Tone.WARN))
    if row.score.version > 1:
        marks.append(Mark(gettext("corrected"), Tone.CALM))
    return marks


def _reason(row: Place) -> str:
    if row.place is not None:
        return ""
    if row.score.total is None:
        return gettext("nothing to measure")
    least = pack().limit("score.least_indicators")
    said = gettext("%(n)s of at least %(least)s indicators measured")
    return said % {"n": row.measured, "least": least}


def _indicator(rule: IndicatorRule) -> Column:
    def address(row: Place) -> str:
        if row.percent(rule.id) is None:
            return ""
        return reverse("figure", args=[row.score.period, row.score.unit.code, rule.id])

    def tone(row: Place) -> str:
        one = row.shown.get(rule.id, {})
        if not one or one["percent"] is None or one["hits"] == one["of"]:
            return ""
        return "bad" if float(one["percent"]) < one["target"] else "warn"

    return Column(
        rule.id,
        said(rule),
        lambda row: row.percent(rule.id),
        Kind.PERCENT,
        rule.id,
        link=address,
        tone=tone,
    )
