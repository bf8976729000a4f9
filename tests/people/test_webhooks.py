"""Webhooks: a unit's system is set up with a secret shown once, and signs what it tells."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from tests.hub_world import WHY, HubWorld
from tests.people.hook_server import System
from tests.people.hooks import SAID, hooked, tell
from yunzhang.people import webhook_calls, webhooks
from yunzhang.people.models import FactRow, Webhook, WebhookCall
from yunzhang.people.permissions import pack
from yunzhang.protect.call_signature import CallSecret
from yunzhang.terms.faults import Refused


def test_a_call_bears_a_signature_that_anyone_with_the_secret_can_check(
    hub: HubWorld, system: System
) -> None:
    _hook, secret = hooked(hub, system.address)
    tell(hub)

    webhook_calls.send_due()

    [(headers, body)] = system.calls
    # As the specification tells a receiver to do it, with nothing of ours.
    key = base64.b64decode(secret.text.removeprefix("whsec_"))
    signed = b".".join(
        (headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body)
    )
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    told = json.loads(body)
    assert told["type"] == "notice.told"
    assert told["data"] | {"key": ""} == {
        "unit": hub.units[2].code, "key": "", "subject": "grant:1", "reference": "1",
        "zh": SAID.zh, "en": SAID.en,
    }  # fmt: skip


@pytest.mark.parametrize("change", ["body", "id", "time", "secret", "late", "nothing"])
def test_a_signature_holds_for_its_own_call_only(change: str) -> None:
    secret = CallSecret(b"k" * 32)
    headers, body, now = secret.headers("msg_1", 1000, b"{}"), b"{}", 1000
    if change == "id":
        headers["webhook-id"] = "msg_2"
    if change == "time":
        headers["webhook-timestamp"] = "1001"
    if change == "secret":
        secret = CallSecret(b"j" * 32)
    if change == "late":
        now = 2000
    if change == "body":
        body = b"[]"

    assert secret.signs(headers, body, now=now, tolerance=300) is (change == "nothing")


def test_the_secret_is_not_in_the_database_and_differs_by_webhook(
    hub: HubWorld, opened, hub_home: Path
) -> None:
    one, first = hooked(hub, "https://a.gov.example/x?token=abc")
    _other, second = hooked(hub, "https://b.gov.example/x")

    kept = json.dumps([*Webhook.objects.values(), *FactRow.objects.values()], default=str)
    facts = json.dumps(list(FactRow.objects.values()), default=str)
    assert first.text != second.text
    assert webhooks.secret_of(one) == first
    assert first.text.removeprefix("whsec_") not in kept
    assert first.key.hex() not in kept
    assert "token=abc" not in facts
    assert (hub_home / "webhook.key").stat().st_mode & 0o077 == 0


def test_the_first_call_tells_that_the_webhook_is_set_up(hub: HubWorld, system: System) -> None:
    hooked(hub, system.address, first_call=True)

    webhook_calls.send_due()

    assert json.loads(system.calls[0][1])["type"] == "notice.set"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://a.gov.example/x", "webhook.address_wrong"),
        ("ftp://a.gov.example/x", "webhook.address_wrong"),
        ("https://user:word@a.gov.example/x", "webhook.address_wrong"),
        ("https://a.gov.example/x#y", "webhook.address_wrong"),
        ("https://a.gov.example:99999/", "webhook.address_wrong"),
        ("https://[::1/", "webhook.address_wrong"),
        ("https://a.gov.example/\r\nHost: x", "webhook.address_wrong"),
        ("https:///x", "webhook.address_wrong"),
        ("nonsense", "webhook.address_wrong"),
        ("https://10.0.0.7/x", "webhook.host_closed"),
        ("https://gov.example/x", "webhook.host_closed"),
        ("https://evilgov.example/x", "webhook.host_closed"),
        ("https://169.254.169.254/latest", "webhook.host_closed"),
        ("http://[::1]/x", "webhook.host_closed"),
        ("https://a.gov.example/" + "x" * 300, "text.too_long"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused(hub: HubWorld, opened, address, code) -> None:
    with pytest.raises(Refused) as refused:
        webhooks.set_up(hub.officer, hub.units[2], address, why=WHY)

    assert refused.value.codes == (code,)
    assert not Webhook.objects.exists()


def test_where_the_operator_opened_no_host_none_is_called(hub: HubWorld, settings) -> None:
    with pytest.raises(Refused) as refused:
        webhooks.set_up(hub.officer, hub.units[2], "https://a.gov.example/", why=WHY)

    assert refused.value.codes == ("webhook.host_closed",)


def test_another_units_officer_sets_and_ends_nothing(hub: HubWorld, opened) -> None:
    hook, _ = hooked(hub, "https://a.gov.example/")

    for deed in (
        lambda: webhooks.set_up(hub.outsider, hub.units[2], "https://b.gov.example/", why=WHY),
        lambda: webhooks.end(hub.outsider, hook, why=WHY),
        lambda: webhooks.set_up(hub.auditor, hub.units[1], "https://b.gov.example/", why=WHY),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.codes == ("permission.missing",)


def test_an_address_is_entered_once_and_few_are(hub: HubWorld, opened) -> None:
    most = pack().limit("webhook.addresses")
    for number in range(most):
        hooked(hub, f"https://a.gov.example/{number}")

    with pytest.raises(Refused) as refused:
        hooked(hub, "https://a.gov.example/0")

    assert set(refused.value.codes) == {"webhook.twice", "webhook.too_many"}


def test_an_ended_webhook_is_called_no_more(hub: HubWorld, system: System) -> None:
    hook, _ = hooked(hub, system.address)
    tell(hub, key="before")

    webhooks.end(hub.officer, hook, why=WHY)
    tell(hub, key="after")
    webhook_calls.send_due()

    assert not system.calls
    assert not WebhookCall.objects.filter(key="after").exists()
    for again in (webhooks.end, lambda *a, **k: webhooks.resend(a[0], hook.calls.get(), **k)):
        with pytest.raises(Refused) as refused:
            again(hub.officer, hook, why=WHY)
        assert refused.value.codes == ("webhook.ended",)
