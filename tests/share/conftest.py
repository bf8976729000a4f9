"""The world of the sharing tests."""

from __future__ import annotations

import pytest

from tests.share.world import World, build


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()
