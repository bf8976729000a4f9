"""Amounts: a sum of money is read however an office wrote it, and nothing else is taken for one."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.engines.amounts import read

DIGITS = "零壹贰叁肆伍陆柒捌玖"


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("884000", "884000.00"),
        (" 20,040,000 ", "20040000.00"),
        ("1.33E6", "1330000.00"),
        ("500万元", "5000000.00"),
        ("100.416万元", "1004160.00"),
        ("1.2亿", "120000000.00"),
        ("１２３元", "123.00"),
        ("￥143430182.36", "143430182.36"),
        ("人民币陆拾肆万元整（￥640000.00元）", "640000.00"),
        ("（大写）：陆佰叁拾万元", "6300000.00"),
        ("叁佰捌拾捌万叁仟柒佰叁拾壹元壹角贰分", "3883731.12"),
        ("壹亿零伍元", "100000005.00"),
        ("拾万元整", "100000.00"),
        ("贰万零叁拾元零伍分", "20030.05"),
        ("三百万元", "3000000.00"),
        ("2023年100元，2024年200元，合计300元", "300.00"),
        ("512.457万元，其中，2023年:170.817万元", "5124570.00"),
        ("264.85万元/年，2023-2025年合计794.55万元", "7945500.00"),
        ("首次报价:192.00(元),最终报价:114.00(元)", "114.00"),
    ],
)
def test_a_sum_is_read_however_it_is_written(text: str, yuan: str) -> None:
    assert read(text) == Decimal(yuan)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "详见采购文件",
        "让利系数:1.1(%)",
        "2022年",
        "1,2",
        "475元/吨",
        "人民币陆拾肆万元整（￥650000.00元）",
        "甲:3900(元),乙:8800(元)",
        "9" * 40,
    ],
)
def test_what_names_no_sum_or_two_that_differ_is_none(text: str) -> None:
    assert read(text) is None


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_a_sum_in_capital_numerals_is_the_number_it_spells(high: int, low: int) -> None:
    said = f"人民币{_spelled(high)}万{'零' if low < 1000 else ''}{_spelled(low)}元整"

    assert read(said) == Decimal(high * 10000 + low)


def test_of_the_real_offers_three_in_five_name_a_sum(shared_data: Path) -> None:
    path = shared_data / "procurement_gx" / "bid_amount_texts.csv"
    with path.open(encoding="utf-8-sig") as stream:
        texts = [row["amount_text"] for row in csv.DictReader(stream)]

    unread = [text for text in texts if read(text) is None]

    # Counted by hand: rates, coefficients, and lists of prices that differ.
    assert len(texts) == 68
    assert len(unread) == 27
    assert all("%" in text or "％" in text or "(元)" in text for text in unread)


def _spelled(number: int) -> str:
    """A number below ten thousand in capital numerals, written independently."""
    text = ""
    for at, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // at % 10
        text += f"{DIGITS[digit]}{unit}" if digit else ("零" if text else "")
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.removesuffix("零")
