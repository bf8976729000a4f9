"""The decision: every reason against a call is told, and nothing else stands in its way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.node.staging import ITEMS, MASKS, Stage, where
from yunzhang.node.asked import Call, Page
from yunzhang.node.decide import Standing, Usage, decide
from yunzhang.terms.codes import Delivery
from yunzhang.terms.grant import Grant, Mask, Quota, Revocation

NOW = datetime.now(UTC)
FRESH = Standing(None, 10, 60)
UNUSED = Usage(0, 0, 0)


@pytest.fixture
def grant(stage: Stage) -> Grant:
    return stage.draft()


def call(grant: Grant, **changes) -> Call:
    fields = {"grant": grant.id, "purpose": grant.purpose, "items": ("名称",), "key": {"代码": "1"}}
    return Call(**(fields | changes))


def reasons(grant, asked, now=NOW, standing=FRESH, usage=UNUSED, key=None, values=100):
    decision = decide(grant, asked, now, standing, usage, key or grant.consumer_key, values)
    return [fault.code for fault in decision.reasons]


def test_a_call_within_the_grant_is_allowed(grant):
    assert reasons(grant, call(grant)) == []
    assert reasons(grant, call(grant, key=None, filter=())) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "营销"}, "purpose.other"),
        ({"scenario": "别的"}, "scenario.other"),
        ({"items": ()}, "items.none"),
        ({"items": ("名称", "密码")}, "items.outside"),
        ({"key": None}, "call.key_or_filter"),
        ({"filter": ()}, "call.key_or_filter"),
        ({"key": {}}, "key.missing"),
        ({"key": {"代码": "1", "电话": "2"}}, "key.outside"),
        ({"key": None, "filter": (where("电话", "eq", "1"),)}, "rows.outside"),
        ({"key": None, "filter": (where("县", "eq"),)}, "filter.values"),
        ({"key": None, "filter": (where("县", "prefix", "1", "2"),)}, "filter.values"),
        ({"key": None, "filter": (where("县", "in", *map(str, range(101))),)}, "filter.too_many"),
        ({"page": Page(rows=501)}, "page.too_large"),
        ({"page": Page(rows=0)}, "page.too_large"),
    ],
)
def test_what_lies_outside_the_grant_is_named(grant, changes, reason):
    assert reasons(grant, call(grant, **changes)) == [reason]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"starts_at": NOW + timedelta(hours=1)}, "grant.not_started"),
        ({"until": NOW}, "grant.ended"),
        ({"delivery": (Delivery.FILE_DOWNLOAD,)}, "grant.no_api"),
    ],
)
def test_a_grant_opens_only_in_its_time_and_way(stage, changes, reason):
    grant = stage.draft(**changes)

    assert reasons(grant, call(grant)) == [reason]


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(Revocation(grant="G", state="suspended", at=NOW), 1, 60), "grant.suspended"),
        (Standing(Revocation(grant="G", state="ended", at=NOW), 1, 60), "grant.revoked"),
        (Standing(None, 61, 60), "revocations.stale"),
        (Standing(None, None, 60), "revocations.stale"),
    ],
)
def test_a_revoked_grant_or_an_old_list_opens_nothing(grant, standing, reason):
    assert reasons(grant, call(grant), standing=standing) == [reason]


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        (Usage(10, 0, 0), "quota.calls"),
        (Usage(0, 1000, 0), "quota.rows"),
        (Usage(0, 0, 5), "quota.rate"),
    ],
)
def test_a_quota_that_is_used_up_is_named(stage, usage, reason):
    quota = Quota(calls_a_day=10, rows_a_day=1000, calls_a_second=5, rows_a_page=10)
    grant = stage.draft(quota=quota)

    assert reasons(grant, call(grant), usage=usage) == [reason]


def test_all_reasons_are_told_at_once(grant):
    asked = call(grant, purpose="营销", items=("密码",), page=Page(rows=9999))

    found = reasons(grant, asked, now=grant.until, standing=Standing(None, None, 60))

    assert found == [
        "grant.ended",
        "revocations.stale",
        "purpose.other",
        "items.outside",
        "page.too_large",
    ]


def test_another_consumer_learns_nothing_of_the_grant(grant):
    assert reasons(grant, call(grant, purpose="?"), key="other+1+2") == ["grant.other_consumer"]


def test_a_masked_item_cannot_be_found_by_halving(stage):
    masks = tuple(Mask(item="县", way="hash") if mask.item == "县" else mask for mask in MASKS)
    grant = stage.draft(items=ITEMS, masks=masks)

    ranged = call(grant, key=None, filter=(where("县", "ge", "45"),))
    equal = call(grant, key=None, filter=(where("县", "eq", "450001"),))

    assert reasons(grant, ranged) == ["filter.masked"]
    assert reasons(grant, equal) == []
