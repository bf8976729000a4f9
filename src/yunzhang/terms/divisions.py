"""Divisions: the six-digit codes of China's regions, cities and counties (GB/T 2260)."""

from __future__ import annotations

import re
from collections.abc import Collection

CODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)
PROVINCES = range(11, 83)  # the first two digits that GB/T 2260 gives out
LEVELS = ("province", "city", "county")


def is_division(code: str) -> bool:
    """Whether it could be a code of a region, city or county."""
    return CODE.fullmatch(code) is not None and int(code[:2]) in PROVINCES


def of_credit_code(code: str) -> str:
    """The division a unit was registered in, digits 3 to 8 of its credit code; "" for none.

    The digits 100000 stand for the national registry: a ministry is in no region.
    """
    found = code[2:8]
    return found if is_division(found) else ""


def level(code: str) -> str:
    """Province, city or county."""
    return LEVELS[len(stem(code)) // 2 - 1]


def stem(code: str) -> str:
    """The digits that every division within this one begins with; "" for the whole country."""
    kept = code[:6]
    while kept.endswith("00"):
        kept = kept[:-2]
    return kept


def within(code: str, area: str) -> bool:
    """Whether a division, also a township or village, is the area or lies in it."""
    return bool(code) and code.startswith(stem(area))


def above(code: str, known: Collection[str]) -> str:
    """The nearest of the known divisions that this one lies in; "" when none does."""
    for outer in (f"{code[:4]}00", f"{code[:2]}0000"):
        if outer != code and outer in known:
            return outer
    return ""


def nearest(code: str, known: Collection[str]) -> str:
    """The smallest of the known divisions that holds this one, itself included."""
    six = code[:6]
    return six if six in known else above(six, known) if len(six) == 6 else ""
