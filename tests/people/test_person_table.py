"""People from a table: posts, terms, and a password told once that must be changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.contrib.auth import authenticate

from tests.hub_world import HubWorld, credit_code
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang.people.models import FactRow, Person
from yunzhang.people.person_table import PEOPLE

HEADS = ("登录名", "姓名", "工作单位", "岗位", "任职日期", "离任日期")


def test_people_are_entered_with_posts_and_a_password_kept_nowhere(
    hub: HubWorld, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "people.xlsx",
        {"人员": [
            HEADS,
            ("zhangsan", "张三", credit_code(2), "数据提供专员", 45658, None),
            ("lisi", "李四", "卫健", "auditor", "2026年1月5日", "2027/1/4"),
            ("zhangsan", "张三", "卫生健康委员会", "Data officer of a consumer", "20260201", ""),
            ("auditor", "auditor 某", "民政厅", "数据使用专员", date(2026, 2, 1), None),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.reviewer, PEOPLE, path)
    made = entered(hub.reviewer, PEOPLE, plan)

    assert flaws(plan) == set()
    told = {one.told_once[0]: one.told_once[-1] for one in made if one.told_once}
    assert set(told) == {"zhangsan", "lisi"}
    zhang = Person.objects.get(username="zhangsan")
    assert [(p.unit, p.role, p.from_date) for p in zhang.posts.order_by("pk")] == [
        (hub.units[2], "provider_officer", date(2025, 1, 1)),
        (hub.units[3], "consumer_officer", date(2026, 2, 1)),
    ]
    assert Person.objects.get(username="lisi").posts.get().to_date == date(2027, 1, 4)
    assert hub.auditor.person.posts.count() == 2
    assert zhang.password_once
    assert authenticate(username="zhangsan", password=told["zhangsan"]) == zhang
    kept = "".join(f"{row.content}{row.why}{row.leaf}" for row in FactRow.objects.all())
    assert told["zhangsan"] not in kept + zhang.password


def test_every_flaw_is_told_with_what_may_be_written(hub: HubWorld, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "people.xlsx",
        {"人员": [
            HEADS,
            ("wang wu", "王五", "民政厅", "局长", "年初", ""),
            ("officer", "别人", "没有的局", "审计员", "", ""),
            ("zhao", "赵六", "民政厅", "审计员", "2026-03-01", "2026-02-01"),
            ("zhao", "赵六", "民政厅", "审计员", "", ""),
            ("officer", "officer 某", "民政厅", "数据提供专员", "", ""),
            ("", "", "", "", "2026-01-01", ""),
        ]},
    )  # fmt: skip

    plan = looked_through(hub.reviewer, PEOPLE, path)

    assert flaws(plan) == {
        (2, "登录名", "import.username_wrong"),
        (2, "岗位", "import.value_unknown"),
        (2, "任职日期", "import.day_unclear"),
        (3, "登录名", "import.person_named"),
        (3, "工作单位", "import.unit_unknown"),
        (4, "离任日期", "person.post_dates"),
        (5, "岗位", "import.post_twice"),
        (6, "岗位", "person.post_held"),
        (7, "登录名", "import.value_missing"),
        (7, "姓名", "import.value_missing"),
        (7, "工作单位", "import.value_missing"),
        (7, "岗位", "import.value_missing"),
    }
    role = next(flaw for flaw in plan.flaws if flaw.code == "import.value_unknown")
    assert "审计员" in role.next_zh
