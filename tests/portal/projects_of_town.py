"""The town's projects: one in every state, a twin the gate stops, a plan of two years, a budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.hub_world import PASSWORD, credit_code
from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.gather import clouds, placing
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.building import approvals, budgets, contractors, judging, planning, projects
from yunzhang.oversee.building.budgets import Wish
from yunzhang.oversee.building.contractors import ContractorForm
from yunzhang.oversee.building.project_models import Project, ProjectPlan
from yunzhang.oversee.clouds import extranet
from yunzhang.people import cases, identity, units
from yunzhang.people.models import Case
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.terms.project import PreEntry, Proposal, Stand

OLD = date(2015, 6, 1)
STANDS = tuple(Stand(on=on, yes=True) for on in ("network", "cloud", "platform", "support"))


@dataclass
class Works:
    """What was made, by name, and those who decide on it."""

    projects: dict[str, Project]
    plan: ProjectPlan
    budget: Case
    finance: Actor
    reform: Actor
    government: Actor


def relief(**changes: object) -> Proposal:
    """A renamed twin of the town's system of social relief."""
    usual: dict[str, object] = {
        "name": "困难群众一体化帮扶平台",
        "kind": "trade",
        "money_source": "fiscal",
        "amount_yuan": 3_860_000,
        "from_year": clock.today().year,
        "to_year": clock.today().year + 1,
        "functions": ("低保", "特困", "临时救助"),
        "produces": (
            PreEntry(
                title="困难群众帮扶记录",
                items=("姓名", "身份证号", "救助类别", "救助金额"),
                share_type="2",
                update_cycle="month",
            ),
        ),
        "stands": STANDS,
        "uses": ("人口基础信息", "乡级行政区划代码"),
    }
    return Proposal(**{**usual, **changes})  # type: ignore[arg-type]


def villages(town: Town, **changes: object) -> Proposal:
    """A sound project: another matter than anything on record."""
    cloud = Cloud.objects.first()
    usual: dict[str, object] = {
        "name": "地名普查成果管理系统",
        "amount_yuan": 1_250_000,
        "functions": ("地名标志采集", "地名文化评定", "普查成果归档"),
        "cloud": cloud.pk if cloud else None,
        "produces": (
            PreEntry(
                title="地名普查成果",
                items=("地名", "含义", "由来"),
                share_type="1",
                update_cycle="year",
            ),
        ),
    }
    return relief(**{**usual, **changes})


def add(town: Town) -> Works:
    """Projects of the civil affairs department, those who approve, a plan and a budget."""
    finance = _office(town, 21, "广西壮族自治区财政厅", "财政厅", "finance", "project_gatekeeper")
    reform = _office(town, 22, "广西壮族自治区发展和改革委员会", "发展改革委", "reform", "project_gatekeeper")  # fmt: skip
    government = _office(
        town, 23, "广西壮族自治区人民政府", "自治区政府", "government", "government"
    )
    civil = town.units[2]
    form = CloudForm("全区统一政务云", "region", OLD, vendor="数字广西集团", service="计算和存储")
    clouds.register(town.reviewer, town.units[1], form, why=WHY)
    extranet.connect(town.provider, civil, OLD, clock.today(), why=WHY)
    made = {
        "twin": _draft(town, relief()),
        "sound": _draft(town, villages(town)),
        "override": _draft(town, relief(name="流浪乞讨人员救助系统", produces=(), functions=("站点登记", "寻亲比对"), amount_yuan=640_000)),
        "draft": _draft(town, relief(name="婚姻登记智能预约系统", functions=("预约", "叫号"), amount_yuan=420_000, produces=(PreEntry(title="婚姻登记预约记录", items=("登记机关", "预约时间"), share_type="2", update_cycle="day"),))),
        "building": _draft(town, villages(town, name="区划界线巡检系统", functions=("界桩巡检", "界线联检"), amount_yuan=980_000)),
    }  # fmt: skip
    plan = _plan(town, [made["sound"], made["building"]])
    for name in ("twin", "sound", "override", "building"):
        judging.judge(town.provider, made[name], why="项目内容已写好")
    judging.override(government, made["override"], why="寒冬救助急需，目录随后补报")
    _submit(town, made["sound"])
    _approve(town, made["building"], finance, reform)
    today = clock.today()
    company = ContractorForm("某软件技术有限公司", "91350100M000100Y43", "build", "桂民合〔2026〕7号", today)  # fmt: skip
    contractors.name(town.provider, made["building"], company, today, why=WHY)
    place = InformationSystem.objects.get(name="社会救助系统")
    told = placing.Placing(livelihood=True, build_kind="trade", users="各级民政部门")
    placing.place(town.provider, place, told, today, why=WHY)
    papers = {budgets.PAPER: "按去年合同续签。"}
    budget = budgets.ask(
        town.provider, civil, today.year + 1, [Wish(place, 180_000, "云资源和驻场运维")], papers, why=WHY
    )  # fmt: skip
    fresh = {name: Project.objects.get(pk=one.pk) for name, one in made.items()}
    return Works(fresh, plan, budget, finance, reform, government)


def _draft(town: Town, proposal: Proposal) -> Project:
    return projects.draft(town.provider, town.units[2], town.units[2], proposal, why="履行职责所需")


def _plan(town: Town, which: list[Project]) -> ProjectPlan:
    year = clock.today().year
    plan = planning.draft(
        town.provider, town.units[2], "yearly_plan", f"{year}年度民政信息化建设计划", year, year, why=WHY
    )  # fmt: skip
    planning.put(town.provider, plan, which, why=WHY)
    case = planning.submit(town.provider, plan, {"paper.yearly_plan": "见附表。"}, why=WHY)
    cases.move(town.reviewer, case, "approve", why=WHY)
    return ProjectPlan.objects.get(pk=plan.pk)


def _submit(town: Town, project: Project) -> Case:
    papers = {"paper.construction_plan": "建设方案"}
    return approvals.submit(town.provider, project, papers, why="报请审批")


def _approve(town: Town, project: Project, *others: Actor) -> None:
    case = cases.move(town.reviewer, _submit(town, project), "pass_on", why=WHY)
    for actor in (town.reviewer, *others):
        case = cases.move(actor, case, "approve", why=WHY)


def _office(town: Town, serial: int, name: str, short: str, username: str, role: str) -> Actor:
    unit = units.register(
        town.reviewer, credit_code(serial), name, short, "province", None, why=WHY
    )
    person = identity.register(
        town.reviewer, username, f"{short}经办人", PASSWORD, [(unit, role)], why=WHY
    )
    actor = actor_of(person, clock.today())
    town.actors[username] = actor
    return actor
