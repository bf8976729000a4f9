"""The clock: the only place that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo = BEIJING) -> date:
    """The legal date: Order 809 counts days in China's time."""
    return datetime.now(zone).date()


def seconds() -> float:
    """Unix time, for the hot path of a node."""
    return time.time()


def monotonic() -> float:
    """A clock that never goes back, for measuring how long something took."""
    return time.monotonic()
