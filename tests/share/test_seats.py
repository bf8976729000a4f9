"""Seats: for which unit and by whose post a move is made, and with papers of this move only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.share.world import WHY, World, person, unit
from yunzhang import clock
from yunzhang.people import cases, delegations, turns
from yunzhang.people.models import Case, FactRow, Person, Post, Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.share import corrections, disputes, needs, services
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused

AGREED = {"paper.agreement": "缩小到两项"}


def with_post(actor: Actor, where: Unit, role: str) -> Actor:
    assert actor.person
    Post.objects.create(person=actor.person, unit=where, role=role, from_date=date(2025, 1, 1))
    return actor_of(actor.person, clock.today())


def stop_of(world: World, *consumers: Unit) -> Case:
    """A service that some units use is to be stopped."""
    return cases.open(
        world.provider_head,
        services.PROCEDURE,
        about=f"resource:{world.resource.code}",
        title="终止服务",
        parties={"provider": [world.provider], "consumers": [*consumers]},
        papers={"paper.reason": "系统下线"},
        why=WHY,
    )


def dispute_of(world: World, raised_by: Actor) -> Case:
    return disputes.raise_(raised_by, world.resource, "属于履职所需", why=WHY)


def told(deed: str) -> dict[str, Any]:
    return decode(FactRow.objects.filter(deed=deed).latest("number").content, dict[str, Any])


def test_the_head_of_two_units_consents_once_for_each(world: World) -> None:
    other = unit(7, "统计局")
    head = with_post(world.consumer_head, other, "sharing_body_head")
    case = stop_of(world, world.consumer, other)

    cases.move(head, case, "agree", why=WHY)
    assert [turn.unit for turn in turns.mine(head)] == [other]
    case = cases.move(head, case, "agree", why=WHY)

    assert case.step == "file"
    assert [row.unit for row in case.moves.filter(move="agree").order_by("pk")] == [
        world.consumer, other,
    ]  # fmt: skip


def test_a_unit_that_has_consented_is_told_so_whoever_asks_again(world: World) -> None:
    case = stop_of(world, world.consumer, unit(7, "统计局"))
    cases.move(world.consumer_head, case, "agree", why=WHY)

    with pytest.raises(Refused, match=r"case\.consented"):
        cases.move(world.consumer_head, case, "agree", why=WHY)


def test_nobody_settles_a_dispute_for_both_sides(world: World) -> None:
    head = with_post(world.consumer_head, world.provider, "sharing_body_head")
    case = dispute_of(world, head)
    cases.move(head, case, "settle", papers=AGREED, why=WHY)

    with pytest.raises(Refused, match=r"case\.both_sides"):
        cases.move(head, case, "settle", papers=AGREED, why=WHY)
    case = cases.move(world.provider_head, case, "settle", papers=AGREED, why=WHY)

    assert case.step == "settled"


def test_a_move_made_for_a_colleague_leaves_a_fact_that_names_both(world: World) -> None:
    case = stop_of(world, world.consumer, unit(7, "统计局"))
    assert world.consumer_head.person
    assert world.consumer_officer.person
    delegations.delegate(
        world.consumer_head,
        Post.objects.get(person=world.consumer_head.person),
        world.consumer_officer.person,
        clock.today(),
        clock.today() + timedelta(days=3),
        why="出差",
    )
    officer = actor_of(Person.objects.get(pk=world.consumer_officer.person.pk), clock.today())

    cases.move(officer, case, "agree", why=WHY)
    assert told("case.consented")["for"] == world.consumer_head.name
    cases.move(officer, case, "object", papers={"paper.reason": "仍在使用"}, why=WHY)
    assert told("case.moved")["for"] == world.consumer_head.name
    dispute_of(world, officer)
    assert told("case.opened")["for"] == world.consumer_head.name


def test_ones_own_post_needs_no_other(world: World) -> None:
    dispute_of(world, world.consumer_head)

    assert "for" not in told("case.opened")


def test_the_fact_names_the_unit_of_the_party_whatever_posts_come_first(world: World) -> None:
    auditor = person("wu", (world.authority, "auditor"), (world.consumer, "consumer_officer"))

    case = cases.open(
        auditor,
        corrections.PROCEDURE,
        about=corrections.subject_of(world.resource),
        title="名称有误",
        parties={"applicant": [world.consumer], "provider": [world.provider]},
        papers={"paper.doubt": "名称有误"},
        why=WHY,
    )

    assert case.moves.get().unit == world.consumer


def test_only_who_asked_takes_it_back(world: World) -> None:
    auditor = person("wu", (world.authority, "auditor"))
    asked = corrections.ask(world.consumer_officer, world.resource, ["区划名称"], "有误", why=WHY)
    own = corrections.ask(auditor, world.resource, ["区划名称"], "有误", why=WHY)

    assert cases.moves_for(auditor, asked) == []
    with pytest.raises(Refused, match=r"case\.role_needed"):
        cases.move(auditor, asked, "withdraw", why=WHY)
    assert cases.move(auditor, own, "withdraw", why=WHY).step == "withdrawn"


def test_nobody_approves_the_need_they_stated_themselves(world: World) -> None:
    both = with_post(world.consumer_officer, world.consumer, "sharing_body_head")
    case = needs.state(
        both, "接种点名录", ["名称"], scenario="免疫规划", legal_basis="《疫苗管理法》", why=WHY
    )

    assert [move.id for move in cases.moves_for(both, case)] == ["drop"]
    with pytest.raises(Refused, match=r"case\.four_eyes"):
        cases.move(both, case, "approve", why=WHY)
    dropped = cases.move(both, case, "drop", papers={"paper.reason": "不再需要"}, why=WHY)

    assert dropped.step == "dropped"


def test_nobody_hands_in_the_paper_of_another_move(world: World) -> None:
    papers = {"paper.doubt": "名称有误", "paper.evidence": "截图", "paper.finding": "已核实无误"}

    with pytest.raises(Refused, match=r"case\.paper_unknown") as refused:
        cases.open(
            world.consumer_officer,
            corrections.PROCEDURE,
            about=corrections.subject_of(world.resource),
            title="名称有误",
            parties={"applicant": [world.consumer], "provider": [world.provider]},
            papers=papers,
            why=WHY,
        )

    assert len(refused.value.faults) == 1


def test_two_that_want_the_same_entry_dispute_it_each_by_itself(world: World) -> None:
    other = person("wu", (unit(7, "统计局"), "sharing_body_head"))
    dispute_of(world, world.consumer_head)

    assert dispute_of(world, other).step == "negotiate"
    with pytest.raises(Refused, match=r"dispute\.running"):
        dispute_of(world, other)


def test_who_heads_two_units_speaks_for_the_one_it_is_between(world: World) -> None:
    request = world.applied()
    head = person("wu", (unit(7, "统计局"), "sharing_body_head"))
    head = with_post(head, world.consumer, "sharing_body_head")

    case = disputes.raise_(head, request, "属于履职所需", why=WHY)

    assert case.parties.get(party="applicant").unit == world.consumer
