"""Grades of data: GB/T 43697-2024, and the rule that the highest decides."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Grade(IntEnum):
    """General data in four levels, then important and core (GB/T 43697-2024, annex H optional)."""

    GENERAL_1 = 1
    GENERAL_2 = 2
    GENERAL_3 = 3
    GENERAL_4 = 4
    IMPORTANT = 5
    CORE = 6


def highest(grades: Iterable[Grade]) -> Grade:
    """就高从严: a set of items has the grade of its highest; an empty set the lowest grade."""
    return max(grades, default=Grade.GENERAL_1)
