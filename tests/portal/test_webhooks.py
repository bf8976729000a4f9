"""Webhooks on the pages: the secret is shown once, calls are seen and sent again by their unit."""

from __future__ import annotations

import re

import pytest

from yunzhang.people import webhooks
from yunzhang.people.models import Webhook, WebhookCall

ADDRESS = "https://hooks.gx.example/told"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture(autouse=True)
def opened(settings) -> None:
    settings.WEBHOOK_HOSTS = [".gx.example"]


def set_up(visit, who: str = "provider", address: str = ADDRESS):
    return visit(who).post("/webhooks", {"deed": "set", "address": address, "why": "对接"})


def test_the_secret_is_shown_once_and_kept_by_no_cache(town, visit):
    answer = set_up(visit)

    shown = SECRET.findall(answer.content.decode())
    hook = Webhook.objects.get(address=ADDRESS)
    assert shown == [webhooks.secret_of(hook).text]
    assert answer["Cache-Control"] == "no-store"
    assert hook.unit == town.units[2]
    assert not SECRET.findall(visit("provider").get("/webhooks").content.decode())


def test_a_refused_address_is_named_and_stays_typed(visit):
    answer = set_up(visit, address="https://elsewhere.example/")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "elsewhere.example”不在允许推送的范围内" in page
    assert 'value="https://elsewhere.example/"' in page


def test_a_call_is_seen_and_sent_again_by_its_own_unit_only(town, visit):
    set_up(visit)
    call = WebhookCall.objects.get(webhook__address=ADDRESS)
    WebhookCall.objects.filter(pk=call.pk).update(next_at=None, tries=20, answer="503 busy")
    page = f"/webhooks/{call.pk}"

    own, others = visit("provider").get(page), visit("consumer").get(page)
    refused = visit("consumer").post(page, {"deed": "resend", "why": "再发"})
    again = visit("provider").post(page, {"deed": "resend", "why": "再发"})

    call.refresh_from_db()
    assert "503 busy" in own.content.decode()
    assert [one.status_code for one in (others, refused, again)] == [404, 404, 302]
    assert call.next_at is not None


def test_the_list_of_calls_is_narrowed_by_their_state(visit):
    set_up(visit)
    WebhookCall.objects.filter(webhook__address=ADDRESS).update(next_at=None)

    given_up = visit("provider").get("/webhooks?state=given_up").content.decode()
    taken = visit("provider").get("/webhooks?state=taken").content.decode()

    assert "推送地址已登记，这是第一条消息。" in given_up
    assert "推送地址已登记，这是第一条消息。" not in taken


def test_an_address_is_ended_by_its_own_unit_only(visit):
    set_up(visit)
    hook = Webhook.objects.get(address=ADDRESS)
    form = {"deed": "end", "webhook": hook.pk, "why": "系统下线"}

    other = visit("consumer").post("/webhooks", form)
    own = visit("provider").post("/webhooks", form)

    assert (other.status_code, own.status_code) == (404, 302)
    assert ADDRESS not in visit("provider").get("/webhooks").content.decode().partition("<form")[0]


def test_who_looks_after_no_webhooks_sees_none(visit):
    assert visit("chief").get("/webhooks").status_code == 403
