"""Reading GeoJSON of divisions: what is sound, and every fault by the feature it stands in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oversee import squares
from yunzhang.oversee.mapping import geojson
from yunzhang.terms.faults import Refused


def faults(*features) -> list[str]:
    return [fault.code for fault in geojson.read(squares.file(*features)).faults]


def spoilt(**changes: Any) -> dict[str, Any]:
    """The western county with something wrong in it."""
    made = squares.feature("450102", "西县", 105, 106)
    made["properties"].update(changes.pop("properties", {}))
    made["geometry"].update(changes)
    return made


def test_the_surveyors_prefix_is_taken_off_a_code():
    found = geojson.read(squares.WHOLE)

    codes = [one.code for one in found.outlines]
    assert codes == ["450000", "450100", "450200", "450102", "450103"]
    assert not found.faults


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        (spoilt(properties={"gb": ""}), "map.code"),
        (spoilt(properties={"gb": "45010"}), "map.code"),
        (spoilt(properties={"name": " "}), "map.name_missing"),
        (spoilt(type="MultiLineString"), "map.geometry"),
        (spoilt(coordinates=[[[105, 22], [106, 22], [106, 23], [105, 23]]]), "map.ring"),
        (spoilt(coordinates=[[[105, 22], [106, 22], [105, 22]]]), "map.ring"),
        (spoilt(coordinates=[[[22, 105], [22, 106], [23, 106], [22, 105]]]), "map.place"),
        (spoilt(coordinates=[[[4e5, 2e6], [5e5, 2e6], [5e5, 3e6], [4e5, 2e6]]]), "map.place"),
    ],
)
def test_each_fault_is_told_for_the_feature_it_stands_in(feature, code):
    found = geojson.read(squares.file(squares.REGION, feature))

    assert [fault.code for fault in found.faults] == [code]
    assert dict(found.faults[0].details)["at"] == "2"
    assert [one.code for one in found.outlines] == ["450000"]


def test_a_drawn_line_without_a_code_has_both_its_faults_told_at_once():
    line = spoilt(type="MultiLineString", properties={"gb": "", "name": "境界线"})

    assert faults(line) == ["map.code", "map.geometry"]


def test_one_code_twice_is_told_with_where_it_stood_first():
    found = geojson.read(squares.file(squares.COUNTIES[0], squares.COUNTIES[0]))

    assert dict(found.faults[0].details)["first"] == "1"
    assert found.faults[0].code == "map.code_twice"


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"type": "Feature"}', b"\xff\xfe", squares.file()])
def test_what_is_no_file_of_areas_is_refused(text):
    with pytest.raises(Refused) as refused:
        geojson.read(text)

    assert refused.value.faults[0].code == "map.file_wrong"


def test_another_system_of_coordinates_is_refused_by_its_name():
    gauss = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}}

    with pytest.raises(Refused) as refused:
        geojson.read(squares.file(squares.REGION, crs=gauss))

    assert "4526" in refused.value.faults[0].sentence("en")


def test_the_real_files_say_what_is_wrong_with_them(shared_data):
    place = shared_data / "boundaries"
    counties = geojson.read((place / "district.geojson").read_bytes())
    country = geojson.read((place / "province_all_china.geojson").read_bytes())

    assert (len(counties.outlines), counties.faults) == (149, [])
    assert len(country.outlines) == 34
    assert {dict(fault.details)["name"] for fault in country.faults} == {"境界线"}
