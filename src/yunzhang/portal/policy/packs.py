"""Policy packs: which is in force, what it stands on, and every row with its clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.indicators import INDICATORS
from yunzhang.packs import read, shipped
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.export import Sheet, as_file
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing, Mark, of_values
from yunzhang.portal.policy import pack_shown
from yunzhang.portal.policy.pack_shown import Shown
from yunzhang.portal.policy.pack_words import TABLES
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import said
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
    "clocks": Act(_("limits running"), "desk", "desk.see", "#clocks"),
    "indicators": Act(_("scoreboard"), "scores", "score.see"),
    "codes": Act(_("catalog"), "catalog", "catalog.see"),
    "roles": Act(_("people"), "people", "person.register"),
    "checks": Act(_("data quality"), "quality", "quality.see"),
    "masks": Act(_("grants"), "grants", "grant.see"),
    "limits": Act(_("limit")),
}


@dataclass(frozen=True)
class Known:
    """A pack of the list: what it stands on and how many rows it has."""

    pack: Pack
    address: str
    counts: dict[str, int]
    below: str


PACKS = Listing(
    "packs",
    _("Policy packs"),
    (
        Column(
            "name",
            _("Pack"),
            lambda row: said(row.pack),
            order="name",
            found=("name",),
            link=lambda row: reverse("pack", args=[row.address]),
            note=lambda row: row.pack.id,
            marks=lambda row: (
                [Mark(gettext("in force now"), Tone.GOOD)] if row.pack == pack() else []
            ),
        ),
        Column("id", _("Number"), lambda row: row.pack.id, Kind.CODE, on="file"),
        Column("below", _("Stands on"), lambda row: row.below),
        Column("own", _("Own rows"), lambda row: row.counts["own"], Kind.NUMBER, "own"),
        Column("all", _("All rows"), lambda row: row.counts["all"], Kind.NUMBER, "all"),
        Column(
            "unchecked",
            _("Not compared"),
            lambda row: row.counts["unchecked"],
            Kind.NUMBER,
            "unchecked",
        ),
    ),
    (_("No pack"), _("Packs stand here once the hub is set up.")),
    filters=(of_values("over", _("Stands on"), lambda row: row.below),),
)


@door("desk.see")
def pack_list(request: Visit) -> HttpResponseBase:
    in_force = pack()
    others = [read(name) for name in shipped() if name != in_force.id]
    context = {
        "in_force": in_force,
        "chain": [(one, _address(one)) for one in pack_shown.chain(in_force)],
        "counts": pack_shown.counted(in_force),
    }
    rows = [_known(one) for one in (in_force, *others)]
    return answer(request, "portal/packs.html", context, packs=Listed(request, PACKS, rows))


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
def export(request: Visit, name: str, form: str) -> HttpResponseBase:
    """The rows the filter leaves, as a file."""
    shown, table = _named(name), request.GET.get("table", "")
    heads = [gettext(head) for head in HEADS]
    found = _filtered(request, list(pack_shown.rows(shown, clock.today())), shown)
    rows = [_line(row) for row in found if table in ("", row.table)]
    title = f"{said(shown)}-{clock.today().isoformat()}"
    return as_file(Sheet(title, heads, rows, KINDS), form)


HEADS = (
    _("Kind of row"), _("Number"), _("Name in Chinese"), _("Name in English"), _("Content"),
    _("Document"), _("Clause"), _("Quotation"), _("Compared with the text"), _("From"), _("To"),
    _("See also"), _("Note"), _("Pack"),
)  # fmt: skip
KINDS = [*[Kind.TEXT] * 9, Kind.DAY, Kind.DAY, *[Kind.TEXT] * 3]


def _known(one: Pack) -> Known:
    below = " → ".join(said(each) for each in pack_shown.chain(one)[1:])
    return Known(one, _address(one), pack_shown.counted(one), below)


def _line(shown: Shown) -> tuple[Any, ...]:
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
        gettext("yes") if row.cite.checked else gettext("no"),
        row.from_date,
        row.to_date,
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
