"""Tables as departments send them: what is understood, and what is told to be doubtful."""

from __future__ import annotations

from datetime import date

import pytest

from yunzhang.packs.understanding import Reader, Sheet, due_of, recognise, understand

ISSUED = date(2020, 3, 24)
READER = Reader("mine", "示例方案(2020)", ISSUED)


@pytest.mark.parametrize(
    ("text", "on", "kind", "continuing"),
    [
        ("2020年12月底完成", date(2020, 12, 31), "by", False),
        ("2020 年 2\n月底完成", date(2020, 2, 29), "by", False),
        ("2022年底前完成", date(2022, 12, 31), "by", False),
        ("2021年6月底前完成,并持续推进", date(2021, 6, 30), "by", True),
        ("2020年6月前", date(2020, 5, 31), "by", False),
        ("2023年6月", date(2023, 6, 30), "by", False),
        ("2020年1月前", date(2019, 12, 31), "by", False),
        ("2020-03-05", date(2020, 3, 5), "by", False),
        ("2020年3月5日前", date(2020, 3, 5), "by", False),
        ("从文件印发之日起实施", ISSUED, "from", False),
    ],
)
def test_a_date_is_read_as_people_write_it(
    text: str, on: date, kind: str, continuing: bool
) -> None:
    assert due_of(text, ISSUED) == (on, kind, continuing)


@pytest.mark.parametrize("text", ["长期", "2020年", "尽快", "2020年13月", "2021-02-30"])
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    assert due_of(text, ISSUED) is None


def test_the_day_of_issue_must_be_known_to_count_from_it() -> None:
    assert due_of("从文件印发之日起实施", None) is None


def test_tables_are_told_apart_by_their_columns() -> None:
    assert recognise(("序号", "重点 任务", "牵头单位", "备注"))[0] == "tasks"
    assert recognise(("单位", "云长", "职务"))[0] == "chiefs"
    assert recognise(("单位", "电话")) == (None, {})


def test_tasks_headings_and_units_become_rows() -> None:
    sheet = Sheet(
        "分工表",
        ("序号", "重点任务", "牵头单位", "责任单位", "时限要求"),
        (
            (2, ("一、基础", "", "", "", "")),
            (3, ("1", "编制目录", "市数据局，市财政局", "各县区", "2020年6月底前")),
            (4, ("2", "清理系统", "市数据局", "", "长期")),
            (5, ("3", "统一标准", "", "各县区", "2021年底")),
        ),
    )

    found = understand((sheet,), READER)

    assert [(task.id, task.section, task.zh) for task in found.tasks] == [
        ("mine.1", "一、基础", "编制目录"),
        ("mine.2", "一、基础", "清理系统"),
        ("mine.3", "一、基础", "统一标准"),
    ]
    assert list(found.units) == ["市数据局", "市财政局", "各县区"]
    assert found.tasks[1].lead == (found.units["市数据局"].id,)
    assert found.tasks[0].cite.clause == "分工表 第1项"
    assert [(doubt.code, dict(doubt.details)["row"]) for doubt in found.doubts] == [
        ("import.due_unclear", "4"),
        ("import.cell_blank", "5"),
    ]


def test_a_directory_of_chiefs_becomes_rows() -> None:
    sheet = Sheet(
        "名录", ("单位", "云长", "云名称"), ((2, ("市教育局", "局长", "教育云")),), lost=2
    )

    found = understand((sheet,), READER)

    [chief] = found.chiefs
    assert (chief.zh, chief.holder, chief.cloud) == ("市教育局", "局长", "教育云")
    assert chief.unit == found.units["市教育局"].id
    assert [doubt.code for doubt in found.doubts] == ["import.rows_lost"]


def test_a_table_of_something_else_is_left_out_and_told() -> None:
    found = understand((Sheet("电话", ("姓名", "电话"), ((2, ("甲", "1")),)),), READER)

    assert [doubt.code for doubt in found.doubts] == ["import.table_unclear"]
    assert not found.tasks
    assert not found.chiefs
