"""An empty hub under a pack of its own, and a calendar of days that the scenarios walk through."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache

from tests.hub_world import hub_home
from tests.scenarios.regime import Begin, Regime
from tests.share.moments import Days

__all__ = ["hub_home"]


@pytest.fixture
def begin(db: None, hub_home: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Begin a regime: its pack in force, no unit and nobody in the hub, the first day.

    The names say who they are by their fixtures: `db` is empty, `hub_home` holds the hub's key.
    """
    cache.clear()

    def begun(pack: str, first: date) -> Regime:
        settings.PACK = pack  # type: ignore[attr-defined]
        return Regime(Days(monkeypatch, first))

    return begun
