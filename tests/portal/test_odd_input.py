"""Odd input: whatever stands in an address or a form, the answer is a page, never an incident."""

from __future__ import annotations

import pytest

ODD = ("²", "①", "٣", "9" * 30, "9" * 5000, "-1", "1.5", "a\0b", "%00")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("consumer", "/requests?after="),
        ("provider", "/ledger/HUB?after="),
        ("provider", "/ledger/civil-node?after="),
        ("provider", "/quality/townships?run="),
        ("provider", "/calendar?year="),
        ("consumer", "/catalog?after=0."),
        ("consumer", "/catalog?after="),
    ],
)
def test_a_place_that_is_none_is_no_incident(visit, person, address, odd):
    path, _, name = address.partition("?")
    name, _, start = name.partition("=")

    answer = visit(person).get(path, {name: start + odd})

    assert answer.status_code in (200, 400, 404)


@pytest.mark.parametrize("period", ["2027/Q1", "..", "a&b", "2027?"])
def test_a_period_that_no_address_can_hold_is_refused(visit, period):
    page = visit("reviewer")

    answer = page.post("/scores", {"deed": "freeze", "period": period, "why": "季度评估"})

    assert answer.status_code == 422
    assert page.get("/scores").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/catalog?q=%00",
        "/requests/%00",
        "/grants/a%00b/grant.json",
        "/scores/%00/x",
        "/scores?period=%00",
    ],
)
def test_a_character_no_record_holds_is_refused_before_it_is_looked_for(visit, address):
    assert visit("reviewer").get(address).status_code == 400


@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("reviewer", "/open"),
        ("reviewer", "/cases"),
        ("reviewer", "/catalog"),
        ("reviewer", "/queue"),
        ("reviewer", "/notices"),
        ("consumer", "/needs/new"),
    ],
)
def test_a_page_of_text_is_no_search_that_breaks(visit, person, address):
    text = " ".join(f"词{number}" for number in range(1200))

    assert visit(person).get(address, {"q": text}).status_code == 200


@pytest.mark.parametrize("odd", ["²", "9" * 30, "-", "1_000", "１", ""])
@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/notices", {"deed": "read", "number": ""}),
        ("/webhooks", {"deed": "end", "webhook": ""}),
    ],
)
def test_a_number_that_no_record_has_is_refused(visit, address, form, odd):
    typed = {name: value or odd for name, value in form.items()}

    assert visit("provider").post(address, {**typed, "why": "x"}).status_code == 422


LONG = "x" * 5000


@pytest.mark.parametrize(
    ("person", "address", "form"),
    [
        ("provider", "/systems", {"deed": "register", "name": LONG}),
        ("provider", "/systems", {"deed": "register", "name": "a\0b"}),
        ("provider", "/nodes", {"deed": "register", "name": "n-1", "address": "http://["}),
        ("provider", "/nodes", {"deed": "register", "name": "n-1", "address": f"http://{LONG}"}),
        ("reviewer", "/units", {"deed": "register", "name": LONG, "short_name": "x"}),
        ("reviewer", "/people", {"deed": "register", "username": LONG, "full_name": LONG}),
        ("reviewer", "/calendar", {"deed": "set", "day": "2026-12-24", "note": LONG}),
        ("reviewer", "/calendar", {"deed": "publish", "year": "2031", "source": LONG}),
        ("reviewer", "/calendar", {"deed": "publish", "year": "9" * 30, "source": "x"}),
    ],
)
def test_what_no_record_holds_is_refused_in_words(town, visit, person, address, form):
    more = {"unit": town.units[2].code, "role": "provider_officer", "password": "wan-xiang-7-geng"}

    answer = visit(person).post(address, {**more, **form, "why": "x"})

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("location", ["postgresql://[::1/x", "mysql://u@h:99999999/x", "x" * 20])
def test_a_source_that_is_no_address_is_refused_in_words(town, visit, location):
    address = f"/systems/{town.tables['townships'].system_id}/tables"
    form = {"deed": "register", "kind": "postgresql", "location": location, "table": "t"}

    answer = visit("provider").post(address, {**form, "name": "t-1", "title": "t", "why": "x"})

    assert answer.status_code == 422
