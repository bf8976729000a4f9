"""An empty hub for each simulated regime, as the scenarios have it."""

from __future__ import annotations

from tests.hub_world import hub_home
from tests.scenarios.conftest import begin

__all__ = ["begin", "hub_home"]
