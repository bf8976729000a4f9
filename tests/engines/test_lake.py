"""The lake: a table is whole or as it was; a full disk or a lost source changes nothing."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from tests.engines.test_source_csv import rows
from yunzhang.engines import lake
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.terms.document import build, plain
from yunzhang.terms.faults import Refused


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(
        "code,name\n" + "".join(f"{n:012},{n * 7919 % 1000003:x}\n" for n in range(200_000))
    )
    return SourceSpec(kind=SourceKind.CSV, location=str(path))


def test_what_was_gathered_is_said_exactly(tmp_path, source):
    target = tmp_path / "lake" / "table.parquet"

    outcome = lake.gather(source, target)

    assert (outcome.rows, outcome.rejected, lake.rows(target)) == (200_000, 0, 200_000)
    assert outcome.bytes == target.stat().st_size
    assert outcome.digest == lake.digest(target)
    assert build(plain(outcome), lake.Gathered) == outcome


def test_the_same_source_gives_the_same_version(tmp_path, source):
    first = lake.gather(source, tmp_path / "a.parquet")
    second = lake.gather(source, tmp_path / "b.parquet")

    assert first.digest == second.digest


def test_progress_grows_to_the_end(tmp_path, source):
    seen = []

    lake.gather(
        source, tmp_path / "a.parquet", lambda done, fraction: seen.append((done, fraction))
    )

    assert seen == sorted(seen)
    assert seen[-1] == (200_000, 1.0)


def test_batches_can_be_read_by_column_and_size(tmp_path, source):
    target = tmp_path / "a.parquet"
    lake.gather(source, target)

    first = next(lake.batches(target, ("name",), 10))

    assert (first.num_rows, first.schema.names) == (10, ["name"])


def test_a_source_changed_while_it_is_read_leaves_the_old_table(tmp_path, source):
    target = tmp_path / "lake" / "a.parquet"
    before = lake.gather(source, target)

    def change(done, fraction):
        with Path(source.location).open("a") as stream:
            stream.write("late,row\n")

    with pytest.raises(Refused) as refusal:
        lake.gather(source, target, change)

    assert refusal.value.codes == ("source.changed",)
    assert lake.digest(target) == before.digest
    assert [path.name for path in target.parent.iterdir()] == ["a.parquet"]


def test_a_full_disk_leaves_the_old_table(tmp_path, source):
    target = tmp_path / "lake" / "a.parquet"
    small = tmp_path / "small.csv"
    small.write_text("a\n1\n")
    before = lake.gather(SourceSpec(kind=SourceKind.CSV, location=str(small)), target)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    # A limit on file size fails a write just as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(Refused) as refusal:
            lake.gather(source, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)

    assert refusal.value.codes == ("lake.unwritable",)
    assert lake.digest(target) == before.digest
    assert [path.name for path in target.parent.iterdir()] == ["a.parquet"]


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("no")

    with pytest.raises(Refused) as refusal:
        lake.columns(tmp_path / "a.parquet")

    assert refusal.value.codes == ("lake.unreadable",)


def test_an_empty_table_is_a_table(tmp_path):
    (tmp_path / "a.csv").write_text("code,name\n")
    spec = SourceSpec(kind=SourceKind.CSV, location=str(tmp_path / "a.csv"))

    outcome = lake.gather(spec, tmp_path / "a.parquet")

    assert (outcome.rows, rows(tmp_path / "a.parquet")) == (0, [])
