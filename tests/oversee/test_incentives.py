"""Incentives: what a place and a total bring by rows with a measure; the rest is people's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yunzhang.oversee.scoring import incentives
from yunzhang.packs import read

RULES = read("example").incentives


@pytest.mark.parametrize(
    ("place", "total", "found"),
    [
        (3, "88.00", ["example.first"]),
        (4, "88.00", []),
        (4, "59.99", ["example.last"]),
        (4, "60.00", []),
        (2, "50.00", ["example.first", "example.last"]),
        (None, "50.00", []),  # an unranked unit is compared with nobody
    ],
)
def test_a_place_and_a_total_bring_what_the_rows_say(place, total, found):
    brought = incentives.brought(RULES, place, Decimal(total))

    assert [row.id for row in brought] == found


def test_what_a_document_gives_no_measure_is_left_to_people():
    pack = read("guangxi-2022")

    left = {row.id for row in incentives.unmeasured(pack.incentives)}
    assert {"guangxi.sharing_incentive", "guangxi.budget", "investment"} <= left
    assert incentives.brought(pack.incentives, 1, Decimal(100)) == []
