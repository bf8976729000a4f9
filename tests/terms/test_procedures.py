"""Procedures: every pack's courses lead somewhere, from everywhere, for someone who may act."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.packs import read, shipped
from yunzhang.terms import procedures
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack_rows import Citation, Move, Procedure, Step

COURSES = [(pack, row.id) for pack in shipped() for row in read(pack).procedures]


def course(pack: str, id: str) -> Procedure:
    return next(row for row in read(pack).procedures if row.id == id)


@pytest.mark.parametrize(("pack", "id"), COURSES)
def test_every_step_is_reached_and_reaches_an_end(pack: str, id: str) -> None:
    found = course(pack, id)

    assert not procedures.unreachable(found)
    assert not procedures.endless(found)


@pytest.mark.parametrize(("pack", "id"), COURSES)
def test_a_step_that_goes_on_is_somebodys_turn_or_the_hubs_own(pack: str, id: str) -> None:
    """Without a role the hub moves it on: a silence, a question of the public, a number drawn."""
    nobodys = {step.id for step in course(pack, id).steps if step.moves and not step.who}

    assert nobodys <= {"active", "suspended", "ask", "complete", "silent", "found", "standing"}


@pytest.mark.parametrize(("pack", "id"), COURSES)
def test_whoever_acts_has_a_party_to_act_for(pack: str, id: str) -> None:
    adrift = [
        (step.id, move.id)
        for step in course(pack, id).steps
        for move in step.moves
        if procedures.roles_of(step, move) and not procedures.party_of(step, move)
    ]

    assert not adrift


def stepped(*steps: Step) -> Procedure:
    cite = Citation(document="d", clause="c")
    return Procedure(id="p", zh="程序", en="Procedure", cite=cite, subject="s", steps=steps)


NAMES = [f"s{number}" for number in range(6)]


@st.composite
def any_course(draw: st.DrawFn) -> Procedure:
    names = NAMES[: draw(st.integers(1, 6))]
    steps = []
    for name in names:
        targets = draw(st.lists(st.sampled_from(names), max_size=3))
        moves = tuple(
            Move(id=f"m{number}", zh="去", en="Go", to=to) for number, to in enumerate(targets)
        )
        steps.append(Step(id=name, zh=name, en=name, moves=moves))
    return stepped(*steps)


def walked(procedure: Procedure, start: str) -> set[str]:
    """Every step some sequence of moves leads to, by trying them all."""
    seen, open_ = set(), [start]
    while open_:
        here = open_.pop()
        if here not in seen:
            seen.add(here)
            step = procedures.step_of(procedure, here)
            open_ += [procedures.move_of(procedure, here, move.id).to for move in step.moves]
    return seen


@given(any_course())
def test_what_is_called_unreachable_or_endless_is_what_no_walk_finds(procedure: Procedure) -> None:
    ids = {step.id for step in procedure.steps}
    first = procedures.first(procedure).id
    ends = {id for id in ids if procedures.ended(procedure, id)}

    assert procedures.unreachable(procedure) == ids - walked(procedure, first)
    assert procedures.endless(procedure) == {id for id in ids if not walked(procedure, id) & ends}


@given(any_course(), st.sampled_from(NAMES), st.text(max_size=3))
def test_a_move_is_one_of_the_step_or_refused_in_words(
    procedure: Procedure, name: str, move: str
) -> None:
    if name not in {step.id for step in procedure.steps}:
        return
    step = procedures.step_of(procedure, name)
    if move in {known.id for known in step.moves}:
        assert procedures.move_of(procedure, name, move) in step.moves
        return

    with pytest.raises(Refused) as refused:
        procedures.move_of(procedure, name, move)

    assert refused.value.codes == ("procedure.move_wrong",)
    assert step.zh in refused.value.faults[0].sentence("zh")
