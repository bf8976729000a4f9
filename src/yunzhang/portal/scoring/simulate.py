"""Simulate: other weights and targets over a frozen period, old and new side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.scoring import scores, simulation, trials
from yunzhang.oversee.scoring.simulation import Shift, Wanted
from yunzhang.packs import read, shipped
from yunzhang.people.permissions import pack
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import said, signed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.pack_rows import IndicatorRule

WEIGHT_NEGATIVE = FaultKind(
    "simulation.negative",
    422,
    Text("权重和目标值不能是负数：{text}。", "A weight or target cannot be negative: {text}."),
    Text("填写 0 或正整数。", "Write 0 or a positive whole number."),
)


@dataclass(frozen=True)
class Row:
    """One indicator in the form: as it was frozen, and as it is typed."""

    rule: IndicatorRule
    then: Wanted | None
    weight: str
    target: str


@door("score.see")
def simulate(request: Visit) -> HttpResponseBase:
    periods = scores.periods(pack().limit("page.rows"))
    period = request.GET.get("period") or (periods[0] if periods else "")
    then = trials.weights_of(period) if period else {}
    chosen = request.GET.get("pack", "")
    offered = _of_pack(chosen) if chosen in shipped() else then
    wanted, rows, faults = _typed(request, then, offered)
    request.faults = tuple(faults)
    trial = trials.run(period, wanted)
    context = {
        "period": period,
        "periods": periods,
        "packs": shipped(),
        "chosen": chosen,
        "rows": rows,
        "trial": trial,
        "unmeasured": [row.rule for row in rows if row.rule.id in trial.unmeasured],
    }
    listed = Listed(request, _listing(period), trial.outcomes)
    response = answer(request, "portal/simulate.html", context, outcomes=listed)
    if faults:
        response.status_code = Refused(*faults).status
    return response


def _of_pack(name: str) -> dict[str, Wanted]:
    return simulation.of_rules(read(name).indicators)


def _typed(
    request: Visit, then: Mapping[str, Wanted], offered: Mapping[str, Wanted]
) -> tuple[dict[str, Wanted], list[Row], list[Fault]]:
    """What is wanted: what was typed, else what the chosen pack says, else what was frozen."""
    wanted: dict[str, Wanted] = {}
    rows: list[Row] = []
    faults: list[Fault] = []
    for rule in _rules(then, offered):
        usual = offered.get(rule.id, Wanted(0, rule.target))
        texts, numbers = [], []
        for name, number in (("w", usual.weight), ("t", usual.target)):
            text = request.GET.get(f"{name}.{rule.id}", "").strip() or str(number)
            texts.append(text)
            try:
                numbers.append(_natural(text))
            except Refused as refused:
                faults += refused.faults
                numbers.append(number)
        wanted[rule.id] = Wanted(*numbers)
        rows.append(Row(rule, then.get(rule.id), *texts))
    return wanted, rows, faults


def _natural(text: str) -> int:
    number = typed.whole_number(text)
    if number < 0:
        raise Refused(WEIGHT_NEGATIVE(text=text))
    return number


def _rules(then: Mapping[str, Wanted], offered: Mapping[str, Wanted]) -> list[IndicatorRule]:
    """The indicators a change may touch: those of the period, and those the pack would weigh."""
    known = {rule.id: rule for rule in pack().indicators}
    for name in shipped():
        known.update({rule.id: rule for rule in read(name).indicators if rule.id not in known})
    weighing = [id for id, one in offered.items() if one.weight and id not in then]
    return [known[id] for id in (*then, *weighing) if id in known]


RISES: dict[str, Callable[[Any], bool]] = {
    "up": lambda row: (row[1].rise or 0) > 0,
    "down": lambda row: (row[1].rise or 0) < 0,
    "same": lambda row: not row[1].rise,
}


def _rises(_rows: Any) -> Choices:
    return [("up", gettext("Rises")), ("down", gettext("Falls")), ("same", gettext("Stays"))]


def _listing(period: str) -> Listing:
    return Listing(
        "simulation",
        _("Simulation of weights"),
        (
            Column(
                "unit",
                _("Unit"),
                lambda row: row[0].short_name,
                order="unit",
                found=("unit",),
                link=lambda row: reverse("score", args=[period, row[0].code]),
                marks=_marks,
                note=_because,
            ),
            _number(
                "before",
                _("Score as frozen"),
                lambda row: row[1].before.total,
                Kind.FIGURE,
                lambda row: _quiet(row[1].before.place),
            ),
            _number(
                "after",
                _("Score simulated"),
                lambda row: row[1].after.total,
                Kind.FIGURE,
                lambda row: _quiet(row[1].after.place),
            ),
            _number("change", _("Change"), lambda row: row[1].change, Kind.FIGURE, _tone),
            _number("place_before", _("Place as frozen"), lambda row: row[1].before.place),
            _number("place_after", _("Place simulated"), lambda row: row[1].after.place),
            _number("missed_before", _("Below target"), lambda row: row[1].before.missed),
            _number("missed_after", _("Below target, simulated"), lambda row: row[1].after.missed),
            Column("reason", _("Reason"), _because, on="file"),
        ),
        (_("No score yet"), _("The sharing authority freezes the scores of a period.")),
        filters=(Filter("rise", _("Place"), RISES.get, _rises),),
        hint=_("Name of the unit"),
    )


def _number(
    id: str,
    title: str,
    value: Callable[[Any], Any],
    kind: Kind = Kind.NUMBER,
    tone: Callable[[Any], str] | None = None,
) -> Column:
    return Column(id, title, value, kind, id, tone=tone)


def _quiet(place: int | None) -> str:
    """A score that takes no place is small beside those that do."""
    return "quiet" if place is None else ""


def _tone(row: Any) -> str:
    change = row[1].change
    return "" if not change else "good" if change > 0 else "bad"


def _marks(row: Any) -> list[Mark]:
    rise = row[1].rise
    if not rise:
        return []
    words = gettext("up %(n)s") if rise > 0 else gettext("down %(n)s")
    return [Mark(words % {"n": abs(rise)}, Tone.GOOD if rise > 0 else Tone.BAD)]


def _because(row: Any) -> str:
    names = {rule.id: said(rule) for rule in pack().indicators}
    return " · ".join(_shift(one, names) for one in row[1].shifts)


def _shift(one: Shift, names: Mapping[str, str]) -> str:
    name = names.get(one.indicator, one.indicator)
    return f"{name} {one.before} → {one.after}: {signed(one.points)}"
