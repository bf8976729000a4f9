"""Safety: incidents are counted until they are closed, and stand on the command screen."""

from __future__ import annotations

from tests.share.world import WHY, World
from tests.use.test_incidents import closed, report, world
from yunzhang import clock
from yunzhang.oversee import indicators
from yunzhang.oversee.mapping import overview
from yunzhang.people import cases

__all__ = ["world"]


def counted(world: World) -> tuple[int, int]:
    figure = indicators.figure("incidents_closed", [world.provider], clock.today())
    return figure.hits, figure.of


def test_an_incident_fails_its_unit_until_it_is_closed(world):
    case = report(world)
    assert counted(world) == (0, 1)

    closed(world, case)
    assert counted(world) == (1, 1)


def test_what_proved_to_be_none_counts_on_neither_side(world):
    case = report(world)

    cases.move(world.reviewer, case, "unfounded", papers={"paper.reason": "系测试数据"}, why=WHY)

    assert counted(world) == (0, 0)


def test_open_incidents_stand_on_the_command_screen(world):
    case = report(world)
    units = [world.provider, world.consumer]
    assert [one.pk for one in overview.overview(units, clock.today()).incidents] == [case.pk]

    closed(world, case)
    assert overview.overview(units, clock.today()).incidents == ()
