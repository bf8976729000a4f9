"""The small hub these tests act in."""

from tests.hub_world import hub, hub_home

__all__ = ["hub", "hub_home"]
