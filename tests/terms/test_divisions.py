"""Division codes: what lies in what, and where a credit code was registered."""

from __future__ import annotations

import pytest

from yunzhang.terms import divisions


@pytest.mark.parametrize(
    ("code", "level", "stem"),
    [
        ("450000", "province", "45"),
        ("450100", "city", "4501"),
        ("451000", "city", "4510"),
        ("450102", "county", "450102"),
    ],
)
def test_a_code_says_how_high_it_stands(code, level, stem):
    assert (divisions.level(code), divisions.stem(code)) == (level, stem)


def test_a_township_lies_in_its_county_city_and_region_and_in_no_other():
    inside = [a for a in ("450000", "450100", "450102", "450103", "440000")
              if divisions.within("450102001", a)]  # fmt: skip

    assert inside == ["450000", "450100", "450102"]


def test_a_county_right_below_its_region_lies_in_the_region():
    known = {"460000", "469001", "460100"}

    assert divisions.above("469001", known) == "460000"
    assert divisions.above("460100", known) == "460000"
    assert divisions.above("460000", known) == ""


def test_the_nearest_area_that_is_drawn_holds_what_is_not():
    assert divisions.nearest("450102001", {"450100", "450000"}) == "450100"
    assert divisions.nearest("440100", {"450100", "450000"}) == ""


@pytest.mark.parametrize(
    ("code", "division"),
    [
        ("11450000MT00000097", "450000"),
        ("11100000MB00000000", ""),  # the national registry: no region
        ("1145", ""),
        ("11AB0000MT00000097", ""),
    ],
)
def test_a_credit_code_names_the_division_it_was_given_in(code, division):
    assert divisions.of_credit_code(code) == division
