"""Simulation: other weights over frozen figures; totals, places and reasons worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.oversee.scoring.simulation import Shift, Wanted, simulate, unmeasured
from yunzhang.terms.score import Figure, Weighed


def figure(id: str, hits: int, of: int, weight: int = 20, target: int = 100) -> Weighed:
    return Weighed(
        figure=Figure(
            indicator=id,
            kind="clock",
            held=tuple(map(str, range(hits))),
            failed=tuple(map(str, range(hits, of))),
        ),
        weight=weight,
        target=target,
    )


# Catalogued half, punctual; and the other way round.
UNITS = {
    "catalogued": (figure("catalog", 4, 4), figure("clocks", 1, 2)),
    "punctual": (figure("catalog", 1, 4), figure("clocks", 2, 2)),
}


def test_other_weights_turn_the_ranking_and_say_why():
    heavy_clocks = {"catalog": Wanted(10, 100), "clocks": Wanted(30, 100)}

    best, second = simulate(UNITS, heavy_clocks, 2)

    # 100·1/2 + 50·1/2 = 75 and 25·1/2 + 100·1/2 = 62.5; then a quarter and three quarters.
    assert (best.unit, best.before.total, best.after.total) == (
        "punctual", Decimal("62.50"), Decimal("81.25"),
    )  # fmt: skip
    assert (second.unit, second.before.total, second.after.total) == (
        "catalogued", Decimal("75.00"), Decimal("62.50"),
    )  # fmt: skip
    assert [(one.before.place, one.after.place, one.rise) for one in (best, second)] == [
        (2, 1, 1), (1, 2, -1),
    ]  # fmt: skip
    # Against the mean of 75: (100 − 75)·(−1/4) and (50 − 75)·(+1/4).
    assert second.shifts == (
        Shift("catalog", 20, 10, Decimal("-6.25")),
        Shift("clocks", 20, 30, Decimal("-6.25")),
    )


def test_the_weights_of_the_freezing_change_nothing():
    same = {"catalog": Wanted(20, 100), "clocks": Wanted(20, 100)}

    found = simulate(UNITS, same, 2)

    assert [one.change for one in found] == [Decimal(0), Decimal(0)]
    assert [one.rise for one in found] == [0, 0]
    assert all(not one.shifts for one in found)


def test_a_target_moves_what_falls_short_of_it():
    lower = {"catalog": Wanted(20, 25), "clocks": Wanted(20, 100)}

    by_unit = {one.unit: one for one in simulate(UNITS, lower, 2)}

    assert (by_unit["punctual"].before.missed, by_unit["punctual"].after.missed) == (1, 0)
    assert (by_unit["catalogued"].before.missed, by_unit["catalogued"].after.missed) == (1, 1)


def test_with_one_indicator_left_nobody_is_ranked():
    found = simulate(UNITS, {"catalog": Wanted(20, 100)}, 2)

    assert [one.after.place for one in found] == [None, None]
    assert [one.before.place for one in found] == [1, 2]


def test_an_indicator_the_period_does_not_hold_is_named():
    wanted = {"catalog": Wanted(20, 100), "drills": Wanted(10, 100), "idle": Wanted(0, 100)}

    assert unmeasured(UNITS, wanted) == ("drills",)


HITS = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(HITS, min_size=2, max_size=2), st.integers(1, 50), st.integers(0, 50))
def test_the_shifts_of_two_indicators_add_up_to_the_change(hits, first, second):
    figures = tuple(figure(f"i{n}", *pair) for n, pair in enumerate(hits))

    [found] = simulate({"one": figures}, {"i0": Wanted(first, 100), "i1": Wanted(second, 100)}, 0)

    if found.change is not None:
        points = sum((one.points for one in found.shifts), Decimal(0))
        assert points == pytest.approx(found.change, abs=Decimal("0.02"))
