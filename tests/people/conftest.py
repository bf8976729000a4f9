"""The small hub these tests act in, and a unit's own system beside it."""

from tests.hub_world import hub, hub_home
from tests.people.hooks import opened, system
from tests.people.limits import world

__all__ = ["hub", "hub_home", "opened", "system", "world"]
