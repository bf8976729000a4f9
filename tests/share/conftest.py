"""The world of the sharing tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.share.moments import Days
from tests.share.world import World, build


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    """It is Monday, 2 March 2026, and stays so until the test says otherwise."""
    return Days(monkeypatch, date(2026, 3, 2))
