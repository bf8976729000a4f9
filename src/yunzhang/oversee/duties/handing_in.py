"""Handing in: a duty of a day is reported, sent back or accepted; one clock runs through all."""

from __future__ import annotations

from datetime import date

from yunzhang import clock
from yunzhang.people import cases, clocks, notices
from yunzhang.people.cases import Doing
from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import pack
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Text

RULE = "dated"  # the clock of them all; the day itself is the row's
UNIT = "unit"  # the party that owes the duty
DUTY = "duty"  # units that carry a task out under its lead
RECIPIENT = "recipient"  # units a report goes to, beside the office that takes it in


@cases.does("dated.opened")
def begin(doing: Doing) -> None:
    """From the opening on the row's own day runs, whatever the step."""
    told = decode(doing.case.content, dict)
    clocks.start_until(
        RULE,
        cases.subject_of(doing.case),
        doing.case.parties.select_related("unit").get(party=UNIT).unit,
        clock.today(),
        date.fromisoformat(told["due_on"]),
        told["document"],
        told["clause"],
        moves_on=told.get("moves_on", False),
        warn_days=pack().limit("dated.warn_days"),
        at_end=pack().clock(RULE).at_end,
        reference=doing.case.number,
    )
    keep_clock(doing)


@cases.does("dated.went_on")
def keep_clock(doing: Doing) -> None:
    """Whoever's turn it is now sees the day; a turn is made anew with every move."""
    subject = cases.subject_of(doing.case)
    running = Clock.objects.filter(rule=RULE, subject=subject, ended_on=None).first()
    Turn.objects.filter(subject=subject).update(clock=running)


@cases.does("dated.handed_in")
def hand_in(doing: Doing) -> None:
    """What is handed in on its day was in time, however long the office takes to look at it."""
    clocks.rest(RULE, cases.subject_of(doing.case), clock.today())
    keep_clock(doing)
    _tell_recipients(doing)


@cases.does("dated.returned")
def give_back(doing: Doing) -> None:
    """Sent back: the same day is owed again."""
    clocks.restart(RULE, cases.subject_of(doing.case), clock.today())
    keep_clock(doing)


@cases.does("dated.accepted")
def accept(doing: Doing) -> None:
    """The duty is done."""
    clocks.stop(RULE, cases.subject_of(doing.case), clock.today())


def _tell_recipients(doing: Doing) -> None:
    """Whoever works in a unit the report goes to learns that it has come, each time it does."""
    case, subject = doing.case, cases.subject_of(doing.case)
    sender = case.parties.select_related("unit").get(party=UNIT).unit.short_name
    said = Text(f"{sender}报送了“{case.title}”", f"{sender} has handed in: {case.title}")
    key = f"{subject}:handed_in:{case.moves.count()}"
    roles = [role.id for role in pack().roles]
    for row in case.parties.filter(party=RECIPIENT).select_related("unit"):
        notices.tell_unit(row.unit, roles, key, notices.TOLD, subject, case.number, said)
