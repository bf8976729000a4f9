"""The cage on real procurement notices of 2021 and 2022: rows counted by hand in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.cage_asked import ask, rows, rule
from yunzhang.engines import lake
from yunzhang.engines.cage_sql import SERIES, Bound
from yunzhang.engines.readings import SourceKind, SourceSpec

NOTICES = {
    "number": Bound(column="project_no"),
    "name": Bound(column="project_name"),
    "buyer": Bound(column="project_no", way=SERIES),
    "amount": Bound(column="budget_raw"),
    "method": Bound(column="method"),
}


@pytest.fixture(scope="module")
def notices(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = shared_data / "procurement_gx" / "notices_2021_2022.csv"
    target = tmp_path_factory.mktemp("lake") / "notices.parquet"
    lake.gather(SourceSpec(kind=SourceKind.CSV, location=str(source)), target)
    return target


@pytest.mark.parametrize(
    ("id", "found"),
    [
        # Eight projects of one series, 6,947,275.46 yuan together, each below 1.1 million.
        ("split_purchase", [[82, 83, 84, 85, 86, 87, 88, 89]]),
        ("below_threshold", [[40], [59], [73]]),
        ("untendered", [[n] for n in (14, 16, 21, 31, 41, 60, 65, 67, 74, 91)]),
        ("method_unstated", [[n] for n in (6, 25, 26, 28, 34, 39, 55, 62, 68, 70, 79, 81)]),
        ("repeated_number", []),
        ("budget_doubtful", [[25], [78]]),
    ],
)
def test_the_real_notices_hold_what_was_counted_by_hand(
    notices: Path, id: str, found: list[list[int]]
) -> None:
    known = {one.id for one in rule(id).needs}
    columns = {field: bound for field, bound in NOTICES.items() if field in known}

    outcome = ask(id, {"projects": notices}, columns)

    assert rows(outcome) == found
    assert outcome.read == {"projects": 95}


def test_numbers_of_no_series_are_told_for_the_real_notices(notices: Path) -> None:
    outcome = ask("split_purchase", {"projects": notices}, NOTICES)

    told = {one.field: (one.blank, one.unreadable, one.rows) for one in outcome.unread}
    assert told["buyer"] == (0, 4, (14, 17, 25, 28))
    assert "amount" not in told
