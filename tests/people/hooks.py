"""What tests of webhooks share: an open host, a system on loopback, a unit that is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.hub_world import WHY, HubWorld
from tests.people.hook_server import System, hook_server
from yunzhang.people import notices, webhooks
from yunzhang.people.models import Webhook, WebhookCall
from yunzhang.protect.call_signature import CallSecret
from yunzhang.terms.faults import Text

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
