"""The six packs: read whole, and what the documents say stands in them, contradictions included."""

from __future__ import annotations

from datetime import date

import pytest

from yunzhang.packs import read, shipped
from yunzhang.terms.pack import Pack
from yunzhang.terms.pack_rows import Task


def own(name: str, table: str) -> list[str]:
    """The ids of a pack's table that the pack below does not have."""
    pack = read(name)
    below = {row.id for row in getattr(read(pack.over), table)}
    return [row.id for row in getattr(pack, table) if row.id not in below]


def task(pack: Pack, id: str) -> Task:
    [found] = [row for row in pack.tasks if row.id == id]
    return found


def test_six_packs_are_shipped_and_each_reads_without_a_fault() -> None:
    names = [
        "chongqing-2019",
        "example",
        "guangxi-2018",
        "guangxi-2022",
        "liuzhou-2020",
        "national",
    ]

    assert list(shipped()) == names
    assert [read(name).id for name in names] == names


@pytest.mark.parametrize("name", shipped())
def test_the_clocks_of_the_law_stand_in_every_pack(name: str) -> None:
    pack = read(name)

    assert {f"C{number}" for number in range(1, 7)} <= {row.id for row in pack.clocks}
    assert {"C7", "C8"} <= {row.id for row in pack.retentions}
    assert pack.retention("C7").years >= 3


@pytest.mark.parametrize("name", shipped())
def test_no_role_may_do_what_the_software_does_not_know(name: str) -> None:
    known = {verb for role in read("national").roles for verb in role.may}

    assert {verb for role in read(name).roles for verb in role.may} <= known


def test_violations_are_nine_seven_and_three() -> None:
    kinds = [row.of for row in read("national").violations]

    assert [kinds.count(of) for of in ("provider", "consumer", "authority")] == [9, 7, 3]


def test_the_grades_and_the_six_dimensions_are_code_lists() -> None:
    pack = read("national")

    assert len(pack.codes_of("grade")) == 6
    assert len(pack.codes_of("dimension")) == 6


def test_liuzhou_has_its_seventeen_tasks_in_order() -> None:
    pack = read("liuzhou-2020")

    numbers = [task(pack, id).number for id in own("liuzhou-2020", "tasks")]

    assert numbers == list(range(1, 18))


@pytest.mark.parametrize("number", range(1, 6))
def test_where_liuzhou_contradicts_itself_both_dates_stand_with_their_places(number: int) -> None:
    due = task(read("liuzhou-2020"), f"liuzhou.{number}").due

    assert [each.on for each in due] == [date(2020, 6, 30), date(2020, 12, 31)]
    assert len({each.cite.clause for each in due}) == 2


def test_liuzhou_carries_on_with_security_and_begins_its_reforms_at_once() -> None:
    pack = read("liuzhou-2020")

    security = task(pack, "liuzhou.12").due[0]
    reform = task(pack, "liuzhou.8")

    assert (security.on, security.continuing) == (date(2021, 6, 30), True)
    assert [(each.on, each.kind) for each in reform.due] == [(date(2020, 3, 24), "from")]
    assert reform.also  # the summary names this change otherwise
    assert reform.lead == ("liuzhou.group_office", "liuzhou.finance")


def test_the_four_changes_and_the_five_ones_are_whole() -> None:
    goals = read("liuzhou-2020").goals

    assert len([goal for goal in goals if goal.group == "四改四转"]) == 4
    assert len([goal for goal in goals if goal.group == "五个一"]) == 5
    assert all(goal.tasks for goal in goals if goal.group in ("四改四转", "五个一"))


def test_chongqing_has_five_groups_and_three_levels_of_chiefs() -> None:
    pack = read("chongqing-2019")

    groups = list(dict.fromkeys(target.group for target in pack.targets))
    assert groups == ["建云迁云", "集约建设", "数据管理", "融合应用", "安全保障"]
    assert len(pack.role("sector_cloud_chief").fields) == 6
    assert "sector_cloud_chief" in pack.role("head_cloud_chief").above
    assert "cloud_chief" in pack.role("sector_cloud_chief").above


def test_chongqings_numbers_are_those_of_the_account() -> None:
    values = {row.id: row.value for row in read("chongqing-2019").targets}

    assert values["cloud.2019"] == 75
    assert (values["consolidation.2019"], values["consolidation.2020"]) == (50, 75)
    assert values["cloud.2020"] is None  # no number is given


def test_every_article_of_guangxis_opinions_has_its_row() -> None:
    tens = ["", "十", "二十"]
    digits = ["", *"一二三四五六七八九"]
    articles = {f"({tens[n // 10]}{digits[n % 10]})" for n in range(1, 24)}

    cited = {
        row.cite.clause
        for _, row in read("guangxi-2022").rows()
        if row.cite.document == "广西共享协调机制意见(2022)"
    }

    assert articles <= cited


def test_guangxi_reports_every_quarter_and_updates_its_catalog_by_august() -> None:
    reports = {row.id: (row.cycle, row.month) for row in read("guangxi-2018").reports}

    assert reports["quarterly_progress"] == ("quarter", 3)
    assert reports["yearly_catalog"] == ("year", 8)
    assert reports["yearly_assessment"] == ("year", 12)


def test_what_the_missing_annexes_held_is_not_invented() -> None:
    pack = read("guangxi-2018")

    assert not any(row.due for row in pack.tasks)
    assert not any(row.indicator for row in pack.boards)


def test_a_day_shows_only_the_rows_in_force() -> None:
    before = read("national").on(date(2025, 7, 31))
    after = read("national").on(date(2025, 8, 1))

    older = ("Yunzhang", "网络数据安全管理条例")
    ours = {row.id for row in before.clocks if row.cite.document in older}
    assert {row.id for row in before.clocks} == ours
    assert after.clock("C4").days == 10
    assert before.codes  # rows without a date always hold
