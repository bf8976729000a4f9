"""Grading: personal data is suspected by name or by value, and the stricter reading wins."""

from __future__ import annotations

import pytest

from yunzhang import packs
from yunzhang.protect.grading import redact, suggest
from yunzhang.terms.levels import Grade

PACK = packs.read("national")


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("姓名", (), "name"),
        ("申请人", ("王小明",), "name"),
        ("xm", (), "name"),
        ("name", ("王小明", "李芳", "张伟"), "name"),
        ("name", ("多福巷社区居委会", "银闸社区居委会"), ""),
        ("name", ("敬德镇", "足荣镇", "城关镇"), ""),
        ("身份证号", (), "citizen_id"),
        ("zjhm", ("11010519491231002X",), "citizen_id"),
        ("手机号码", (), "phone"),
        ("a", ("13800000000", "0771-5800000"), "phone"),
        ("家庭住址", (), "address"),
        ("a", ("南宁市青秀区民族大道100号3栋", "柳州市城中区文昌路66号"), "address"),
        ("出生日期", (), "date"),
        ("统一社会信用代码", ("91350100M000100Y43",), ""),
        ("code", ("110101001001", "659012505508"), ""),
        ("", (), ""),
    ],
)
def test_a_kind_is_recognised_by_name_or_value(name, values, kind):
    assert suggest(name, values, PACK).kind == kind


def test_the_stricter_reading_wins_and_says_why():
    found = suggest("联系电话", ("11010519491231002X",) * 3, PACK)

    assert (found.kind, found.grade) == ("citizen_id", Grade.GENERAL_4)
    assert "100%" in found.reasons[0].zh


def test_sensitive_kinds_are_graded_though_no_mask_is_named_for_them():
    assert suggest("诊断结果", (), PACK).grade == Grade.GENERAL_4


def test_a_plain_column_starts_at_the_lowest_grade_without_reasons():
    found = suggest("街道代码", ("110101001",), PACK)

    assert (found.grade, found.reasons) == (Grade.GENERAL_1, ())


def test_a_redacted_sample_keeps_its_length_and_its_first_character():
    assert (redact("王小明"), redact("")) == ("王**", "")
