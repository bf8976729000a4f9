"""Typed: what a person wrote into a form, read into plain values."""

from __future__ import annotations

import re
from datetime import date, datetime

from yunzhang import clock
from yunzhang.people.cases import Paper
from yunzhang.people.permissions import pack
from yunzhang.portal.doors import Visit
from yunzhang.terms.faults import FaultKind, Refused, Text

NUMBER_WRONG = FaultKind(
    "form.number_wrong",
    422,
    Text("“{text}”不是整数。", "“{text}” is not a whole number."),
    Text("填写一个整数。", "Write a whole number."),
)
DATE_WRONG = FaultKind(
    "form.date_wrong",
    422,
    Text("“{text}”不是日期。", "“{text}” is not a date."),
    Text("按 2026-11-22 的样式填写。", "Write it like 2026-11-22."),
)

MOMENT_WRONG = FaultKind(
    "form.moment_wrong",
    422,
    Text("“{text}”不是日期和时间。", "“{text}” is not a day and an hour."),
    Text("按 2026-11-22T09:00 的样式填写。", "Write it like 2026-11-22T09:00."),
)

NAME_LENGTH = 200  # what the record of a paper holds of its file's name
PLACE = re.compile(r"[0-9]{1,15}", re.ASCII)
WHOLE = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)


def text(request: Visit, name: str) -> str:
    """What stands in the field, without the spaces around it; empty when it is not there."""
    return request.POST.get(name, "").strip()


def why(request: Visit) -> str:
    """The reason of the deed."""
    return text(request, "why")


def lines(request: Visit, name: str) -> list[str]:
    """The non-empty lines of a text area."""
    return [line.strip() for line in text(request, name).splitlines() if line.strip()]


def whole(request: Visit, name: str) -> int:
    """A whole number; raises `form.number_wrong`."""
    return whole_number(text(request, name))


def whole_number(written: str) -> int:
    """The number written here; raises `form.number_wrong`, also for what no database holds."""
    if WHOLE.fullmatch(written) is None:
        raise Refused(NUMBER_WRONG(text=written))
    return int(written)


def place(written: str) -> int | None:
    """The record number written in an address; None for anything else, however it looks."""
    # Fifteen digits: what isdigit() takes includes "²", and no database holds a longer one.
    return int(written) if PLACE.fullmatch(written) else None


def paper(request: Visit, name: str, file: str = "-file") -> Paper:
    """A paper of a case: the text written under this name, the file chosen under it, or both.

    `file` is what the name of the file's field ends in. A file larger than any paper may be is not
    read whole: its size alone is told.
    """
    sent = request.FILES.get(f"{name}{file}")
    file_name = (sent.name or "")[:NAME_LENGTH] if sent else ""
    most = pack().limit("case.file_bytes")
    return Paper(text(request, name), file_name, sent.read(most + 1) if sent else b"")


def record(request: Visit, name: str) -> int | None:
    """The record number a select sent, None where nothing was chosen; raises `form.number_wrong`.

    What no select sends is never taken for nothing: it would wipe out what stands on record.
    """
    written = text(request, name)
    number = place(written)
    if written and number is None:
        raise Refused(NUMBER_WRONG(text=written))
    return number


def checked(request: Visit, name: str) -> bool:
    """Whether a box is ticked."""
    return name in request.POST


def day_or_none(request: Visit, name: str) -> date | None:
    """A date, None where the field is empty; raises `form.date_wrong`."""
    return day(request, name) if text(request, name) else None


def day(request: Visit, name: str) -> date:
    """A date; raises `form.date_wrong`."""
    written = text(request, name)
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Refused(DATE_WRONG(text=written)) from error


def moment(request: Visit, name: str) -> datetime:
    """A day and an hour by the clock of Beijing; raises `form.moment_wrong`."""
    written = text(request, name)
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise Refused(MOMENT_WRONG(text=written)) from error
    return found if found.tzinfo else found.replace(tzinfo=clock.BEIJING)


def records(request: Visit, name: str) -> list[int]:
    """The record numbers of the ticked boxes; what is no number is passed over."""
    found = (place(written) for written in request.POST.getlist(name))
    return [number for number in found if number is not None]
