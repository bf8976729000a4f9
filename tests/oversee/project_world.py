"""A project of a small hub, and the people who propose, approve and build it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.hub_world import PASSWORD, WHY, HubWorld, credit_code
from yunzhang import clock
from yunzhang.gather import clouds, placing, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.oversee.building import approvals, judging, planning, projects
from yunzhang.oversee.building.project_models import Project
from yunzhang.oversee.clouds import extranet
from yunzhang.people import cases, identity, units
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.terms.project import PreEntry, Proposal, Stand

OLD = date(2015, 6, 1)
NEED = PreEntry(
    title="养老机构信息", items=("机构名称", "床位数"), share_type="1", update_cycle="month"
)
STANDS = tuple(Stand(on=on, yes=True) for on in ("network", "cloud", "platform", "support"))


def year() -> int:
    return clock.today().year


def proposal(**changes: Any) -> Proposal:
    """A project of a department's own trade, paid by fiscal money."""
    usual: dict[str, Any] = {
        "name": "养老服务管理系统",
        "kind": "trade",
        "money_source": "fiscal",
        "amount_yuan": 1_200_000,
        "from_year": year(),
        "to_year": year() + 1,
        "functions": ("养老机构备案", "养老补贴发放"),
        "produces": (NEED,),
        "stands": STANDS,
    }
    return Proposal(**{**usual, **changes})


@dataclass
class Office:
    """Those who decide on the projects of the hub."""

    hub: HubWorld
    finance: Actor
    reform: Actor
    government: Actor

    def approve(self, case: Case) -> Case:
        """The whole of a fiscal project's approval."""
        case = cases.move(self.hub.reviewer, case, "pass_on", why=WHY)
        for actor in (self.hub.reviewer, self.finance, self.reform):
            case = cases.move(actor, case, "approve", why=WHY)
        return case


def office(hub: HubWorld) -> Office:
    """Finance, development-reform and the government, each with somebody in office."""
    made = {}
    posts = (
        ("财政厅", "project_gatekeeper"),
        ("发展改革委", "project_gatekeeper"),
        ("自治区人民政府", "government"),
    )
    for number, (name, role) in enumerate(posts, 11):
        unit = units.register(
            hub.reviewer, credit_code(number), name, name, "province", None, why=WHY
        )
        made[name] = appoint(hub, unit, f"of_{number}", role)
    return Office(hub, *made.values())


def appoint(hub: HubWorld, unit: Unit, username: str, *roles: str) -> Actor:
    """Somebody new in office in a unit."""
    posts = [(unit, role) for role in roles]
    person = identity.register(hub.reviewer, username, f"{username} 某", PASSWORD, posts, why=WHY)
    return actor_of(person, clock.today())


def drafted(hub: HubWorld, **changes: Any) -> Project:
    """A project of the civil affairs department, as its officer writes it down."""
    unit = hub.units[2]
    return projects.draft(hub.officer, unit, unit, proposal(**changes), why=WHY)


def sound(hub: HubWorld, **changes: Any) -> Project:
    """One against which the gate has nothing: planned, on the extranet, the cloud, the platform."""
    unit = hub.units[2]
    extranet.connect(hub.officer, unit, OLD, clock.today(), why=WHY)
    cloud = clouds.register(hub.reviewer, hub.units[1], CloudForm("政务云", "region", OLD), why=WHY)
    login = systems.register(cases.WORKER, hub.units[1], "统一身份认证平台", "", why=WHY)
    placing.place(
        cases.WORKER, login, placing.Placing(build_kind="support"), clock.today(), why=WHY
    )
    hub.published("townships")
    project = drafted(hub, cloud=cloud.pk, extends=(login.pk,), **changes)
    planned(hub, project)
    return project


def planned(hub: HubWorld, *which: Project) -> None:
    """The projects stand in this year's approved plan of their unit."""
    plan = planning.draft(
        hub.officer, hub.units[2], "yearly_plan", "年度建设计划", year(), year(), why=WHY
    )
    planning.put(hub.officer, plan, which, why=WHY)
    papers = {"paper.yearly_plan": "计划"}
    case = planning.submit(hub.officer, plan, papers, why=WHY)
    cases.move(hub.reviewer, case, "approve", why=WHY)


def submitted(hub: HubWorld, project: Project) -> Case:
    """Judged and handed in."""
    judging.judge(hub.officer, project, why=WHY)
    papers = {"paper.construction_plan": "建设方案"}
    return approvals.submit(hub.officer, project, papers, why=WHY)


def again(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)
