"""The public's map: what is open by area and theme, and no outline without a review number."""

from __future__ import annotations

import pytest

from tests.oversee import squares
from tests.portal.test_opening import body, citizen, opened
from tests.portal.town import WHY, Town
from yunzhang.oversee.mapping import boundaries
from yunzhang.oversee.mapping.boundaries import Origin
from yunzhang.people.models import Unit

__all__ = ["citizen", "opened"]


@pytest.fixture
def placed(town: Town, opened) -> None:
    """The provider of what is open lies in the western county; its map may be published."""
    Unit.objects.filter(pk=town.units[2].pk).update(division="450102")
    origin = Origin("省级测绘成果", "可公开", "桂S(2026)12号")
    boundaries.load(town.reviewer, squares.WHOLE, origin, why=WHY)


def test_what_is_open_is_counted_by_area_and_leads_down_to_the_data(
    citizen, placed, opened
) -> None:
    told = citizen.get("/open/map/450000/values.json").json()
    city = body(citizen.get("/open/map/450100"))
    elsewhere = body(citizen.get("/open/map/450200"))

    assert told["values"]["now"] == {"450100": [1, 1, 1, 0], "450200": [0, 0, 1, 0]}
    assert opened.title in city
    assert "桂S(2026)12号" in city
    assert opened.title not in elsewhere


def test_a_theme_narrows_the_numbers_and_the_list(citizen, placed, opened) -> None:
    own = citizen.get(f"/open/map/450000/values.json?theme={opened.classification}").json()
    other = citizen.get("/open/map/450000/values.json?theme=101001").json()
    page = body(citizen.get("/open/map?theme=101001"))

    assert own["values"]["now"]["450100"][0] == 1
    assert other["values"]["now"]["450100"][0] == 0
    assert opened.title not in page


def test_no_outline_reaches_the_public_without_a_review_number(
    citizen, placed, opened, town
) -> None:
    before = citizen.get("/open/map/450000/shapes.json")
    origin = Origin("自绘", "内部使用")
    boundaries.load(town.reviewer, squares.WHOLE, origin, why=WHY)

    after = citizen.get("/open/map/450000/shapes.json")
    page = body(citizen.get("/open/map"))

    assert len(before.json()["features"]) == 2
    assert after.status_code == 404
    assert "data-map" not in page
    assert "双县市" in page


def test_without_boundaries_the_public_finds_the_list_all_the_same(citizen, opened) -> None:
    page = body(citizen.get("/open/map"))

    assert opened.title in page
    assert citizen.get("/open/map/all/shapes.json").status_code == 404
