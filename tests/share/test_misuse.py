"""Misuse: suspended at once, put right, then resumed or ended; each by whom the law names."""

from __future__ import annotations

import pytest

from tests.share.moments import refused
from tests.share.world import WHY, World, person
from yunzhang import clock
from yunzhang.people import cases, turns
from yunzhang.people.models import Case, FactRow, Notice
from yunzhang.people.permissions import Actor
from yunzhang.share import grants, misuse
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import decode

PROBLEM = "调用量超出所述用途，疑似整库下载"


@pytest.fixture
def grant(world: World) -> GrantRow:
    """A grant that its node has fetched."""
    row = world.granted()
    grants.for_node(world.node, clock.now())
    row.refresh_from_db()
    return row


@pytest.fixture
def auditor(world: World) -> Actor:
    return person("wu", (world.authority, "auditor"))


def move(actor: Actor, case: Case, name: str, text: str = "") -> Case:
    papers = {"report": "paper.rectification", "terminate": "paper.reason", "again": "paper.problem",
              "suspend": "paper.problem", "unfounded": "paper.reason"}  # fmt: skip
    given = {papers[name]: text or "情况属实"} if name in papers else {}
    return cases.move(actor, case, name, papers=given, why=WHY)


def state(grant: GrantRow) -> str:
    return GrantRow.objects.get(pk=grant.pk).state


def reported(world: World, grant: GrantRow, actor: Actor | None = None, **more: str) -> Case:
    return misuse.report(actor or world.provider_officer, grant, PROBLEM, why=WHY, **more)


def test_misuse_is_suspended_at_once_put_right_and_resumed(world, grant):
    case = reported(world, grant, violation="40-1")

    assert state(grant) == "suspended"
    assert GrantRow.objects.get().state_reason == PROBLEM
    assert [turn.deed_zh for turn in turns.mine(world.consumer_officer)] == ["整改"]
    assert decode(case.content, dict) == {"violation": "40-1"}
    fact = FactRow.objects.get(deed="grant.suspended")
    assert (fact.person, decode(fact.content, dict)) == (
        world.provider_officer.person,
        {"case": case.number},
    )

    move(world.consumer_officer, case, "report")
    move(world.provider_head, case, "again")
    move(world.consumer_head, case, "report")
    case = move(world.provider_head, case, "resume")

    assert (state(grant), case.closed_on) == ("active", clock.today())


def test_misuse_that_is_not_put_right_ends_the_grant(world, grant):
    case = reported(world, grant)

    move(world.provider_head, case, "terminate", "逾期未整改")

    assert state(grant) == "ended"
    assert GrantRow.objects.get().state_reason == "逾期未整改"
    assert Case.objects.filter(procedure="disposal").count() == 1


def test_the_authority_may_suspend_too(world, grant):
    reported(world, grant, world.reviewer)

    assert state(grant) == "suspended"


def test_what_an_auditor_found_is_the_providers_to_weigh(world, grant, auditor):
    case = reported(world, grant, auditor)

    assert state(grant) == "active"
    assert [turn.deed_zh for turn in turns.mine(world.provider_head)] == ["核实通报的问题"]
    assert refused(lambda: move(auditor, case, "suspend")) == ("case.role_needed",)

    move(world.provider_officer, case, "suspend")
    assert state(grant) == "suspended"


def test_the_head_may_find_no_misuse(world, grant, auditor):
    case = reported(world, grant, auditor)

    assert refused(lambda: move(world.provider_officer, case, "unfounded")) == ("case.role_needed",)
    case = move(world.provider_head, case, "unfounded", "调用量与批准的场景相符")

    assert (state(grant), case.closed_on) == ("active", clock.today())


def test_the_consumer_reports_nothing_about_itself_and_judges_nothing(world, grant):
    for actor in (world.consumer_officer, world.consumer_head):
        assert refused(reported, world, grant, actor) == ("case.role_needed",)
    assert (state(grant), Case.objects.count()) == ("active", 0)

    case = reported(world, grant)
    move(world.consumer_officer, case, "report")
    assert refused(lambda: move(world.consumer_head, case, "resume")) == ("case.role_needed",)
    assert refused(lambda: move(world.provider_officer, case, "resume")) == ("case.role_needed",)


def test_one_case_at_a_time_and_each_fault_is_told(world, grant, auditor):
    case = reported(world, grant, auditor)

    assert refused(lambda: reported(world, grant, violation="99-9")) == (
        "misuse.reported_already",
        "misuse.violation_unknown",
    )
    move(world.provider_officer, case, "suspend")
    move(world.provider_head, case, "terminate")
    assert refused(lambda: reported(world, grant)) == ("misuse.grant_over",)


def test_a_problem_has_to_be_written_down(world, grant):
    assert refused(lambda: misuse.report(world.provider_officer, grant, " ", why=WHY)) == (
        "procedure.paper_missing",
    )
    assert state(grant) == "active"


def test_a_grant_suspended_by_its_button_is_taken_up_by_the_case(world, grant):
    grants.suspend(world.provider_head, grant, why="先行暂停")

    case = reported(world, grant)

    assert refused(lambda: grants.resume(world.provider_head, grant, why=WHY)) == (
        "grant.under_case",
    )
    move(world.consumer_officer, case, "report")
    move(world.provider_head, case, "resume")
    assert state(grant) == "active"


def test_a_grant_that_ran_out_meanwhile_can_only_be_terminated(world, grant):
    case = reported(world, grant)
    grants.end_expired(grant.until)
    move(world.consumer_officer, case, "report")

    assert refused(lambda: move(world.provider_head, case, "resume")) == ("procedure.move_wrong",)
    case = move(world.provider_head, case, "terminate")

    assert case.closed_on == clock.today()
    assert FactRow.objects.filter(deed="grant.ended").count() == 1


def test_a_provider_may_not_end_what_it_gives_at_will_but_the_authority_may(world, grant):
    for actor in (world.provider_head, world.provider_officer):
        codes = refused(grants.end, actor, grant, why="不想提供了")
        assert codes == ("grant.no_ground",)
    assert state(grant) == "active"

    grants.end(world.reviewer, grant, why="主管部门决定")

    assert state(grant) == "ended"


def test_the_consumer_is_told_of_the_suspension_and_why(world, grant):
    Notice.objects.all().delete()

    reported(world, grant)

    told = Notice.objects.filter(person=world.consumer_head.person, kind="told")
    assert [notice.zh for notice in told] == [f"授权已暂停（{PROBLEM}）：核对病例所在乡镇"]


def test_the_kinds_to_choose_from_begin_with_the_consumers_own(world):
    assert [row.of for row in misuse.violations()][:7] == ["consumer"] * 7
