"""Indicators of time: legal limits kept and missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet

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
    yield from kept(Clock.objects.filter(unit__in=units), today)


def kept(clocks: QuerySet[Clock], today: date) -> Iterator[Row]:
    """Of these clocks those that have ended or are overdue, and whether they were kept."""
    ended = Q(ended_on__gt=window(today))
    overdue = Q(ended_on=None, rested_on=None, due_on__lt=today)
    for unit, number, due, done, rested in clocks.filter(ended | overdue).values_list(
        "unit", "pk", "due_on", "ended_on", "rested_on"
    ):
        yield Row(unit, number, done is not None and (rested or done) <= due)


def _of(rule: str, units: Units, today: date) -> Iterator[Row]:
    yield from kept(Clock.objects.filter(rule=rule, unit__in=units), today)


# The legal limits of Order 809 that end with somebody's deed, and the answer to the public.
LIMITS = {
    "C1": Text("目录更新送审", "updates of the catalog sent for review"),
    "C2": Text("目录审核发布", "reviews of the catalog"),
    "C3": Text("无条件共享答复", "replies on unconditional data"),
    "C4": Text("有条件共享答复", "replies on conditional data"),
    "C5": Text("同意后提供数据", "deliveries after agreement"),
    "C6": Text("校核反馈", "answers to verifications"),
    "public_reply": Text("公众申请开放答复", "answers to the public"),
}

for _rule, _name in LIMITS.items():
    indicator(
        "clocks",
        "clock",
        id=f"punctuality_{_rule.lower()}",
        formula=Text(
            f"按时的“{_name.zh}”÷（已办结的＋已逾期的）",
            f"Limits of {_name.en} kept ÷ (those that have ended + those overdue)",
        ),
        source=Text("时限时钟", "The clocks"),
        told=Text(
            f"只看“{_name.zh}”这一种时限，口径与法定时限按时率相同。",
            f"Only {_name.en}, counted as the punctuality of all clocks is.",
        ),
    )(partial(_of, _rule))
