"""Liuzhou's four changes (四改四转) for single projects, April 2020, from an empty hub.

Which clause speaks, who consents and on which day is written down by hand from 四(二) of the plan.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.scenarios.regime import WHY, Begin, Regime, limit
from tests.scenarios.test_liuzhou_2020 import BUREAU, CIVIL, founded
from tests.share.moments import refused
from yunzhang.oversee.building import approvals, judging, planning, projects
from yunzhang.oversee.building.project_models import PlanLine, Project, ProjectPlan
from yunzhang.people import cases
from yunzhang.people.models import Case
from yunzhang.terms.project import DEPENDENCES, Anew, PreEntry, Proposal, Stand

CENTRE, FINANCE, REFORM = "柳州市信息化建设管理中心", "市财政局", "市发展改革委"
PLANS = {"paper.five_year_plan": "2020—2024年规划", "paper.yearly_plan": "2020年度计划"}


def city(begin: Begin) -> Regime:
    """The plan's units with those who own, argue, approve and fund projects."""
    liuzhou = founded(begin("liuzhou-2020", date(2020, 4, 1)))
    liuzhou.post("civil_owner", CIVIL, "project_owner")
    liuzhou.post("centre_owner", CENTRE, "project_owner")
    liuzhou.post("approver", BUREAU, "project_approver")
    liuzhou.post("finance", FINANCE, "project_gatekeeper")
    liuzhou.post("reform", REFORM, "project_gatekeeper")
    liuzhou.post("mayor", "柳州市人民政府", "government")
    return liuzhou


def proposed(liuzhou: Regime, owner: str = CIVIL, **changes: Any) -> Project:
    usual: dict[str, Any] = {
        "name": "智慧殡葬服务系统",
        "kind": "trade",
        "money_source": "fiscal",
        "amount_yuan": 1_800_000,
        "from_year": 2020,
        "to_year": 2021,
        "functions": ("遗体接运预约", "公墓年检"),
        "produces": (
            PreEntry(title="殡葬服务机构", items=("机构名称",), share_type="1", update_cycle="year"),
        ),
        "stands": tuple(Stand(on=on, yes=True) for on in DEPENDENCES),
    }  # fmt: skip
    proposal = Proposal(**{**usual, **changes})
    unit = liuzhou.units[CIVIL]
    return projects.draft(liuzhou.who("civil_owner"), unit, liuzhou.units[owner], proposal, why=WHY)


def in_plan(liuzhou: Regime, *which: Project) -> ProjectPlan:
    """The city's way of a plan: the office has it argued, the government approves it."""
    unit, owner = liuzhou.units[CIVIL], liuzhou.who("civil_owner")
    plan = planning.draft(owner, unit, "yearly_plan", "2020年度计划", 2020, 2020, why=WHY)
    planning.put(owner, plan, which, why=WHY)
    case = planning.submit(owner, plan, PLANS, why=WHY)
    liuzhou.take("planner", case, "forward", review_opinions="同意")
    liuzhou.take("mayor", case, "finish")
    return ProjectPlan.objects.get(pk=plan.pk)


def test_what_the_plan_forbids_stops_a_project_and_what_it_asks_for_is_told_clause_by_clause(
    begin: Begin,
) -> None:
    liuzhou = city(begin)
    # A common system the department would own itself, on its own new room and network.
    stands = (
        Stand(on="network", yes=False, how="沿用民政专网"),
        Stand(on="cloud", yes=False, how="自建机房"),
        Stand(on="platform", yes=True),
    )
    anew = (Anew(what="room"), Anew(what="network"))
    project = proposed(liuzhou, kind="common", stands=stands, anew=anew)

    result = judging.judge(liuzhou.who("civil_owner"), project, why=WHY)

    found = judging.judgement_of(result).findings
    stops = sorted((one.check, one.clause) for one in found if one.outcome == "stop")
    assert stops == [
        ("anew", "四(一)1"),  # 原则上不再新建云平台和数据中心
        ("anew", "四(一)2"),  # 原则上不再新建业务专网
        ("cloud", "四(二)4"),  # 要依托壮美广西·柳州云建设
        ("network", "四(二)4"),  # 在网络层面要依托柳州市电子政务外网建设
        ("owner", "四(二)4"),  # 共性应用系统的统一业主单位
        ("planned", "四(二)1"),  # 未列入年度计划
        ("support", "四(二)4"),  # not answered at all
    ]
    # It says yes to the platform, and no node or table of the department is there yet.
    assert [one.check for one in found if one.outcome == "condition"] == ["platform"]
    assert result.verdict == "no"
    papers = {"paper.construction_plan": "方案"}
    owner = liuzhou.who("civil_owner")
    assert refused(approvals.submit, owner, project, papers, why=WHY) == ("gate.stopped",) * 7


def test_a_common_system_passes_when_the_centre_owns_it_and_is_built_by_it(begin: Begin) -> None:
    liuzhou = city(begin)
    project = proposed(liuzhou, CENTRE, kind="common", name="统一支付平台")
    in_plan(liuzhou, project)

    result = judging.judge(liuzhou.who("civil_owner"), project, why=WHY)

    owner = [one for one in judging.judgement_of(result).findings if one.check == "owner"]
    assert [(one.outcome, one.clause) for one in owner] == [("pass", "四(二)4")]
    assert (
        result.verdict == "conditions"
    )  # extranet, cloud, platform and support: before acceptance


def test_a_five_year_plan_is_argued_and_approved_by_the_government_and_added_to_by_procedure(
    begin: Begin,
) -> None:
    liuzhou = city(begin)
    first, urgent = (
        proposed(liuzhou),
        proposed(liuzhou, name="防疫物资调度系统", functions=("物资调拨",)),
    )
    plan = in_plan(liuzhou, first)

    liuzhou.pass_days(date(2020, 4, 15))
    case = planning.ask_addition(
        liuzhou.who("civil_owner"), plan, urgent, {"paper.urgency": "市委新增任务"}, why=WHY
    )
    asked = PlanLine.objects.filter(project=urgent).exists()
    liuzhou.pass_days(date(2020, 4, 20))
    liuzhou.take("mayor", case, "finish")

    line = PlanLine.objects.get(project=urgent)
    assert plan.approved_on == date(2020, 4, 1)
    # 按程序报市人民政府批准后，增补入当年建设计划.
    assert (asked, line.way, line.since) == (False, "added", date(2020, 4, 20))


def test_a_fiscal_project_takes_three_consents_and_one_paid_by_a_company_its_implementation_plan(
    begin: Begin,
) -> None:
    liuzhou = city(begin)
    fiscal = proposed(liuzhou)
    company = proposed(
        liuzhou, name="公益助浴预约平台", money_source="enterprise", functions=("助浴预约",)
    )
    in_plan(liuzhou, fiscal, company)
    owner = liuzhou.who("civil_owner")
    for project in (fiscal, company):
        judging.judge(owner, project, why=WHY)
    construction = {"paper.construction_plan": "建设方案"}
    implementation = {"paper.implementation_plan": "实施方案"}

    joint = approvals.submit(owner, fiscal, construction, why=WHY)
    alone = approvals.submit(owner, company, implementation, why=WHY)
    liuzhou.take("approver", alone, "approve")
    liuzhou.pass_days(date(2020, 4, 7))
    cases.move(liuzhou.who("approver"), joint, "approve", why=WHY)
    liuzhou.pass_days(date(2020, 4, 8))
    cases.move(liuzhou.who("finance"), joint, "approve", why=WHY)
    waiting = [any(fiscal.name in line for line in liuzhou.desk(who)) for who in ("approver", "finance", "reform")]  # fmt: skip
    two_of_three = Project.objects.get(pk=fiscal.pk).state
    liuzhou.pass_days(date(2020, 4, 9))
    cases.move(liuzhou.who("reform"), joint, "approve", why=WHY)

    joint = Case.objects.get(pk=joint.pk)
    assert (joint.procedure, alone.procedure) == ("fiscal_project", "other_project")
    assert [row.unit.name for row in joint.parties.filter(party="approvers").order_by("pk")] == [
        BUREAU,
        REFORM,
        FINANCE,
    ]
    assert (waiting, two_of_three) == ([False, False, True], "review")
    assert (joint.closed_on, Project.objects.get(pk=fiscal.pk).state) == (
        date(2020, 4, 9),
        "building",
    )
    assert Project.objects.get(pk=company.pk).state == "building"
    # Built until the end of its last year, 2021; the department owes the day.
    course = Case.objects.get(procedure="project_course", title=fiscal.name)
    running = limit(f"case:{course.pk}")
    assert (running.due_on, running.unit.name) == (date(2021, 12, 31), CIVIL)


def test_without_the_finance_bureau_in_office_nothing_fiscal_is_handed_in(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2020, 4, 1)))
    liuzhou.post("civil_owner", CIVIL, "project_owner")
    liuzhou.post("approver", BUREAU, "project_approver")
    liuzhou.post("reform", REFORM, "project_gatekeeper")
    liuzhou.post("mayor", "柳州市人民政府", "government")
    project = proposed(liuzhou)
    in_plan(liuzhou, project)
    owner = liuzhou.who("civil_owner")
    judging.judge(owner, project, why=WHY)

    codes = refused(approvals.submit, owner, project, {"paper.construction_plan": "方案"}, why=WHY)

    assert codes == ("project.joint_unstaffed",)
