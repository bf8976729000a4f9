"""Indicators of time: legal limits kept and missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from yunzhang.oversee.indicators.registry import Row, Units, indicator, window
from yunzhang.people.models import Clock
from yunzhang.terms.faults import Text


@indicator(
    "clocks",
    "clock",
    formula=Text(
        "按时办结的时限 ÷（已办结的时限＋已逾期的时限）",
        "Limits kept ÷ (limits that have ended + limits overdue)",
    ),
    source=Text("时限时钟", "The clocks"),
    told=Text(
        "未到期的不计；一次性告知后停表的，停表当日未逾期即为按时。办结的只计评分窗口之内，逾期未办的始终计入。",
        "What still runs in time counts on neither side; what rests after a notice in time was "
        "kept. What ended counts within the pack's window, what is overdue for as long as it is.",
    ),
)
def clock_punctuality(units: Units, today: date) -> Iterator[Row]:
    """Legal limits kept / limits that have ended or are overdue, of those the unit must keep.

    A limit that still runs within its time counts on neither side, nor does one that rests
    after a notice: stopping to rest in time was keeping it. What ended before the pack's window
    no longer counts; what is overdue today does, however old.
    """
    ended = Q(ended_on__gt=window(today))
    overdue = Q(ended_on=None, rested_on=None, due_on__lt=today)
    clocks = Clock.objects.filter(ended | overdue, unit__in=units)
    for unit, number, due, done, rested in clocks.values_list(
        "unit", "pk", "due_on", "ended_on", "rested_on"
    ):
        yield Row(unit, number, done is not None and (rested or done) <= due)
