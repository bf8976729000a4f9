"""The menu: its groups fold, the one where the reader is stands open, and one's own work always."""

from __future__ import annotations

import re

import pytest

GROUP = re.compile(r"<details( open)?><summary>([^<]+)</summary>(.*?)</details>", re.DOTALL)
PLACES = {
    "the desk": ("/", {"我的工作"}),
    "a list": ("/clouds", {"我的工作", "管云"}),
    "a page below a list": ("/packs/national", {"我的工作", "机构与日历"}),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_group_one_is_in_stands_open_beside_ones_own_work(case, visit, town):
    path, expected = PLACES[case]

    page = visit("reviewer").get(path).content.decode()

    groups = GROUP.findall(page.partition("<main")[0])
    assert {name for is_open, name, _places in groups if is_open} == expected
    assert len(groups) > len(expected)
    assert sum(places.count('aria-current="page"') for _open, _name, places in groups) == 1
