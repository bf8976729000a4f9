"""The page of what the law asks: every row, its state, its clause, and a way to its page."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook

from yunzhang.packs.law import law

RULE = re.compile(r'<article class="rule">.*?</article>', re.DOTALL)
ROWS = [*law().requirements, *law().articles]
MISSING = sum(row.state == "missing" for row in ROWS)


@pytest.fixture
def look(visit):
    def page(asked: str = "", who: str = "provider", language: str = "zh-hans") -> list[str]:
        answer = visit(who, language).get(f"/law{asked}")
        assert answer.status_code == 200
        return RULE.findall(str(answer.content, "utf-8"))

    return page


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("?state=missing", MISSING),
        ("?group=order_809", len(law().articles)),
        ("?mark=A", 6),
        ("?document=柳州实施方案(2020)&state=outside", 3),
        ("?q=用数据监管", 1),
        ("?q=亚特兰蒂斯", 0),
    ],
)
def test_the_filters_leave_what_was_asked_for(asked, count, visit):
    text = str(visit("provider").get(f"/law{asked}").content, "utf-8")

    assert len(RULE.findall(text)) == min(count, 50)
    assert not count or f"共 {count} 条" in text


def test_a_row_shows_state_clause_and_quotation_in_both_languages(look):
    [chinese] = look("?q=三(五) 用数据监管")
    [english] = look("?q=用数据监管", language="en")

    assert "已实现" in chinese
    assert "用数据监管权力运行全过程" in chinese
    assert "Built" in english
    assert "Power is supervised with data" in english


def test_a_row_leads_to_its_page_only_where_the_reader_may_go(look):
    [mine] = look("?q=五级覆盖", who="reviewer")
    [theirs] = look("?q=五级覆盖", who="provider")

    assert 'href="/units"' in mine
    assert 'href="/units"' not in theirs


def test_every_page_a_row_names_has_a_title(visit):
    text = b"".join(visit("reviewer", "en").get("/law?export=csv").streaming_content).decode()

    assert not [row.page for row in ROWS if "_" in row.page and f",{row.page}," in text]


def test_the_whole_list_leaves_as_excel(visit):
    answer = visit("auditor").get("/law?export=xlsx")

    assert len(
        list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    ) == 1 + len(ROWS)
