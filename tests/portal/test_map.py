"""The map: its numbers recount to their rows, its doors open to whom they may, its forms keep."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.hub_world import credit_code
from tests.oversee import squares
from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.gather import clouds
from yunzhang.gather.clouds import CloudForm
from yunzhang.oversee.clouds import rooms
from yunzhang.oversee.mapping import boundaries
from yunzhang.oversee.mapping.boundaries import Origin
from yunzhang.oversee.mapping.map_models import Boundary
from yunzhang.oversee.models import Score
from yunzhang.people import units
from yunzhang.people.models import Clock, Unit

OLD = date(2015, 6, 1)
ORIGIN = Origin("省级测绘成果", "内部使用")


@pytest.fixture
def drawn(town: Town) -> dict[str, Unit]:
    """The region of squares, two units in one city's counties and one in the city itself."""
    boundaries.load(town.reviewer, squares.WHOLE, ORIGIN, why=WHY)
    made = {}
    for number, (name, division) in enumerate(
        (("西县民政局", "450102"), ("东县民政局", "450103"), ("双县市民政局", "450100")), 60
    ):
        made[name] = units.register(
            town.reviewer, credit_code(number), name, name, "city", division=division, why=WHY
        )
    return made


def freeze(unit: Unit, period: str, hits: int, of: int, total: float, measured: int = 2) -> None:
    """A frozen score with one figure, as `scores.freeze` writes it."""
    figure = {"indicator": "quality", "kind": "verdict", "hits": hits, "of": of, "held": []}
    Score.objects.create(
        unit=unit,
        period=period,
        frozen_at=clock.now(),
        total=total,
        measured=measured,
        figures=json.dumps([{**figure, "percent": "50", "failed": []}]),
        signed="{}",
    )


def values(client: Client, code: str, show: str) -> Any:
    answer = client.get(f"/map/{code}/values.json?show={show}")
    assert answer.status_code == 200
    return answer.json()


def lines(client: Client, address: str, name: str) -> list[dict[str, str]]:
    """A list of the page as its CSV export."""
    mark = "&" if "?" in address else "?"
    answer = client.get(f"{address}{mark}{name}export=csv")
    text = b"".join(answer) if answer.streaming else answer.content
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_a_city_is_the_sum_of_its_units_and_its_counties_with_its_own(town, visit, drawn) -> None:
    west, east, city = drawn.values()
    for unit, hits, of in ((west, 1, 4), (east, 3, 4), (city, 2, 2)):
        freeze(unit, "2026Q4", hits, of, 50)
    client = visit("chief")

    region = values(client, "450000", "quality")["values"]["2026Q4"]
    inside = values(client, "450100", "quality")["values"]["2026Q4"]
    listed = lines(client, "/map/450100?show=quality&at=2026Q4", "a_")
    rows = lines(client, "/map/450100?show=quality&at=2026Q4", "u_")

    assert region["450100"] == [60.0, 6, 10, 3]
    assert inside == {"450102": [25.0, 1, 4, 1], "450103": [75.0, 3, 4, 1]}
    assert region["450200"] == [None, 0, 0, 0]
    assert [(row["达标数"], row["总数"]) for row in listed] == [("1", "4"), ("3", "4"), ("2", "2")]
    assert sum(int(row["达标数"]) for row in rows) == 6
    assert sum(int(row["总数"]) for row in rows) == 10


def test_the_total_score_of_an_area_is_the_mean_of_its_units(town, visit, drawn) -> None:
    west, east, _city = drawn.values()
    freeze(west, "2026Q4", 1, 2, 60)
    freeze(east, "2026Q4", 1, 2, 71)

    told = values(visit("chief"), "450000", "total")

    assert told["values"]["2026Q4"]["450100"] == [65.5, 131, 2, 2]
    assert [one["id"] for one in told["times"]] == ["2026Q3", "2026Q4"]


def test_a_unit_measured_on_one_figure_alone_has_no_score_on_the_map(town, visit, drawn) -> None:
    west, east, _city = drawn.values()
    freeze(west, "2026Q4", 2, 2, 100, measured=1)
    freeze(east, "2026Q4", 1, 2, 71)
    client = visit("chief")

    inside = values(client, "450100", "total")["values"]["2026Q4"]
    page = client.get("/map/450100?show=total&at=2026Q4").content.decode()

    assert inside["450102"] == [None, 0, 0, 0]
    assert inside["450103"] == [71.0, 71, 1, 1]
    assert "100.00" not in page
    assert "未测得，或测得过少，不列名次" in page


def test_the_picker_groups_the_indicators_by_theme(town, visit, drawn) -> None:
    for language, themes in (
        ("zh-hans", ("目录", "数据质量", "数量")),
        ("en", ("Catalog", "Quality", "Numbers")),
    ):
        page = visit("chief", language).get("/map").content.decode()
        groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)

        assert set(themes) <= {label for label, _options in groups}
        assert len(re.findall("<option", "".join(options for _label, options in groups))) >= 50
        for label, options in groups:
            assert ('value="catalog_coverage"' in options) == (label == themes[0])


def test_what_units_report_is_shown_on_the_map_too(town, visit, drawn, settings) -> None:
    settings.PACK = "liuzhou-2020"

    told = visit("chief").get("/map/450000/values.json?show=township_online_rate")

    assert told.status_code == 200
    assert told.json()["times"] == [{"id": "now", "name": "当前"}]


def test_every_period_has_its_values_and_the_colours_keep_their_limits(town, visit, drawn) -> None:
    unit = drawn["西县民政局"]
    freeze(unit, "2026Q3", 1, 10, 10)
    freeze(unit, "2026Q4", 9, 10, 90)

    told = values(visit("chief"), "450000", "quality")

    assert told["values"]["2026Q3"]["450100"][0] == 10.0
    assert told["values"]["2026Q4"]["450100"][0] == 90.0
    assert told["edges"] == [10.0, 28.0, 46.0, 64.0, 82.0, 100.0]


def test_a_rate_of_the_registers_is_shown_of_now_and_its_number_opens_to_its_rows(
    town, visit, drawn
) -> None:
    unit = drawn["西县民政局"]
    told = values(visit("chief"), "450000", "gov_extranet_coverage")
    page = visit("chief").get("/map/450102?show=gov_extranet_coverage").content.decode()

    assert told["values"]["now"]["450100"] == [0.0, 0, 3, 3]
    assert f"/clouds/rates/gov_extranet_coverage?of={unit.code}" in page


def test_limits_missed_are_counted_for_the_units_one_sees_alone(town, visit) -> None:
    boundaries.load(town.reviewer, squares.WHOLE, ORIGIN, why=WHY)
    Unit.objects.filter(pk=town.units[2].pk).update(division="450102")
    late = Clock.objects.filter(unit=town.units[2], ended_on=None, due_on__lt=clock.today())

    seen = values(visit("reviewer"), "450000", "late")["values"]["now"]["450100"][0]
    own = values(visit("chief"), "450000", "late")["values"]["now"]["450100"][0]
    others = values(visit("stats"), "450000", "late")["values"]["now"]["450100"][0]

    assert seen == own == late.count() == 1
    assert others == 0


def test_rooms_clouds_and_overdue_limits_stand_at_the_middle_of_their_division(
    town, visit, drawn
) -> None:
    unit = drawn["西县民政局"]
    rooms.register(town.reviewer, unit, "西县机房", "450102001", OLD, clock.today(), why=WHY)
    clouds.register(town.reviewer, unit, CloudForm("西县云", "county", OLD), why=WHY)
    Clock.objects.create(
        rule="C1", subject="request:0", unit=unit, days=10, document="x", clause="y",
        started_on=OLD, due_on=clock.today() - timedelta(days=1),
    )  # fmt: skip

    told = values(visit("reviewer"), "450100", "entries")["points"]

    assert [(one["kind"], one["n"], one["at"]) for one in told] == [
        ("cloud", 1, [105.5, 22.5]),
        ("late", 1, [105.5, 22.5]),
        ("room", 1, [105.5, 22.5]),
    ]
    assert values(visit("reviewer"), "450200", "entries")["points"] == []
    page = visit("reviewer").get("/map/450100").content.decode()
    assert "西县机房" in page
    assert f"/queue?unit={unit.code}&amp;state=late" in page


def test_the_page_leads_down_and_up_and_keeps_what_is_shown(town, visit, drawn) -> None:
    client = visit("chief", "en")

    region = client.get("/map?show=quality").content.decode()
    city = client.get("/map/450100?show=quality").content.decode()

    assert 'href="/map/450100?show=quality"' in region
    assert 'href="/map/450000?show=quality"' in city
    assert "方格区" in city
    assert 'href="/map/450102?show=quality"' in city


def test_outlines_are_packed_and_kept_by_the_browser(town, visit, drawn) -> None:
    client = visit("chief")

    plain = client.get("/map/450100/shapes.json")
    packed = client.get("/map/450100/shapes.json", headers={"Accept-Encoding": "gzip"})

    assert [one["properties"]["code"] for one in plain.json()["features"]] == ["450102", "450103"]
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Cache-Control"] == "private, max-age=86400"


def test_a_map_without_a_review_number_says_that_it_may_not_be_published(
    town, visit, drawn
) -> None:
    client = visit("chief", "en")
    before = client.get("/map").content.decode()

    origin = Origin("省级测绘成果", "内部使用", "桂S(2026)12号")
    boundaries.load(town.reviewer, squares.WHOLE, origin, why=WHY)
    after = client.get("/map").content.decode()

    assert "not to be published" in before
    assert "not to be published" not in after
    assert "桂S(2026)12号" in after


def test_without_boundaries_the_page_says_what_to_do_and_lists_the_units(town, visit) -> None:
    page = visit("reviewer", "en").get("/map?show=entries").content.decode()

    assert "Load the boundaries of your region" in page
    assert "广西壮族自治区民政厅" in page
    assert "echarts" not in page


@pytest.mark.parametrize("address", ["/map/999999", "/map/999999/values.json"])
def test_an_area_that_is_not_drawn_is_not_there(town, visit, drawn, address) -> None:
    assert visit("chief").get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/map", "/map/450000", "/map/all/values.json", "/map/all/shapes.json"]
)
def test_nobody_sees_the_map_without_signing_in(town, client, drawn, address) -> None:
    assert client.get(address).status_code == 302


def test_tiles_widen_what_the_map_may_load_and_nothing_else(town, visit, drawn) -> None:
    tiles = "https://t0.example.cn/vec_c/wmts?z={z}&x={x}&y={y}&tk=key"

    with override_settings(MAP_TILES=tiles):
        on_map = visit("chief").get("/map")
        elsewhere = visit("chief").get("/scores")
    off = visit("chief").get("/map")

    assert "img-src 'self' data: https://t0.example.cn;" in on_map["Content-Security-Policy"]
    assert "script-src 'self';" in on_map["Content-Security-Policy"]
    assert "t0.example.cn" not in elsewhere["Content-Security-Policy"]
    assert "t0.example.cn" not in off["Content-Security-Policy"]


def test_boundaries_are_loaded_on_their_page_and_faults_told_by_feature(town, visit) -> None:
    client = visit("reviewer")
    form = {"deed": "load", "source": "省级测绘成果", "licence": "内部使用", "why": WHY}
    form["review_number"] = "桂S(2026)12号"
    broken = squares.file(squares.feature("", "境界线", 105, 106))

    refused = client.post("/map/boundaries", {**form, "file": upload(broken)})
    loaded = client.post("/map/boundaries", {**form, "file": upload(squares.WHOLE)}, follow=True)

    assert refused.status_code == 422
    assert "境界线" in refused.content.decode()
    assert "省级测绘成果" in refused.content.decode()
    assert Boundary.objects.count() == 5
    assert "桂S(2026)12号" in loaded.content.decode()


def test_who_registers_no_units_loads_no_boundaries(town, visit) -> None:
    assert visit("provider").get("/map/boundaries").status_code == 403


def upload(text: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("areas.geojson", text)
