"""The data cage of the demonstration: synthetic tables, rules that run on them, cases on their way.

The audit office compares what it holds itself, what is shared with all, and what civil affairs
granted it for supervision.
"""

from __future__ import annotations

import csv

from yunzhang.demo import screen
from yunzhang.demo.cage_rows import SYNTHETIC, Sheet, sheets
from yunzhang.demo.hub_steps import Town, publish
from yunzhang.demo.made import Province
from yunzhang.engines.cage_sql import Bound
from yunzhang.engines.readings import SourceKind
from yunzhang.engines.sources import SourceSpec
from yunzhang.gather import catalog, harvest, systems
from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.people import cases
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests
from yunzhang.share.models import CallerKey
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft
from yunzhang.use import cage, cage_runs
from yunzhang.use.cage_models import CageHit

WHY = f"数据铁笼{SYNTHETIC}"
# Which rules are bound, and the synthetic table behind each of their sources.
BOUND = {
    "subsidy_after_death": {"payments": "demo-payments", "deaths": "demo-deaths"},
    "split_purchase": {"projects": "demo-purchases"},
    "untendered": {"projects": "demo-purchases"},
    "below_threshold": {"projects": "demo-purchases"},
    "method_unstated": {"projects": "demo-purchases"},
    "approval_overdue": {"approvals": "demo-approvals"},
    "approval_swift": {"approvals": "demo-approvals"},
}
PAPERS = {
    "ask": {"paper.cage_question": "请说明线索所列事项的经过和依据。"},
    "answer": {"paper.cage_answer": "经核对，情况说明见附表。"},
    "order": {"paper.cage_order": "停止并追回多发的资金，或完善手续。"},
    "prove": {"paper.cage_proof": "已整改，证明材料见附件。"},
    "dismiss": {"paper.cage_reason": "经核实不存在风险，属登记时漏填。"},
    "accept": {"paper.cage_reason": "说明成立，所列事项有合法依据。"},
    "refer": {"paper.cage_referral": "移送有权机关进一步核查。"},
}
# How far the hits of a rule have gone, the first found first; later ones still wait.
COURSES = {
    "subsidy_after_death": (
        ("ask", "answer", "order", "prove", "confirm"),
        ("ask", "answer", "order"),
        ("ask", "answer"),
        ("refer",),
        ("ask",),
    ),
    "split_purchase": (("ask", "answer", "order", "prove", "confirm"),),
    "untendered": (("ask", "answer", "accept"),),
    "method_unstated": (("dismiss",),),
    "approval_overdue": (("ask", "answer", "order"), ("ask",)),
}


def fill(town: Town, made: Province) -> None:
    """Tables, grounds, rules, runs, and what people made of the hits."""
    buyers = [unit.short_name for held in made.cities.values() for unit in held[1:]]
    payers = [held[2].short_name for held in made.cities.values()]
    tables = {one.name: _gathered(town, one) for one in sheets(payers, buyers, made.today)}
    key = SigningKey.generate("audit")  # the form asks for one, though nothing is called for
    officer, unit = town.officer("audit", "supervisor"), town.units["audit"]
    caller = keys.register(officer, unit, key.name, key.public.text, why=WHY)
    for name in ("demo-payments", "demo-deaths"):
        _granted(town, _published(town, tables[name], "civil", "2"), caller)
    _published(town, tables["demo-approvals"], "land", "1")
    for rule, sources in BOUND.items():
        _run(town, made, rule, {source: tables[name] for source, name in sources.items()})
    told = CageHit.objects.all()
    decided = told.exclude(outcome=CageHit.Outcome.OPEN).count()
    screen.left(
        f"数据铁笼：{len(BOUND)} 条规则在{SYNTHETIC}上运行，"
        f"{told.count()} 条风险线索，其中 {decided} 条已有结论"
    )


def _gathered(town: Town, sheet: Sheet) -> DataTable:
    """The table written as its office's file, registered, and gathered into the lake."""
    folder = town.folder / "registers" / "cage" / sheet.name
    folder.mkdir(parents=True)
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([sheet.heads, *sheet.rows])
    officer, unit = town.officer(sheet.office, "provider_officer"), town.units[sheet.office]
    system = systems.register(officer, unit, sheet.system, sheet.abstract, why=WHY)
    source = SourceSpec(kind=SourceKind.CSV, location=str(folder), table="rows.csv")
    node = town.nodes.get(sheet.office)
    table = systems.register_table(
        officer, system, sheet.name, sheet.title, source=source, node=node, why=WHY
    )
    return harvest.gather(officer, table, why=WHY)


def _published(town: Town, table: DataTable, office: str, share_type: str) -> EntryVersion:
    """The table's entry, published; of type 1 it is shared with all and needs no grant."""
    officer = town.officer(office, "provider_officer")
    head = town.officer(office, "sharing_body_head")
    version = catalog.draft(officer, table, why=WHY)
    draft = decode(version.draft, EntryDraft)
    condition = "限于依法履行监督职责的单位核查使用。" if share_type == "2" else ""
    filled = replace(
        draft,
        abstract=f"{table.title}，由演示程序生成，不涉及任何真实的人和单位。",
        classification="306001",
        share_type=share_type,
        share_condition=condition,
        open_type="0",
        update_cycle="month",
        items=tuple(replace(one, key=number == 0) for number, one in enumerate(draft.items)),
    )
    version = catalog.edit(officer, version, filled, why=WHY)
    return publish(officer, head, town.officer("bureau", "sharing_authority"), version)


def _granted(town: Town, version: EntryVersion, key: CallerKey) -> None:
    """Granted to the audit office for supervision, all columns, all rows."""
    head = town.officer("civil", "sharing_body_head")
    request = requests.draft(
        town.officer("audit", "supervisor"),
        version.resource,
        legal_basis="《中华人民共和国审计法》关于审计机关要求被审计单位提供资料的规定",
        scenario="监督检查",
        purpose="核查补贴是否发放给已死亡人员",
        items=[item.name for item in decode(version.draft, EntryDraft).items],
        delivery="service_api",
        duration_days=180,
        key=key,
        why=WHY,
    )
    request = requests.ask_approval(town.officer("audit", "supervisor"), request, why=WHY)
    request = requests.apply(town.officer("audit", "sharing_body_head"), request, why=WHY)
    request = requests.agree(head, request, "同意用于监督检查。", why=WHY)
    grants.issue(head, request, why=WHY)


def _run(town: Town, made: Province, id: str, tables: dict[str, DataTable]) -> None:
    """A rule bound as the hub suggests, run once, and its first hits taken some way."""
    actor, unit, rule = town.officer("audit", "supervisor"), town.units["audit"], cage.rule_of(id)
    columns = {
        field: Bound(column=column)
        for source, table in tables.items()
        for field, column in cage.suggested(rule, source, table).items()
    }
    binding = cage.bind(actor, unit, rule, tables, columns, why=WHY)
    cage_runs.run(actor, binding, why=WHY)
    for hit, course in zip(binding.hits.order_by("pk"), COURSES.get(id, ()), strict=False):
        _taken(town, made, hit, course)


def _taken(town: Town, made: Province, hit: CageHit, course: tuple[str, ...]) -> None:
    """The hit's case moved along its course, the unit's moves by the unit's own officer."""
    case = hit.case
    for move in course:
        assert case is not None
        own = move in ("answer", "prove")
        actor = made.at(hit.unit) if own else town.officer("audit", "supervisor")
        case = cases.move(actor, case, move, papers=PAPERS.get(move, {}), why=WHY)
