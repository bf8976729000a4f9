"""Steps 1 to 5 and 9 of the walk: what people do on the hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from yunzhang import clock
from yunzhang.demo import screen
from yunzhang.demo.tables import (
    ASKED,
    BASIS,
    PENDING,
    PENDING_BASIS,
    PENDING_PURPOSE,
    PENDING_SCENARIO,
    PURPOSE,
    REGISTERS,
    SCENARIO,
    Register,
)
from yunzhang.demo.town import OFFICE, OFFICES, OFFICIALS
from yunzhang.engines import on_duckdb
from yunzhang.engines.sources import SourceSpec
from yunzhang.gather import assessments, catalog, drift, harvest, quality, systems
from yunzhang.gather import nodes as gather_nodes
from yunzhang.gather.harvest import lake_file
from yunzhang.gather.models import DataTable, EntryVersion, InformationSystem, Node
from yunzhang.oversee.scoring import scores
from yunzhang.people import calendar, cases, clocks, founding
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.share import grants, requests
from yunzhang.share import keys as caller_keys
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft

WHY = "演示：一张表的一生"
SECRECY = "公开登记信息的汇总，不含国家秘密和工作秘密，未见汇聚后的泄密风险。"
PRIVACY = "不含自然人的身份、住址和联系方式，对个人权益没有影响。"


@dataclass
class Town:
    """Everything the walk has made so far, by the names of the demonstration."""

    folder: Path
    units: dict[str, Unit] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    tables: dict[str, DataTable] = field(default_factory=dict)
    entries: dict[str, EntryVersion] = field(default_factory=dict)
    caller: CallerKey | None = None
    requests: dict[str, ShareRequest] = field(default_factory=dict)
    grants: dict[str, GrantRow] = field(default_factory=dict)

    def officer(self, office: str, role: str) -> Actor:
        """Who holds the role in the office."""
        name = next(o.username for o in OFFICIALS if (o.office, o.role) == (office, role))
        return self.actors[name]


def found(town: Town, password: str) -> None:
    """The hub's units, people and working calendar."""
    today = clock.today()
    founded = founding.found(
        [
            founding.NewUnit(o.code, o.name, o.short_name, "province", "", o.is_authority)
            for o in OFFICES
        ],
        [
            founding.NewPerson(
                p.username, p.full_name, password, ((OFFICE[p.office].code, p.role),)
            )
            for p in OFFICIALS
        ],
        today,
    )
    town.units = {office.key: founded.units[office.code] for office in OFFICES}
    town.actors = {name: actor_of(person, today) for name, person in founded.persons.items()}
    years = calendar.import_published(town.officer("bureau", "sharing_authority"), why=WHY)
    screen.left(f"{len(town.units)} 个单位，{len(town.actors)} 个人员，{len(years)} 年工作日历")
    for fault in calendar.warnings(today):
        screen.warn(fault.sentence())


def register(town: Town, nodes: dict[str, tuple[str, str]]) -> None:
    """Step 1. `nodes` maps an office to its node's (address, key)."""
    for office, (address, key) in nodes.items():
        officer = town.officer(office, "provider_officer")
        name = f"{office}-node"
        town.nodes[office] = gather_nodes.register(
            officer, town.units[office], name, address, key, why=WHY
        )
    seen: dict[str, InformationSystem] = {}
    for plan in REGISTERS:
        officer = town.officer(plan.office, "provider_officer")
        if plan.system not in seen:
            seen[plan.system] = systems.register(
                officer, town.units[plan.office], plan.system, plan.abstract, why=WHY
            )
        town.tables[plan.name] = systems.register_table(
            officer,
            seen[plan.system],
            plan.name,
            plan.title,
            source=spec(town.folder, plan),
            node=town.nodes.get(plan.office),
            why=WHY,
        )
    screen.left(f"{len(seen)} 个信息系统，{len(town.tables)} 张数据表，{len(town.nodes)} 个节点")


def spec(folder: Path, plan: Register) -> SourceSpec:
    """Where the department's live table lies."""
    kind, place, table = plan.source
    return SourceSpec(kind=kind, location=str(folder / "registers" / place), table=table)


def catalogue(town: Town) -> None:
    """Step 2: gather each table, draft its entry from what is really there, review, publish."""
    rows = []
    for plan in REGISTERS:
        officer = town.officer(plan.office, "provider_officer")
        with screen.progress(plan.title) as report:
            table = harvest.gather(officer, town.tables[plan.name], why=WHY, progress=report)
        town.tables[plan.name] = table
        version = _publish(town, plan, catalog.draft(officer, table, why=WHY))
        town.entries[plan.name] = version
        items = len(decode(version.draft, EntryDraft).items)
        rows.append((version.resource.code, plan.title, f"{table.rows:,}", table.rejected, items))
    screen.table("已发布的目录条目", ("代码", "名称", "行", "坏行", "信息项"), rows)


def _publish(town: Town, plan: Register, version: EntryVersion) -> EntryVersion:
    officer = town.officer(plan.office, "provider_officer")
    version = catalog.edit(officer, version, _filled(plan, version), why=WHY)
    head = town.officer(plan.office, "sharing_body_head")
    return publish(officer, head, town.officer("bureau", "sharing_authority"), version)


def publish(officer: Actor, head: Actor, reviewer: Actor, version: EntryVersion) -> EntryVersion:
    """An entry from its draft to its publication: assessed, approved, reviewed."""
    case = assessments.begin(
        officer, version, secrecy_risk=SECRECY, privacy_impact=PRIVACY, why=WHY
    )
    cases.move(head, case, "approve", why=WHY)
    version = catalog.submit(officer, version, why=WHY)
    version = catalog.approve(head, version, why=WHY)
    return catalog.publish(reviewer, version, why=WHY)


def _filled(plan: Register, version: EntryVersion) -> EntryDraft:
    """The drafted entry with what only the officer knows."""
    draft = decode(version.draft, EntryDraft)
    share_type, condition = plan.share
    return replace(
        draft,
        classification=plan.classification,
        title=plan.title,
        abstract=plan.abstract,
        share_type=share_type,
        share_condition=condition,
        open_type="0",
        update_cycle=plan.cycle,
        items=tuple(
            replace(
                item,
                name=plan.names.get(item.column, item.name),
                key=item.column in plan.keys,
                filterable=item.column in plan.filters or item.column in plan.keys,
            )
            for item in draft.items
        ),
    )


def check(town: Town) -> None:
    """Step 3: the suggested quality checks, and the catalog held against the live tables."""
    rows = []
    for plan in REGISTERS:
        officer = town.officer(plan.office, "provider_officer")
        table = town.tables[plan.name]
        quality.set_checks(officer, table, (*quality.suggest(table), *plan.checks), why=WHY)
        verdict = quality.run(officer, table, why=WHY)
        drifts = drift.check(officer, town.entries[plan.name].resource, why=WHY)
        rows.append((plan.title, f"{verdict.rows:,}", f"{verdict.score} %", len(drifts)))
    screen.table("质量结论（GB/T 36344）与目录偏差", ("数据表", "行", "得分", "偏差"), rows)
    _compare(town)


def _compare(town: Town) -> None:
    """The two registers side by side: what every join by code would have got wrong."""
    left, right = (lake_file(town.tables[name]) for name in ASKED)
    found = on_duckdb.compare(left, right, "code", "code", "name", "name")
    same, other = f"{found.both:,}", f"{found.differ:,}"
    screen.warn(
        f"民政、统计两表共有 {same} 个相同的九位代码，其中 {other} 个指不同的乡镇："
        "按代码关联会悄悄出错"
    )


def ask(town: Town, key: str) -> None:
    """Step 4: Health asks for both registers; its head approves; the clock starts."""
    officer = town.officer("health", "consumer_officer")
    town.caller = caller_keys.register(officer, town.units["health"], "health-api", key, why=WHY)
    for name in ASKED:
        town.requests[name] = _apply(town, name, BASIS, SCENARIO, PURPOSE)


def leave_work(town: Town) -> None:
    """After the walk: one request and one entry wait on desks, with their clocks running."""
    _apply(town, PENDING, PENDING_BASIS, PENDING_SCENARIO, PENDING_PURPOSE)
    plan = next(plan for plan in REGISTERS if plan.name == PENDING)
    officer = town.officer(plan.office, "provider_officer")
    version = catalog.revise(officer, town.entries[PENDING].resource, why=WHY)
    catalog.submit(officer, version, why=WHY)
    screen.left("提供部门负责人的工作台上还有一份申请和一个目录条目待办")


def _apply(town: Town, name: str, basis: str, scenario: str, purpose: str) -> ShareRequest:
    """One request of Health, approved by its head; says by when the provider must reply."""
    officer = town.officer("health", "consumer_officer")
    draft = decode(town.entries[name].draft, EntryDraft)
    request = requests.draft(
        officer,
        town.entries[name].resource,
        legal_basis=basis,
        scenario=scenario,
        purpose=purpose,
        items=[item.name for item in draft.items],
        delivery="service_api",
        duration_days=180,
        key=town.caller,
        why=WHY,
    )
    request = requests.ask_approval(officer, request, why=WHY)
    request = requests.apply(town.officer("health", "sharing_body_head"), request, why=WHY)
    running = clocks.running().get(subject=requests.subject_of(request))
    law = f"{running.document}{running.clause}"
    screen.left(f"{request.number} {draft.title}：{running.due_on} 前答复（{law}）")
    return request


def grant(town: Town) -> None:
    """Step 5: each provider's head agrees, and the hub signs the grant."""
    for name, request in town.requests.items():
        plan = next(plan for plan in REGISTERS if plan.name == name)
        head = town.officer(plan.office, "sharing_body_head")
        agreed = requests.agree(head, request, "同意按申请范围共享。", why=WHY)
        row = grants.issue(head, agreed, why=WHY)
        town.grants[name] = row
        opened = grants.opened(row)
        scope = f"{len(opened.items)} 个信息项，用途“{opened.purpose}”"
        screen.left(f"授权 {row.id}：{scope}，至 {row.until:%Y-%m-%d}")


def score(town: Town) -> None:
    """Step 9: every unit's indicators, frozen and signed; the walk's own departments are shown."""
    today = clock.today()
    reviewer = town.officer("bureau", "sharing_authority")
    frozen = scores.freeze(reviewer, str(today), today, why=WHY)
    names = {unit.pk: unit.short_name for unit in town.units.values()}
    rows = [
        (names[s.unit_id], s.total if s.total is not None else "—")
        for s in frozen
        if s.unit_id in names
    ]
    screen.table("评分（每个数字都能在页面上点开到行）", ("单位", "得分"), rows)
