"""Back-flow: only from above, only of one's own area, and with no further condition."""

from __future__ import annotations

from typing import Any

import pytest

from tests.share.world import WHY, World, person, unit
from yunzhang.people import cases
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor
from yunzhang.share import backflow
from yunzhang.terms.faults import Refused


@pytest.fixture
def city(world: World) -> Unit:
    """A city's health commission, registered in Liuzhou."""
    made = unit(7, "柳州市卫健委")
    made.code, made.tier = "11450200MB00000078", "city"
    made.save()
    return made


@pytest.fixture
def officer(city: Unit) -> Actor:
    return person("wu", (city, "consumer_officer"))


@pytest.fixture
def head(city: Unit) -> Actor:
    return person("zheng", (city, "sharing_body_head"))


def ask(world: World, officer: Actor, **changes: Any) -> Case:
    wish: dict[str, Any] = {
        "provider": world.provider,
        "title": "乡镇名录",
        "area": "450222",
        "scenario": "基层防疫",
        "why": WHY,
        **changes,
    }
    return backflow.ask(officer, wish.pop("provider"), **wish)


def test_the_data_comes_back_and_the_rest_of_it_after_a_check(
    world: World, officer: Actor, head: Actor
) -> None:
    case = ask(world, officer, title="", resource=world.resource)
    moves = [
        (head, "approve", {}),
        (world.provider_officer, "deliver", {"paper.delivery": "库表交换"}),
        (officer, "incomplete", {"paper.missing": "缺东泉镇"}),
        (world.provider_officer, "deliver", {"paper.delivery": "补充东泉镇"}),
        (officer, "received", {}),
    ]

    for actor, move, papers in moves:
        case = cases.move(actor, case, move, papers=papers, why=WHY)

    assert (case.step, case.title) == ("received", "乡镇区划代码（450222）")
    assert case.about == f"resource:{world.resource.code}"
    assert backflow.backflow_of(case).area == "450222"


def test_the_provider_adds_no_condition(world: World, officer: Actor, head: Actor) -> None:
    case = ask(world, officer)
    cases.move(head, case, "approve", why=WHY)
    case.refresh_from_db()

    open_to_it = [move.id for move in cases.moves_for(world.provider_officer, case)]

    assert open_to_it == ["deliver", "not_held"]
    with pytest.raises(Refused, match=r"procedure\.paper_missing"):
        cases.move(world.provider_officer, case, "not_held", why=WHY)


@pytest.mark.parametrize(
    ("area", "code"),
    [
        ("45022", "backflow.area_wrong"),
        ("柳城县", "backflow.area_wrong"),
        ("450103", "backflow.area_foreign"),
        ("45", "backflow.area_foreign"),
    ],
)
def test_an_area_is_a_division_of_ones_own(world: World, officer, area: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(world, officer, area=area)

    assert refused.value.codes == (code,)


@pytest.mark.parametrize("area", ["4502", "450222", "450222103", "450222103201"])
def test_every_level_below_may_be_asked_for(world: World, officer: Actor, area: str) -> None:
    assert backflow.backflow_of(ask(world, officer, area=area)).area == area


def test_only_a_lower_unit_asks_and_hears_of_everything_at_once(world: World) -> None:
    with pytest.raises(Refused) as refused:
        ask(world, world.consumer_officer, title=" ", area="44x", scenario="",
            provider=world.authority)  # fmt: skip

    assert refused.value.codes == (
        "backflow.title_missing",
        "backflow.not_lower",
        "backflow.area_wrong",
        "procedure.paper_missing",
    )


def test_a_resource_of_another_unit_is_refused(world: World, officer: Actor) -> None:
    with pytest.raises(Refused) as refused:
        ask(world, officer, provider=world.consumer, resource=world.resource)

    assert refused.value.codes == ("backflow.resource_foreign",)


def test_the_superiors_are_those_of_a_higher_tier(world: World, city: Unit) -> None:
    assert backflow.superiors(city) == sorted(
        [world.authority, world.provider, world.consumer], key=lambda one: one.code
    )
    assert backflow.superiors(world.provider) == []
    assert (backflow.area_of(city), backflow.area_of(world.provider)) == ("4502", "45")
