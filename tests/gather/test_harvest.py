"""A table comes into the lake whole or not at all, with bad rows listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub_world import TOWNSHIPS, WHY, HubWorld
from yunzhang.engines import lake
from yunzhang.gather import harvest, systems
from yunzhang.gather.models import DataTable
from yunzhang.people.models import FactRow
from yunzhang.terms.faults import Refused


def test_a_gathered_table_keeps_leading_zeros_and_lists_bad_rows(hub: HubWorld) -> None:
    table = hub.table(text=TOWNSHIPS + "001,零县,000001\nshort,row\n")

    table = harvest.gather(hub.officer, table, why=WHY)

    batches = list(lake.batches(harvest.lake_file(table)))
    assert batches[0].column("code").to_pylist()[-1] == "001"
    assert (table.rows, table.rejected) == (5, 1)
    assert json.loads(table.row_faults)[0]["line"] == 7
    assert harvest.profile_of(table).rows == 5
    assert table.gathered_at is not None


def test_gb18030_is_recognised(hub: HubWorld) -> None:
    table = hub.table()
    place = Path(systems.source_of(table).location) / "townships.csv"
    place.write_bytes(TOWNSHIPS.encode("gb18030"))

    table = harvest.gather(hub.officer, table, why=WHY)

    assert table.encoding == "gb18030"
    assert "足荣镇" in lake_names(table)


def test_a_source_that_is_gone_leaves_what_was_there(hub: HubWorld) -> None:
    table = harvest.gather(hub.officer, hub.table(), why=WHY)
    facts = FactRow.objects.count()
    before = harvest.lake_file(table).read_bytes()
    (Path(systems.source_of(table).location) / "townships.csv").unlink()

    with pytest.raises(Refused) as refused:
        harvest.gather(hub.officer, table, why=WHY)

    assert refused.value.codes == ("source.table_unknown",)
    assert harvest.lake_file(table).read_bytes() == before
    assert DataTable.objects.get().digest == table.digest
    assert FactRow.objects.count() == facts


def test_one_gathering_of_a_table_at_a_time(hub: HubWorld) -> None:
    table = hub.table()

    with harvest._alone(table), pytest.raises(Refused) as refused:
        harvest.gather(hub.officer, table, why=WHY)

    assert refused.value.codes == ("table.gather_running",)
    assert harvest.gather(hub.officer, table, why=WHY).rows == 4


def test_what_a_killed_gathering_left_behind_is_cleared(hub: HubWorld, hub_home: Path) -> None:
    table = hub.table()
    left = hub_home / "lake" / "incoming" / table.name / ".table.parquet.x.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    harvest.gather(hub.officer, table, why=WHY)

    assert not left.exists()


def test_progress_is_told(hub: HubWorld) -> None:
    told: list[int] = []

    harvest.gather(
        hub.officer, hub.table(), why=WHY, progress=lambda rows, fraction: told.append(rows)
    )

    assert told[-1] == 4


def lake_names(table: DataTable) -> list[str]:
    return [
        name
        for batch in lake.batches(harvest.lake_file(table))
        for name in batch.column("name").to_pylist()
    ]
