"""A catalog kept in a spreadsheet: both layouts of the guide, and every fill-in fault by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.hub_world import HubWorld, credit_code
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang.gather import catalog, drift, harvest
from yunzhang.gather.codes import next_code
from yunzhang.gather.entry_table import ENTRIES
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import Census, EntryDraft

GUIDE = (
    ("某市政务信息资源目录",),
    ("信息资源分类", "信息资源名称", "信息资源代码", "信息资源提供方", "信息资源提供方代码",
     "信息资源摘要", "信息资源格式", None, "信息项信息", None, None, "共享属性", None, None, None,
     "开放属性", None, "更新周期", "发布日期", "关联资源代码"),
    (None, None, None, None, None, None, "分类", "类型", "信息项名称", "数据类型", "数据长度",
     "共享类型", "共享条件", "共享方式", None, "是否向社会开放", "开放条件"),
    (*[None] * 13, "分类", "类型"),
)  # fmt: skip
MERGED = (
    "A1:T1", "A2:A4", "B2:B4", "C2:C4", "D2:D4", "E2:E4", "F2:F4", "G2:H2", "I2:K2", "L2:O2",
    "P2:Q2", "R2:R4", "S2:S4", "T2:T4", "N3:O3", *(f"{each}3:{each}4" for each in "GHIJKLMPQ"),
)  # fmt: skip


def resource(title: str, **changes: Any) -> dict[str, Any]:
    """The columns of a sound resource, by short names."""
    return {
        "class": "省及以下", "title": title, "provider": "民政厅", "abstract": f"{title}的摘要说明",
        "format": "数据库", "item": "名称", "type": "字符型C", "length": "20", "share": "无条件共享",
        "condition": "", "basis": "", "method": "共享平台·接口", "open": "不予开放", "cycle": "每月",
        **changes,
    }  # fmt: skip


HEADS = {
    "class": "信息资源分类", "title": "信息资源名称", "provider": "提供单位", "abstract": "摘要",
    "format": "信息资源格式", "item": "信息项名称", "type": "数据类型", "length": "数据长度",
    "share": "共享类型", "condition": "共享条件", "basis": "不予共享依据", "method": "共享方式",
    "open": "开放属性", "cycle": "更新周期", "code": "信息资源代码", "provider_code": "提供方代码",
    "system": "所属信息系统", "records": "结构化信息记录总数", "bytes": "数据总存储量(GB)",
}  # fmt: skip


def sheet(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    """A single sheet of these rows, under the heads they need."""
    used = [name for name in HEADS if any(name in row for row in rows)]
    cells = [[row.get(name) for name in used] for row in rows]
    return workbook(tmp_path / "目录.xlsx", {"目录": [[HEADS[name] for name in used], *cells]})


def test_the_guides_own_layout_becomes_drafts_without_a_table(
    hub: HubWorld, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "目录.xlsx",
        {"目录": [
            *GUIDE,
            ("部门信息资源/省及以下", "低保家庭信息", "307001/000007", "民政厅", credit_code(2),
             "全区低保家庭", "数据库类", "mysql", "姓名", "C", "２０", "有条件", "限救助核对使用", "共享平台方式",
             "接口", "否", None, "每月", 44927, None),
            (*[None] * 8, "出生日期", "日期型", None),
            (*[None] * 8, "保障金额", "数值型", "10,2"),
            ("人口", "婚姻登记信息", None, "民政厅", None, "婚姻登记", "电子表格", "xlsx", "登记号", "字符型",
             18, "无条件共享", None, "共享平台", "文件下载", "是", None, "实时", None, "307001/000007"),
        ]},
        (*MERGED, *(f"{each}5:{each}7" for each in "ABCDEFGH")),
    )  # fmt: skip

    plan = looked_through(hub.officer, ENTRIES, path)
    made = entered(hub.officer, ENTRIES, plan)

    assert flaws(plan) == set()
    assert len(made) == 2
    relief = Resource.objects.get(code="307001/000007")
    assert relief.table is None
    version = relief.versions.get()
    assert (version.state, version.title, version.share_type) == ("draft", "低保家庭信息", "2")
    form = decode(version.draft, EntryDraft)
    assert [(item.name, item.type.value, item.length) for item in form.items] == [
        ("姓名", "C", 20),
        ("出生日期", "D", 10),
        ("保障金额", "N", 10),
    ]
    assert (form.format, form.share_method, form.open_type, form.update_cycle) == (
        *("3", "platform_api"),
        *("0", "month"),
    )
    other = Resource.objects.exclude(pk=relief.pk).get()
    assert other.code == "101001/000001"
    assert decode(other.versions.get().draft, EntryDraft).related_codes == ("307001/000007",)
    assert next_code("307001") == "307001/000008"  # a code that was kept is never given again


def test_resources_and_items_may_stand_on_two_sheets(hub: HubWorld, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "两表.xlsx",
        {
            "信息资源": [
                ("信息资源分类", "信息资源名称", "信息资源摘要", "信息资源格式", "共享类型", "共享方式",
                 "开放属性", "更新周期", "结构化信息记录总数", "数据总存储量"),
                ("307001", "殡葬服务机构", "机构名录", "数据库", "1", "库表交换", "是", "每年", "1,200", "0.5"),
            ],
            "信息项": [
                ("信息资源名称", "信息项名称", "英文名称", "数据类型", "数据长度"),
                ("殡葬服务机构", "机构名称", "jgmc", "varchar", 100),
                (None, "是否营业", "sfyy", "逻辑型", None),
                ("没有这个资源", "名称", "mc", "C", 10),
            ],
            "说明": [("本表由各单位填写",)],
        },
    )  # fmt: skip

    plan = looked_through(hub.officer, ENTRIES, path)

    assert flaws(plan) == {(4, "信息资源名称", "import.item_homeless")}
    assert {note.code for note in plan.notes} == {"import.sheet_unknown"}
    entered(hub.officer, ENTRIES, plan, sound_only=True)
    form = decode(EntryVersion.objects.get().draft, EntryDraft)
    assert [(item.name, item.column) for item in form.items] == [
        ("机构名称", "jgmc"),
        ("是否营业", "sfyy"),
    ]
    assert form.provider_name == "民政厅"  # nobody else was named
    assert form.census == Census(gigabytes=0.5, records=1200)


ONE_FAULT = {
    "the title is the system's name": (
        {"title": "救助系统", "system": "救助系统"}, "信息资源名称", "entry.title_is_system"),
    "a unit stands in a number": ({"records": "1000条"}, "结构化信息记录总数", "import.number_with_unit"),
    "a unit stands in a length": ({"length": "12个字符"}, "数据长度", "import.number_with_unit"),
    "a file is shared as a database": (
        {"format": "电子表格", "method": "共享平台·数据库"}, "共享方式", "import.method_unfit"),
    "a database is shared as a file": (
        {"format": "数据库", "method": "共享平台·文件"}, "共享方式", "import.method_unfit"),
    "conditional without a condition": ({"share": "有条件"}, "共享条件", "entry.condition_required"),
    "not shared without a basis": ({"share": "不予共享"}, "共享条件", "entry.basis_required"),
    "not shared by a department's paper": (
        {"share": "不予共享", "basis": "《某某局数据管理办法》"}, "不予共享依据", "import.basis_weak"),
    "not shared by a local rule": (
        {"share": "不予共享", "basis": "《广西壮族自治区大数据发展条例》第九条"}, "不予共享依据",
        "import.basis_weak"),
    "not shared and yet open": (
        {"share": "不予共享", "basis": "《中华人民共和国统计法》第九条", "open": "无条件开放"}, "开放属性",
        "entry.open_not_shared"),
    "a cycle outside the list": ({"cycle": "不定期"}, "更新周期", "import.value_unknown"),
    "an item without a type": ({"type": ""}, "数据类型", "import.value_missing"),
    "an item without a length": ({"length": ""}, "数据长度", "import.value_missing"),
    "a resource code of another form": ({"code": "A1/01"}, "信息资源代码", "import.code_form"),
    "a resource code too short": ({"code": "3070/01"}, "信息资源代码", "import.code_short"),
    "a provider's code too short": ({"provider_code": "1145"}, "提供方代码", "import.code_short"),
    "a provider's code that checks wrong": (
        {"provider_code": credit_code(2)[:-1] + "X"}, "提供方代码", "entry.provider_code"),
    "another provider's code": ({"provider_code": credit_code(3)}, "提供方代码", "import.provider_other"),
    "a class that the list lacks": ({"class": "其他信息"}, "信息资源分类", "import.value_unknown"),
    "another unit's catalog": ({"provider": "卫健"}, "提供单位", "permission.missing"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "column", "code"), ONE_FAULT.values(), ids=ONE_FAULT)
def test_one_fault_is_told_alone(
    hub: HubWorld, tmp_path: Path, changes: dict[str, str], column: str, code: str
) -> None:
    path = sheet(tmp_path, {**resource("救助对象信息"), **changes})

    plan = looked_through(hub.officer, ENTRIES, path)

    assert flaws(plan) == {(2, column, code)}


def test_a_law_or_a_decision_of_the_state_council_may_forbid_sharing(
    hub: HubWorld, tmp_path: Path
) -> None:
    refused = {"share": "不予共享", "method": "共享平台·接口"}
    path = sheet(
        tmp_path,
        resource("甲类信息", **refused, basis="《中华人民共和国统计法》第九条"),
        resource("乙类信息", **refused, basis="《政府信息公开条例》第十四条"),
        resource("丙类信息", **refused, basis="国务院令第716号"),
    )

    assert flaws(looked_through(hub.officer, ENTRIES, path)) == set()


def test_dragged_doubled_and_nearly_doubled_titles_are_named(hub: HubWorld, tmp_path: Path) -> None:
    known = hub.published()
    path = sheet(
        tmp_path,
        *(resource(f"救助信息{number}") for number in (1, 2, 3)),
        resource("孤儿信息"),
        resource("特困人员信息"),
        resource("孤儿信息", abstract="另一份"),
        resource("（特困人员）信息"),
        resource(known.title),
        resource("年报2023"), resource("年报2024"), resource("年报2025"),
    )  # fmt: skip

    plan = looked_through(hub.officer, ENTRIES, path)

    titles = {(flaw.row, flaw.code) for flaw in plan.flaws if flaw.column == "信息资源名称"}
    assert titles == {
        *((row, "import.dragged") for row in (2, 3, 4)),
        (7, "import.title_twice"),
        (8, "import.title_alike"),
        (9, "import.title_twice"),
    }


def test_items_of_one_resource_differ_and_its_rows_agree(hub: HubWorld, tmp_path: Path) -> None:
    first = resource("救助对象信息")
    path = sheet(
        tmp_path,
        first,
        {**first, "item": "联系 电话", "type": "varchar(20)"},
        {**first, "item": "联系电话"},
        {**first, "item": "名称"},
        {**first, "item": "住址", "cycle": "每年"},
    )

    plan = looked_through(hub.officer, ENTRIES, path)

    assert len(plan.records) == 1
    assert flaws(plan) == {
        (4, "信息项名称", "import.item_alike"),
        (5, "信息项名称", "entry.item_twice"),
        (6, "更新周期", "import.resource_differs"),
    }


def test_an_imported_draft_is_tied_to_its_table_and_edited(hub: HubWorld, tmp_path: Path) -> None:
    path = sheet(
        tmp_path, resource("乡级行政区划", item="code"), resource("乡级行政区划", item="NAME")
    )
    entered(hub.officer, ENTRIES, looked_through(hub.officer, ENTRIES, path))
    version = EntryVersion.objects.get()
    table = harvest.gather(hub.officer, hub.table(), why="归集")

    linked = catalog.link(hub.officer, version, table, why="关联数据表")

    form = decode(linked.draft, EntryDraft)
    assert [(item.name, item.column) for item in form.items] == [("code", "code"), ("NAME", "name")]
    assert linked.resource.table == table
    done = replace(form, abstract="全区乡级行政区划代码和名称。")
    assert decode(catalog.edit(hub.officer, linked, done, why="补填").draft, EntryDraft) == done


def test_a_draft_without_a_table_is_marked_once_it_is_in_force(
    hub: HubWorld, tmp_path: Path
) -> None:
    path = sheet(tmp_path, resource("救助对象信息"))
    entered(hub.officer, ENTRIES, looked_through(hub.officer, ENTRIES, path))

    version = hub.completed(EntryVersion.objects.get())
    version = catalog.submit(hub.officer, version, why="送审")
    version = catalog.approve(hub.head, version, why="同意")
    version = catalog.publish(hub.reviewer, version, why="发布")

    found = drift.check(hub.officer, version.resource, why="比对")
    assert [row.kind for row in found] == ["no_table"]
