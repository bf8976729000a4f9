"""Moments: the days on which the courses of these tests are walked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from yunzhang import clock
from yunzhang.terms.faults import Refused


class Days:
    """A clock that stands at noon in Beijing on a day, until it is set to another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, day: date) -> None:
        self.day = day
        monkeypatch.setattr(clock, "today", lambda *_: self.day)
        monkeypatch.setattr(clock, "now", lambda: datetime.combine(self.day, time(4), UTC))

    def on(self, month: int, day: int) -> None:
        """Go on to another day of the same year."""
        self.day = date(self.day.year, month, day)


def refused(deed: Callable[..., object], *given: Any, **named: Any) -> tuple[str, ...]:
    """The codes a deed on what is given is refused with."""
    with pytest.raises(Refused) as caught:
        deed(*given, **named)
    return caught.value.codes
