"""The courses of requests, grants and entries: the packs know the states of the records, no more."""

from __future__ import annotations

import pytest

from yunzhang.gather.models import EntryVersion
from yunzhang.packs import read, shipped
from yunzhang.people.permissions import NEEDS, WORKER
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.fact import Deed
from yunzhang.terms.pack_rows import Procedure

CARRIED: dict[str, set[str]] = {
    "catalog_update": set(EntryVersion.State.values) - {"superseded", "forbidden"},
    "request_unconditional": set(ShareRequest.State.values),
    "request_conditional": set(ShareRequest.State.values),
    "grant": set(GrantRow.State.values),
}


def procedure(pack: str, id: str) -> Procedure:
    [found] = [row for row in read(pack).procedures if row.id == id]
    return found


@pytest.mark.parametrize("pack", shipped())
@pytest.mark.parametrize("id", CARRIED)
def test_a_course_has_exactly_the_states_of_its_records(pack: str, id: str) -> None:
    assert {step.id for step in procedure(pack, id).steps} == CARRIED[id]


@pytest.mark.parametrize("pack", shipped())
@pytest.mark.parametrize("id", CARRIED)
def test_whoever_a_course_names_may_do_the_deed(pack: str, id: str) -> None:
    may = {role.id: role.may for role in read(pack).roles}

    barred = [
        (step.id, move.id, role)
        for step in procedure(pack, id).steps
        for move in step.moves
        for role in (move.who or step.who)
        # What the worker records by itself is nobody's deed, whoever sees to it meanwhile.
        if NEEDS[Deed(move.id)] not in {*may[role], WORKER}
    ]

    assert not barred


def test_an_incomplete_request_may_not_be_refused_directly() -> None:
    for id in ("request_unconditional", "request_conditional"):
        [noticed] = [step for step in procedure("national", id).steps if step.id == "noticed"]

        assert "request.refused" not in {move.id for move in noticed.moves}


def test_only_a_conditional_reply_is_extended() -> None:
    extending = {
        id: [
            move.id
            for step in procedure("national", id).steps
            for move in step.moves
            if move.extends
        ]
        for id in ("request_unconditional", "request_conditional")
    }

    assert extending == {"request_unconditional": [], "request_conditional": ["request.extended"]}
