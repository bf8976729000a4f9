"""Disputes: who may raise one, who settles it, and the ladder up to the government's decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.share.world import WHY, World, person, unit
from yunzhang.people import cases
from yunzhang.people.models import Case, Turn
from yunzhang.people.permissions import Actor
from yunzhang.share import disputes, requests
from yunzhang.share.models import ShareRequest
from yunzhang.terms.faults import Refused

POSITIONS = "需求部门认为属于履职所需；提供部门认为超出范围。"


@pytest.fixture
def refused(world: World) -> ShareRequest:
    return requests.refuse(
        world.provider_head, world.applied(), "beyond_scope", "", "超出履职范围", why=WHY
    )


def waiting(case: Case) -> set[tuple[str, str]]:
    rows = Turn.objects.filter(subject=cases.subject_of(case)).select_related("unit")
    return {(row.role, row.unit.short_name if row.unit else "") for row in rows}


def test_both_sides_settle_it_by_consent(world: World, refused: ShareRequest) -> None:
    case = disputes.raise_(world.consumer_head, refused, POSITIONS, why=WHY)
    assert waiting(case) == {("sharing_body_head", "民政厅"), ("sharing_body_head", "卫健委")}
    papers = {"paper.agreement": "缩小到两项后重新申请"}

    cases.move(world.consumer_head, case, "settle", papers=papers, why=WHY)
    assert waiting(case) == {("sharing_body_head", "民政厅")}
    case = cases.move(world.provider_head, case, "settle", papers=papers, why=WHY)

    assert (case.step, case.closed_on is not None) == ("settled", True)
    assert waiting(case) == set()


def test_it_climbs_from_the_authority_over_the_experts_to_the_government(
    world: World, refused: ShareRequest
) -> None:
    experts = person("wu", (world.authority, "expert_committee"))
    government = person("wang", (world.authority, "government"))
    case = disputes.raise_(world.consumer_head, refused, POSITIONS, why=WHY)
    steps: list[tuple[Actor, str, str]] = [
        (world.provider_head, "refer", "paper.positions"),
        (world.reviewer, "consult", "paper.question"),
        (experts, "advise", "paper.opinion"),
        (world.reviewer, "escalate", "paper.mediation"),
        (government, "decide", "paper.decision"),
    ]

    for actor, move, paper in steps:
        case = cases.move(actor, case, move, papers={paper: "详见附件"}, why=WHY)

    assert case.step == "decided"
    assert [row.to_step for row in case.moves.order_by("pk")] == [
        "negotiate", "mediate", "advise", "mediate", "decide", "decided",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("move", "wrong"),
    [
        ("refer", lambda w: w.consumer_officer),
        ("settle", lambda w: w.reviewer),
        ("withdraw", lambda w: w.provider_head),
    ],
)
def test_each_step_is_for_its_own_side(
    world: World, refused: ShareRequest, move: str, wrong: Callable[[World], Actor]
) -> None:
    case = disputes.raise_(world.consumer_head, refused, POSITIONS, why=WHY)
    papers = {"paper.positions": "x", "paper.agreement": "y"}

    with pytest.raises(Refused, match=r"case\.role_needed"):
        cases.move(wrong(world), case, move, papers=papers, why=WHY)


def test_the_provider_too_may_raise_one_about_a_grant_or_a_case(world: World) -> None:
    grant = world.granted()
    about_grant = disputes.raise_(world.provider_head, grant, POSITIONS, why=WHY)
    correction = cases.open(
        world.consumer_officer,
        "verification",
        about=f"resource:{world.resource.code}",
        title="名称有误",
        parties={"applicant": [world.consumer], "provider": [world.provider]},
        papers={"paper.doubt": "名称有误"},
        why=WHY,
    )
    about_case = disputes.raise_(world.consumer_head, correction, POSITIONS, why=WHY)

    assert about_grant.about == f"grant:{grant.pk}"
    assert {row.party: row.unit for row in about_grant.parties.all()} == {
        "applicant": world.provider,
        "provider": world.consumer,
        "authority": world.authority,
    }
    assert about_case.about == cases.subject_of(correction)


def test_whoever_wants_an_entry_that_is_not_shared_may_dispute_it(world: World) -> None:
    case = disputes.raise_(world.consumer_head, world.resource, POSITIONS, why=WHY)

    assert (case.about, case.title) == (f"resource:{world.resource.code}", "乡镇区划代码")
    with pytest.raises(Refused, match=r"dispute\.two_sides"):
        disputes.raise_(world.provider_head, world.resource, POSITIONS, why=WHY)


def test_one_dispute_at_a_time_by_a_side_of_it_with_its_positions(
    world: World, refused: ShareRequest
) -> None:
    stranger = person("wu", (unit(4, "统计局"), "sharing_body_head"))
    disputes.raise_(world.consumer_head, refused, POSITIONS, why=WHY)

    with pytest.raises(Refused) as wrong:
        disputes.raise_(stranger, refused, " ", why=WHY)
    with pytest.raises(Refused, match=r"permission\.missing"):
        disputes.raise_(world.consumer_officer, refused, POSITIONS, why=WHY)

    assert wrong.value.codes == ("dispute.two_sides", "dispute.running", "procedure.paper_missing")
    assert not disputes.possible(world.consumer_head, refused)
    assert not disputes.possible(stranger, refused)


def test_across_levels_the_authority_above_both_settles_it(world: World) -> None:
    city = unit(5, "柳州市大数据局", is_authority=True)
    city.tier = "city"
    city.save()
    county = unit(6, "柳城县民政局")
    county.tier, county.parent = "county", city
    county.save()

    assert disputes.settles(county, world.provider) == world.authority


@pytest.mark.parametrize("role", ["coordination_office", "sharing_authority"])
def test_in_guangxi_the_coordination_office_mediates_and_its_body_decides(
    world: World, refused: ShareRequest, settings, role: str
) -> None:
    settings.PACK = "guangxi-2022"
    office = person("wu", (world.authority, role))
    body = person("wang", (world.authority, "coordination_head"))
    case = disputes.raise_(world.consumer_head, refused, POSITIONS, why=WHY)
    cases.move(world.provider_head, case, "refer", papers={"paper.positions": "x"}, why=WHY)
    assert ("coordination_office", "") in waiting(case)

    cases.move(office, case, "escalate", papers={"paper.mediation": "协调不成"}, why=WHY)
    case = cases.move(body, case, "decide", papers={"paper.decision": "应当共享"}, why=WHY)

    assert case.step == "decided"
