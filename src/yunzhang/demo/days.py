"""Days: the demonstration plays its history on the days it tells of, in a hub made for it alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from yunzhang import clock

NOON = time(4)  # in UTC; the day is Beijing's


@contextmanager
def on(day: date) -> Iterator[None]:
    """Within the block it is noon of that day in this process; the hub's server is not up yet."""
    asked: dict[str, Any] = {name: vars(clock)[name] for name in ("now", "today")}
    vars(clock).update(now=lambda: datetime.combine(day, NOON, UTC), today=lambda *_zone: day)
    try:
        yield
    finally:
        vars(clock).update(asked)
