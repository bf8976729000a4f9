"""The command screen: what moves between departments, what is about to break, and who must act.

The wall asks for these numbers every few seconds; the text version says the same in tables.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.mapping.overview import LogHealth, Overview, overview
from yunzhang.oversee.scoring import scores
from yunzhang.people.models import Case, Turn, Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.people.workdays import work_calendar
from yunzhang.portal import seen, typed
from yunzhang.portal.cited import place
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.left import TONES, left_words, state_of
from yunzhang.portal.people import desk, waiting
from yunzhang.portal.templatetags.said import clock_name, day
from yunzhang.terms.deadlines import working_days_left
from yunzhang.use.models import Usage

STATES = {"fault": _("Refused batch"), "silent": _("Silent"), "sound": _("Sound")}


@door("usage.see")
def wall(request: Visit) -> HttpResponse:
    """The screen for a wall; the numbers come by themselves."""
    return _page(request, "portal/screen.html")


@door("usage.see")
def text(request: Visit) -> HttpResponse:
    """All numbers of the wall, in tables."""
    return _page(request, "portal/screen_text.html")


@door("usage.see")
def numbers(request: Visit) -> JsonResponse:
    """What the wall shows now."""
    response = JsonResponse(told(request.actor, clock.today()))
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(request: Visit, template: str) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"dispatch": _dispatch})
    today = clock.today()
    context = {
        "told": told(request.actor, today),
        "orders": supervision.may_order(request.actor),
        "dispatch_by": dispatch_by(today),
        "poll": pack().limit("screen.poll_seconds"),
        "days": pack().limit("overview.flow_days"),
    }
    return render(request, template, context)


def _dispatch(request: Visit) -> None:
    """Press the unit responsible for what is late, with one tap; it may not be pressed twice."""
    concern = desk.concern_of(request.actor, typed.text(request, "item"))
    due_on, why = typed.day(request, "due_on"), typed.why(request)
    case = supervision.order(request.actor, concern, due_on, why=why)
    request.said = gettext("%(unit)s is to settle it by %(day)s: %(case)s.") % {
        "unit": concern.unit.short_name,
        "day": day(due_on),
        "case": case.number,
    }


def dispatch_by(today: date) -> date:
    """The day a dispatch is due by, unless another is named."""
    return today + timedelta(days=pack().limit("screen.dispatch_days"))


def told(actor: Actor, today: date) -> dict[str, Any]:
    """Everything on the screen that the actor may see, in words and numbers."""
    ids = seen.units(actor, "usage.see")
    units = {unit.pk: unit for unit in Unit.objects.all() if ids is None or unit.pk in ids}
    found = overview(units.values(), today)
    names = {pk: unit.short_name for pk, unit in units.items()}
    return {
        "at": localtime(clock.now()).strftime("%H:%M:%S"),
        "numbers": _numbers(actor, found, len(units), today),
        "pairs": _pairs(found, units, today, whole=ids is None),
        "days": _days(found, whole=ids is None),
        "receipts": _receipts(ids),
        "clocks": _clocks(found, today),
        "logs": [_log(one, names) for one in found.logs] if may(actor, "ledger.see") else [],
        "incidents": [_incident(case) for case in found.incidents],
        "ranking": _ranking() if may(actor, "score.see") else {"period": "", "rows": []},
    }


def _numbers(actor: Actor, found: Overview, units: int, today: date) -> list[dict[str, Any]]:
    calls = [flow for flow in found.flows if flow.day == today]
    used = _used(whole=seen.units(actor, "usage.see") is None, since=today)
    register = reverse("units") if may(actor, "unit.register") else ""
    return [
        _number(gettext("Units"), units, register),
        _number(gettext("Calls today"), sum(one.calls for one in calls), used, "Calls"),
        _number(gettext("Refused today"), sum(one.refused for one in calls), used, "Refused"),
        _number(gettext("Limits missed"), found.late, f"{reverse('queue')}?state=late"),
        _number(gettext("Due soon"), found.near, f"{reverse('queue')}?state=near"),
    ]


def _number(words: str, n: int, address: str, column: str = "") -> dict[str, Any]:
    """A number with its list, of which it counts the rows or is the sum of a column."""
    return {"words": words, "n": n, "address": address, "column": column}


def _used(*, whole: bool, since: date, **narrowed: Any) -> str:
    """The calls between units behind a number; "" for those who see some units' calls only."""
    if not whole:
        return ""
    asked = {"between": "units", "since": since, **narrowed}
    return f"{reverse('usage')}?{urlencode(asked)}"


def _pairs(
    found: Overview, units: dict[int, Unit], today: date, *, whole: bool
) -> list[dict[str, Any]]:
    """The largest flows, from whose data to whose use, of all days shown and of today."""
    calls, now = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for flow in found.flows:
        calls[flow.provider, flow.consumer] += flow.calls
        now[flow.provider, flow.consumer] += flow.calls if flow.day == today else 0
    first = today - timedelta(days=pack().limit("overview.flow_days") - 1)
    lines = []
    for (one, other), n in calls.most_common(pack().limit("screen.pairs")):
        pair = {"provider": units[one].code, "consumer": units[other].code}
        line = {"from": units[one].short_name, "to": units[other].short_name, "calls": n}
        line |= {"today": now[one, other], "address": _used(whole=whole, since=first, **pair)}
        lines.append({**line, "today_address": _used(whole=whole, since=today, **pair)})
    return lines


def _days(found: Overview, *, whole: bool) -> list[dict[str, Any]]:
    calls, refused = Counter[date](), Counter[date]()
    for flow in found.flows:
        calls[flow.day] += flow.calls
        refused[flow.day] += flow.refused
    return [
        {
            "day": day(one),
            "calls": calls[one],
            "refused": refused[one],
            "address": _used(whole=whole, since=one, until=one),
        }
        for one in calls
    ]


def _receipts(ids: frozenset[int] | None) -> list[dict[str, Any]]:
    """The calls that nodes reported last; of one's own units where one sees no others."""
    rows = Usage.objects.select_related("consumer", "provider").defer("leaf")
    own = rows.order_by("-pk") if ids is None else rows.filter(consumer__in=ids).order_by("-at")
    return [
        {
            "id": row.pk,
            "at": localtime(row.at).strftime("%m-%d %H:%M:%S"),
            "from": row.provider.short_name if row.provider else gettext("unknown"),
            "to": row.consumer.short_name if row.consumer else gettext("unknown"),
            "purpose": row.purpose,
            "rows": row.rows,
            "refused": row.outcome == "refused",
        }
        for row in own[: pack().limit("overview.lines")]
    ]


def _clocks(found: Overview, today: date) -> list[dict[str, Any]]:
    """The limits about to break, each with its days left, and the case that presses for it."""
    work, subjects = work_calendar(), [one.subject for one in found.clocks]
    turns = {turn.subject: turn for turn in Turn.objects.filter(subject__in=subjects)}
    pressing = Case.objects.filter(
        procedure=supervision.PROCEDURE, about__in=subjects, closed_on=None
    )
    pressed = dict(pressing.values_list("about", "number"))
    units = Unit.objects.in_bulk({one.unit_id for one in found.clocks})
    lines = []
    for one in found.clocks:
        days, turn = working_days_left(today, one.due_on, work), turns.get(one.subject)
        case = pressed.get(one.subject, "")
        lines.append(
            {
                "item": f"clock:{one.pk}",
                "title": turn.title if turn else one.reference or one.subject,
                "unit": units[one.unit_id].short_name,
                "rule": clock_name(one.rule),
                "cite": place(one),
                "due": day(one.due_on),
                "tone": TONES[state_of(one, days, today)],
                "left": left_words(one.due_on, days, today),
                "address": waiting.address(one.subject, one.reference),
                "case": case,
                "case_address": reverse("case", args=[case]) if case else "",
            }
        )
    return lines


def _log(one: LogHealth, names: dict[int, str]) -> dict[str, Any]:
    state = "fault" if one.fault else "sound" if one.size else "silent"
    taken = localtime(one.taken_at) if one.taken_at else None
    return {
        "name": one.node,
        "unit": names[one.unit],
        "size": one.size,
        "taken": taken.strftime("%m-%d %H:%M:%S") if taken else "—",
        "state": state,
        "words": gettext(STATES[state]),
        "address": reverse("log", args=[one.node]),
    }


def _incident(case: Case) -> dict[str, Any]:
    return {
        "title": case.title,
        "at": day(case.opened_at),
        "address": reverse("case", args=[case.number]),
    }


def _ranking() -> dict[str, Any]:
    period = next(iter(scores.periods(1)), "")
    ranked = scores.ranking(period) if period else []
    rows = [
        {
            "place": place,
            "unit": score.unit.short_name,
            "total": f"{score.total:.2f}",
            "address": reverse("score", args=[period, score.unit.code]),
        }
        for place, score in zip(scores.places(ranked), ranked, strict=True)
        if place is not None
    ]
    return {"period": period, "rows": rows[: pack().limit("screen.ranked")]}
