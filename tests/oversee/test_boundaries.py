"""Boundaries: loaded with their source, replacing those of their level, light enough for a page."""

from __future__ import annotations

import gzip
import json
from datetime import date

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee import squares
from yunzhang.oversee.mapping import boundaries
from yunzhang.oversee.mapping.boundaries import Origin
from yunzhang.oversee.mapping.map_models import Boundary, BoundarySheet
from yunzhang.people.models import FactRow
from yunzhang.terms.faults import Refused

ORIGIN = Origin("省级测绘成果", "内部使用", "桂S(2026)12号", date(2026, 1, 1))


def load(hub: HubWorld, text: bytes, origin: Origin = ORIGIN, **more) -> boundaries.Loaded:
    return boundaries.load(hub.reviewer, text, origin, why=WHY, **more)


def test_every_area_finds_the_one_it_lies_in_whatever_file_it_came_from(hub: HubWorld) -> None:
    load(hub, squares.file(*squares.COUNTIES))
    load(hub, squares.file(squares.REGION, *squares.CITIES))

    above = dict(Boundary.objects.values_list("code", "above"))

    assert above == {
        "450000": "",
        "450100": "450000",
        "450200": "450000",
        "450102": "450100",
        "450103": "450100",
    }
    assert [one.code for one in boundaries.top()] == ["450000"]
    assert [one.name for one in boundaries.inside("450100")] == ["西县", "东县"]


def test_the_fact_names_the_source_and_the_digest_of_the_file(hub: HubWorld) -> None:
    load(hub, squares.WHOLE)

    told = json.loads(FactRow.objects.get(deed="boundaries.loaded").content)

    assert (told["source"], told["review_number"], told["areas"]) == (
        "省级测绘成果",
        "桂S(2026)12号",
        5,
    )
    assert len(told["digest"]) == 64


def test_a_new_file_takes_the_place_of_its_level_and_leaves_the_others(hub: HubWorld) -> None:
    load(hub, squares.WHOLE)
    merged = squares.feature("450104", "合县", 105, 107)

    load(hub, squares.file(merged), Origin("新版", "内部使用"))

    assert [one.code for one in boundaries.inside("450100")] == ["450104"]
    assert Boundary.objects.filter(code__in=["450100", "450200", "450000"]).count() == 3
    assert BoundarySheet.objects.count() == 2


def test_only_what_lies_in_a_division_is_taken(hub: HubWorld) -> None:
    loaded = load(hub, squares.WHOLE, within="450100")

    assert loaded.areas == 3
    assert set(Boundary.objects.values_list("code", flat=True)) == {"450100", "450102", "450103"}


def test_a_fault_keeps_everything_out_unless_the_sound_is_wanted(hub: HubWorld) -> None:
    line = squares.feature("", "境界线", 105, 106)
    text = squares.file(squares.REGION, line)

    with pytest.raises(Refused) as refused:
        load(hub, text)
    none = Boundary.objects.count()
    loaded = load(hub, text, sound_only=True)

    assert [fault.code for fault in refused.value.faults] == ["map.code"]
    assert (none, loaded.areas, len(loaded.left_out)) == (0, 1, 1)


def test_source_and_review_number_are_asked_for_at_once(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        load(hub, squares.WHOLE, Origin(" ", "", "没有"))

    codes = [fault.code for fault in refused.value.faults]
    assert codes == ["map.source_missing", "map.review_number"]


def test_a_file_without_an_area_of_the_division_is_refused(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        load(hub, squares.WHOLE, within="440000")

    assert refused.value.faults[0].code == "map.nothing_sound"


def test_only_the_authority_loads_boundaries(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        boundaries.load(hub.officer, squares.WHOLE, ORIGIN, why=WHY)

    assert refused.value.faults[0].code == "permission.missing"


def test_only_a_map_whose_every_area_bears_a_review_number_may_be_published(hub: HubWorld) -> None:
    load(hub, squares.WHOLE)
    before = boundaries.publishable(boundaries.inside("450000"))

    load(hub, squares.file(*squares.CITIES), Origin("自绘", "内部使用"))

    assert (before, boundaries.publishable(boundaries.inside("450000"))) == (True, False)
    assert not boundaries.publishable([])


def test_what_is_drawn_is_geojson_with_the_middle_of_each_area(hub: HubWorld) -> None:
    load(hub, squares.WHOLE)

    drawn = json.loads(boundaries.drawn(["450102"]))

    (county,) = drawn["features"]
    assert county["properties"] == {"code": "450102", "name": "西县", "cp": [105.5, 22.5]}
    # The points in the middle of straight sides are gone, the corners stay.
    (ring,) = county["geometry"]["coordinates"][0]
    assert sorted(map(tuple, ring[1:])) == [(105, 22), (105, 23), (106, 22), (106, 23)]


def test_a_real_region_reaches_a_browser_in_less_than_a_hundred_kilobytes(
    hub: HubWorld, shared_data
) -> None:
    text = (shared_data / "boundaries" / "district.geojson").read_bytes()

    load(hub, text, within="450000")

    codes = list(Boundary.objects.values_list("code", flat=True))
    assert len(codes) == 111
    assert len(gzip.compress(boundaries.drawn(codes))) < 100_000
