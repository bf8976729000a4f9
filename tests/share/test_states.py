"""The state tables: no dead ends, and nobody walks them who may not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunzhang.people.models import Clock
from yunzhang.people.permissions import NEEDS, may
from yunzhang.share import grants, requests
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.share.states import (
    GRANT,
    GRANT_ENDS,
    REQUEST,
    REQUEST_ENDS,
    STATE_NAMES,
    after,
    open_deeds,
)
from yunzhang.terms.fact import DEED_NAMES, Deed
from yunzhang.terms.faults import Refused

TABLES = [(REQUEST, "draft", REQUEST_ENDS), (GRANT, "active", GRANT_ENDS)]
WHY = "测试"


def reachable(moves, start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        new = {moves[deed, state] for deed in open_deeds(moves, state)} - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize(("moves", "start", "ends"), TABLES)
def test_every_state_can_be_reached_and_leads_to_an_end(moves, start, ends):
    states = {state for _, state in moves} | set(moves.values())

    assert reachable(moves, start) == states
    assert all(reachable(moves, state) & ends for state in states)


@pytest.mark.parametrize(("moves", "start", "ends"), TABLES)
def test_an_end_is_left_by_nothing(moves, start, ends):
    assert all(reachable(moves, end) == {end} for end in ends)


def test_the_tables_know_exactly_the_states_of_the_records():
    assert {state for _, state in REQUEST} | set(REQUEST.values()) == set(ShareRequest.State.values)
    assert {state for _, state in GRANT} | set(GRANT.values()) == set(GrantRow.State.values)
    assert set(STATE_NAMES) == {*ShareRequest.State.values, *GrantRow.State.values}


@given(st.sampled_from(Deed), st.sampled_from(sorted(STATE_NAMES)))
def test_a_move_that_is_not_in_the_table_is_refused_in_words(deed, state):
    if (deed, state) in REQUEST:
        assert after(REQUEST, deed, state) == REQUEST[deed, state]
        return

    with pytest.raises(Refused) as caught:
        after(REQUEST, deed, state)

    assert caught.value.codes == ("share.state_wrong",)
    assert DEED_NAMES[deed].zh in caught.value.faults[0].sentence("zh")
    assert STATE_NAMES[state].en in caught.value.faults[0].sentence("en")


WALK = {
    Deed.REQUEST_DRAFTED: lambda a, r: requests.edit(a, r, {"scenario": "另一场景"}, why=WHY),
    Deed.REQUEST_SUBMITTED: lambda a, r: requests.ask_approval(a, r, why=WHY),
    Deed.REQUEST_APPLIED: lambda a, r: requests.apply(a, r, why=WHY),
    Deed.REQUEST_NOTICED: lambda a, r: requests.notice(a, r, ["缺条款"], why=WHY),
    Deed.REQUEST_COMPLETED: lambda a, r: requests.complete(
        a, r, {"legal_basis": "《某法》第一条"}, why=WHY
    ),
    Deed.REQUEST_EXTENDED: lambda a, r: requests.extend(a, r, why=WHY),
    Deed.REQUEST_AGREED: lambda a, r: requests.agree(a, r, "同意", why=WHY),
    Deed.REQUEST_REFUSED: lambda a, r: requests.refuse(a, r, "no_basis", "", "否", why=WHY),
    Deed.REQUEST_WITHDRAWN: lambda a, r: requests.withdraw(a, r, why=WHY),
    Deed.GRANT_ISSUED: lambda a, r: grants.issue(a, r, why=WHY),
}
ACTORS = (
    "reviewer",
    "provider_officer",
    "provider_head",
    "consumer_officer",
    "consumer_head",
)
CONSUMERS = {
    Deed.REQUEST_DRAFTED,
    Deed.REQUEST_SUBMITTED,
    Deed.REQUEST_APPLIED,
    Deed.REQUEST_COMPLETED,
    Deed.REQUEST_WITHDRAWN,
}
RESTING = {"noticed"}
RUNNING = {"applied", "noticed"}


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(ACTORS), st.sampled_from(sorted(WALK))), max_size=40))
def test_any_walk_keeps_to_the_table_the_posts_and_the_clocks(world, walk):
    request = world.drafted()

    for who, deed in walk:
        actor = getattr(world, who)
        unit = request.consumer if deed in CONSUMERS else request.provider
        before = ShareRequest.objects.get(pk=request.pk).state
        changed = False
        with suppress(Refused):
            WALK[deed](actor, request)
            changed = True
        state = ShareRequest.objects.get(pk=request.pk).state

        if changed:
            assert may(actor, NEEDS[deed], unit)
            assert state == REQUEST[deed, before]
        else:
            assert state == before
        reply = Clock.objects.filter(
            subject=f"request:{request.pk}", rule__in=("C3", "C4"), ended_on=None
        )
        assert reply.exists() == (state in RUNNING)
        assert all((row.rested_on is not None) == (state in RESTING) for row in reply)
    assert request.grants.count() <= 1
