"""Amounts: sums of money as offices write them, in figures or capital numerals. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

DIGITS = {
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    "两": 2,
    "弍": 2,
    "贰": 2,
    "叄": 3,
    "参": 3,
}
TENS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
UNITS = {
    "": 1,
    "元": 1,
    "圆": 1,
    "千元": 10**3,
    "万": 10**4,
    "万元": 10**4,
    "亿": 10**8,
    "亿元": 10**8,
}

PLAIN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE]\+?[0-9]{1,2})?")
FIGURE = re.compile(
    r"(?P<sign>¥)?\s*(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"\s*\(?(?P<unit>亿元|亿|万元|万|千元|元|圆)?\)?(?P<rate>%)?"
)
_NUMERALS = "".join({*DIGITS, *TENS, *MYRIADS})
CAPITALS = re.compile(
    rf"[{_NUMERALS}]+[元圆](?:[{''.join(DIGITS)}]角)?(?:零?[{''.join(DIGITS)}]分)?"
)
SUM = re.compile(r"合计|总计|共计|最终报价|最后报价")
PARTS = re.compile(r"其中")
APIECE = re.compile(r"元\s*/")
CENT = Decimal("0.01")
MOST = Decimal(10) ** 16


def read(text: str) -> Decimal | None:
    """The one sum a text names, in yuan; None where it names none, or several that differ.

    What stands after 合计 is the sum, what stands after 其中 its parts; of two offers the final
    one counts. A price for a piece or for a year is no sum.
    """
    plain = unicodedata.normalize("NFKC", text).replace("￥", "¥").strip()
    if PLAIN.fullmatch(plain):
        return _held(Decimal(plain.replace(",", "")))
    named = PARTS.split(plain)[0]
    if SUM.search(named):
        named = SUM.split(named)[-1]
    if APIECE.search(named):
        return None
    found = {*_figures(named), *_capitals(named)}
    return _held(found.pop()) if len(found) == 1 else None


def _held(value: Decimal) -> Decimal | None:
    if abs(value) >= MOST:
        return None
    return value.quantize(CENT, ROUND_HALF_UP)


def _figures(text: str) -> Iterator[Decimal]:
    """Every figure that a currency sign or a unit makes money; a year is none."""
    for match in FIGURE.finditer(text):
        unit = match["unit"] or ""
        if (unit or match["sign"]) and not match["rate"]:
            value = Decimal(match["number"].replace(",", "")) * UNITS[unit]
            yield value.quantize(CENT, ROUND_HALF_UP)


def _capitals(text: str) -> Iterator[Decimal]:
    for match in CAPITALS.finditer(text):
        # "500万元" is a figure with a unit: its numerals alone are none.
        if match.start() and text[match.start() - 1] in "0123456789.":
            continue
        value = _spelled(match[0])
        if value is not None:
            yield value.quantize(CENT)


def _spelled(text: str) -> Decimal | None:
    """A sum written out: 陆拾肆万元, 叁佰捌拾捌万叁仟柒佰叁拾壹元壹角贰分."""
    whole, _yuan, rest = text.replace("圆", "元").partition("元")
    value = _counted(whole)
    if value is None:
        return None
    tenths = re.search(r"(.)角", rest)
    cents = re.search(r"(.)分", rest)
    value += Decimal(DIGITS[tenths[1]]) / 10 if tenths else 0
    return value + (Decimal(DIGITS[cents[1]]) / 100 if cents else 0)


def _counted(text: str) -> Decimal | None:
    """A whole number in numerals; None for what only looks like one."""
    total = part = digit = 0
    seen = False
    for sign in text:
        if sign in DIGITS:
            digit, seen = DIGITS[sign], True
        elif sign in TENS:
            part += (digit if digit or part else 1) * TENS[sign]
            digit, seen = 0, True
        else:
            # 亿 counts all that stands before it, 万 what stands since the last 亿.
            part += digit
            if sign in "亿億":
                total, part = (total + part) * MYRIADS[sign], 0
            else:
                total, part = total + part * MYRIADS[sign], 0
            digit = 0
    return Decimal(total + part + digit) if seen else None
