"""The meter: how much of each grant is used today. Its truth is the log; this is only the sum."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from yunzhang.clock import BEIJING
from yunzhang.node.decide import Usage
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.document import decode
from yunzhang.terms.receipt import Receipt

_STRIDE = 1024  # entries read at a time while walking back through the log


class _Used:
    """Counters of one grant on one day."""

    __slots__ = ("calls", "rows", "second", "tries")

    def __init__(self) -> None:
        self.calls = self.rows = self.second = self.tries = 0


class Share:
    """What one call counts for, on the day on which it was taken, whatever day it is by now."""

    __slots__ = ("_calls", "_rows", "_used")

    def __init__(self, used: _Used) -> None:
        self._used = used
        self._calls = self._rows = 0

    def settle(self, rows: int, *, calls: int = 1) -> None:
        """Let it count for so many rows, in place of what it counted for; `calls=0`: not at all."""
        self._used.calls += calls - self._calls
        self._used.rows += rows - self._rows
        self._calls, self._rows = calls, rows


class Meter:
    """Calls and rows of a legal day, tries of a second, by grant.

    A call takes its share before it runs, so that calls under way together cannot pass a
    quota one by one; its share is settled when the rows are known, or the call has failed.
    """

    def __init__(self) -> None:
        self._day = date.min
        self._ends = 0.0
        self._used: defaultdict[str, _Used] = defaultdict(_Used)

    @classmethod
    def rebuilt(cls, ledger: Ledger, now: datetime) -> Meter:
        """The meter as the log tells it: walks back to the first receipt of this day."""
        meter = cls()
        meter._turn(now.timestamp())
        stop = ledger.size
        while stop and meter._count(ledger, max(0, stop - _STRIDE), stop):
            stop = max(0, stop - _STRIDE)
        return meter

    def _count(self, ledger: Ledger, start: int, stop: int) -> bool:
        """Add the receipts of today among these; whether an earlier one may be today's too."""
        receipts = [decode(entry, Receipt) for entry in ledger.entries(start, stop)]
        ours = [receipt for receipt in receipts if _day_of(receipt.at) == self._day]
        for receipt in ours:
            if receipt.outcome == "answered":
                self._used[receipt.grant].calls += 1
                self._used[receipt.grant].rows += receipt.rows
        return len(ours) == len(receipts)

    def usage(self, grant: str, second: float) -> Usage:
        """What is used at this moment (Unix time); counts this try against the rate."""
        if second >= self._ends:
            self._turn(second)
        used = self._used[grant]
        whole = int(second)
        if used.second != whole:
            used.second, used.tries = whole, 0
        used.tries += 1
        return Usage(used.calls, used.rows, used.tries - 1)

    def take(self, grant: str, rows: int) -> Share:
        """Set aside one call and at most so many rows."""
        share = Share(self._used[grant])
        share.settle(rows)
        return share

    def _turn(self, second: float) -> None:
        moment = datetime.fromtimestamp(second, BEIJING)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        self._day = moment.date()
        self._ends = (midnight + timedelta(days=1)).timestamp()
        self._used.clear()


def _day_of(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()
