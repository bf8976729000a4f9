"""The auditor's pages of signs: open to receipts, confirmed with a reason, closed to others."""

from __future__ import annotations

from datetime import timedelta

from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.oversee.models import GamingMark
from yunzhang.share.models import GrantRow
from yunzhang.use import usage
from yunzhang.use.models import Usage


def loop(town) -> str:
    """The town's consumer calls in vain, thirty times in a row on one day."""
    grant = GrantRow.objects.get(pk=town.grants["granted"].pk)
    log = NodeLedger(town.node_key, grant)
    log.leaves = list(Usage.objects.order_by("index").values_list("leaf", flat=True))
    start = len(log.leaves)
    at = clock.now().replace(microsecond=0) - timedelta(days=40)
    log.answer(30, at=at, rows=0, purpose=grant.request.purpose)
    usage.take(grant.node, log.batch(start, len(log.leaves)), clock.now())
    return f"/audit/signs/empty_calls/grant:{grant.pk}"


def test_a_sign_opens_to_its_receipts_and_is_confirmed(town, visit):
    place = loop(town)
    browser = visit("auditor")
    assert place.replace(":", "%3A") in browser.get("/audit/signs").content.decode().replace(
        "grant:", "grant%3A"
    )

    page = browser.get(place).content.decode()
    assert "当日没有取得一行数据" in page
    assert "/ledger/civil-node/" in page

    kept = browser.post(place, {"deed": "confirm", "why": ""})
    assert kept.status_code == 422
    done = browser.post(place, {"deed": "confirm", "why": "无业务，空转"})

    assert done.headers["Location"] == "/audit/signs"
    assert GamingMark.objects.get().calls == 30
    told = browser.get("/audit/signs").content.decode()
    assert "无业务，空转" in told
    assert browser.get(place).status_code == 409


def test_signs_are_the_auditors(town, visit):
    assert visit("provider").get("/audit/signs").status_code == 403
    assert visit("reviewer").get("/audit/signs").status_code == 403
