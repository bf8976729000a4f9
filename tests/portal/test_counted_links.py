"""Every figure that opens to a list is followed from the page, and the list holds as many rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urldefrag, urljoin

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.portal import figures_shown
from tests.portal.figures_shown import Element
from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.oversee.reports import circulars
from yunzhang.oversee.reports.circulars import CircularForm
from yunzhang.oversee.scoring import standings
from yunzhang.portal.navigation import PLACES

ALIKE = 3  # so many pages of one route are read: the others are made by the same lines
MENU = {place.route for _title, places in PLACES for place in places}
# Pages of figures that the menu leads to in a second step.
BEYOND = {"score", "figure", "indicator", "rate", "chief", "map_area", "screen_text", "audit",
          "signs", "circular", "circular_issue", "circular_figure", "board_issue", "report"}  # fmt: skip
# Where every number of a table written by hand must open, or say that it counts nothing.
COCKPIT = {"desk", "queue", "chiefs", "map", "map_area", "screen_text", "scores", "score", "figure",
           "indicators", "indicator", "boards", "board_issue", "circulars", "circular_issue",
           "duties", "tasks", "audit", "signs"}  # fmt: skip
AUDITOR = {"audit", "signs"}
# Who reads, and what of the cockpit they must have come to.
WHO: dict[str, set[str]] = {
    "reviewer": COCKPIT
    - AUDITOR
    - {"map_area", "board_issue"},  # no map is loaded, no board issued
    "auditor": AUDITOR,
    "chief": {"desk", "chiefs", "scores"},
    "provider": {"desk"},
    "consumer": {"desk"},
    "stats": {"desk"},
}


@pytest.fixture
def town(town):
    """The town at the end of its month: counted, and a circular drafted about it."""
    today = clock.today()
    standings.keep(today)
    form = CircularForm("通报", "见附数。")
    circulars.draft(town.reviewer, town.units[1], form, today - timedelta(days=90), today, why=WHY)
    return town


def read(client: Client) -> Iterator[tuple[str, str, Element]]:
    """Every page that links lead to from the desk: its route, its address and its HTML."""
    seen: set[str] = set()
    waiting, routes = ["/", "/screen/text"], Counter[str]()
    while waiting:
        address = waiting.pop(0)
        route = route_of(address)
        if address in seen or routes[route] == ALIKE or route not in MENU | BEYOND:
            continue
        seen.add(address)
        routes[route] += 1
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            root = figures_shown.page(answer.content.decode())
            yield route, address, root
            waiting += [
                urldefrag(urljoin(address, one.attributes.get("href", ""))).url
                for one in root.all()
                if one.name == "a" and "export=" not in one.attributes.get("href", "")
            ]


def route_of(address: str) -> str:
    try:
        return str(resolve(address.partition("?")[0]).url_name)
    except Resolver404:
        return ""


@pytest.mark.parametrize(("who", "pages"), WHO.items())
def test_every_figure_opens_to_as_many_rows_as_it_says_or_says_that_it_counts_nothing(
    town, visit, who, pages
) -> None:
    client, routes, followed, bare, wrong = visit(who, "en"), set(), 0, set(), []

    for route, address, root in read(client):
        routes.add(route)
        bare |= {(route, words) for words in figures_shown.bare(root, tables=route in COCKPIT)}
        for figure in figures_shown.shown(root, address):
            followed += 1
            rows = figures_shown.counted(client, figure)
            if rows != figure.n:
                wrong.append((address, figure, rows))

    assert wrong == []
    assert bare == set()
    assert followed > 20
    assert pages <= routes, "a page of figures to which no link leads any more"


def test_the_numbers_of_the_wall_are_those_of_its_lists(town, visit) -> None:
    client = visit("reviewer", "en")
    told = client.get("/screen/numbers.json").json()

    for one in told["numbers"]:
        figure = figures_shown.Shown(one["n"], one["words"], one["address"], one["column"])
        assert figures_shown.counted(client, figure) == one["n"], figure
    assert [one["words"] for one in told["numbers"] if not one["address"]] == []
