"""Parcels: the way of a request in six dots, and a row of totals as a small line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.portal.left import left_words
from yunzhang.portal.lines import Line
from yunzhang.share.models import ShareRequest
from yunzhang.terms.deadlines import WorkCalendar, working_days_left

State = ShareRequest.State
STATIONS = (
    _("Draft"),
    _("Approval"),
    _("Reply"),
    _("Grant"),
    _("Hand-over"),
    _("First use"),
)
# How many stations a request in this state has behind it.
BEHIND = {
    State.DRAFT: 0,
    State.WAITING: 1,
    State.APPLIED: 2,
    State.NOTICED: 2,
    State.REFUSED: 2,
    State.AGREED: 3,
    State.GRANTED: 4,
    State.DELIVERED: 5,
}
WIDTH, HEIGHT, MARGIN = 140, 36, 4  # of the small line, in its own units


@dataclass(frozen=True)
class Parcel:
    """A request on its way: its stations, and how long the present one may still take."""

    line: Line
    dots: tuple[tuple[str, str], ...]  # (name, done | here | stopped | ahead)
    left: str  # in words; "" without a limit
    late: bool

    @property
    def here(self) -> str:
        """Where it is, in words."""
        return next((name for name, place in self.dots if place in ("here", "stopped")), "")


def parcel(line: Line, today: date, work: WorkCalendar) -> Parcel:
    """The way of a request, as its line tells it."""
    behind = BEHIND.get(State(line.note), 0)
    if line.at:
        behind = 5
    if line.figure:
        behind = 6
    now = "stopped" if line.note == State.REFUSED else "here"
    dots = tuple(
        (gettext(name), "done" if at < behind else now if at == behind else "ahead")
        for at, name in enumerate(STATIONS)
    )
    if line.due is None:
        return Parcel(line, dots, "", late=False)
    left = left_words(line.due, working_days_left(today, line.due, work), today)
    return Parcel(line, dots, left, line.due < today)


def trend(totals: Sequence[float]) -> str:
    """The points of a small line through these totals; "" for fewer than two."""
    if len(totals) < 2:
        return ""
    low, high = min(totals), max(totals)
    across = (WIDTH - 2 * MARGIN) / (len(totals) - 1)
    down = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    return " ".join(
        f"{MARGIN + at * across:.1f},{HEIGHT - MARGIN - (total - low) * down:.1f}"
        for at, total in enumerate(totals)
    )
