"""Sixty units under each pack for two simulated years; every figure and place recounted by hand."""

from __future__ import annotations

import pytest

from tests.simulation import local, proposals, reckoning, world
from tests.simulation.habits import Habit, habits
from tests.simulation.province import UNITS
from tests.simulation.regimes import REGIMES
from yunzhang import packs
from yunzhang.oversee.scoring import scores

pytestmark = pytest.mark.slow
SEED = 809
BOARDS = {
    "red": lambda total: total >= local.RED_AT_LEAST,
    "black": lambda total: total < local.BLACK_BELOW,
}


def named(province, by_number):
    """The same by unit."""
    return {province.units[number]: value for number, value in by_number.items()}


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_every_pack_that_a_jurisdiction_made_is_played():
    assert {*REGIMES, "example"} == {*packs.shipped()}  # the template's rows are nobody's


@pytest.mark.parametrize("pack", REGIMES)
def test_two_years_of_sixty_units_score_and_rank_as_the_raw_events_say(begin, tmp_path, pack):
    province = world.began(begin, tmp_path, pack, SEED)

    for end in world.YEARS:
        ranking = world.frozen(province, end)
        mine = world.reckoned(province, end)

        assert world.figures(province, ranking) == mine
        totals = world.totals(mine)
        assert {s.unit: s.total for s in ranking} == named(province, totals)
        held = dict(zip((s.unit for s in ranking), scores.places(ranking), strict=True))
        places = reckoning.places(totals)
        assert held == named(province, places)
        for board, belongs in BOARDS.items():
            due = {unit for unit, total in totals.items() if belongs(total)}
            assert due, f"nobody to put on the {board} board"
            assert world.on_board(province, board, end) == due
        told, counted = world.circular(province, end)
        assert told == counted
        assert proposals.judged(province, end.year) == proposals.reckoned(
            province, mine, world.limits(province)
        )

    kinds = habits(SEED, UNITS)
    best = {kinds[unit] for unit, place in places.items() if place == 1}
    last = {kinds[unit] for unit, place in places.items() if place == max(places.values())}
    assert best == {Habit.PUNCTUAL}
    assert last <= {Habit.LATE, Habit.SILENT}
