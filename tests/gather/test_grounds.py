"""The ground for not sharing: its law, and the yearly look at it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hub_world import WHY, HubWorld
from tests.share.moments import Days
from yunzhang.gather import catalog, grounds
from yunzhang.gather.models import EntryVersion
from yunzhang.people.models import FactRow, Turn
from yunzhang.terms.faults import Refused

WITHHELD = {"share_type": "3", "share_basis": "law", "share_condition": "《统计法》第九条"}
PUBLISHED, YEAR_LATER = date(2026, 3, 2), date(2027, 3, 2)  # 365 days later


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch, PUBLISHED)


@pytest.fixture
def withheld(hub: HubWorld, moments: Days) -> EntryVersion:
    hub.published("shared")
    return hub.published("withheld", **WITHHELD)


def waiting() -> list[tuple[str, str]]:
    return list(Turn.objects.filter(step="ground").values_list("reference", "role"))


def test_after_a_year_the_officer_is_to_look_at_the_ground(withheld: EntryVersion) -> None:
    assert grounds.sweep(date(2027, 3, 1)) == []

    assert grounds.sweep(YEAR_LATER) == [withheld.resource]

    assert waiting() == [(withheld.resource.code, "provider_officer")]
    assert grounds.sweep(YEAR_LATER) == []
    assert FactRow.objects.filter(deed="ground.due").count() == 1


def test_a_ground_that_is_confirmed_holds_for_another_year(
    hub: HubWorld, withheld: EntryVersion, moments: Days
) -> None:
    grounds.sweep(YEAR_LATER)
    moments.day = date(2027, 3, 10)

    with pytest.raises(Refused, match=r"permission\.missing"):
        grounds.confirm(hub.outsider, withheld.resource, why=WHY)
    grounds.confirm(hub.officer, withheld.resource, why="统计法第九条仍有效")

    assert waiting() == []
    assert grounds.sweep(date(2028, 3, 8)) == []
    assert grounds.sweep(date(2028, 3, 9)) == [withheld.resource]


def test_an_entry_written_anew_needs_no_review(
    hub: HubWorld, withheld: EntryVersion, moments: Days
) -> None:
    grounds.sweep(YEAR_LATER)
    moments.day = YEAR_LATER
    version = catalog.revise(hub.officer, withheld.resource, why=WHY)
    version = hub.completed(version, share_type="1")
    version = catalog.submit(hub.officer, version, why=WHY)
    version = catalog.approve(hub.head, version, why=WHY)

    catalog.publish(hub.reviewer, version, why=WHY)

    assert waiting() == []
    with pytest.raises(Refused, match=r"ground\.none"):
        grounds.confirm(hub.officer, withheld.resource, why=WHY)


def test_local_rules_forbid_nothing(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted(), **{**WITHHELD, "share_basis": "local"})

    with pytest.raises(Refused) as refused:
        catalog.submit(hub.officer, version, why=WHY)

    assert refused.value.codes == ("entry.basis_kind",)
    assert "第十五条" in str(refused.value.faults[0].next_step("zh"))
