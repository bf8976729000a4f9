"""Navigation: the pages a person's posts open, grouped as the life of data goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from yunzhang.people.permissions import Actor, may


@dataclass(frozen=True)
class Place:
    """One entry of the menu: the route, its title (a msgid), who may open it."""

    route: str
    title: str
    permission: str


PLACES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        gettext_noop("My work"),
        (
            Place("desk", gettext_noop("My desk"), "desk.see"),
            Place("queue", gettext_noop("The queue by deadline"), "desk.see"),
            Place("cases", gettext_noop("Cases"), "desk.see"),
            Place("notices", gettext_noop("Notices"), "desk.see"),
        ),
    ),
    (
        gettext_noop("Chiefs and results"),
        (
            Place("chiefs", gettext_noop("Chiefs"), "desk.see"),
            Place("map", gettext_noop("The map"), "score.see"),
            Place("screen", gettext_noop("Command screen"), "usage.see"),
            Place("scores", gettext_noop("Scoreboard"), "score.see"),
            Place("indicators", gettext_noop("Indicators"), "score.see"),
            Place("reported", gettext_noop("Reported numbers"), "score.see"),
            Place("boards", gettext_noop("Red and black boards"), "score.see"),
            Place("violations", gettext_noop("Evidence of violations"), "score.see"),
            Place("duties", gettext_noop("Dated duties"), "desk.see"),
        ),
    ),
    (
        gettext_noop("Patrols and evaluation"),
        (
            Place("tasks", gettext_noop("Tasks"), "desk.see"),
            Place("pain_points", gettext_noop("Pain points"), "desk.see"),
            Place("meetings", gettext_noop("Meetings"), "desk.see"),
            Place("patrols", gettext_noop("Patrols"), "desk.see"),
            Place("evaluations", gettext_noop("Evaluations"), "desk.see"),
            Place("surveys", gettext_noop("Surveys"), "desk.see"),
            Place("circulars", gettext_noop("Circulars"), "desk.see"),
        ),
    ),
    (
        gettext_noop("Clouds and networks"),
        (
            Place("clouds", gettext_noop("Clouds and rates"), "score.see"),
            Place("running", gettext_noop("Where systems run"), "score.see"),
            Place("networks", gettext_noop("Networks and rooms"), "score.see"),
            Place("services_bought", gettext_noop("Vendors and services"), "score.see"),
            Place("handbook", gettext_noop("Handbook of systems"), "score.see"),
        ),
    ),
    (
        gettext_noop("Projects"),
        (
            Place("projects", gettext_noop("Project library"), "score.see"),
            Place("plans", gettext_noop("Plans and budgets"), "score.see"),
            Place("applications", gettext_noop("Applications there are"), "score.see"),
        ),
    ),
    (
        gettext_noop("Gather and hold"),
        (
            Place("catalog", gettext_noop("Catalog"), "catalog.see"),
            Place("systems", gettext_noop("Systems and tables"), "system.register"),
            Place("quality", gettext_noop("Data quality"), "quality.see"),
            Place("nodes", gettext_noop("Nodes"), "node.register"),
            Place("imports", gettext_noop("Bulk import"), "records.import"),
        ),
    ),
    (
        gettext_noop("Share"),
        (
            Place("requests", gettext_noop("Requests"), "request.see"),
            Place("grants", gettext_noop("Grants"), "grant.see"),
            Place("lists", gettext_noop("Five lists"), "catalog.see"),
            Place("keys", gettext_noop("Callers' keys"), "key.register"),
            Place("webhooks", gettext_noop("Webhooks"), "webhook.set"),
        ),
    ),
    (
        gettext_noop("Use the data"),
        (
            Place("usage", gettext_noop("Usage"), "usage.see"),
            Place("cage", gettext_noop("Data cage"), "cage.see"),
        ),
    ),
    (
        gettext_noop("Proof"),
        (
            Place("ledger", gettext_noop("Ledger"), "ledger.see"),
            Place("incidents", gettext_noop("Incidents"), "score.see"),
            Place("audit", gettext_noop("The auditor's desk"), "ledger.verify"),
        ),
    ),
    (
        gettext_noop("Institutions"),
        (
            Place("calendar", gettext_noop("Working calendar"), "desk.see"),
            Place("packs", gettext_noop("Policy packs"), "desk.see"),
            Place("law", gettext_noop("What the law asks"), "desk.see"),
            Place("permissions", gettext_noop("Who may do what"), "desk.see"),
            Place("units", gettext_noop("Units"), "unit.register"),
            Place("people", gettext_noop("People"), "person.register"),
        ),
    ),
)


def sections(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The menu for this actor: groups of places with address and title; open where we are."""
    found: list[dict[str, Any]] = []
    nearest = _nearest(path)
    for title, places in PLACES:
        own = [_entry(place, nearest) for place in places if may(actor, place.permission)]
        # One's own work stays open: whatever page one is on, the way back is in sight.
        here = not found or any(place["here"] for place in own)
        if own:
            found.append({"title": gettext(title), "open": here, "places": own})
    return found


def _nearest(path: str) -> str:
    """The place a page stands under: of several that begin its address, the longest."""
    known = [reverse(place.route) for _title, places in PLACES for place in places]
    above = [one for one in known if path == one or (one != "/" and path.startswith(one))]
    return max(above, key=len, default="")


def _entry(place: Place, nearest: str) -> dict[str, Any]:
    address = reverse(place.route)
    return {"address": address, "title": gettext(place.title), "here": address == nearest}
