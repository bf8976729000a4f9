"""A run begun on the page goes on beside it, and its outcome is there when it has ended."""

from __future__ import annotations

from threading import Event

import pytest
from django.test import Client

from tests.hub_world import WHY, hub, hub_home
from tests.use.cage_world import build
from yunzhang.portal import progress
from yunzhang.use.cage_models import CageHit

__all__ = ["hub", "hub_home"]


@pytest.mark.django_db(transaction=True)
def test_a_run_begun_on_the_page_goes_on_beside_it(hub, settings, tmp_path) -> None:
    settings.HOME = tmp_path
    world = build(hub)
    binding = world.bound("untendered", projects=world.projects())
    client, tick = Client(), Event()
    client.force_login(world.supervisor.person)

    begun = client.post("/cage/untendered", {"deed": "run", "why": WHY}, follow=True)
    for _ in range(200):
        state = progress.of(f"cage-{binding.pk}")
        if state and state.ended:
            break
        tick.wait(0.05)
    told = client.get("/cage/untendered/progress", headers={"HX-Request": "true"})

    assert "规则正在运行，可以离开本页" in begun.content.decode()
    assert state
    assert (state.ended, state.faults) == (True, ())
    assert told.headers["HX-Refresh"] == "true"
    assert [hit.subject for hit in CageHit.objects.all()] == ["A-4"]
