"""Duplicates: a renamed twin is found first, in words that show why; what is common proves little."""

from __future__ import annotations

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from yunzhang.oversee.building import duplicates
from yunzhang.oversee.building.duplicates import Subject, Weights
from yunzhang.terms.project import Ref

WEIGHTS = Weights(name=2, functions=4, data=4)
FIELDS = [
    "学籍",
    "医保",
    "社保",
    "不动产",
    "公积金",
    "殡葬",
    "低保",
    "养老",
    "环境",
    "气象",
    "水利",
    "农机",
    "畜牧",
    "林业",
    "渔业",
    "公交",
    "停车",
    "房屋",
    "燃气",
    "供水",
]
DEEDS = [
    "登记",
    "审批",
    "核查",
    "监测",
    "预警",
    "统计",
    "查询",
    "巡检",
    "评价",
    "调度",
    "备案",
    "公示",
    "年检",
    "缴费",
    "补贴",
    "认证",
]
ITEMS = [
    "姓名",
    "身份证号",
    "地址",
    "联系电话",
    "金额",
    "日期",
    "编号",
    "单位名称",
    "信用代码",
    "经度",
    "纬度",
    "状态",
    "等级",
    "结果",
    "期限",
    "面积",
]


def subject(
    number: int, name: str, functions: tuple[str, ...] = (), data: tuple[str, ...] = ()
) -> Subject:
    return Subject(Ref(kind="project", id=str(number), name=name), "某局", functions, data)


def library(size: int) -> list[Subject]:
    """Projects as they come: names, functions and items out of the same words."""
    chance = random.Random(7)

    def one(number: int) -> Subject:
        first, second = chance.sample(FIELDS, 2)
        functions = tuple(
            f"{chance.choice([first, second])}{deed}" for deed in chance.sample(DEEDS, 5)
        )
        data = tuple(chance.sample([first + item for item in ITEMS] + ITEMS, 10))
        return subject(number, f"{first}{chance.choice(DEEDS)}管理信息系统", functions, data)

    return [one(number) for number in range(size)]


def test_a_renamed_twin_is_first_among_2500_projects_and_soon_found() -> None:
    known = library(2500)
    twin = known[777]
    asked = subject(
        9999,
        "智慧云脑综合服务平台",
        tuple(f"{function}服务" for function in twin.functions),
        twin.data[:8],
    )

    began = time.perf_counter()
    found = duplicates.search(asked, known, WEIGHTS, least=20, most=10)
    took = time.perf_counter() - began

    assert found[0].ref.id == "777"
    assert found[0].percent >= 60
    assert found[1].percent < 45
    assert took < 10


def test_a_hit_says_in_which_respects_and_words_it_is_alike() -> None:
    known = subject(1, "社会救助信息系统", ("低保申请审批", "临时救助发放"), ("姓名", "救助金额"))
    asked = subject(2, "社会救助平台", ("低保申请审批",), ("救助金额", "户主姓名"))

    [hit] = duplicates.search(asked, [known], WEIGHTS, least=1, most=5)

    parts = {part.facet: part for part in hit.parts}
    assert parts["name"].shared == ("社会救助",)
    assert parts["functions"].shared == ("低保申请审批",)
    assert parts["functions"].percent == 100
    assert parts["data"].shared == ("救助金额",)


def test_the_words_that_everything_shares_weigh_less_than_rare_ones() -> None:
    common = [subject(n, f"{field}管理信息系统") for n, field in enumerate(FIELDS)]
    asked = subject(99, "殡葬服务")

    found = duplicates.search(asked, common, WEIGHTS, least=0, most=30)

    assert found[0].ref.name == "殡葬管理信息系统"
    assert all(hit.percent < found[0].percent for hit in found[1:])


def test_what_only_one_side_tells_of_is_left_out() -> None:
    known = subject(1, "停车管理系统")
    asked = subject(2, "停车管理系统", ("车位预约",), ("车牌号",))

    [hit] = duplicates.search(asked, [known], WEIGHTS, least=1, most=5)

    assert (hit.percent, [part.facet for part in hit.parts]) == (100, ["name"])


def test_nothing_in_common_is_no_hit_and_empty_names_break_nothing() -> None:
    known = [subject(1, "停车管理"), subject(2, ""), subject(3, "——")]

    assert duplicates.search(subject(9, "殡葬"), known, WEIGHTS, least=1, most=5) == ()
    assert duplicates.search(subject(9, ""), known, WEIGHTS, least=1, most=5) == ()


words = st.text(alphabet="低保审批登记管理系统平台A1 、", max_size=12)


@given(words, st.lists(words, max_size=4), st.lists(words, max_size=4))
def test_likeness_is_a_percentage_and_highest_for_the_same_thing(
    name: str, functions: list[str], data: list[str]
) -> None:
    asked = subject(1, name, tuple(functions), tuple(data))
    same = subject(2, name, tuple(functions), tuple(data))
    known = [same, subject(3, "养老"), subject(4, "低保管理", ("审批",), ("登记",))]

    found = duplicates.search(asked, known, WEIGHTS, least=0, most=9)

    assert all(0 <= hit.percent <= 100 for hit in found)
    told = {hit.ref.id: hit.percent for hit in found}
    assert not told or told.get("2", 100) >= max(told.values())
