"""A published entry is compared with its live table; what differs is marked until it is mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.hub_world import TOWNSHIPS, WHY, HubWorld
from yunzhang.gather import drift, harvest, systems
from yunzhang.gather.models import DataTable, Drift, EntryVersion, Resource
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import Actor
from yunzhang.terms.faults import Refused


@pytest.fixture
def resource(hub: HubWorld) -> Resource:
    return hub.published().resource


def kinds(found: list[Drift]) -> list[str]:
    return sorted(row.kind for row in found)


def test_an_entry_that_agrees_leaves_no_mark(hub: HubWorld, resource: Resource) -> None:
    facts = FactRow.objects.count()

    assert drift.check(hub.officer, resource, why=WHY) == []
    assert FactRow.objects.count() == facts


def test_each_kind_of_drift_is_marked(hub: HubWorld, resource: Resource) -> None:
    lines = [line.rpartition(",")[0] + ",x" for line in TOWNSHIPS.splitlines()[1:]]
    hub.csv("\n".join(["code,name,level", *lines, *["9,九,x"] * 9]), folder="townships")
    table = resource.table
    DataTable.objects.filter(pk=table.pk).update(
        gathered_at=table.gathered_at - timedelta(days=400)
    )
    resource.refresh_from_db()

    found = drift.check(hub.officer, resource, why=WHY)

    assert kinds(found) == ["column_missing", "column_new", "stale", "volume"]
    assert all(row.sentence_zh and row.sentence_en for row in found)


def test_a_drift_stands_until_it_is_mended_and_is_marked_once(
    hub: HubWorld, resource: Resource
) -> None:
    hub.csv(TOWNSHIPS.replace("name", "title"), folder="townships")
    first = drift.check(hub.officer, resource, why=WHY)
    facts = FactRow.objects.count()

    again = drift.check(hub.officer, resource, why=WHY)
    hub.csv(TOWNSHIPS, folder="townships")
    mended = drift.check(hub.officer, resource, why=WHY)

    assert again == first
    assert mended == []
    assert FactRow.objects.count() == facts + 1
    assert not Drift.objects.filter(cleared_at=None).exists()


def test_a_source_that_is_gone_is_a_drift(hub: HubWorld, resource: Resource) -> None:
    (Path(systems.source_of(resource.table).location) / "townships.csv").unlink()

    assert kinds(drift.check(hub.officer, resource, why=WHY)) == ["unreadable"]


def test_a_gathering_under_way_is_no_drift(hub: HubWorld, resource: Resource) -> None:
    with harvest._alone(resource.table), pytest.raises(Refused) as refused:
        drift.check(hub.officer, resource, why=WHY)

    assert refused.value.codes == ("table.gather_running",)
    assert not Drift.objects.exists()


def test_an_entry_without_a_table_is_a_drift(hub: HubWorld, resource: Resource) -> None:
    Resource.objects.filter(pk=resource.pk).update(table=None)
    resource.refresh_from_db()

    assert kinds(drift.check(hub.officer, resource, why=WHY)) == ["no_table"]


def test_one_entry_that_cannot_be_checked_does_not_hide_the_others(hub: HubWorld) -> None:
    broken = hub.published("one")
    hub.published("two")
    EntryVersion.objects.filter(pk=broken.pk).update(signed=broken.signed.replace("民政", "财政"))
    hub.csv(TOWNSHIPS.replace("name", "title"), folder="two")

    found = drift.check_all(Actor(None))

    assert {row.resource.table.name for row in found} == {"two"}
