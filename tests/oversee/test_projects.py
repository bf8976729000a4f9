"""Projects: proposed, judged, approved together, built, accepted for what they promised, evaluated."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee.project_world import (
    Office,
    again,
    drafted,
    office,
    proposal,
    sound,
    submitted,
)
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.gather import placing, systems
from yunzhang.gather.placing import Placing
from yunzhang.oversee.building import approvals, judging, projects
from yunzhang.oversee.building.project_models import GateResult, Project
from yunzhang.oversee.models import Score
from yunzhang.people import cases, turns
from yunzhang.people.models import FactRow
from yunzhang.terms.document import replace
from yunzhang.terms.fact import Deed
from yunzhang.terms.project import Anew, Judgement, Stand

CONTRACT = {"paper.construction_plan": "建设方案"}
BUILDER = "91350100M000100Y43"


@pytest.fixture
def those(hub: HubWorld) -> Office:
    return office(hub)


def outcomes(result: GateResult) -> dict[str, str]:
    found = judging.judgement_of(result).findings
    return {one.rule: one.outcome for one in reversed(found)}


def test_a_proposal_is_refused_with_all_that_is_wrong_with_it(hub: HubWorld) -> None:
    unit = hub.units[2]
    wrong = proposal(
        name=" ", kind="x", money_source="", amount_yuan=0, from_year=2027, to_year=2026,
        functions=(), replaces=(999,),
    )  # fmt: skip

    codes = refused(projects.draft, hub.officer, unit, unit, wrong, why=WHY)

    assert codes == (
        "project.missing",
        "project.missing",
        "project.code_unknown",
        "project.code_unknown",
        "project.amount",
        "project.years",
        "project.system_foreign",
    )
    assert not Project.objects.exists()


def test_another_units_officer_proposes_nothing_here(hub: HubWorld) -> None:
    unit = hub.units[2]

    codes = refused(projects.draft, hub.outsider, unit, unit, proposal(), why=WHY)

    assert codes == ("permission.missing",)


def test_the_answer_of_the_gate_is_frozen_with_the_proposal_and_is_a_fact(hub: HubWorld) -> None:
    project = sound(hub)

    result = judging.judge(hub.officer, project, why=WHY)
    projects.change(hub.officer, project, project.owner, proposal(amount_yuan=5), why=WHY)

    frozen = judging.judgement_of(GateResult.objects.get(pk=result.pk))
    assert (result.verdict, frozen.proposal.amount_yuan) == ("yes", 1_200_000)
    assert FactRow.objects.filter(deed=Deed.GATE_JUDGED, subject=f"project:{project.pk}").exists()
    # What was changed was not judged.
    assert judging.current(again(project)) is None
    assert again(project).verdict == ""


def test_the_gate_looks_at_the_registers_and_at_the_units_record(hub: HubWorld) -> None:
    Score.objects.create(
        unit=hub.units[2], period="2026Q1", frozen_at=clock.now(), total=55, figures="[]", signed=""
    )
    project = drafted(hub)

    result = judging.judge(hub.officer, project, why=WHY)

    found = outcomes(result)
    assert result.verdict == "conditions"
    assert [found[f"gate.{rule}"] for rule in ("planned", "network", "cloud", "platform")] == [
        "condition"
    ] * 4
    assert (found["gate.score_floor"], found["gate.score_stop"]) == ("condition", "pass")
    assert (found["gate.catalog"], found["gate.twin"]) == ("pass", "pass")


def test_a_renamed_twin_of_a_registered_system_stops_the_project(hub: HubWorld) -> None:
    system = systems.register(
        hub.outsider, hub.units[3], "夕阳红信息平台", "养老机构备案、养老补贴发放", why=WHY
    )
    earlier = drafted(hub, name="为老服务一体化平台")

    result = judging.judge(hub.officer, drafted(hub), why=WHY)

    judgement = judging.judgement_of(result)
    assert result.verdict == "no"
    assert [hit.ref.id for hit in judgement.hits] == [str(earlier.pk), str(system.pk)]
    stop = next(one for one in judgement.findings if one.rule == "gate.twin")
    assert "为老服务一体化平台" in stop.zh
    assert "养老机构备案" in stop.zh


def test_what_it_replaces_or_extends_is_no_duplicate_and_what_is_secret_is_not_named(
    hub: HubWorld,
) -> None:
    does = "养老机构备案、养老补贴发放"
    old = systems.register(hub.officer, hub.units[2], "养老服务管理系统一期", does, why=WHY)
    secret = systems.register(hub.outsider, hub.units[3], "养老服务管理专网系统", does, why=WHY)
    placing.place(hub.outsider, secret, Placing(sensitivity="secret"), clock.today(), why=WHY)

    result = judging.judge(hub.officer, drafted(hub, replaces=(old.pk,)), why=WHY)

    assert judging.judgement_of(result).hits == ()


def test_a_room_built_anew_is_stopped_unless_it_was_approved(
    hub: HubWorld, settings: object
) -> None:
    settings.PACK = "liuzhou-2020"  # type: ignore[attr-defined]
    room = Anew(what="room")
    allowed = Anew(what="room", approval="柳数据〔2026〕2号")

    without = judging.judge(hub.officer, drafted(hub, anew=(room,)), why=WHY)
    with_ = judging.judge(hub.officer, drafted(hub, name="另一系统", anew=(allowed,)), why=WHY)

    stop = next(one for one in judging.judgement_of(without).findings if one.check == "anew")
    assert (stop.outcome, stop.clause) == ("stop", "四(一)1")
    assert outcomes(with_)["gate.anew"] == "pass"


def test_a_no_is_overridden_by_a_head_alone_with_a_reason_and_for_this_answer_only(
    hub: HubWorld, those: Office
) -> None:
    project = sound(hub, produces=())
    judging.judge(hub.officer, project, why=WHY)
    stopped = refused(approvals.submit, hub.officer, project, CONTRACT, why=WHY)

    by_others = [refused(judging.override, who, project, why=WHY) for who in (hub.officer, hub.reviewer)]  # fmt: skip
    without_reason = refused(judging.override, those.government, project, why=" ")
    result = judging.override(those.government, project, why="防汛急需，目录随后补报")
    case = approvals.submit(hub.officer, project, CONTRACT, why=WHY)

    assert stopped == ("gate.stopped",)
    assert by_others == [("permission.missing",)] * 2
    assert without_reason == ("act.reason_missing",)
    assert (result.overridden_role, result.overridden_by) == ("government", those.government.person)
    [fact] = FactRow.objects.filter(deed=Deed.GATE_OVERRIDDEN)
    assert (fact.why, fact.person) == ("防汛急需，目录随后补报", those.government.person)
    assert case.step == "review"
    # The same head may not wave through what the gate let pass.
    assert refused(judging.override, those.government, project, why=WHY) == (
        "gate.nothing_to_override",
    )


def test_it_is_handed_in_only_as_the_gate_saw_it_and_not_too_late(
    hub: HubWorld, those: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = sound(hub)
    never = refused(approvals.submit, hub.officer, project, CONTRACT, why=WHY)
    judging.judge(hub.officer, project, why=WHY)
    real = clock.today()
    monkeypatch.setattr(clock, "today", lambda *_: date.fromordinal(real.toordinal() + 91))
    late = refused(approvals.submit, hub.officer, project, CONTRACT, why=WHY)

    assert (never, late) == (("gate.not_judged",), ("gate.too_old",))


def test_three_units_consent_each_for_itself_before_a_fiscal_project_is_approved(
    hub: HubWorld, those: Office
) -> None:
    project = sound(hub)
    case = submitted(hub, project)
    case = cases.move(hub.reviewer, case, "pass_on", why=WHY)

    def waiting() -> list[bool]:
        actors = (hub.reviewer, those.finance, those.reform)
        return [turns.mine(who).filter(subject=cases.subject_of(case)).exists() for who in actors]

    all_three = waiting()
    case = cases.move(those.finance, case, "approve", why=WHY)
    two_left = waiting()
    twice = refused(cases.move, those.finance, case, "approve", why=WHY)
    case = cases.move(hub.reviewer, case, "approve", why=WHY)
    before = again(project).state
    case = cases.move(those.reform, case, "approve", why=WHY)

    assert (all_three, two_left) == ([True, True, True], [True, False, True])
    assert twice == ("case.consented",)
    assert (before, again(project).state) == ("review", "building")
    assert case.closed_on == clock.today()


def test_one_of_the_three_declines_and_the_project_is_declined(
    hub: HubWorld, those: Office
) -> None:
    project = sound(hub)
    case = cases.move(hub.reviewer, submitted(hub, project), "pass_on", why=WHY)
    cases.move(hub.reviewer, case, "approve", why=WHY)

    papers = {"paper.shortfalls": "财力不足"}
    cases.move(those.finance, case, "decline", papers=papers, why=WHY)

    assert again(project).state == "declined"


def test_without_finance_and_development_nothing_is_approved_jointly(hub: HubWorld) -> None:
    project = sound(hub)
    judging.judge(hub.officer, project, why=WHY)

    assert refused(approvals.submit, hub.officer, project, CONTRACT, why=WHY) == (
        "project.joint_missing",
    )


@pytest.mark.parametrize("source", ["enterprise", "service"])
def test_what_no_fiscal_money_pays_needs_its_implementation_plan_alone(
    hub: HubWorld, source: str
) -> None:
    project = sound(hub, money_source=source)
    judging.judge(hub.officer, project, why=WHY)
    wrong = refused(approvals.submit, hub.officer, project, CONTRACT, why=WHY)

    case = approvals.submit(
        hub.officer, project, {"paper.implementation_plan": "实施方案"}, why=WHY
    )
    cases.move(hub.reviewer, case, "approve", why=WHY)

    assert set(wrong) == {"procedure.paper_missing", "case.paper_unknown"}
    assert again(project).state == "building"


def test_sent_back_it_is_changed_judged_again_and_handed_in_again(
    hub: HubWorld, those: Office
) -> None:
    project = sound(hub)
    case = submitted(hub, project)
    locked = refused(projects.change, hub.officer, project, project.owner, proposal(), why=WHY)
    case = cases.move(hub.reviewer, case, "return", papers={"paper.reason": "预算过高"}, why=WHY)

    kept = projects.proposal_of(again(project))
    projects.change(
        hub.officer, project, project.owner, replace(kept, amount_yuan=800_000), why=WHY
    )
    unjudged = refused(cases.move, hub.officer, case, "submit", papers=CONTRACT, why=WHY)
    judging.judge(hub.officer, again(project), why=WHY)
    case = cases.move(hub.officer, case, "submit", papers=CONTRACT, why=WHY)

    assert (locked, unjudged) == (("project.not_draft",), ("gate.not_judged",))
    assert (case.step, again(project).state) == ("review", "review")


def test_not_standing_on_the_platform_is_a_condition_of_our_own_and_a_stop_in_liuzhou(
    hub: HubWorld, settings: object
) -> None:
    stands = tuple(Stand(on=on, yes=on != "platform") for on in ("network", "cloud", "platform", "support"))  # fmt: skip
    usual = judging.judge(hub.officer, drafted(hub, stands=stands), why=WHY)
    settings.PACK = "liuzhou-2020"  # type: ignore[attr-defined]

    strict = judging.judge(hub.officer, drafted(hub, name="另一系统", stands=stands), why=WHY)

    assert outcomes(usual)["gate.platform"] == "condition"
    assert outcomes(strict)["gate.platform"] == "stop"
    assert isinstance(judging.judgement_of(strict), Judgement)
