"""Units in a tree: changed as a whole or not at all, and each under its right authority."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hub_world import WHY, HubWorld, credit_code
from yunzhang.people import units
from yunzhang.people.models import FactRow, Unit
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused

TIERS = ("province", "city", "county", "township", "village")


def changed(hub: HubWorld, unit: Unit, **changes: Any) -> Unit:
    """The unit with some of its particulars changed, the others as they are."""
    form = {
        "name": unit.name,
        "short_name": unit.short_name,
        "tier": unit.tier,
        "parent": unit.parent,
        "is_authority": unit.is_authority,
        "kind": unit.kind,
        "row": unit.row,
        "sharing_body": unit.sharing_body,
    }
    return units.change(hub.reviewer, unit, **{**form, **changes}, why=WHY)


def entered(hub: HubWorld, serial: int, tier: str, parent: Unit | None = None) -> Unit:
    return units.register(
        hub.reviewer, credit_code(serial), f"单位{serial}", f"单{serial}", tier, parent, why=WHY
    )


def test_a_unit_changes_its_name_place_kind_and_sharing_body(hub: HubWorld) -> None:
    city = entered(hub, 8, "city", hub.units[2])

    after = changed(
        hub, city, name="柳州市民政局", kind="department", sharing_body="信息中心", tier="county"
    )

    assert after == Unit.objects.get(name="柳州市民政局")
    assert (after.kind, after.sharing_body, after.tier) == ("department", "信息中心", "county")
    fact = FactRow.objects.get(deed="unit.changed")
    assert decode(fact.content, dict[str, object])["parent"] == hub.units[2].code


def test_a_change_is_refused_with_everything_wrong_with_it(hub: HubWorld) -> None:
    city = entered(hub, 8, "city")
    below = entered(hub, 9, "county", city)

    with pytest.raises(Refused) as refused:
        changed(
            hub, city, name="民政厅", short_name="", parent=below, kind="galaxy", row="nowhere",
            sharing_body="长" * 101,
        )  # fmt: skip

    assert set(refused.value.codes) == {
        "unit.twice",
        "unit.name_missing",
        "unit.parent_lower",
        "unit.kind_unknown",
        "unit.row_unknown",
        "unit.circle",
        "text.too_long",
    }
    assert Unit.objects.get(pk=city.pk).name == "单位8"


def test_a_circle_is_refused_however_long(hub: HubWorld) -> None:
    chain = [entered(hub, 10, "county")]
    for serial in range(11, 15):
        chain.append(entered(hub, serial, "county", chain[-1]))

    for below in chain:
        with pytest.raises(Refused) as refused:
            changed(hub, chain[0], parent=below)
        assert refused.value.codes == ("unit.circle",)


def test_a_unit_does_not_sink_below_the_tier_of_one_that_stands_under_it(hub: HubWorld) -> None:
    city = entered(hub, 8, "city")
    entered(hub, 9, "city", city)

    with pytest.raises(Refused) as refused:
        changed(hub, city, tier="village")

    assert refused.value.codes == ("unit.parent_lower",)


def test_a_unit_is_not_registered_under_one_of_a_lower_tier(hub: HubWorld) -> None:
    village = entered(hub, 8, "village")

    with pytest.raises(Refused) as refused:
        entered(hub, 9, "county", village)

    assert refused.value.codes == ("unit.parent_lower",)


def test_only_the_authority_changes_units(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        units.change(
            hub.head, hub.units[2], name="x", short_name="x", tier="province", parent=None,
            is_authority=True, kind="", row="", sharing_body="", why=WHY,
        )  # fmt: skip

    assert refused.value.codes == ("permission.missing",)


class Region:
    """Guangxi in small: a government per region, with its data bureau and one department."""

    def __init__(self) -> None:
        self.serial = 100
        self.region = self._add("自治区", "province", None)
        self.liuzhou = self._add("柳州", "city", self.region["government"])
        self.guilin = self._add("桂林", "city", self.region["government"])
        self.liujiang = self._add("柳江", "county", self.liuzhou["government"])
        self.town = self._add(
            "进德镇", "township", self.liujiang["government"], bureau=False
        )  # a township has no data bureau of its own

    def _add(
        self, name: str, tier: str, parent: Unit | None, *, bureau: bool = True
    ) -> dict[str, Unit]:
        made = {"government": self._unit(f"{name}政府", tier, parent)}
        if bureau:
            made["bureau"] = self._unit(f"{name}数据局", tier, made["government"], authority=True)
        made["civil"] = self._unit(f"{name}民政", tier, made["government"])
        return made

    def _unit(self, name: str, tier: str, parent: Unit | None, *, authority: bool = False) -> Unit:
        self.serial += 1
        return Unit.objects.create(
            code=credit_code(self.serial),
            name=name,
            short_name=name,
            tier=tier,
            parent=parent,
            is_authority=authority,
        )


@pytest.fixture
def region(db) -> Region:
    return Region()


def test_each_unit_is_under_the_authority_of_its_own_region(region: Region) -> None:
    for place in (region.region, region.liuzhou, region.guilin, region.liujiang):
        assert units.authority_of(place["civil"]) == place["bureau"]
        assert units.authority_of(place["government"]) == place["bureau"]
        assert units.authority_of(place["bureau"]) == place["bureau"]


def test_a_township_is_under_the_authority_of_its_county(region: Region) -> None:
    assert units.authority_of(region.town["civil"]) == region.liujiang["bureau"]


def test_a_city_without_an_authority_is_not_put_under_another_citys(region: Region) -> None:
    region.liuzhou["bureau"].delete()

    assert units.authority_of(region.liuzhou["civil"]) == region.region["bureau"]


def test_what_is_between_two_units_goes_to_the_authority_above_both(region: Region) -> None:
    civil = {name: getattr(region, name)["civil"] for name in ("region", "liuzhou", "guilin")}
    county, town = region.liujiang["civil"], region.town["civil"]

    above = {
        "one region and level": units.common_authority(civil["liuzhou"], region.liuzhou["bureau"]),
        "two cities": units.common_authority(civil["liuzhou"], civil["guilin"]),
        "region and city": units.common_authority(civil["region"], civil["guilin"]),
        "city and its county": units.common_authority(county, civil["liuzhou"]),
        "county and another city": units.common_authority(county, civil["guilin"]),
        "county and its town": units.common_authority(county, town),
    }

    assert above == {
        "one region and level": region.liuzhou["bureau"],
        "two cities": region.region["bureau"],
        "region and city": region.region["bureau"],
        "city and its county": region.liuzhou["bureau"],
        "county and another city": region.region["bureau"],
        "county and its town": region.liujiang["bureau"],
    }


def test_no_citys_authority_settles_what_is_between_two_cities(region: Region) -> None:
    region.region["bureau"].delete()

    with pytest.raises(Refused) as refused:
        units.common_authority(region.liuzhou["civil"], region.guilin["civil"])

    assert refused.value.codes == ("unit.common_authority_missing",)


def test_without_a_tree_the_higher_ones_authority_settles_across_levels(hub: HubWorld) -> None:
    city = entered(hub, 8, "city")
    Unit.objects.create(
        code=credit_code(9), name="柳州数据局", short_name="柳数", tier="city", is_authority=True
    )

    assert units.common_authority(city, hub.units[2]) == hub.units[1]
    assert units.common_authority(hub.units[2], hub.units[3]) == hub.units[1]


# A tree as pairs (which earlier unit stands above, is it an authority); tiers follow the depth.
TREES = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=24)


def grown(tree: list[tuple[int, bool]]) -> list[Unit]:
    Unit.objects.all().update(parent=None)
    Unit.objects.all().delete()
    made: list[Unit] = []
    for number, (above, authority) in enumerate(tree):
        parent = made[above % len(made)] if made else None
        depth = TIERS.index(parent.tier) + 1 if parent else 0
        made.append(
            Unit.objects.create(
                code=f"{number:018d}",
                name=str(number),
                short_name=str(number),
                tier=TIERS[min(depth, 4)],
                parent=parent,
                is_authority=authority or number == 0,
            )
        )
    return made


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=TREES)
def test_an_authority_stands_on_the_way_up_and_is_the_nearest_of_its_kind(db, tree) -> None:
    for unit in grown(tree):
        upward = list(units.line(unit))

        def steps(one: Unit, upward: list[Unit] = upward) -> int:
            """How far up one stands or hangs: by the least step whose unit is it or its parent."""
            return min(
                (at for at, seat in enumerate(upward) if seat in (one, one.parent)), default=99
            )

        near = [one for one in Unit.objects.filter(is_authority=True) if steps(one) < 99]
        same = [one for one in near if one.tier == unit.tier]
        higher = [one for one in near if TIERS.index(one.tier) < TIERS.index(unit.tier)]
        best = min(same or higher, key=lambda one: (steps(one), one.code))

        assert units.authority_of(unit) == best


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=TREES, one=st.integers(0, 23), other=st.integers(0, 23))
def test_a_common_authority_is_the_same_from_both_sides_and_of_no_lower_tier(
    db, tree, one, other
) -> None:
    made = grown(tree)
    a, b = made[one % len(made)], made[other % len(made)]

    found = units.common_authority(a, b)

    assert found == units.common_authority(b, a)
    if found != units.authority_of(a):
        highest = min(TIERS.index(a.tier), TIERS.index(b.tier))
        assert TIERS.index(found.tier) <= highest
    if units.authority_of(a) == units.authority_of(b):
        assert found == units.authority_of(a)
