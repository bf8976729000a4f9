"""Shown: personal values and others' affairs are seen by whoever works on them, and no one else."""

from __future__ import annotations

import pytest

from tests.portal.town import WHY
from yunzhang.engines.checks import CodeList
from yunzhang.gather import quality
from yunzhang.portal import progress


@pytest.fixture
def phones_fail(town):
    table = town.tables["townships"]
    check = CodeList(id="phone-known", column="phone", codes=("0",))
    quality.set_checks(town.provider, table, [check], why=WHY)
    quality.run(town.provider, table, why=WHY)


def test_failing_personal_values_are_seen_by_those_who_mend_them(phones_fail, visit):
    assert "0776382" in visit("provider").get("/quality/townships").content.decode()


@pytest.mark.parametrize("person", ["auditor", "reviewer", "chief", "provider_head"])
def test_failing_personal_values_are_covered_for_all_others(phones_fail, visit, person):
    page = visit(person).get("/quality/townships").content.decode()

    assert "phone-known" in page
    assert "0**********" in page
    assert "0776382" not in page


@pytest.mark.parametrize(
    ("person", "why", "status"), [("auditor", "x", 403), ("provider", " ", 422)]
)
def test_a_gathering_that_may_not_be_is_never_begun(visit, person, why, status):
    answer = visit(person).post("/tables/villages", {"deed": "gather", "why": why})

    assert answer.status_code == status
    assert progress.of("gather-villages") is None


def test_why_a_unit_did_what_with_its_entry_is_its_own_and_its_reviewers_affair(town, visit):
    version = town.entries["townships"]
    address = f"/entries/{version.pk}"

    for person in ("provider", "reviewer", "auditor"):
        assert WHY in visit(person).get(address).content.decode()
    page = visit("consumer").get(address)
    assert page.status_code == 200
    assert WHY not in page.content.decode()
