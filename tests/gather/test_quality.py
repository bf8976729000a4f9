"""What a table is held to, and how it did."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.hub_world import TOWNSHIPS, WHY, HubWorld
from yunzhang.engines.checks import CodeList, Reference, Required, Unique
from yunzhang.gather import harvest, quality, systems
from yunzhang.gather.models import DataTable, EntryVersion, Resource
from yunzhang.terms.faults import Refused


@pytest.fixture
def table(hub: HubWorld) -> DataTable:
    text = TOWNSHIPS + "451024001,,451024\n"
    return harvest.gather(hub.officer, hub.table(text=text), why=WHY)


def test_the_verdict_counts_exactly_and_keeps_the_failing_rows(
    hub: HubWorld, table: DataTable
) -> None:
    checks = (Required(id="name", column="name"), Unique(id="code", columns=("code",)))
    quality.set_checks(hub.officer, table, checks, why=WHY)

    row = quality.run(hub.officer, table, why=WHY)

    verdict = quality.verdict_of(row)
    assert [(r.id, r.total, r.failed) for r in verdict.results] == [("name", 5, 1), ("code", 5, 2)]
    assert [one.row for one in verdict.results[0].sample] == [5]
    assert (row.rows, row.passed, row.score) == (5, False, Decimal("70.00"))
    assert {one.dimension for one in verdict.dimensions} == {"completeness", "accuracy"}


def test_a_reference_to_another_table_is_followed(hub: HubWorld, table: DataTable) -> None:
    counties = hub.table("counties", "code\n451024\n")
    harvest.gather(hub.officer, counties, why=WHY)
    check = Reference(id="county", column="county_code", table="counties", to_column="code")
    quality.set_checks(hub.officer, table, [check], why=WHY)

    verdict = quality.verdict_of(quality.run(hub.officer, table, why=WHY))

    assert (verdict.results[0].total, verdict.results[0].failed) == (5, 1)


def test_the_suggested_checks_can_be_set_and_run(hub: HubWorld, table: DataTable) -> None:
    suggested = quality.suggest(table)

    quality.set_checks(hub.officer, table, suggested, why=WHY)

    assert suggested
    assert quality.checks_of(table) == suggested
    assert quality.run(hub.officer, table, why=WHY).rows == 5


def test_checks_that_cannot_run_are_refused_all_at_once(hub: HubWorld, table: DataTable) -> None:
    checks = (
        Required(id="a", column="gone"),
        CodeList(id="a", column="name", codes=("x",)),
        Reference(id="b", column="code", table="nowhere", to_column="code"),
    )

    with pytest.raises(Refused) as refused:
        quality.set_checks(hub.officer, table, checks, why=WHY)

    assert refused.value.codes == ("check.twice", "check.column_unknown", "check.table_unknown")


def test_nothing_is_run_without_checks_or_permission(hub: HubWorld, table: DataTable) -> None:
    with pytest.raises(Refused) as unset:
        quality.run(hub.officer, table, why=WHY)
    with pytest.raises(Refused) as foreign:
        quality.run(hub.outsider, table, why=WHY)

    assert unset.value.codes == ("quality.checks_missing",)
    assert foreign.value.codes == ("permission.missing",)


def foreign(hub: HubWorld) -> DataTable:
    """A gathered table of the consumer's unit."""
    system = systems.register(hub.outsider, hub.units[3], "卫生系统", "", why=WHY)
    source = hub.csv(folder="health")
    table = systems.register_table(hub.outsider, system, "clinics", "机构", source, why=WHY)
    return harvest.gather(hub.outsider, table, why=WHY)


def test_a_reference_does_not_ask_what_another_units_closed_table_holds(
    hub: HubWorld, table: DataTable
) -> None:
    foreign(hub)
    check = Reference(id="guess", column="code", table="clinics", to_column="code")

    with pytest.raises(Refused) as refused:
        quality.set_checks(hub.officer, table, [check], why=WHY)

    assert refused.value.codes == ("check.table_closed",)


def test_a_reference_ends_when_the_other_table_is_no_longer_shared_with_all(
    hub: HubWorld, table: DataTable
) -> None:
    other = foreign(hub)
    version = hub.published("open")
    resource = version.resource
    Resource.objects.filter(pk=resource.pk).update(table=other)
    check = Reference(id="same", column="code", table="clinics", to_column="code")
    quality.set_checks(hub.officer, table, [check], why=WHY)
    assert quality.run(hub.officer, table, why=WHY).rows

    EntryVersion.objects.filter(pk=version.pk).update(share_type="2")
    with pytest.raises(Refused) as refused:
        quality.run(hub.officer, table, why=WHY)

    assert refused.value.codes == ("check.table_closed",)
