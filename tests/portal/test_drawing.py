"""The picture of a procedure: every step has a place of its own, and what was gone is lit."""

from __future__ import annotations

import pytest

from yunzhang.packs import read, shipped
from yunzhang.portal.drawing import DOWN, HEIGHT, WIDTH, draw, walked
from yunzhang.terms.pack_rows import Procedure

COURSES = [(pack, row.id) for pack in shipped() for row in read(pack).procedures]


def course(pack: str, id: str) -> Procedure:
    return next(row for row in read(pack).procedures if row.id == id)


@pytest.mark.parametrize(("pack", "id"), COURSES)
def test_no_station_lies_on_another_and_all_lie_on_the_picture(pack: str, id: str) -> None:
    found = course(pack, id)

    picture = draw(found, found.steps[0].id)

    places = [(station.x, station.y) for station in picture.stations]
    assert len(set(places)) == len(found.steps)
    assert all(x + WIDTH <= picture.width and y + HEIGHT <= picture.height for x, y in places)


@pytest.mark.parametrize(("pack", "id"), COURSES)
def test_a_station_lies_in_the_lane_of_whose_turn_it_is(pack: str, id: str) -> None:
    picture = draw(course(pack, id), "")

    for station in picture.stations:
        [lane] = [lane for lane in picture.lanes if lane.y <= station.y < lane.y + lane.height]
        assert lane.party == (station.step.party if station.step.moves else "")
        assert lane.height % DOWN == 0


def test_where_the_matter_stands_is_lit_and_where_it_went_is_marked() -> None:
    found = course("national", "request_conditional")
    deeds = ["request.drafted", "request.submitted", "request.applied", "request.noticed"]

    picture = draw(found, "noticed", walked(found, deeds))

    lit = {station.step.id: station.place for station in picture.stations}
    assert lit["noticed"] == "here"
    assert (lit["draft"], lit["waiting"], lit["applied"]) == ("passed", "passed", "passed")
    assert (lit["agreed"], lit["refused"]) == ("ahead", "ahead")
    assert sum(line.passed for line in picture.lines) == 3


def test_deeds_that_are_no_moves_go_nowhere() -> None:
    found = course("national", "request_conditional")

    assert walked(found, ["clock.expired", "request.agreed"]) == set()
