"""The registers are whole, and disagree exactly as much as the demonstration says."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from yunzhang.demo import registers
from yunzhang.demo.registers import Downloads
from yunzhang.terms.faults import Refused


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The departments' files, written once."""
    folder = tmp_path_factory.mktemp("registers")
    registers.write(folder)
    return folder


@pytest.fixture(scope="module")
def civil_names(written) -> dict[str, str]:
    with closing(sqlite3.connect(written / "civil" / "divisions.sqlite")) as base:
        return dict(base.execute("SELECT code, name FROM townships"))


@pytest.fixture(scope="module")
def statistics_names(written) -> dict[str, str]:
    return {row["code"]: row["name"] for row in rows(written / "stats" / "streets.csv")}


def rows(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_every_published_row_is_there(written, civil_names, statistics_names):
    villages = sum(1 for _ in rows(written / "stats" / "villages.csv"))

    assert len(civil_names) == 38_749
    assert len(statistics_names) == 41_352
    assert villages == 620_573


def test_one_code_often_names_two_townships(civil_names, statistics_names):
    shared = civil_names.keys() & statistics_names.keys()
    differing = {code for code in shared if civil_names[code] != statistics_names[code]}

    assert len(shared) == 34_005
    assert len(differing) == 6_590
    assert sum(code.startswith(("45", "50")) for code in differing) == 431
    assert (civil_names["451024103"], statistics_names["451024103"]) == ("足荣镇", "敬德镇")


def test_codes_of_civil_affairs_are_text_of_nine_and_twelve_digits(written):
    with closing(sqlite3.connect(written / "civil" / "divisions.sqlite")) as base:
        odd = base.execute(
            "SELECT count(*) FROM townships WHERE typeof(code) <> 'text' OR length(code) <> 9"
            " OR code12 <> code || '000' OR substr(code, 1, 6) <> county_code"
        ).fetchone()

    assert odd == (0,)


def test_changes_carry_years_units_and_sources(written):
    with closing(sqlite3.connect(written / "civil" / "divisions.sqlite")) as base:
        count, first, last = base.execute(
            "SELECT count(*), min(year), max(year) FROM changes"
        ).fetchone()
        renamed = base.execute(
            "SELECT old_name, new_name, new_path FROM changes WHERE id = '00001'"
        ).fetchone()

    assert (count, first, last) == (5_276, "1981", "2026")
    assert renamed == (
        "乌拉特中后联合旗",
        "乌拉特中旗",
        "内蒙古自治区/巴彦淖尔盟/乌拉特中旗",
    )


@pytest.mark.parametrize(
    ("name", "count"), [("provinces", 42), ("cities", 388), ("counties", 2898)]
)
def test_boundaries_are_in_cgcs2000(written, name, count):
    collection = json.loads((written / "land" / f"{name}.geojson").read_bytes())

    assert len(collection["features"]) == count
    assert collection["crs"]["properties"]["name"].endswith("EPSG::4490")


def test_writing_again_replaces_what_was_there(written):
    registers.write(written)

    with closing(sqlite3.connect(written / "civil" / "divisions.sqlite")) as base:
        assert base.execute("SELECT count(*) FROM townships").fetchone() == (38_749,)


def test_every_missing_register_is_named_with_the_next_step(tmp_path):
    with pytest.raises(Refused) as refused:
        registers.write(tmp_path, Downloads.of(tmp_path / "nowhere"))

    assert refused.value.codes == ("register.missing",) * 4
    assert "make setup" in refused.value.faults[0].next_step("zh")


def test_a_broken_archive_is_named(tmp_path):
    broken = tmp_path / "broken.whl"
    broken.write_bytes(b"not an archive")

    with pytest.raises(Refused, match=r"register\.unreadable"):
        registers.write_civil(tmp_path / "civil", broken)
