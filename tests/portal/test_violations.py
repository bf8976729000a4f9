"""The pages of evidence: every kind with its number, open to the records, each reader's own."""

from __future__ import annotations


def test_the_kinds_list_themselves_and_open_to_records(town, visit):
    browser = visit("reviewer")

    page = browser.get("/violations").content.decode()
    assert "第三十九条第(四)项" in page
    assert 'href="/violations/39-4"' in page

    one = browser.get("/violations/39-4").content.decode()
    assert town.requests["applied"].number in one
    assert "民政厅" in one
    assert browser.get("/violations/99-9").status_code == 404


def test_a_reader_sees_the_evidence_on_their_own_unit_only(town, visit):
    own = visit("chief").get("/violations/39-4").content.decode()
    other = visit("stats").get("/violations/39-4").content.decode()

    assert town.requests["applied"].number in own
    assert town.requests["applied"].number not in other


def test_a_kind_no_record_shows_says_so(town, visit):
    assert "只列出列明此情形的事项" in visit("reviewer").get("/violations/40-5").content.decode()
