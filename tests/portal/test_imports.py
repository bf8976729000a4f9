"""Bulk import on the pages: template, dry run, marked table, entering; one's own uploads only."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.hub_world import credit_code
from yunzhang.gather import catalog, harvest
from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.people import uploads
from yunzhang.people.models import Person, Unit
from yunzhang.terms.document import encode, replace
from yunzhang.terms.entry import EntryDraft

UNIT_HEADS = ["统一社会信用代码", "单位名称", "层级", "上级单位"]


def file(rows: list[list[Any]], name: str = "台账.xlsx") -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return SimpleUploadedFile(name, kept.getvalue())


def sent(client: Client, kind: str, upload: SimpleUploadedFile) -> Any:
    form = {"deed": "check", "kind": kind, "file": upload}
    return client.post(reverse("imports"), form, follow=True)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ["units", "people", "systems", "entries"])
def test_a_template_filled_in_by_its_own_example_is_understood(
    town, visit, kind: str, language: str
) -> None:
    client = visit("reviewer", language)

    answer = client.get(reverse("import_template", args=[kind, "xlsx"]))

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    page = book.worksheets[0]
    assert page.data_validations.dataValidation
    page.append(["1", *(cell.value for cell in page[3][1:])])
    filled = io.BytesIO()
    book.save(filled)
    seen = sent(client, kind, SimpleUploadedFile("填好.xlsx", filled.getvalue()))
    if kind in ("units", "people"):  # the authority registers no systems and drafts no entries
        assert 'class="tiles"' in seen.content.decode()
        assert client.get(reverse("import_template", args=[kind, "csv"])).content.startswith(
            b"\xef\xbb\xbf"
        )
    else:
        assert seen.status_code == 403


def test_flaws_are_shown_filtered_and_marked_in_the_table(town, visit) -> None:
    client = visit("reviewer")
    rows = [
        ["单位台账"],
        UNIT_HEADS,
        ["坏代码", "甲局", "省级", ""],
        [credit_code(70), "乙局", "村级别", "没有"],
    ]

    page = sent(client, "units", file(rows))
    place = page.redirect_chain[-1][0]

    text = page.content.decode()
    assert "坏代码" in text
    assert "村级别" in text
    narrowed = client.get(place, {"code": "unit.code_wrong"}).content.decode()
    assert "坏代码" in narrowed.split("<tbody>")[1]
    assert "村级别" not in narrowed.split("<tbody>")[1].split("</tbody>")[0]
    marked = openpyxl.load_workbook(io.BytesIO(client.get(f"{place}/flaws.xlsx").content))
    assert marked.worksheets[1]["A3"].comment is not None
    assert not Unit.objects.filter(name="甲局").exists()


def test_a_sound_file_is_entered_once_and_its_sender_alone_sees_it(town, visit) -> None:
    client = visit("reviewer")
    page = sent(client, "units", file([UNIT_HEADS, [credit_code(71), "丙局", "省级", ""]]))
    place = page.redirect_chain[-1][0]
    assert visit("provider").get(place).status_code == 404

    answer = client.post(place, {"deed": "enter", "why": "机构改革"}, follow=True)

    assert Unit.objects.filter(name="丙局").exists()
    assert 'class="notice green"' in answer.content.decode()
    again = client.post(place, {"deed": "enter", "why": "再来一次"})
    assert again.status_code == 404
    listed = client.get(reverse("imports")).content.decode()
    assert "台账.xlsx" in listed


def test_a_flawed_file_is_entered_only_where_its_sender_says_so(town, visit) -> None:
    client = visit("reviewer")
    rows = [UNIT_HEADS, [credit_code(72), "丁局", "省级", ""], ["坏", "戊局", "省级", ""]]
    place = sent(client, "units", file(rows)).redirect_chain[-1][0]

    refused = client.post(place, {"deed": "enter", "why": "导入"})
    assert refused.status_code == 422
    assert not Unit.objects.filter(name="丁局").exists()

    client.post(place, {"deed": "enter", "why": "导入", "sound_only": "1"})
    assert Unit.objects.filter(name="丁局").exists()
    assert not Unit.objects.filter(name="戊局").exists()


def test_passwords_are_told_once_and_must_be_changed_first(town, visit) -> None:
    client = visit("reviewer")
    heads = ["用户名", "姓名", "单位", "角色"]
    rows = [heads, ["newcomer", "新来的", "民政厅", "数据提供专员"]]
    place = sent(client, "people", file(rows)).redirect_chain[-1][0]

    told = client.post(place, {"deed": "enter", "why": "新任"}).content.decode()

    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", told)
    assert password
    assert "data:application/vnd.openxmlformats" in told
    assert password[0] not in client.get(place).content.decode()
    newcomer = Client()
    entered = newcomer.post(
        reverse("sign_in"), {"username": "newcomer", "password": password[0]}, follow=True
    )
    assert entered.redirect_chain[-1][0] == reverse("password")
    own = {"deed": "change", "old": password[0], "new": "wan-xiang-geng-xin-8", "why": "首次登录"}
    newcomer.post(reverse("password"), own)
    assert not Person.objects.get(username="newcomer").password_once
    assert newcomer.get(reverse("catalog")).status_code == 200


def test_an_imported_catalog_waits_as_drafts_on_the_pages(town, visit) -> None:
    client = visit("provider")
    heads = ["分类", "信息资源分类", "信息资源名称", "摘要", "资源格式", "信息项名称", "数据类型", "数据长度",
             "共享类型", "共享方式", "开放属性", "更新周期"]  # fmt: skip
    row = ["", "省及以下", "养老机构名录", "全区养老机构", "数据库", "机构名称", "C", 100, "无条件共享", "接口",
           "不予开放", "每月"]  # fmt: skip
    place = sent(client, "entries", file([heads, row])).redirect_chain[-1][0]

    client.post(place, {"deed": "enter", "why": "已有目录"})

    version = EntryVersion.objects.get(title="养老机构名录")
    for name in ("version", "entry_edit"):
        assert client.get(reverse(name, args=[version.pk])).status_code == 200


def test_an_imported_draft_is_tied_to_a_table_on_its_page(town, visit) -> None:
    client = visit("provider")
    form = EntryDraft(classification="307001", title="孤儿名录", abstract="全区孤儿名录")
    version = catalog.enter(town.provider, town.units[2], form, why="已有目录")
    table = DataTable.objects.get(name="orphans")
    place = reverse("version", args=[version.pk])
    assert (
        client.post(place, {"deed": "link", "table": "orphans", "why": "关联"}).status_code == 404
    )

    harvest.gather(town.provider, table, why="归集")
    assert "orphans" in client.get(place).content.decode()
    client.post(place, {"deed": "link", "table": "orphans", "why": "关联"})

    version.resource.refresh_from_db()
    assert version.resource.table == table
    assert 'value="link"' not in client.get(place).content.decode()


@pytest.mark.parametrize(
    ("upload", "status"),
    [
        (SimpleUploadedFile("坏.xlsx", b"PK\x03\x04 broken"), 422),
        (SimpleUploadedFile("旧.xls", b"\xd0\xcf\x11\xe0" + bytes(600)), 422),
        (SimpleUploadedFile("空.csv", b""), 422),
        (SimpleUploadedFile("别的.csv", "天气,温度\n晴,20\n".encode()), 422),
    ],
    ids=lambda case: getattr(case, "name", str(case)),
)
def test_a_file_that_is_no_table_is_refused_in_words_and_not_kept(
    town, visit, upload, status
) -> None:
    client = visit("reviewer")
    upload.seek(0)

    page = sent(client, "units", upload)

    assert page.status_code == status
    assert uploads.waiting(town.reviewer) == []


def test_a_file_is_deleted_after_its_time(town, visit) -> None:
    client = visit("reviewer")
    place = sent(
        client, "units", file([UNIT_HEADS, [credit_code(73), "己局", "省级", ""]])
    ).redirect_chain[-1][0]
    kept = uploads.of(town.reviewer, place.rpartition("/")[2])
    stale = replace(kept.meta, at=kept.meta.at.replace(year=2020))
    (kept.folder / "meta").write_bytes(encode(stale))

    assert uploads.sweep() == 1

    assert client.get(place).status_code == 404


def test_a_file_that_still_comes_in_is_not_swept_away(town) -> None:
    def slowly():
        yield b"one"
        assert uploads.sweep() == 0  # as another upload does at its beginning
        yield b"two"

    kept = uploads.keep(town.reviewer, "units", "台账.csv", slowly())

    assert kept.path.read_bytes() == b"onetwo"
    assert uploads.of(town.reviewer, kept.token).meta == kept.meta


@pytest.mark.parametrize("place", ["..", "0" * 32, "%2e%2e"])
def test_no_token_leads_out_of_ones_own_uploads(town, visit, place: str) -> None:
    assert visit("reviewer").get(f"/imports/{place}").status_code == 404


def test_who_may_not_import_finds_no_door(town, visit) -> None:
    assert visit("consumer").get(reverse("imports")).status_code == 403
    assert visit("provider").get(reverse("imports")).status_code == 200


def test_a_file_beyond_the_limit_is_dropped_and_the_page_says_why(town, visit) -> None:
    client = visit("reviewer")
    huge = SimpleUploadedFile("大.csv", b"0" * (33 << 20))

    page = sent(client, "units", huge)

    assert page.status_code == 422
    assert "32 MB" in page.content.decode()
