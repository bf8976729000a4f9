"""Policy packs: which is in force, what it stands on, and every row with its clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from yunzhang import clock
from yunzhang.oversee.indicators import INDICATORS
from yunzhang.packs import read, shipped
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.portal import pack_shown
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.export import Sheet, as_file
from yunzhang.portal.pack_shown import Shown
from yunzhang.portal.pack_words import TABLES
from yunzhang.terms.pack import Pack

OWN = "own"  # the address of a pack in force that is not shipped


@dataclass(frozen=True)
class Act:
    """Where the rows of a table act: the page's title (a msgid), its route, who may open it."""

    title: str
    route: str = ""
    permission: str = ""
    anchor: str = ""


ACTS = {
    "clocks": Act(gettext_noop("limits running"), "desk", "desk.see", "#clocks"),
    "indicators": Act(gettext_noop("scoreboard"), "scores", "score.see"),
    "codes": Act(gettext_noop("catalog"), "catalog", "catalog.see"),
    "roles": Act(gettext_noop("people"), "people", "person.register"),
    "checks": Act(gettext_noop("data quality"), "quality", "quality.see"),
    "masks": Act(gettext_noop("grants"), "grants", "grant.see"),
    "limits": Act(gettext_noop("limit")),
}


@door("desk.see")
def pack_list(request: Visit) -> HttpResponse:
    in_force = pack()
    others = [read(name) for name in shipped() if name != in_force.id]
    context = {
        "in_force": in_force,
        "chain": [(one, _address(one)) for one in pack_shown.chain(in_force)],
        "counts": pack_shown.counted(in_force),
        "packs": [
            (one, _address(one), pack_shown.counted(one), pack_shown.chain(one)[1:])
            for one in (in_force, *others)
        ],
    }
    return render(request, "portal/packs.html", context)


@door("desk.see")
def pack_rows(request: Visit, name: str) -> HttpResponse:
    """Every row of a pack, by table; what is asked for in the filter is left."""
    shown, everything = _named(name), list(pack_shown.rows(_named(name), clock.today()))
    found = list(_filtered(request, everything, shown))
    table = request.GET.get("table", "")
    context = {
        "pack": shown,
        "name": name,
        "in_force": shown == pack(),
        "chain": [(one, _address(one)) for one in pack_shown.chain(shown)],
        "total": len(everything),
        "found": sum(table in ("", row.table) for row in found),
        "tables": list(_tables(found)),
        "groups": list(_groups(request.actor, [r for r in found if table in ("", r.table)])),
        "asked": any(request.GET.get(part) for part in ("q", "table", "own", "unchecked")),
        "unmeasured": {row.id for row in shown.indicators} - INDICATORS.keys(),
    }
    return render(request, "portal/pack.html", context)


@door("desk.see")
def export(request: Visit, name: str, form: str) -> HttpResponse:
    """The rows the filter leaves, as a file."""
    shown, table = _named(name), request.GET.get("table", "")
    heads = (
        "类别", "编号", "中文名称", "英文名称", "内容", "依据", "条款", "引文", "已与原文核对",
        "起", "止", "另见", "说明", "所在政策包",
    )  # fmt: skip
    found = _filtered(request, list(pack_shown.rows(shown, clock.today())), shown)
    rows = [_line(row) for row in found if table in ("", row.table)]
    return as_file(Sheet(f"pack-{name}", heads, rows), form)


def _line(shown: Shown) -> tuple[str, ...]:
    row = shown.row
    return (
        gettext(TABLES[shown.table]),
        row.id,
        getattr(row, "zh", ""),
        getattr(row, "en", ""),
        "\n".join(f"{field}: {value}" for field, value in shown.values),
        row.cite.document,
        row.cite.clause,
        row.cite.quote,
        "是" if row.cite.checked else "否",
        str(row.from_date or ""),
        str(row.to_date or ""),
        "\n".join(map(pack_shown.cited, row.also)),
        row.note,
        shown.layer.id,
    )


def _named(name: str) -> Pack:
    """The pack at an address; 404 without one."""
    in_force = pack()
    if name == _address(in_force):
        return in_force
    if name not in shipped():
        raise Http404
    return read(name)


def _address(one: Pack) -> str:
    return one.id if one.id in shipped() else OWN


def _filtered(request: Visit, found: list[Shown], shown: Pack) -> Iterator[Shown]:
    words = request.GET.get("q", "").casefold().split()
    own, unchecked = request.GET.get("own"), request.GET.get("unchecked")
    for row in found:
        layered = not own or row.layer.id == shown.id
        compared = not unchecked or not row.row.cite.checked
        if layered and compared and all(word in row.text for word in words):
            yield row


def _tables(found: list[Shown]) -> Iterator[tuple[str, str, int]]:
    """(table, its name, how many rows) of every table that has any."""
    for table, title in TABLES.items():
        count = sum(row.table == table for row in found)
        if count:
            yield table, gettext(title), count


def _groups(actor: Actor, found: list[Shown]) -> Iterator[dict[str, Any]]:
    for table, title, count in _tables(found):
        rows = [row for row in found if row.table == table]
        act = ACTS.get(table)
        yield {"table": table, "title": title, "count": count, "rows": rows, **_acts(actor, act)}


def _acts(actor: Actor, act: Act | None) -> dict[str, str]:
    """Where it acts, with an address when the actor may go there."""
    if act is None:
        return {}
    open_to = act.route and may(actor, act.permission)
    return {
        "acts": gettext(act.title),
        "address": reverse(act.route) + act.anchor if open_to else "",
    }
