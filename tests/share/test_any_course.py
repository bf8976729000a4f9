"""Any course of any pack, walked at random by people of every role: who may act, and no dead end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.share.test_states import CARRIED
from tests.share.world import WHY, person, unit
from yunzhang import clock
from yunzhang.packs import read, shipped
from yunzhang.people import cases
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, CaseMove, CaseParty, Course, Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms import procedures
from yunzhang.terms.document import digest, encode, replace
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack_rows import Move, Procedure, Step

# Each course once, though most packs inherit it: under the first pack that has it.
COURSES = sorted(
    {
        row: (pack, row.id)
        for pack in reversed(shipped())
        for row in read(pack).procedures
        if row.id not in CARRIED
    }.values()
)
NUMBERS = count(1)
# What may keep a person whom the pack names from a move: somebody else, or another day, does it.
BARS = {
    "case.four_eyes",
    "case.consented",
    "case.both_sides",
    "procedure.made_once",
    "procedure.extension_late",
    "clock.final",
}


@cache
def course(pack: str, id: str) -> Procedure:
    """The procedure without its verbs: here it is asked who may move, not what that does."""
    [found] = [row for row in read(pack).procedures if row.id == id]
    steps = (
        replace(step, moves=tuple(replace(move, does="") for move in step.moves))
        for step in found.steps
    )
    return replace(found, steps=tuple(steps))


@dataclass
class Crowd:
    """One person in each role of each unit, one in none, and the hub itself."""

    units: dict[str, list[Unit]]
    people: list[tuple[str, Unit | None, Actor]]


@pytest.fixture
def crowd(db: None, settings: object, request: pytest.FixtureRequest) -> Crowd:
    pack, id = request.param
    settings.PACK = pack  # type: ignore[attr-defined]
    parties = {
        procedures.party_of(step, move)
        for step in course(pack, id).steps
        for move in (*step.moves, Move(id="", zh="", en="", to=""))
    }
    named = {
        party: [
            unit(next(NUMBERS), f"{party}{n}", is_authority=party == "authority") for n in (1, 2)
        ]
        for party in sorted(parties - {"", "both"} | {"authority", "elsewhere"})
    }
    people: list[tuple[str, Unit | None, Actor]] = [
        (role.id, where, person(f"{role.id}-{where.pk}", (where, role.id)))
        for role in read(pack).roles
        for units in named.values()
        for where in units[:1]
    ]
    people.append(("", None, person("nobody")))
    return Crowd(named, people)


def begun(procedure: Procedure, crowd: Crowd) -> Case:
    """A case on the first step, with the units of every party."""
    text = encode(procedure).decode()
    kept, _ = Course.objects.get_or_create(digest=digest(text.encode()), defaults={"text": text})
    case = Case.objects.create(
        number=f"T{next(NUMBERS)}", procedure=procedure.id, course=kept, content="{}",
        step=procedures.first(procedure).id, about="x", title="试", opened_at=clock.now(),
        moved_at=clock.now(),
    )  # fmt: skip
    for party, units in crowd.units.items():
        if party != "elsewhere":
            CaseParty.objects.bulk_create(
                CaseParty(case=case, party=party, unit=one) for one in units[:1]
            )
    return case


def allowed(pack: str, crowd: Crowd, step: Step, move: Move, role: str, at: Unit | None) -> bool:
    """What the pack says of a role in a unit, read anew: a role of the move, for its party."""
    party = procedures.party_of(step, move)
    sides = ("applicant", "provider") if party == "both" else (party,)
    own = at is not None and any(at in crowd.units.get(side, ())[:1] for side in sides)
    everywhere = {row.id for row in read(pack).roles if row.scope == "all"}
    # Where units consent, they alone act: who sees every unit neither consents nor declines.
    consents = any(one.all for one in step.moves)
    over = role in everywhere and not consents and party != "applicant"
    return role in procedures.roles_of(step, move) and (own or over)


@pytest.mark.parametrize(
    ("crowd", "named"),
    [(one, one) for one in COURSES],
    indirect=["crowd"],
    ids=map("/".join, COURSES),
)
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(picks=st.lists(st.integers(0, 10_000), min_size=8, max_size=8))
def test_only_those_the_pack_names_move_a_matter_and_somebody_always_can(
    crowd: Crowd, named: tuple[str, str], picks: list[int]
) -> None:
    pack, procedure = named[0], course(*named)
    case = begun(procedure, crowd)

    for pick in picks:
        step = procedures.step_of(procedure, case.step)
        if not step.moves:
            return
        able = []
        for role, at, actor in crowd.people:
            offered = cases.moves_for(actor, case)
            may = [m for m in step.moves if allowed(pack, crowd, step, m, role, at)]
            assert all(move in may for move in offered), (step.id, role)
            able += [(actor, move) for move in may]
            barred = [move for move in step.moves if move not in may]
            if barred and pick % 5 == len(able) % 5:  # what no page offers is refused all the same
                _refused(actor, case, barred[pick % len(barred)])
        assert able or _of_the_hub(step), step.id
        if not able:
            able = [(cases.WORKER, step.moves[pick % len(step.moves)])]
        case = _moved(case, *able[pick % len(able)])


def _of_the_hub(step: Step) -> bool:
    return not any(procedures.roles_of(step, move) for move in step.moves)


def _refused(actor: Actor, case: Case, move: Move) -> None:
    made = CaseMove.objects.count()
    with pytest.raises(Refused), transaction.atomic():
        cases.move(actor, case, move.id, why=WHY, papers=_papers(move))
    assert CaseMove.objects.count() == made


def _moved(case: Case, actor: Actor, move: Move) -> Case:
    """The case after the move, or as it was where four eyes or “once” forbid it to this person."""
    try:
        with transaction.atomic():
            return cases.move(actor, case, move.id, why=WHY, papers=_papers(move))
    except Refused as refused:
        codes = set(refused.codes)
    assert codes <= BARS
    return case


def _papers(move: Move) -> dict[str, Paper]:
    return {id: Paper(text="材料") for id in move.attach}
