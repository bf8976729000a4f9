"""The hub's doors for nodes: who asks is proven, faults are told as JSON."""

from __future__ import annotations

import base64
import os
from datetime import timedelta

import pytest
from django.test import Client

from tests.share.world import World, build
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.people.hub_key import hub_key
from yunzhang.portal.protect import exchange
from yunzhang.protect.keys import SigningKey, open_signed, sign
from yunzhang.terms.document import decode, encode
from yunzhang.terms.exchange import ASK_HEADER, ASK_KIND, Ask
from yunzhang.terms.grant import KIND, REVOCATIONS_KIND, Grant, RevocationList
from yunzhang.terms.signed import Signed
from yunzhang.use.models import NodeLog, Usage

pytestmark = pytest.mark.urls("yunzhang.portal.protect.exchange")

GRANTS, RECEIPTS = "/exchange/mca-1/grants", "/exchange/mca-1/receipts"


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def ask(key: SigningKey, path: str, *, late: int = 0, node: str = "") -> dict[str, str]:
    """The header of a node's request."""
    document = Ask(node=node or key.name, path=path, at=clock.now() - timedelta(seconds=late))
    shown = base64.b64encode(encode(sign(ASK_KIND, document, key))).decode()
    return {ASK_HEADER: shown}


def get(headers: dict[str, str], path: str = GRANTS):
    return Client(enforce_csrf_checks=True).get(path, headers=headers)


def post(headers: dict[str, str], body: str | bytes):
    client = Client(enforce_csrf_checks=True)
    return client.post(RECEIPTS, body, content_type="application/json", headers=headers)


def codes(response) -> list[str]:
    return [fault["code"] for fault in response.json()["faults"]]


def test_a_node_fetches_its_grants_and_a_fresh_list(world):
    row = world.granted()

    response = get(ask(world.node_key, GRANTS))

    body = decode(response.content, dict)
    keys = (hub_key().public,)
    held = [decode(encode(signed), Signed) for signed in body["grants"]]
    assert response.status_code == 200
    assert [open_signed(signed, KIND, Grant, keys).id for signed in held] == [row.pk]
    listed = decode(encode(body["revocations"]), Signed)
    assert open_signed(listed, REVOCATIONS_KIND, RevocationList, keys).node == "mca-1"
    row.refresh_from_db()
    world.node.refresh_from_db()
    assert row.first_fetched_at
    assert world.node.seen_at


def test_a_node_sends_its_receipts_and_is_told_the_next_index(world):
    ledger = NodeLedger(world.node_key, world.granted())
    ledger.answer(3)

    response = post(ask(world.node_key, RECEIPTS), ledger.batch(0, 3))

    assert (response.status_code, response.json()) == (200, {"size": 3})
    assert Usage.objects.count() == 3


def test_a_gap_is_told_as_a_fault_with_the_next_step(world):
    ledger = NodeLedger(world.node_key, world.granted())
    ledger.answer(3)

    response = post(ask(world.node_key, RECEIPTS), ledger.batch(2, 3))

    (fault,) = response.json()["faults"]
    assert (response.status_code, fault["code"]) == (409, "batch.gap")
    assert fault["details"]["size"] == "0"
    assert fault["next_step"]


def test_nobody_else_is_let_in(world):
    foreign = SigningKey.generate(world.node_key.name)
    cases = {
        "exchange.ask_missing": {},
        "signed.key_unknown": ask(foreign, GRANTS),
        "exchange.ask_other": ask(world.node_key, RECEIPTS),
        "exchange.ask_stale": ask(world.node_key, GRANTS, late=301),
    }

    for code, headers in cases.items():
        response = get(headers)
        assert (response.status_code, codes(response)) == (401, [code])
    assert codes(get({ASK_HEADER: "%%%"})) == ["exchange.ask_missing"]
    assert codes(get(ask(world.node_key, GRANTS, late=-301))) == ["exchange.ask_stale"]
    assert codes(get(ask(world.node_key, GRANTS, node="other"))) == ["exchange.ask_other"]
    world.node.refresh_from_db()
    assert world.node.seen_at is None


def test_an_unknown_node_is_told_so(world):
    path = "/exchange/nowhere/grants"

    response = get(ask(world.node_key, path), path)

    assert (response.status_code, codes(response)) == (401, ["exchange.node_unknown"])


def test_a_batch_too_large_is_refused_unread(world):
    response = post(ask(world.node_key, RECEIPTS), os.urandom(1 << 20) * 33)

    assert (response.status_code, codes(response)) == (413, ["exchange.body_large"])


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{" * 10000, b'{"kind":1}'])
def test_what_is_no_batch_is_refused_in_words(world, body):
    response = post(ask(world.node_key, RECEIPTS), body)

    assert (response.status_code, codes(response)) == (400, ["document.malformed"])
    assert not NodeLog.objects.filter(size__gt=0)


def test_the_routes_name_who_may_use_them():
    for view in (exchange.held, exchange.receipts):
        assert view.permission == exchange.NODE  # type: ignore[attr-defined]


def test_the_wrong_method_is_not_served(world):
    assert post_to_grants(world).status_code == 405


def post_to_grants(world):
    return Client().post(GRANTS, headers=ask(world.node_key, GRANTS))
