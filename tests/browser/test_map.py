"""The map and the command screen in a real browser: painted, walked by mouse and by keyboard."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.people.hook_server import hook_server, self_signed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = (390, 1366, 1920, 3840)
# A copy of the first map's pixels: reading the canvas itself again and again would be warned of.
COPY = """const box = document.querySelector('.maps .drawn'), c = box.querySelector('canvas');
  const copy = Object.assign(document.createElement('canvas'), { width: c.width, height: c.height });
  const seen = copy.getContext('2d', { willReadFrequently: true }); seen.drawImage(c, 0, 0);"""
# How much of the map is painted at all.
PAINTED = f"""() => {{ {COPY}
  const p = seen.getImageData(0, 0, c.width, c.height).data;
  let n = 0; for (let i = 3; i < p.length; i += 4) n += p[i] > 0; return n / (p.length / 4); }}"""
# The colour of a point of it, by its place in degrees.
COLOUR = f"""(place) => {{ {COPY}
  const [x, y] = echarts.getInstanceByDom(box).convertToPixel({{ geoIndex: 0 }}, place);
  const k = c.width / box.clientWidth;
  return [...seen.getImageData(Math.round(x * k), Math.round(y * k), 1, 1).data]; }}"""


# How many pixels a degree takes at a place, across and down.
DEGREES = """([x, y]) => { const chart = echarts.getInstanceByDom(document.querySelector('.maps .drawn'));
  const at = (place) => chart.convertToPixel({ geoIndex: 0 }, place), [a, b] = at([x, y]);
  return [at([x + 1, y])[0] - a, b - at([x, y + 1])[1]]; }"""
# Each tile: its address, whether it came, where its north-west corner stands, and where the map
# puts the degrees that the address names (EPSG:4326, as 天地图 numbers its tiles).
TILES = """() => { const box = document.querySelector('.maps .drawn');
  const chart = echarts.getInstanceByDom(box);
  return [...document.querySelectorAll('.maps .tiles img')].map((one) => {
    const [z, x, y] = one.src.match(/\\/(\\d+)\\/(\\d+)\\/(\\d+)$/).slice(1).map(Number), size = 360 / 2 ** z;
    const at = chart.convertToPixel({ geoIndex: 0 }, [x * size - 180, 90 - y * size]);
    return { z, came: one.naturalWidth > 0, is: [one.offsetLeft, one.offsetTop], at }; }); }"""
TILE = b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#d8e6d0" stroke="#9ab08c"/></svg>'


@pytest.fixture(scope="module")
def seed() -> str:
    return "tests.browser.seed_map"


@pytest.fixture(scope="module")
def more(tmp_path_factory) -> Iterator[dict[str, str]]:
    """A server of tiles under the map, over TLS."""
    with hook_server(*self_signed(tmp_path_factory.mktemp("tiles"))) as server:
        server.status, server.body = 200, TILE
        server.headers = {"content-type": "image/svg+xml"}
        yield {"YUNZHANG_MAP_TILES": f"https://127.0.0.1:{server.port}/{{z}}/{{x}}/{{y}}"}


def drawn(page: Page) -> None:
    """Wait until the map has been painted."""
    page.locator("[data-map][data-shown]").wait_for()
    page.wait_for_function(f"({PAINTED})() > 0.05")


def fits(page: Page, width: int) -> bool:
    size: ViewportSize = {"width": width, "height": width * 9 // 16 if width > 390 else 844}
    page.set_viewport_size(size)
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_map_is_painted_and_a_click_leads_down_to_the_units(windows) -> None:
    chief = windows("chief")
    page = chief.open("/map?show=total")
    drawn(page)

    with page.expect_navigation():
        box = page.locator(".maps .drawn")
        place = page.evaluate(
            "() => echarts.getInstanceByDom(document.querySelector('.maps .drawn'))"
            ".convertToPixel({ geoIndex: 0 }, [105.6, 22.3])"
        )
        box.click(position={"x": place[0], "y": place[1]})

    assert re.search(r"/map/450100\?", page.url)
    assert "450102民政局" in chief.text()


def test_the_keyboard_walks_the_areas_down_and_up(windows) -> None:
    page = windows("chief").open("/map?show=total")
    drawn(page)

    page.locator(".maps figure").focus()
    page.keyboard.press("ArrowRight")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    drawn(page)
    down = page.url
    page.locator(".maps figure").focus()
    with page.expect_navigation():
        page.keyboard.press("Escape")

    assert "/map/450100" in down
    assert "/map/450000" in page.url


@pytest.mark.parametrize("width", [390, 1366, 3840])
def test_no_screen_stretches_the_map(windows, width) -> None:
    page = windows("chief").open("/map?show=total")
    assert fits(page, width)
    drawn(page)

    across, down = page.evaluate(DEGREES, [105.6, 22.5])

    # A degree of longitude is shorter than one of latitude by the cosine of where it is.
    assert across / down == pytest.approx(math.cos(math.radians(22.5)), rel=0.02)


def test_tiles_lie_where_their_degrees_are_and_follow_when_the_map_is_drawn_nearer(windows) -> None:
    page = windows("chief").open("/map?show=total")
    drawn(page)
    page.wait_for_function(f"() => ({TILES})().some((one) => one.came)")
    far = page.evaluate(TILES)

    box = page.locator(".maps .drawn").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(12):
        page.mouse.wheel(0, -400)
    page.wait_for_function(
        f"(was) => {{ const now = ({TILES})();"
        " return now.length && now.every((one) => one.came && one.z > was); }",
        arg=far[0]["z"],
    )

    for one in [*far, *page.evaluate(TILES)]:
        assert one["is"] == pytest.approx(one["at"], abs=1.5)


def test_the_slider_changes_the_colours_and_the_list_follows(windows) -> None:
    page = windows("chief").open("/map/450100?show=total&at=2026Q4")
    drawn(page)
    before = page.evaluate(COLOUR, [105.3, 22.3])

    page.locator("#time").fill("0")
    page.wait_for_function(
        f"(was) => ({COLOUR})([105.3, 22.3]).join() !== was", arg=",".join(map(str, before))
    )
    page.wait_for_url(re.compile("at=2026Q3"))
    page.locator("#list-map-areas td", has_text="20.0").first.wait_for()

    # The western county had 95 and has 20: lighter now.
    after = page.evaluate(COLOUR, [105.3, 22.3])
    assert sum(after[:3]) > sum(before[:3])
    assert page.evaluate(COLOUR, [106.3, 22.3]) != after


def test_two_periods_stand_beside_each_other(windows) -> None:
    page = windows("chief").open("/map/450100?show=total&at=2026Q4&with=2026Q3")
    drawn(page)

    captions = page.locator(".maps figcaption").all_inner_texts()

    assert captions == ["2026Q4", "2026Q3"]


@pytest.mark.parametrize("address", ["/map", "/map/450100", "/screen", "/screen/text"])
def test_no_size_of_a_screen_is_too_narrow(windows, address) -> None:
    page = windows("reviewer").open(address)
    page.wait_for_load_state("networkidle")

    assert [width for width in SIZES if not fits(page, width)] == []


def test_the_wall_lives_from_what_comes_in_and_rests_when_told(windows, hub) -> None:
    page = windows("reviewer").open("/screen")
    page.locator("[data-wall][data-shown]").wait_for()
    first = page.locator("[data-at]").inner_text()

    page.wait_for_function(
        "(was) => document.querySelector('[data-at]').textContent !== was", arg=first
    )
    page.get_by_role("button", name="暂停").click()

    assert page.locator("[data-list=receipts] li").count() > 0
    assert page.locator("[data-flow] canvas").count() == 1
    assert page.get_by_role("button", name="继续").count() == 1


def test_one_tap_on_the_wall_dispatches_to_the_unit(windows) -> None:
    reviewer = windows("reviewer")
    page = reviewer.open("/screen")
    page.locator("[data-list=clocks] button").first.wait_for()

    with page.expect_navigation():
        page.locator("[data-list=clocks] button").first.click()

    assert "民政厅" in page.locator(".said").inner_text()
    page.locator("[data-list=clocks] .pressed:not(:empty)").first.wait_for()
