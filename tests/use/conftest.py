"""The world of the usage tests, and a node whose log can be written and sent."""

from __future__ import annotations

import pytest

from tests.hub_world import hub, hub_home
from tests.share.world import World, build
from tests.use.node_log import NodeLedger
from yunzhang.share.models import GrantRow

__all__ = ["hub", "hub_home"]


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


@pytest.fixture
def grant(world: World) -> GrantRow:
    return world.granted()


@pytest.fixture
def ledger(world: World, grant: GrantRow) -> NodeLedger:
    return NodeLedger(world.node_key, grant)
