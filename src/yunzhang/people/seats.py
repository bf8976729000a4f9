"""Seats: for which unit a move of a case may be made, and by whose post."""

from __future__ import annotations

from dataclasses import dataclass

from yunzhang.people.courses import Matter
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms import procedures
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.pack_rows import Move, Step

ROLE_NEEDED = FaultKind(
    "case.role_needed",
    403,
    Text("“{move_zh}”须由{roles_zh}办理（{units}）。", "{roles_en} ({units}) does “{move_en}”."),
    Text("请有该岗位的人员办理，或由其委托。", "Ask a holder of that post, or be delegated it."),
)


@dataclass(frozen=True)
class Seat:
    """The unit a move is made for; `holder` is whose post it takes, where that is another's.

    Anybody has a move's permission: `act` cannot tell by it whose post was needed.
    """

    unit: Unit | None
    holder: str = ""

    @property
    def said(self) -> dict[str, str]:
        """What a fact says of it: as `act` does of a post that was lent."""
        return {"for": self.holder} if self.holder else {}


def of(actor: Actor, step: Step, made: Move, matter: Matter) -> list[Seat]:
    """Where the actor may make the move from, the party's own units first; the hub may any.

    Where consents are given these units alone act, and who asked alone speaks for the asker: a
    role over every unit supervises, it is nobody's part in a matter.
    """
    party = procedures.party_of(step, made)
    seated = matter.units(party)
    if actor.person is None:
        return [*map(Seat, seated), Seat(None)]
    roles, units = procedures.roles_of(step, made), {unit.pk for unit in seated}
    own = party == "applicant" or any(move.all for move in step.moves)
    everywhere = set() if own else {row.id for row in pack().roles if row.scope == "all"}
    able = [
        post
        for post in actor.posts
        if post.role in roles and (post.role in everywhere or post.unit_id in units)
    ]
    able.sort(key=lambda post: post.unit_id not in units)
    return [Seat(p.unit, f"person:{p.person_id}" if actor.lent(p) else "") for p in able]


def needed(step: Step, made: Move, matter: Matter) -> Fault:
    """Whose move it is, for whoever may not make it."""
    names = {row.id: row for row in pack().roles}
    held = [names[role] for role in procedures.roles_of(step, made) if role in names]
    units = matter.units(procedures.party_of(step, made))
    return ROLE_NEEDED(
        move_zh=made.zh,
        move_en=made.en,
        roles_zh="、".join(row.zh for row in held) or "枢纽",
        roles_en=", ".join(row.en for row in held) or "The hub",
        units="、".join(unit.short_name for unit in units) or "—",
    )
