"""Lists: searched, filtered, sorted, paged and exported, whatever the address says."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.portal.crowd import more
from tests.portal.town import Town
from yunzhang import clock
from yunzhang.oversee.models import Score
from yunzhang.share import lists
from yunzhang.share.models import ListIssue, ShareRequest

# Every list: who reads it, and where.
LISTS = {
    "queue": ("reviewer", "/queue"),
    "catalog": ("consumer", "/catalog"),
    "tables": ("provider", "/systems"),
    "quality": ("provider", "/quality"),
    "nodes": ("provider", "/nodes"),
    "requests": ("consumer", "/requests"),
    "grants": ("provider", "/grants"),
    "keys": ("consumer", "/keys"),
    "usage": ("provider", "/usage"),
    "scores": ("chief", "/scores"),
    "records of a figure": ("chief", "/scores/2026Q4/{unit}/catalog_coverage"),
    "logs": ("auditor", "/ledger"),
    "facts": ("auditor", "/ledger/HUB"),
    "receipts": ("auditor", "/ledger/civil-node"),
    "packs": ("provider", "/packs"),
    "calendar": ("reviewer", "/calendar?year=2026"),
    "units": ("reviewer", "/units"),
    "people": ("reviewer", "/people"),
    "demand list": ("reviewer", "/lists/demand"),
    "responsibility list": ("reviewer", "/lists/responsibility"),
    "cases": ("reviewer", "/cases"),
    "systems": ("reviewer", "/information-systems"),
}
JUNK = "page=%C2%B2&sort=-nobody&state=%0Ax&unit=nowhere&zzz=1&after=%D9%A3&export=pdf&s_page=-1"


def at(town: Town, name: str) -> tuple[str, str]:
    who, address = LISTS[name]
    return who, address.format(unit=town.units[2].code)


def also(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"


def excel(answer: Any) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)


def lines(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_no_more_however_long_it_is(name, town, visit):
    who, address = at(town, name)
    client = visit(who)
    client.get(address)  # what is learned once is no question of the list
    asked = []
    with CaptureQueriesContext(connection) as frame:
        client.get("/password")

    for numbers in (range(5), range(5, 60)):
        more(town, numbers)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        asked.append(len(queries) - len(frame))

    assert asked[0] == asked[1]
    assert asked[1] < 10


@pytest.mark.parametrize("name", LISTS)
def test_what_an_address_says_that_means_nothing_is_passed_over(name, town, visit):
    who, address = at(town, name)

    answer = visit(who).get(also(address, JUNK))

    assert answer.status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_file_holds_what_the_page_lists_with_heads_of_the_readers_language(name, town, visit):
    who, address = at(town, name)

    chinese = visit(who).get(also(address, "export=xlsx"))
    english = visit(who, "en").get(also(address, "export=csv"))

    book, text = excel(chinese), lines(english)
    assert len(book) == len(text) > 1
    assert all(re.search("[\u4e00-\u9fff]", head) for head in book[0])
    assert not any(re.search("[\u4e00-\u9fff]", head) for head in text[0])
    assert clock.today().isoformat() in chinese["Content-Disposition"]


@pytest.mark.parametrize("name", [name for name in LISTS if name not in ("scores", "packs")])
def test_every_order_offered_turns_the_list(name, town, visit):
    who, address = at(town, name)
    more(town, range(3))
    client = visit(who)
    heads = set(
        re.findall(r'<option value="(-?\w+)">[^<]* [↑↓]', client.get(address).content.decode())
    )

    for sort in heads:
        # Two lists stand on the page of systems: each takes its own parameter.
        pages = [client.get(also(address, f"{part}={sort}")) for part in ("sort", "s_sort")]
        assert {page.status_code for page in pages} == {200}
        turned = any("aria-sort" in page.content.decode() for page in pages)
        assert turned or name == "catalog"
    assert heads


@pytest.mark.parametrize("name", LISTS)
def test_every_choice_of_every_filter_is_answered(name, town, visit):
    who, address = at(town, name)
    client = visit(who)
    page = client.get(address).content.decode()
    forms = re.findall(r'<form method="get".*?</form>', page, re.DOTALL)
    selects = [one for form in forms for one in re.findall(r"<select.*?</select>", form, re.DOTALL)]

    for select in selects:
        [field] = re.findall(r'name="([^"]+)"', select)
        for value in re.findall(r'<option value="([^"]+)"', select):
            assert client.get(also(address, f"{field}={value}")).status_code == 200


def test_a_list_is_read_page_after_page_with_nothing_lost(town, visit):
    more(town, range(120))
    client = visit("consumer")
    every = {row.number for row in ShareRequest.objects.all()}

    seen: list[str] = []
    address = "/requests?sort=purpose"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'<a href="/requests/([^"]+)"><b>', page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""

    assert len(seen) == len(set(seen)) == len(every)
    assert set(seen) == every
    assert f"1–50 条，共 {len(every)} 条" in client.get("/requests").content.decode()


def test_a_page_that_is_not_there_shows_the_last(town, visit):
    page = visit("consumer").get("/requests?page=999")

    assert town.requests["applied"].number in page.content.decode()


def test_a_search_a_filter_and_an_order_are_kept_by_every_link(town, visit):
    more(town, range(120))

    page = visit("consumer").get("/requests?q=用途&state=draft&sort=-applied").content.decode()

    links = [
        *re.findall(r'rel="next" href="([^"]+)"', page),
        *re.findall(r'href="([^"]*export=[^"]+)"', page),
    ]
    assert len(links) == 3
    for link in links:
        assert "state=draft" in link
        assert "sort=-applied" in link
        assert "q=%E7%94%A8%E9%80%94" in link
    assert 'aria-sort="descending"' in page


def test_a_filter_leaves_what_was_asked_for_on_the_page_and_in_the_file(town, visit):
    client = visit("consumer")

    page = client.get("/requests?state=refused").content.decode()
    file = lines(client.get("/requests?state=refused&export=csv"))

    assert "健康产业招商名录" in page
    assert "急救调度地址匹配" not in page
    assert [line[0] for line in file[1:]] == ["健康产业招商名录"]


def test_every_word_searched_for_must_stand_somewhere(town, visit):
    client = visit("consumer")

    both = client.get("/requests?q=急救 民政厅").content.decode()
    other = client.get("/requests?q=急救 统计局").content.decode()

    assert "急救调度地址匹配" in both
    assert "没有找到" in other


def test_an_empty_list_and_an_empty_answer_say_different_things(town, visit):
    client = visit("stats_head")

    nothing = client.get("/requests").content.decode()
    missed = client.get("/requests?q=急救").content.decode()

    assert "在目录中找到所需数据" in nothing
    assert "没有找到" in missed
    assert "没有找到" not in nothing


def test_the_rows_of_others_stand_on_no_page_and_in_no_file(town, visit):
    client = visit("stats_head")

    for query in ("", "?state=applied", "?q=急救", "?export=csv", "?export=csv&consumer=x"):
        answer = client.get(f"/requests{query}")
        whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
        rows = whole.decode().partition("<main")[2] or whole.decode()
        assert "急救调度地址匹配" not in rows


def test_htmx_is_given_the_list_alone(town, visit):
    client = visit("consumer")

    part = client.get(
        "/requests?q=急救", headers={"HX-Request": "true", "HX-Target": "list-requests"}
    )

    assert "急救调度地址匹配" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Target" in part["Vary"]


def test_htmx_after_the_end_of_a_session_loads_the_whole_page_again(client, db):
    answer = client.get("/requests", headers={"HX-Request": "true", "HX-Target": "list-requests"})

    assert answer["HX-Refresh"] == "true"
    assert not answer.content


def test_what_a_search_ranks_first_stays_first_until_an_order_is_asked_for(town, visit):
    more(town, range(5))
    title = re.compile(r'<h3><a href="[^"]+">([^<]+)</a>')
    client = visit("consumer")

    ranked = title.findall(client.get("/catalog?q=307001/000002").content.decode())
    turned = title.findall(client.get("/catalog?sort=-title").content.decode())

    assert ranked[0] == "统计用乡级区划代码"
    assert turned == sorted(turned, reverse=True)


def test_a_unit_measured_too_little_stands_below_the_ranked_with_its_reason(town, visit):
    score = Score.objects.get(period="2026Q4", unit=town.units[4])

    page = visit("chief").get("/scores").content.decode()

    assert score.total is None or "至少须 2 项" in page
    places = excel(visit("chief").get("/scores?export=xlsx"))[1:]
    ranked = [line[0] for line in places]
    assert ranked == sorted(ranked, key=lambda place: (place is None, place or 0))
    assert all(line[4] for line in places if line[0] is None)


def test_a_published_list_is_narrowed_by_unit_and_by_what_has_few_values(town, visit):
    client = visit("reviewer")
    every = lines(client.get("/lists/responsibility?export=csv"))[1:]
    unit, share = every[0][2], every[0][5]

    found = lines(client.get(f"/lists/responsibility?c2={unit}&c5={share}&export=csv"))[1:]

    assert {line[2] for line in every} > {unit}
    assert found == [line for line in every if (line[2], line[5]) == (unit, share)]


def test_every_issue_of_a_list_is_reached_however_many_there_are(town, visit):
    unit, now = town.units[1], clock.now()
    last = lists.publish(town.actors["reviewer"], "negative", why="公布清单")
    ListIssue.objects.bulk_create(
        ListIssue(
            list="negative", number=number, unit=unit, lines=0, signed=last.signed, issued_at=now
        )
        for number in range(100, 170)
    )

    pages = [visit("reviewer").get(f"/lists/negative?i_page={n}").content.decode() for n in (1, 2)]

    told = [set(map(int, re.findall(r"/lists/negative/(\d+)\"", page))) for page in pages]
    assert not told[0] & told[1]
    assert told[0] | told[1] >= set(range(100, 170))
