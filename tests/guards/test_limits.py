"""Every number that no law sets gives its reason on one page."""

from __future__ import annotations

from tests.guards.house import ROOT
from yunzhang.packs import read

PAGE = "docs/decisions/limits.md"


def test_every_limit_of_our_own_has_its_reason_on_the_page_it_cites():
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    ours = {row.id for row in read("national").limits if row.cite.clause == PAGE}

    assert ours
    assert {id for id in ours if f"`{id}`" not in page} == set()


def test_the_page_names_no_limit_that_is_gone():
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    named = {
        part
        for line in page.splitlines()
        if line.startswith("| `")
        for part in line.split("|")[1].replace("`", "").replace(" ", "").split(",")
    }

    assert named - {row.id for row in read("national").limits} == set()
