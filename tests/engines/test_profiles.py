"""Profiles: exact counts, types that every value bears out, keys that hold over all rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.tables import gathered
from yunzhang import packs
from yunzhang.engines import on_duckdb
from yunzhang.engines.profiles import draft_items, pattern
from yunzhang.terms.codes import ItemType
from yunzhang.terms.levels import Grade


def test_a_column_is_counted_exactly(tmp_path):
    table = gathered(tmp_path, "code name", ("0002", "敬德镇"), ("0001", ""), ("0003", "足荣"))

    profile = on_duckdb.profile(table)

    code, name = profile.columns
    assert (profile.rows, code.nulls, name.nulls, name.null_rate) == (3, 0, 1, 1 / 3)
    assert (code.minimum, code.maximum, code.distinct, code.distinct_exact) == (
        "0001",
        "0003",
        3,
        True,
    )
    assert (name.min_length, name.max_length) == (2, 3)
    assert code.pattern == "[0-9]{4}"


@pytest.mark.parametrize(
    ("values", "type"),
    [
        (("1", "-20", "300"), ItemType.INTEGER),
        (("1.5", "2"), ItemType.NUMBER),
        (("2026-01-02", "1999-12-31"), ItemType.DATE),
        (("2026-01-02 03:04:05", "1999-12-31T00:00:00"), ItemType.DATETIME),
        (("是", "否"), ItemType.LOGICAL),
        (("001", "23"), ItemType.CHARACTER),
        (("450000", "450100"), ItemType.CHARACTER),
        (("1", "x"), ItemType.CHARACTER),
        (("短", "长" * 256), ItemType.MEMO),
    ],
)
def test_a_type_is_guessed_from_the_values(tmp_path, values, type):
    table = gathered(tmp_path, "v n", *((value, "x") for value in values))

    assert on_duckdb.profile(table).columns[0].type is type


def test_one_stray_value_among_many_unmakes_a_number(tmp_path):
    table = gathered(tmp_path, "v n", *((str(n), "x") for n in range(5_000)), ("n/a", "x"))

    assert on_duckdb.profile(table).columns[0].type is ItemType.CHARACTER


def test_keys_are_found_alone_or_in_small_sets(tmp_path):
    alone = gathered(tmp_path, "id year n", ("1", "a", "x"), ("2", "a", "x"), name="alone")
    together = gathered(
        tmp_path, "unit year n", ("1", "a", "x"), ("1", "b", "x"), ("2", "a", "x"), name="together"
    )
    none = gathered(tmp_path, "a b", ("1", "x"), ("1", "x"), name="none")

    assert on_duckdb.profile(alone).candidate_keys == (("id",),)
    assert on_duckdb.profile(together).candidate_keys == (("unit", "year"),)
    assert on_duckdb.profile(none).candidate_keys == ()


def test_samples_of_personal_data_are_redacted(tmp_path):
    table = gathered(tmp_path, "姓名 n", ("王小明", "x"), ("李芳", "x"))

    column = on_duckdb.profile(table).columns[0]

    assert (column.kind, column.grade) == ("name", Grade.GENERAL_3)
    assert set(column.samples) == {"王**", "李*"}
    assert "小明" not in column.minimum + column.maximum
    assert column.reasons[0].zh


def test_a_draft_lists_the_items_of_the_live_table_in_order(tmp_path):
    table = gathered(tmp_path, "code 联系电话", ("1", "13800000000"), ("2", "13800000001"))

    items = draft_items(on_duckdb.profile(table))

    assert [(item.column, item.key, item.kind) for item in items] == [
        ("code", True, ""),
        ("联系电话", False, "phone"),
    ]
    assert items[1].length == 11


def test_odd_names_and_an_empty_table_are_profiled(tmp_path):
    table = gathered(tmp_path, "a\"b';--")

    profile = on_duckdb.profile(table)

    assert (profile.rows, profile.columns[0].name, profile.candidate_keys) == (0, "a\"b';--", ())


@given(st.lists(st.from_regex(r"[0-9]{2,4}-[A-Z]{1,3}", fullmatch=True), min_size=1))
def test_a_pattern_matches_what_it_was_drawn_from(values):
    import re

    assert all(re.fullmatch(pattern(values), value) for value in values)


def test_beyond_the_limit_distinct_counts_say_they_are_estimates(tmp_path, monkeypatch):
    table = gathered(tmp_path, "id name", *((str(n), "x") for n in range(3_000)))
    real = packs.read("national")
    limits = tuple(
        type(row)(id=row.id, cite=row.cite, value=1_000, unit=row.unit)
        if row.id == "engines.distinct_exact_rows"
        else row
        for row in real.limits
    )
    small = type(real)(id="national", zh="", en="", limits=limits)
    monkeypatch.setattr(packs, "read", lambda name: small)

    profile = on_duckdb.profile(table)

    assert not profile.columns[0].distinct_exact
    assert profile.columns[1].nulls == 0
    assert profile.candidate_keys == (("id",),)
