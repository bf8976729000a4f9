"""The lists of the ledger: nodes and their logs, the hub's facts, a node's receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.gather.models import Node
from yunzhang.people.models import FactRow, Unit
from yunzhang.portal import typed
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, of_states, of_units
from yunzhang.portal.protect import logs
from yunzhang.portal.states import STATES
from yunzhang.portal.templatetags.said import deed_name, said
from yunzhang.terms.fact import DEED_NAMES
from yunzhang.use.models import NodeLog


def _standing(node: Node) -> str:
    log = getattr(node, "log", None)
    if log is None or not (log.fault or log.size):
        return "silent"
    return "fault" if log.fault else "sound"


STANDINGS = {
    "sound": Q(log__fault="", log__size__gt=0),
    "fault": ~Q(log__fault="") & Q(log__isnull=False),
    "silent": Q(log=None) | Q(log__fault="", log__size=0),
}


def _standings(_rows: Any) -> Choices:
    return [(value, gettext(words)) for value, (words, _tone) in STATES["log"].items()]


def _log_of(node: Node) -> NodeLog:
    return getattr(node, "log", None) or NodeLog(node=node)


NAME = Column(
    "name",
    _("Node"),
    lambda row: row.name,
    order="name",
    found=("name", "address", "unit__name", "unit__short_name"),
    link=lambda row: reverse("log", args=[row.name]),
    note=lambda row: row.unit.short_name,
)
UNIT = Column("unit", _("Unit"), lambda row: row.unit.name, on="file")
ADDRESS = Column("address", _("Address"), lambda row: row.address, Kind.CODE, "address")
STANDING = Column("log", _("Log"), _standing, Kind.STATE, "log__fault", states="log")
SIZE = Column("size", _("Entries"), lambda row: _log_of(row).size, Kind.NUMBER, "log__size")
TAKEN = Column(
    "taken", _("Last batch"), lambda row: _log_of(row).taken_at, Kind.MOMENT, "log__taken_at"
)
HEARD = Column("seen", _("Last heard"), lambda row: row.seen_at, Kind.MOMENT, "seen_at")
BY_LOG = Filter("log", _("Log"), STANDINGS.get, _standings)
BY_UNIT = of_units("unit", _("Unit"), "unit")
NODES = Listing(
    "nodes",
    _("Nodes"),
    (NAME, UNIT, ADDRESS, STANDING, SIZE, HEARD),
    (
        _("No node"),
        _("Start one beside your data with “yunzhang node init”, then register it here."),
    ),
    order=("name",),
    filters=(BY_LOG, BY_UNIT),
    hint=_("Node, address or unit"),
)
LOGS = Listing(
    "logs",
    _("Logs of nodes"),
    (NAME, UNIT, STANDING, SIZE, TAKEN),
    (_("No node is registered yet."), _("A node's log stands here once the node is registered.")),
    order=("name",),
    filters=(BY_LOG, BY_UNIT),
    hint=_("Node, address or unit"),
)


def _number(written: str) -> Q | None:
    place = typed.place(written)
    return None if place is None else Q(index__lt=place)


def _leaf_of(name: str) -> Column:
    return Column(
        "index",
        _("Index"),
        lambda row: row.index,
        Kind.NUMBER,
        "index",
        link=lambda row: reverse("leaf", args=[name, row.index]),
    )


MOMENT = Column("at", _("When"), lambda row: row.at, Kind.MOMENT, "at")
BEFORE = Filter("after", _("Before index"), _number)


def _who(fact: FactRow) -> str:
    # As the log says it, and no name: a log is for all who may look into it.
    return f"person:{fact.person_id}" if fact.person_id else gettext("The hub")


def _deeds(_rows: Any) -> Choices:
    return sorted(
        ((deed.value, said(name)) for deed, name in DEED_NAMES.items()), key=lambda d: d[1]
    )


FACTS = Listing(
    "log-HUB",
    _("Log of the hub"),
    (
        _leaf_of(logs.HUB),
        MOMENT,
        Column("deed", _("Deed"), lambda row: deed_name(row.deed), order="deed"),
        Column("who", _("Who"), _who),
        Column(
            "unit",
            _("Unit"),
            lambda row: row.unit and row.unit.short_name,
            order="unit__short_name",
            found=("unit__short_name", "unit__name"),
        ),
        Column(
            "subject", _("Subject"), lambda row: row.subject, Kind.CODE, "subject", ("subject",)
        ),
    ),
    (_("No entry yet"), _("Every deed stands here as soon as the worker has carried it over.")),
    order=("-index",),
    filters=(
        Filter("deed", _("Deed"), lambda value: Q(deed=value), _deeds),
        Filter("subject", _("Subject, such as request:1"), lambda value: Q(subject=value)),
        BEFORE,
    ),
    hint=_("Subject or unit"),
)


def _of_grant(value: str) -> Q:
    return Q(grant=value.removeprefix("grant:"))


def _granted(name: str) -> Callable[[Any], Choices]:
    # Of the grants, not of the receipts: those may be millions.
    held = Unit.objects.filter(grants_held__node__name=name).distinct()
    return lambda _rows: list(held.values_list("code", "short_name"))


def receipts(name: str) -> Listing:
    """The list of a node's receipts."""
    return Listing(
        f"log-{name}",
        _("Receipts"),
        (
            _leaf_of(name),
            MOMENT,
            Column(
                "outcome", _("Outcome"), lambda row: row.outcome, Kind.STATE, "outcome",
                states="outcome",
            ),
            Column(
                "consumer",
                _("Consumer"),
                lambda row: row.consumer and row.consumer.short_name,
                order="consumer__short_name",
                found=("consumer__short_name", "consumer__name"),
            ),
            Column("purpose", _("Purpose"), lambda row: row.purpose, found=("purpose",)),
            Column("grant", _("Grant"), lambda row: row.grant, Kind.CODE, found=("grant",)),
            Column(
                "resource", _("Resource code"), lambda row: row.resource_code, Kind.CODE, on="file"
            ),
            Column("rows", _("Rows"), lambda row: row.rows, Kind.NUMBER, "rows"),
        ),
        (_("No call yet"), _("Calls stand here as soon as nodes report their receipts.")),
        order=("-index",),
        filters=(
            of_states("outcome", _("Outcome"), "outcome"),
            Filter(
                "consumer", _("Consumer"), lambda value: Q(consumer__code=value), _granted(name)
            ),
            Filter("subject", _("Grant"), _of_grant),
            BEFORE,
        ),
        hint=_("Purpose, consumer or grant"),
    )  # fmt: skip
