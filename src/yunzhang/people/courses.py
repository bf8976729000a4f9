"""Courses: a matter goes its procedure's way; clocks and turns follow each move by themselves.

The procedure is a row of the pack. Called inside a deed's own transaction (`act`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yunzhang import clock
from yunzhang.people import clocks, turns
from yunzhang.people.models import Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.people.turns import Wait
from yunzhang.people.units import authority_of
from yunzhang.terms import procedures
from yunzhang.terms.fact import DEED_NAMES, Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.pack_rows import Move, Procedure, Step

PROCEDURE_UNKNOWN = FaultKind(
    "procedure.unknown",
    409,
    Text("政策包没有规定“{procedure}”这一程序。", "The pack has no procedure {procedure}."),
    Text("由主管部门在政策包中补上。", "Have the authority add it to the pack."),
)
PARTY_MISSING = FaultKind(
    "procedure.party_missing",
    409,
    Text("步骤“{step_zh}”没有可以办理的单位。", "Nobody can act at the step “{step_en}”."),
    Text("先登记相关单位，再办理。", "Register the unit concerned first."),
)

EXTENSION_LATE = FaultKind(
    "procedure.extension_late",
    409,
    Text("时限已于 {due_on} 届满，不能再延长。", "The limit was over on {due_on}: no extension."),
    Text("尽快办结。", "Finish it without delay."),
)


@dataclass(frozen=True)
class Matter:
    """What goes a course: how facts call it, what its page is found by, whose it is.

    `parties` maps a party of the procedure (provider, applicant …) to its units.
    """

    subject: str
    reference: str
    title: str
    parties: Mapping[str, Sequence[Unit]]

    def units(self, party: str) -> Sequence[Unit]:
        """The units of a party; the authority over the parties where none is named."""
        if party == "both":
            return (*self.parties.get("applicant", ()), *self.parties.get("provider", ()))
        if party == "authority" and party not in self.parties:
            return (authority_of(self._first()),)
        return self.parties.get(party, ())

    def other(self, party: str) -> str:
        """The other side, for whoever has to act."""
        names = [
            unit.short_name
            for name, units in self.parties.items()
            for unit in units
            if name != party
        ]
        return ", ".join(names)

    def _first(self) -> Unit:
        for party in ("provider", "applicant"):
            for unit in self.parties.get(party, ()):
                return unit
        return next(unit for units in self.parties.values() for unit in units)


def of(id: str) -> Procedure:
    """The procedure under this id in the pack in force; raises `procedure.unknown`."""
    for row in pack().procedures:
        if row.id == id:
            return row
    raise Refused(PROCEDURE_UNKNOWN(procedure=id))


def begin(procedure: Procedure, matter: Matter) -> Step:
    """Set the matter on its first step."""
    return settle(procedure, matter, procedures.first(procedure))


def after(procedure: Procedure, state: str, deed: Deed) -> str:
    """The state a deed leads to; raises `procedure.move_wrong` where the table has no such move."""
    return procedures.move_of(procedure, state, deed, DEED_NAMES[deed]).to


def go(procedure: Procedure, matter: Matter, state: str, deed: Deed) -> str:
    """A native record's deed as a move of its procedure; the state it leads to."""
    made = procedures.move_of(procedure, state, deed, DEED_NAMES[deed])
    return take(procedure, matter, state, made).id


def take(procedure: Procedure, matter: Matter, state: str, made: Move) -> Step:
    """Make a move: the clock of the step left and of the step reached, and whose turn it is."""
    left = procedures.step_of(procedure, state)
    reached = procedures.step_of(procedure, made.to)
    today = clock.today()
    if made.extends:
        held = clocks.find(left.clock, matter.subject)
        if held.rested_on is None and held.due_on < today:
            # An extension given then would make what is late look punctual.
            raise Refused(EXTENSION_LATE(due_on=held.due_on))
        clocks.extend(left.clock, matter.subject)
    if left.clock and left.clock != reached.clock:
        clocks.stop(left.clock, matter.subject, today)
    elif left.clock and reached.rests and not left.rests:
        clocks.rest(left.clock, matter.subject, today)
    elif left.clock and left.rests and not reached.rests:
        clocks.restart(left.clock, matter.subject, today)
    return settle(procedure, matter, reached)


def settle(procedure: Procedure, matter: Matter, step: Step, but: Sequence[Unit] = ()) -> Step:
    """Start the step's clock unless it runs, and pass the turn to those who act at it.

    `but`: units of the party that have done their part already.
    """
    units = tuple(matter.units(step.party)) if step.party else ()
    waiting = tuple(unit for unit in units if unit not in but)
    # A consent is one unit's own: it waits in that unit, whatever its role may see elsewhere.
    held = turns.holders(step.who, waiting, each=any(move.all for move in step.moves))
    # A clock that runs has its unit already: at a step of the public, who are no unit, it rests.
    unowned = step.clock and not units and _held(step, matter) is None
    if (step.who and not held) or unowned:
        raise Refused(PARTY_MISSING(step_zh=step.zh, step_en=step.en))
    running = _running(step, matter, units)
    wait = Wait(
        subject=matter.subject,
        reference=matter.reference,
        title=matter.title,
        procedure=procedure.id,
        step=step.id,
        deed=Text(step.zh, step.en),
        holders=held if step.moves else (),
        other=matter.other(step.party),
    )
    turns.pass_to(wait, running)
    return step


def _running(step: Step, matter: Matter, units: Sequence[Unit]) -> Clock | None:
    if not step.clock:
        return None
    return _held(step, matter) or clocks.start(
        step.clock, matter.subject, units[0], clock.today(), reference=matter.reference
    )


def _held(step: Step, matter: Matter) -> Clock | None:
    return Clock.objects.filter(rule=step.clock, subject=matter.subject, ended_on=None).first()
