"""Rows of a pack on scores: the boards they bring units onto, and what else they bring."""

from __future__ import annotations

from typing import Literal

from yunzhang.terms.document import Natural
from yunzhang.terms.pack_rows import Named


class BoardRule(Named, frozen=True, kw_only=True):
    """The red or the black board: what brings a unit onto it, in percent.

    `at_least` and `below` bound the indicator, or without one the total score. Without a bound
    the document sets up the board but names no measure, and nobody stands on it.
    """

    REFERS = {"indicator": "indicators"}

    colour: Literal["red", "black"]
    indicator: str = ""
    at_least: int | None = None
    below: int | None = None

    @property
    def measures(self) -> bool:
        """Whether it says what brings a unit onto the board."""
        return self.at_least is not None or self.below is not None


class IncentiveRule(Named, frozen=True, kw_only=True):
    """What a score brings: a reward, or what is lost; bounds on the place and the total.

    Every bound that is set must be met. Without any the document names no measure: it is shown
    with every score, and people decide.
    """

    brings: Literal["reward", "loss"] = "reward"
    first: Natural = 0  # among so many places from the top
    at_least: int | None = None  # percent of the total
    below: int | None = None

    @property
    def measures(self) -> bool:
        """Whether it says whom it is for."""
        return bool(self.first) or self.at_least is not None or self.below is not None
