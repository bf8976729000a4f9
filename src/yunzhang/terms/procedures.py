"""Procedures: where a matter stands, which moves lead on, what each of them needs.

Pure: a procedure is a row of a pack; who acts and what was handed in come as arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.pack_rows import Move, Procedure, Step

MOVE_WRONG = FaultKind(
    "procedure.move_wrong",
    409,
    Text(
        "现处于“{step_zh}”，不能“{move_zh}”。",
        "At “{step_en}” nobody can have “{move_en}”.",
    ),
    Text("刷新页面，按当前步骤办理。", "Reload the page and go on from the present step."),
)
PAPER_MISSING = FaultKind(
    "procedure.paper_missing",
    422,
    Text("缺少“{paper}”。", "“{paper}” is missing."),
    Text("补齐后一并提交。", "Add it and submit everything together."),
)
MADE_ONCE = FaultKind(
    "procedure.made_once",
    409,
    Text("“{move_zh}”只能办理一次，已经办理过。", "“{move_en}” is done once, and has been."),
    Text("按现有材料继续办理。", "Go on with what there is."),
)


def first(procedure: Procedure) -> Step:
    """The step a matter begins with."""
    return procedure.steps[0]


def step_of(procedure: Procedure, id: str) -> Step:
    """The step under this id; an unknown one is a programming error."""
    return next(step for step in procedure.steps if step.id == id)


def move_of(procedure: Procedure, step: str, move: str, called: Text | None = None) -> Move:
    """The move out of a step; raises `procedure.move_wrong` where the step has no such move."""
    here = step_of(procedure, step)
    for known in here.moves:
        if known.id == move:
            return known
    name = called or named(procedure, move)
    raise Refused(MOVE_WRONG(step_zh=here.zh, step_en=here.en, move_zh=name.zh, move_en=name.en))


def named(procedure: Procedure, move: str) -> Text:
    """How any step of the procedure calls a move, or its id."""
    for step in procedure.steps:
        for known in step.moves:
            if known.id == move:
                return Text(known.zh, known.en)
    return Text(move, move)


def ended(procedure: Procedure, step: str) -> bool:
    """Whether nothing follows this step."""
    return not step_of(procedure, step).moves


def party_of(step: Step, move: Move) -> str:
    """Whose move it is."""
    return move.party or step.party


def roles_of(step: Step, move: Move) -> tuple[str, ...]:
    """The roles that may take a move."""
    return move.who or step.who


def missing(move: Move, given: Collection[str], names: Mapping[str, str]) -> Iterator[Fault]:
    """Every paper the move needs and was not given."""
    for paper in move.attach:
        if paper not in given:
            yield PAPER_MISSING(paper=names.get(paper, paper))


def unreachable(procedure: Procedure) -> frozenset[str]:
    """Steps that no move leads to from the first."""
    return frozenset(step.id for step in procedure.steps) - _reached(
        first(procedure).id, {step.id: [move.to for move in step.moves] for step in procedure.steps}
    )


def endless(procedure: Procedure) -> frozenset[str]:
    """Steps from which no end can be reached."""
    back: dict[str, list[str]] = {step.id: [] for step in procedure.steps}
    for step in procedure.steps:
        for move in step.moves:
            back[move.to].append(step.id)
    finishing: set[str] = set()
    for step in procedure.steps:
        if not step.moves:
            finishing |= _reached(step.id, back)
    return frozenset(back) - finishing


def _reached(start: str, ways: Mapping[str, list[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for to in ways[waiting.pop()]:
            if to not in found:
                found.add(to)
                waiting.append(to)
    return frozenset(found)
