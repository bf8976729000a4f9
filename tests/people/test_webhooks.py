"""Webhooks: a unit's system is told, signed, once it answers, and of its own unit's matters only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction

from tests.hub_world import WHY, HubWorld, build
from tests.people.hook_server import System, hook_server, self_signed
from tests.people.smtp_server import free_port
from yunzhang import clock
from yunzhang.people import notices, webhook_calls, webhooks
from yunzhang.people.models import FactRow, Webhook, WebhookCall
from yunzhang.people.permissions import pack
from yunzhang.people.webhook_line import Answer
from yunzhang.protect.call_signature import CallSecret
from yunzhang.terms.faults import Refused, Text

SAID = Text("授权已暂停：核对住址", "Grant suspended: check addresses")


@pytest.fixture
def opened(settings) -> None:
    """The operator lets these hosts be called."""
    settings.WEBHOOK_HOSTS = ["127.0.0.1", "localhost", ".gov.example"]


@pytest.fixture
def system(opened) -> Iterator[System]:
    with hook_server() as told:
        yield told


def tell(hub: HubWorld, unit: int = 2, key: str = "grant:1:suspended") -> None:
    roles = ("provider_officer",)
    notices.tell_unit(hub.units[unit], roles, key, notices.TOLD, "grant:1", "1", SAID)


def hooked(hub: HubWorld, address: str, *, first_call: bool = False) -> tuple[Webhook, CallSecret]:
    hook, secret = webhooks.set_up(hub.officer, hub.units[2], address, why=WHY)
    if not first_call:
        hook.calls.all().delete()
    return hook, secret


def pass_time(seconds: int) -> None:
    for row in WebhookCall.objects.exclude(next_at=None):
        earlier = row.next_at - timedelta(seconds=seconds)
        WebhookCall.objects.filter(pk=row.pk).update(next_at=earlier)


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


def test_a_host_closed_afterwards_is_not_called(hub: HubWorld, system: System, settings) -> None:
    hooked(hub, system.address)
    tell(hub)
    settings.WEBHOOK_HOSTS = []

    webhook_calls.send_due()

    assert not system.calls
    assert "127.0.0.1" in WebhookCall.objects.get().answer


def test_a_unit_is_told_of_its_own_matters_only_and_once(hub: HubWorld, system: System) -> None:
    hooked(hub, system.address)
    tell(hub, unit=3)
    tell(hub)
    tell(hub)

    webhook_calls.send_due()
    webhook_calls.send_due()

    assert [json.loads(body)["data"]["unit"] for _, body in system.calls] == [hub.units[2].code]


def test_what_did_not_happen_is_told_to_no_system(hub: HubWorld, system: System) -> None:
    hooked(hub, system.address)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(hub)
        raise ZeroDivisionError

    webhook_calls.send_due()

    assert not system.calls


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


def test_a_system_that_fails_is_called_again_after_growing_pauses_under_the_same_id(
    hub: HubWorld, system: System
) -> None:
    _, secret = hooked(hub, system.address)
    system.status, system.body = 503, b"busy"
    tell(hub)
    waits = []
    for _ in range(3):
        webhook_calls.send_due()
        call = WebhookCall.objects.get()
        waits.append(round((call.next_at - clock.now()).total_seconds() / 60))
        pass_time(60 * waits[-1])
    system.status = 200

    webhook_calls.send_due()

    call.refresh_from_db()
    assert waits == [1, 2, 4]
    assert (call.next_at, call.tries, call.answer) == (None, 4, "200 busy")
    assert len({headers["webhook-id"] for headers, _ in system.calls}) == 1
    now = int(clock.seconds())
    assert all(secret.signs(headers, body, now=now, tolerance=60) for headers, body in system.calls)


def test_a_redirection_is_not_followed(hub: HubWorld, system: System) -> None:
    hooked(hub, system.address)
    system.status, system.headers = 302, {"Location": f"{system.address}/elsewhere"}
    tell(hub)

    webhook_calls.send_due()

    assert len(system.calls) == 1
    assert WebhookCall.objects.get().answer.startswith("302")


def test_a_long_answer_is_cut_and_a_dripping_one_ended(
    hub: HubWorld, system: System, monkeypatch
) -> None:
    hooked(hub, system.address)
    monkeypatch.setattr(
        type(pack()), "limit", lambda self, id: {"webhook.wait_seconds": 1}.get(id, 64)
    )
    system.status, system.body = 200, b"x" * 5_000_000
    tell(hub, key="long")
    webhook_calls.send_due()
    system.body, system.drip_seconds = b"x" * 60, 0.3
    tell(hub, key="dripping")

    webhook_calls.send_due()

    long, dripping = WebhookCall.objects.order_by("pk")
    assert long.answer == "200 " + "x" * 64
    assert dripping.done_at is None
    assert "no answer within 1 s" in dripping.answer


def test_a_system_that_is_down_holds_up_only_its_own_calls(hub: HubWorld, system: System) -> None:
    down, _ = hooked(hub, f"http://127.0.0.1:{free_port()}/")
    hooked(hub, system.address)
    for number in range(3):
        tell(hub, key=f"k:{number}")

    webhook_calls.send_due()

    assert len(system.calls) == 3
    assert [call.tries for call in down.calls.order_by("pk")] == [1, 1, 1]
    assert not down.calls.filter(next_at__lte=clock.now()).exists()


def test_after_the_last_try_the_units_officers_are_told(hub: HubWorld, system: System) -> None:
    hook, _ = hooked(hub, system.address)
    system.status = 500
    tell(hub)
    WebhookCall.objects.update(tries=pack().limit("webhook.tries") - 1)

    webhook_calls.send_due()

    call = WebhookCall.objects.get()
    assert (call.next_at, call.done_at) == (None, None)
    assert notices.of(hub.officer.person)[0].subject == f"webhook:{hook.pk}"
    assert not notices.of(hub.outsider.person).exists()


def test_what_was_given_up_is_told_again_on_demand(hub: HubWorld, system: System) -> None:
    hooked(hub, system.address)
    tell(hub)
    call = WebhookCall.objects.get()
    with pytest.raises(Refused) as refused:
        webhooks.resend(hub.officer, call, why=WHY)
    WebhookCall.objects.update(next_at=None, tries=20)

    webhooks.resend(hub.officer, call, why=WHY)
    webhook_calls.send_due()

    assert refused.value.codes == ("webhook.waiting",)
    assert len(system.calls) == 1


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


def test_a_call_ended_while_it_was_made_stays_ended(hub: HubWorld, system: System) -> None:
    hook, _ = hooked(hub, system.address)
    tell(hub)
    call = WebhookCall.objects.select_related("webhook__unit").get()
    assert webhook_calls._claimed(call, clock.now())
    webhooks.end(hub.officer, hook, why=WHY)

    webhook_calls._note(call, Answer(500, ""))

    assert WebhookCall.objects.get().next_at is None


def test_a_worker_that_died_with_a_call_leaves_it_for_later(hub: HubWorld, system: System) -> None:
    hooked(hub, system.address)
    tell(hub)
    call = WebhookCall.objects.select_related("webhook__unit").get()
    assert webhook_calls._claimed(call, clock.now())

    webhook_calls.send_due()
    at_once = len(system.calls)
    pass_time(pack().limit("webhook.pause_seconds"))
    webhook_calls.send_due()

    assert (at_once, len(system.calls)) == (0, 1)


def test_calls_that_ended_long_ago_are_forgotten_and_waiting_ones_are_not(
    hub: HubWorld, opened
) -> None:
    hooked(hub, "https://a.gov.example/")
    for key in ("taken", "waiting", "fresh"):
        tell(hub, key=key)
    long_ago = clock.now() - timedelta(days=pack().limit("notices.keep_days") + 2)
    WebhookCall.objects.exclude(key="fresh").update(tried_at=long_ago)
    WebhookCall.objects.exclude(key="waiting").update(next_at=None)

    webhook_calls.forget(clock.today())

    assert set(WebhookCall.objects.values_list("key", flat=True)) == {"waiting", "fresh"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_call_once(hub_home: Path, system: System) -> None:
    hub = build(hub_home / "sources")
    hooked(hub, system.address)
    for number in range(8):
        tell(hub, key=f"k:{number}")

    def work() -> None:
        webhook_calls.send_due()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert len(system.calls) == len({headers["webhook-id"] for headers, _ in system.calls}) == 8


def test_a_certificate_nobody_vouches_for_is_not_trusted(
    hub: HubWorld, opened, tmp_path: Path, monkeypatch
) -> None:
    certificate, key = self_signed(tmp_path)
    with hook_server(certificate, key) as system:
        hooked(hub, f"https://127.0.0.1:{system.port}/told")
        tell(hub)
        webhook_calls.send_due()
        untrusted = len(system.calls)
        # As an operator does it for an authority of their own network.
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        pass_time(pack().limit("webhook.pause_seconds"))
        webhook_calls.send_due()

    assert (untrusted, len(system.calls)) == (0, 1)
