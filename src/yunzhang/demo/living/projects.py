"""Projects: one at every stage of its course, those who decide on them, a plan and two budgets."""

from __future__ import annotations

from dataclasses import dataclass

from yunzhang import clock
from yunzhang.demo import province_work
from yunzhang.demo.made import WHY, Province
from yunzhang.demo.town import OFFICE, credit_code
from yunzhang.engines.readings import SourceKind
from yunzhang.engines.sources import SourceSpec
from yunzhang.gather import placing, systems
from yunzhang.gather.placing import Placing
from yunzhang.oversee.building import (
    acceptance,
    approvals,
    budgets,
    contractors,
    judging,
    planning,
    projects,
)
from yunzhang.oversee.building.budgets import Wish
from yunzhang.oversee.building.contractors import ContractorForm
from yunzhang.oversee.building.project_models import Project
from yunzhang.oversee.clouds import extranet
from yunzhang.people import cases, courses, identity, units
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import actor_of, pack
from yunzhang.terms import procedures
from yunzhang.terms.project import DEPENDENCES, PreEntry, Proposal, Stand

CIVIL, HEALTH, STATS = "civil", "health", "stats"
YES = tuple(Stand(on=on, yes=True) for on in DEPENDENCES)
GATEKEEPER, GATEKEEPERS = "project_gatekeeper", "guangxi.gatekeepers"  # the role, the pack's row
DECIDE = (
    ("finance", 900021, "财政厅", GATEKEEPER, "何财政"),
    ("reform", 900022, "发展和改革委员会", GATEKEEPER, "唐发改"),
    ("government", 900023, "人民政府办公厅", "government", "申主席"),
)


@dataclass(frozen=True)
class Sought:
    """A project as its department writes it down; without an entry it promises no data."""

    office: str
    name: str
    yuan: int
    functions: tuple[str, ...]
    entry: tuple[str, tuple[str, ...], str, str] | None = None  # title, items, sharing, cycle


# What the accepted one promised, and the columns of the table it came to hold.
CHANGES, COLUMNS = (
    "区划变更审批台账",
    {"code": "变更后代码", "name": "变更后名称", "county_code": "审批县区"},
)

SOUGHT = {
    "twin": Sought(
        CIVIL,
        "城乡困难群众社会救助系统",
        3_860_000,
        ("社会救助", "临时救助", "低保核对"),
        ("救助对象所在乡镇名录", ("区划代码", "名称", "所属县代码", "救助人数"), "2", "month"),
    ),
    "sound": Sought(
        HEALTH,
        "院前急救调度一体化系统",
        2_450_000,
        ("急救呼叫受理", "车辆调度", "电子病历前传"),
        ("急救调度记录", ("呼叫时间", "到达时间", "送达医院"), "2", "day"),
    ),
    "override": Sought(STATS, "洪涝灾情统计直报系统", 640_000, ("灾情填报", "灾情汇总")),
    "accepted": Sought(
        CIVIL,
        "区划变更审批留痕管理系统",
        860_000,
        ("变更申报", "逐级审批留痕"),
        (CHANGES, ("变更后代码", "变更后名称"), "1", "year"),
    ),
    "building": Sought(
        CIVIL,
        "地名普查成果管理系统",
        1_250_000,
        ("地名标志采集", "普查成果归档"),
        ("地名普查成果", ("地名", "含义", "由来"), "1", "year"),
    ),
    "draft": Sought(HEALTH, "互联网诊疗监管系统", 980_000, ("处方点评", "诊疗留痕")),
}


def seat_those_who_decide(made: Province) -> None:
    """Finance, development and reform, and the government; departments on the extranet."""
    today = clock.today()
    known = {row.id for row in pack().units}
    for key, serial, name, role, person in DECIDE:
        row = GATEKEEPERS if role == GATEKEEPER and GATEKEEPERS in known else ""
        unit = units.register(
            made.reviewer,
            credit_code(serial),
            f"广西壮族自治区{name}",
            name.removeprefix("人民"),
            "province",
            None,
            kind="department",
            row=row,
            why=WHY,
        )
        seat = [(unit, role)]
        held = identity.register(
            made.reviewer, f"{key}_decides", person, made.password, seat, why=WHY
        )
        made.decide[key] = actor_of(held, today)
    for office in OFFICE:
        extranet.connect(made.reviewer, made.town.units[office], made.old, today, why=WHY)


def propose(made: Province) -> None:
    """A twin, a sound one, one that only the government may let through, and a first draft."""
    drafts = {name: _draft(made, sought) for name, sought in SOUGHT.items()}
    _plan(made, [drafts[name] for name in ("accepted", "building")])
    for name in ("twin", "sound", "override", "accepted", "building"):
        project = drafts[name]
        judging.judge(made.at(project.unit), project, why="项目内容已写好")
    government = made.decide["government"]
    judging.override(government, drafts["override"], why="汛期临近，目录随后补报，年底前补齐")
    _submit(made, drafts["sound"])
    for name in ("override", "accepted", "building"):
        _approve(made, drafts[name])
    for name in ("accepted", "building"):
        _name_contractor(made, drafts[name])
    made.projects.update(drafts)  # where the pack refused a part, none of it was done


def take_over(made: Province) -> None:
    """One is built: what it promised is in the catalog, and it is accepted."""
    if "accepted" not in made.projects:
        return
    project = Project.objects.select_related("unit").get(pk=made.projects["accepted"].pk)
    _deliver(made, project)
    for condition in acceptance.open_conditions(project):
        acceptance.meet(made.reviewer, condition, "已核对登记簿和目录。", why=WHY)
    case = approvals.running(project)
    assert case is not None
    report = {"paper.acceptance_report": "功能、性能、安全测试均通过，附测试报告。"}
    case = cases.move(made.at(project.owner), case, "hand_in", papers=report, why=WHY)
    opinion = {"paper.acceptance_opinion": "目录已发布，数据已挂接，同意通过验收。"}
    cases.move(made.reviewer, case, "accept", papers=opinion, why=WHY)


def ask_for_budgets(made: Province) -> None:
    """Next year's operation: one argued by its results and arranged, one still under review."""
    cities, year = list(made.cities.values()), clock.today().year + 1
    first = _ask(made, cities[0][made.civil], year, 180_000)
    _ask(made, cities[1][made.civil], year, 460_000)
    opinion = {"paper.review_opinions": "系统已上云、目录已发布，按使用成效核定。"}
    first = cases.move(made.reviewer, first, "argued", papers=opinion, why=WHY)
    if "finance" in made.decide:
        cases.move(made.decide["finance"], first, "arrange", why=WHY)


def _ask(made: Province, unit: Unit, year: int, each: int) -> Case:
    wishes = [Wish(one, each, "云资源和驻场运维") for one in budgets.living_of(unit)]
    papers = {budgets.PAPER: "按上年合同和实际使用情况测算。"}
    return budgets.ask(made.at(unit), unit, year, wishes, papers, why=WHY)


def _draft(made: Province, sought: Sought) -> Project:
    unit, year = made.town.units[sought.office], clock.today().year
    cloud = next(iter(made.clouds.values()), None)
    wish = Proposal(
        name=sought.name,
        kind="trade",
        money_source="fiscal",
        amount_yuan=sought.yuan,
        from_year=year,
        to_year=year,
        functions=sought.functions,
        produces=(_promised(*sought.entry),) if sought.entry else (),
        stands=YES,
        cloud=cloud.pk if cloud else None,
    )
    return projects.draft(made.at(unit), unit, unit, wish, why="履行职责所需")


def _deliver(made: Province, project: Project) -> None:
    """The system runs, and the table it promised is in the catalog."""
    officer, today = made.at(project.unit), clock.today()
    system = systems.register(officer, project.unit, project.name, "", why=WHY)
    cloud = next(iter(made.clouds.values()), None)
    placing.place(officer, system, Placing(cloud=cloud, protection="2"), today, why=WHY)
    folder = made.town.folder / "registers" / "cities" / next(iter(made.cities))
    source = SourceSpec(kind=SourceKind.CSV, location=str(folder), table="townships.csv")
    table = systems.register_table(officer, system, "changes", CHANGES, source=source, why=WHY)
    told = "区划变更的申报、审批和生效记录。"
    province_work.bring_out(made, project.unit, table, COLUMNS, told)


def _promised(title: str, items: tuple[str, ...], share_type: str, cycle: str) -> PreEntry:
    return PreEntry(title=title, items=items, share_type=share_type, update_cycle=cycle)


def _plan(made: Province, chosen: list[Project]) -> None:
    """This year's plan of the department, approved with these in it."""
    unit, year = made.town.units[CIVIL], clock.today().year
    officer, name = made.at(unit), f"{year}年度民政信息化建设计划"
    plan = planning.draft(officer, unit, "yearly_plan", name, year, year, why=WHY)
    planning.put(officer, plan, chosen, why=WHY)
    case = planning.submit(officer, plan, {"paper.yearly_plan": "见附表。"}, why=WHY)
    cases.move(made.reviewer, case, "approve", why=WHY)


def _submit(made: Province, project: Project) -> Case:
    """Handed in by the unit's chief, as the regime wants it."""
    first = procedures.first(courses.of(projects.source_of(project).parent))
    papers = dict.fromkeys(first.moves[0].attach, "建设方案和项目清单，见附件。")
    return approvals.submit(made.chiefs[project.unit_id], project, papers, why="报请审批")


def _approve(made: Province, project: Project) -> None:
    case = _submit(made, project)
    for actor in (made.reviewer, made.decide["finance"], made.decide["reform"]):
        case = cases.move(actor, case, "approve", why="同意")


def _name_contractor(made: Province, project: Project) -> None:
    today = clock.today()
    company = ("某软件技术有限公司", "91350100M000100Y43")  # no such code was ever given out
    form = ContractorForm(*company, "build", f"演示合同〔{today.year}〕7号", today)
    contractors.name(made.at(project.unit), project, form, today, why=WHY)
