"""The pages of policy packs: every row with its clause, filtered without JavaScript, and as a file."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

import yunzhang.packs
from yunzhang.packs import read, shipped
from yunzhang.portal.policy import pack_shown, pack_words
from yunzhang.terms.pack import TABLES

SHIPPED = Path(yunzhang.packs.__file__).parent
RULE = re.compile(r'<article class="rule">.*?</article>', re.DOTALL)


def rules(text: str) -> list[str]:
    """The rows on a page."""
    return RULE.findall(text)


@pytest.fixture
def look(visit, settings):
    """The page at an address, for the provider's officer, under Guangxi's pack."""
    settings.PACK = "guangxi-2022"

    def page(address: str, language: str = "zh-hans", who: str = "provider") -> str:
        answer = visit(who, language).get(address)
        assert answer.status_code == 200
        return str(answer.content, "utf-8")

    return page


@pytest.mark.parametrize("name", shipped())
def test_every_row_of_a_shipped_pack_stands_on_its_page(name, look):
    pack = read(name)

    found = rules(look(f"/packs/{name}"))

    assert len(found) == sum(1 for _ in pack.rows())
    assert sum("未与原文核对" in rule for rule in found) == sum(
        not row.cite.checked for _, row in pack.rows()
    )


def test_the_list_says_which_pack_is_in_force_and_what_it_stands_on(look):
    text = look("/packs")

    layers = re.search(r'<ol class="layers">.*?</ol>', text, re.DOTALL)
    assert layers
    assert re.findall(r'href="/packs/([\w-]+)"', layers[0]) == [
        "guangxi-2022",
        "guangxi-2018",
        "national",
    ]
    assert text.count("state-green") == 1


def test_a_clock_shows_clause_quotation_dates_and_leads_to_the_limits_running(look):
    [found] = [rule for rule in rules(look("/packs/guangxi-2022?table=clocks")) if "C4" in rule]

    for said in ("第二十一条", "10个工作日内作出是否同意共享的答复", "10 个工作日", "2025-08-01"):
        assert said in found
    assert 'href="/#clocks"' in found
    assert "来自 国家" in found


def test_rows_lead_only_where_the_reader_may_go_and_only_when_in_force(look):
    roles = "/packs/guangxi-2022?table=roles"

    assert 'href="/people"' in look(roles, who="reviewer").partition("<main")[2]
    assert 'href="/people"' not in look(roles)
    assert 'href="/#clocks"' not in look("/packs/liuzhou-2020?table=clocks")


def test_an_indicator_the_hub_cannot_measure_says_so(look):
    found = rules(look("/packs/liuzhou-2020?table=indicators"))

    unmeasured = [rule for rule in found if "本系统尚不计量" in rule]
    assert (len(found), len(unmeasured)) == (len(read("liuzhou-2020").indicators), 2)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("q=第二十一条&table=clocks", 2),
        ("q=CONDITIONAL+reply&table=clocks", 2),
        ("unchecked=1", sum(not row.cite.checked for _, row in read("guangxi-2022").rows())),
        ("own=1", pack_shown.counted(read("guangxi-2022"))["own"]),
        ("q=亚特兰蒂斯", 0),
    ],
)
def test_the_filter_leaves_what_was_asked_for(asked, count, look):
    assert len(rules(look(f"/packs/guangxi-2022?{asked}"))) == count


def test_the_rows_left_by_the_filter_leave_as_excel(visit, settings):
    settings.PACK = "guangxi-2022"

    answer = visit("provider").get("/packs/guangxi-2022/export.xlsx?table=clocks")

    lines = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert len(lines) == 1 + len(read("guangxi-2022").clocks)
    c4 = next(line for line in lines if line[1] == "C4")
    assert c4[5:9] == (
        "国务院令第809号", "第二十一条", "10个工作日内作出是否同意共享的答复", "是",
    )  # fmt: skip
    assert c4[-1] == "national"


def test_a_jurisdictions_own_pack_in_force_has_its_page(visit, settings, tmp_path):
    folder = tmp_path / "my-town"
    shutil.copytree(SHIPPED / "example", folder)
    head = (folder / "pack.toml").read_text(encoding="utf-8")
    (folder / "pack.toml").write_text(
        head.replace('id = "example"', 'id = "my town/1"'), encoding="utf-8"
    )
    settings.PACK = str(folder)

    listed = visit("provider").get("/packs").content.decode()
    shown = visit("provider").get("/packs/own?own=1").content.decode()

    assert 'href="/packs/own"' in listed
    assert len(rules(shown)) == pack_shown.counted(read("example"))["own"]


def test_every_table_and_field_of_a_pack_has_its_words():
    told_elsewhere = {"id", "cite", "from_date", "to_date", "also", "note", "zh", "en", "script"}

    fields = {field for form in TABLES.values() for field in form.__struct_fields__}

    assert pack_words.TABLES.keys() == TABLES.keys()
    assert fields - told_elsewhere == pack_words.FIELDS.keys()
