"""Calls to units' systems: each once, of the unit's own matters, again until taken or given up."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction

from tests.hub_world import WHY, HubWorld, build
from tests.people.hook_server import System, hook_server, self_signed
from tests.people.hooks import hooked, pass_time, tell
from tests.people.smtp_server import free_port
from yunzhang import clock
from yunzhang.people import notices, webhook_calls, webhook_words, webhooks
from yunzhang.people.models import WebhookCall
from yunzhang.people.permissions import pack
from yunzhang.people.webhook_line import Answer
from yunzhang.terms.faults import Refused


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
    assert dripping.answer == "late 1 s"


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
    notice = notices.of(hub.officer.person)[0]
    assert notice.subject == f"webhook:{hook.pk}"
    assert notice.zh.endswith("：对方系统内部出错（500）")
    assert notice.en.endswith(": The system failed inside (500)")
    assert not notices.of(hub.outsider.person).exists()


def test_why_a_call_was_not_taken_is_told_in_words_of_both_languages(
    hub: HubWorld, system: System, tmp_path: Path, settings
) -> None:
    certificate, key = self_signed(tmp_path)
    with hook_server(certificate, key) as secure:
        hooked(hub, f"https://127.0.0.1:{secure.port}/told")
        hooked(hub, f"http://127.0.0.1:{free_port()}/")
        hooked(hub, system.address)
        hooked(hub, "https://closed.gov.example/")
        settings.WEBHOOK_HOSTS = ["127.0.0.1"]
        system.status = 404
        tell(hub)

        webhook_calls.send_due()

    answers = WebhookCall.objects.order_by("pk").values_list("answer", flat=True)
    told = [webhook_words.told(answer) for answer in answers]
    assert [text.zh for text in told] == [
        "对方系统的证书不受信任",
        "连接不上对方系统",
        "对方系统拒绝接收（404）",
        "运维没有开放这个主机",
    ]
    assert not [text.en for text in told if "Error" in text.en]


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
