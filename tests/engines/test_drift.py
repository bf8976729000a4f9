"""Drift: every way an entry and its table can part is said, and agreement says nothing."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engines.tables import gathered
from yunzhang import packs
from yunzhang.engines import on_duckdb
from yunzhang.engines.drift import drift
from yunzhang.engines.profiles import draft_items

TODAY = date(2026, 11, 22)
PACK = packs.read("national")


@pytest.fixture
def then(tmp_path):
    rows = [(f"45{n:04}", "敬德镇", str(n)) for n in range(100)]
    return on_duckdb.profile(gathered(tmp_path, "code name n", *rows, name="then"))


def marked(then, now, updated_on=TODAY, cycle="month"):
    found = drift(
        draft_items(then), now, then, updated_on=updated_on, cycle=cycle, today=TODAY, pack=PACK
    )
    return {(each.kind, each.column) for each in found}


def test_an_entry_that_agrees_with_its_table_is_not_marked(then):
    assert marked(then, then) == set()


def test_a_changed_table_is_marked_column_by_column(tmp_path, then):
    rows = [(f"45{n:04}", "敬德镇" * 2, "2026-01-02") for n in range(100)]
    now = on_duckdb.profile(gathered(tmp_path, "code name new", *rows, name="now"))

    assert marked(then, now) == {
        ("length_exceeded", "name"),
        ("column_missing", "n"),
        ("column_new", "new"),
    }


def test_a_changed_type_is_marked(tmp_path, then):
    rows = [(f"45{n:04}", "敬德镇", "x") for n in range(100)]
    now = on_duckdb.profile(gathered(tmp_path, "code name n", *rows, name="now"))

    assert marked(then, now) == {("type_changed", "n")}


def test_a_column_without_any_value_shows_no_other_type(tmp_path, then):
    rows = [(f"45{n:04}", "敬德镇", "") for n in range(100)]
    now = on_duckdb.profile(gathered(tmp_path, "code name n", *rows, name="now"))

    assert marked(then, now) == set()


@pytest.mark.parametrize(("count", "expected"), [(80, set()), (79, {("volume", "")})])
def test_volume_is_marked_beyond_the_threshold_of_the_pack(tmp_path, then, count, expected):
    rows = [(f"45{n:04}", "敬德镇", str(n)) for n in range(count)]
    now = on_duckdb.profile(gathered(tmp_path, "code name n", *rows, name="now"))

    assert marked(then, now) == expected


@pytest.mark.parametrize(
    ("updated_on", "cycle", "expected"),
    [
        (date(2026, 10, 22), "month", set()),
        (date(2026, 10, 21), "month", {("stale", "")}),
        (date(2020, 1, 1), "other", set()),
        (None, "day", set()),
    ],
)
def test_a_table_is_stale_after_its_update_cycle(then, updated_on, cycle, expected):
    assert marked(then, then, updated_on, cycle) == expected


def test_an_entry_without_a_table_is_marked(then):
    assert marked(then, None) == {("no_table", "")}


def test_a_drift_speaks_both_languages(then):
    (stale,) = drift(
        (), then, None, updated_on=date(2020, 1, 1), cycle="day", today=TODAY, pack=PACK
    )[-1:]

    assert "2020-01-01" in stale.zh
    assert "2020-01-01" in stale.en
    assert stale.details["days"] == "1"
