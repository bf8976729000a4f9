"""A small town in full work, made through the verbs: something in every state that pages show."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.hub_world import PASSWORD, assessed, credit_code
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.engines.checks import Required, Unique
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import catalog, drift, harvest, nodes, quality, systems
from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.oversee.scoring import scores
from yunzhang.people import calendar, clocks, facts, founding
from yunzhang.people.act import act
from yunzhang.people.models import Clock, Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.fact import Deed
from yunzhang.use import usage

UNITS = (
    founding.NewUnit(
        credit_code(1),
        "广西壮族自治区大数据发展局",
        "大数据发展局",
        "province",
        "",
        is_authority=True,
    ),
    founding.NewUnit(credit_code(2), "广西壮族自治区民政厅", "民政厅", "province"),
    founding.NewUnit(credit_code(3), "广西壮族自治区统计局", "统计局", "province"),
    founding.NewUnit(credit_code(4), "广西壮族自治区卫生健康委员会", "卫健委", "province"),
)
PEOPLE = {
    "reviewer": ("覃雪梅", 1, "sharing_authority"),
    "auditor": ("陆正清", 1, "auditor"),
    "supervisor": ("农文彬", 1, "supervisor"),
    "provider": ("韦国强", 2, "provider_officer"),
    "provider_head": ("黄志远", 2, "sharing_body_head"),
    "chief": ("陈文涛", 2, "cloud_chief"),
    "stats": ("梁晓燕", 3, "provider_officer"),
    "stats_head": ("李卫东", 3, "sharing_body_head"),
    "consumer": ("蒙丽华", 4, "consumer_officer"),
    "consumer_head": ("周建国", 4, "sharing_body_head"),
}
FOUNDED_ON = date(2026, 1, 1)
WHY = "按职责办理"
HEADS = ("code", "name", "county_code", "phone", "established")
NAMES = ("足荣镇", "敬德镇", "马隘镇", "东凌镇", "那甲镇", "都安乡", "巴头乡", "荣华乡")


def townships(count: int, *, spoil: bool = False) -> str:
    """Rows of a register of townships; spoilt ones lack a name or repeat a code."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    for number in range(count):
        bad = spoil and number % 40 == 7
        code = f"451024{100 + (number - 1 if bad else number):03d}"
        name = "" if spoil and number % 50 == 9 else NAMES[number % len(NAMES)]
        writer.writerow(
            [code, name, "451024", f"0776{3820000 + number}", f"19{80 + number % 20}-01-01"]
        )
    return text.getvalue()


@dataclass
class Town:
    """Units by number, actors by name, what was made."""

    units: dict[int, Unit]
    actors: dict[str, Actor]
    sources: Path
    node_key: SigningKey
    caller: SigningKey
    tables: dict[str, DataTable] = field(default_factory=dict)
    entries: dict[str, EntryVersion] = field(default_factory=dict)
    requests: dict[str, ShareRequest] = field(default_factory=dict)
    grants: dict[str, GrantRow] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        actor: Actor = self.__dict__["actors"][name]
        return actor

    def source(self, name: str, text: str) -> SourceSpec:
        place = self.sources / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "rows.csv").write_text(text, encoding="gb18030")
        return SourceSpec(kind=SourceKind.CSV, location=str(place), table="rows.csv")


def found() -> Town:
    """The units, their people, the calendar; nothing gathered yet."""
    persons = [
        founding.NewPerson(name, full, PASSWORD, ((credit_code(unit), role),))
        for name, (full, unit, role) in PEOPLE.items()
    ]
    made = founding.found(UNITS, persons, FOUNDED_ON)
    today = clock.today()
    town = Town(
        units={number: made.units[credit_code(number)] for number in range(1, 5)},
        actors={name: actor_of(person, today) for name, person in made.persons.items()},
        sources=Path(settings.SOURCES[0]),
        node_key=SigningKey.generate("civil-node"),
        caller=SigningKey.generate("health-api"),
    )
    calendar.import_published(town.reviewer, why="国务院办公厅通知")
    return town


def build() -> Town:
    """The town at work."""
    town = found()
    _gather(town)
    _catalogue(town)
    _check(town)
    _ask(town)
    _call(town)
    scores.freeze(town.reviewer, "2026Q3", clock.today() - timedelta(days=90), why="季度评估")
    _delay(town)
    scores.freeze(town.reviewer, "2026Q4", clock.today(), why="季度评估")
    write_log()
    return town


def write_log() -> None:
    """Carry every fact to the hub's log and publish it, as the worker does."""
    with facts.open_log() as ledger:
        facts.drain(ledger)
        ledger.publish()


def _gather(town: Town) -> None:
    node = nodes.register(
        town.provider, town.units[2], "civil-node", "http://127.0.0.1:8101", town.node_key.public.text,
        why=WHY,
    )  # fmt: skip
    civil = systems.register(
        town.provider, town.units[2], "区划地名管理系统", "行政区划和地名管理", why=WHY
    )
    relief = systems.register(
        town.provider, town.units[2], "社会救助系统", "低保、特困和临时救助", why=WHY
    )
    stats = systems.register(town.stats, town.units[3], "统计用区划系统", "", why=WHY)
    plan = (
        ("townships", "乡级行政区划代码", civil, town.provider, townships(240, spoil=True), node),
        ("villages", "村级组织名录", civil, town.provider, townships(60), node),
        ("relief", "低保家庭信息", relief, town.provider, townships(30), node),
        ("stat-codes", "统计用乡级区划代码", stats, town.stats, townships(200), None),
    )
    for name, title, system, actor, text, at in plan:
        table = systems.register_table(
            actor, system, name, title, town.source(name, text), at, why=WHY
        )
        town.tables[name] = harvest.gather(actor, table, why=WHY)
    systems.register_table(
        town.provider, relief, "orphans", "孤儿和事实无人抚养儿童名录",
        town.source("orphans", townships(5)), node, why=WHY,
    )  # fmt: skip


def completed(town: Town, actor: Actor, name: str, **changes: Any) -> EntryVersion:
    """The table's drafted entry with what only its officer knows."""
    version = catalog.draft(actor, town.tables[name], why=WHY)
    draft = decode(version.draft, EntryDraft)
    filled: dict[str, Any] = {
        "abstract": f"全区{draft.title},含代码、名称、所属县和联系电话,由业务系统每日更新。",
        "classification": "306001" if name == "none" else draft.classification,
        "share_type": "2",
        "share_condition": "限公共卫生和应急管理使用,不得用于商业目的。",
        "share_method": "platform_api",
        "open_type": "0",
        "update_cycle": "month",
        "items": tuple(
            replace(
                item, key=item.column == "code", filterable=item.column in ("code", "county_code")
            )
            for item in draft.items
        ),
    }
    version = catalog.edit(actor, version, replace(draft, **{**filled, **changes}), why=WHY)
    return assessed(actor, town.stats_head if actor is town.stats else town.provider_head, version)


def _catalogue(town: Town) -> None:
    for name, actor, head, share in (
        ("townships", town.provider, town.provider_head, "2"),
        ("stat-codes", town.stats, town.stats_head, "1"),
    ):
        version = completed(town, actor, name, share_type=share)
        version = catalog.submit(actor, version, why=WHY)
        version = catalog.approve(head, version, why=WHY)
        town.entries[name] = catalog.publish(town.reviewer, version, why=WHY)
    waiting = completed(town, town.provider, "villages")
    waiting = catalog.submit(town.provider, waiting, why=WHY)
    town.entries["villages"] = catalog.approve(town.provider_head, waiting, why=WHY)
    town.entries["relief"] = catalog.draft(town.provider, town.tables["relief"], why=WHY)


def _check(town: Town) -> None:
    for name, actor in (("townships", town.provider), ("stat-codes", town.stats)):
        table = town.tables[name]
        extra = (
            Required(id="name-required", column="name"),
            Unique(id="code-once", columns=("code",)),
        )
        kept = [one for one in quality.suggest(table) if one.id not in {e.id for e in extra}]
        quality.set_checks(actor, table, (*kept, *extra), why=WHY)
        quality.run(actor, table, why=WHY)
    # The source loses a column: the catalog must say so.
    rows = [line.rsplit(",", 1)[0] for line in townships(200).splitlines()]
    town.source("stat-codes", "\n".join(rows) + "\n")
    harvest.gather(town.stats, town.tables["stat-codes"], why=WHY)
    drift.check(town.stats, town.entries["stat-codes"].resource, why=WHY)


def wish(town: Town, **changes: Any) -> dict[str, Any]:
    """What the consumer asks for."""
    return {
        "legal_basis": "《中华人民共和国传染病防治法》第七条、第三十三条",
        "scenario": "传染病流行病学调查",
        "purpose": "核对病例所在乡镇",
        "items": ["code", "name", "phone"],
        "delivery": "service_api",
        "duration_days": 180,
        **changes,
    }


def _ask(town: Town) -> None:
    key = keys.register(
        town.consumer, town.units[4], "疾控业务系统", town.caller.public.text, why=WHY
    )
    resource = town.entries["townships"].resource
    stages = {
        "draft": "妇幼保健服务对象核对",
        "waiting": "基层医疗机构布局分析",
        "applied": "急救调度地址匹配",
        "noticed": "疫苗接种点规划",
        "refused": "健康产业招商名录",
        "agreed": "慢性病随访管理",
        "granted": "核对病例所在乡镇",
        "suspended": "家庭医生签约核验",
    }
    for stage, purpose in stages.items():
        made = requests.draft(
            town.consumer, resource, **wish(town, purpose=purpose), key=key, why=WHY
        )
        town.requests[stage] = _carry(town, made, stage)
    town.grants["suspended"] = grants.suspend(
        town.provider, town.grants["suspended"], why="调用量异常,待说明"
    )


def _carry(town: Town, made: ShareRequest, stage: str) -> ShareRequest:
    if stage == "draft":
        return made
    made = requests.ask_approval(town.consumer, made, why=WHY)
    if stage == "waiting":
        return made
    made = requests.apply(town.consumer_head, made, why="履行职责所需")
    if stage == "noticed":
        return requests.notice(
            town.provider_head, made, ["补充接种点建设的批文", "说明所需信息项的用途"], why=WHY
        )
    if stage == "refused":
        return requests.refuse(
            town.provider_head, made, "beyond_scope", "", "招商不属于卫生健康部门职责。", why=WHY
        )
    if stage == "applied":
        return made
    made = requests.agree(town.provider_head, made, "同意,限所述用途。", why=WHY)
    if stage != "agreed":
        town.grants[stage] = grants.issue(town.provider_head, made, why=WHY)
    return made


def _call(town: Town) -> None:
    """Three weeks of calls, some refused, sent up by the node."""
    grant = town.grants["granted"]
    grants.for_node(grant.node, clock.now())
    log = NodeLedger(town.node_key, grant)
    for back in range(20, -1, -1):
        at = clock.now().replace(microsecond=0) - timedelta(days=back)
        log.answer(3 + back * 7 % 11, at=at, purpose=grant.request.purpose)
        if back % 6 == 0:
            log.answer(
                1, at=at, outcome="refused", reasons=("purpose.other",), rows=0, purpose="营销"
            )
    usage.take(grant.node, log.batch(0, len(log.leaves)), clock.now())


def _delay(town: Town) -> None:
    """One reply is late: what was asked for was complete weeks ago."""
    request = town.requests["applied"]
    about = f"request:{request.pk}"
    late = Clock.objects.get(subject=about)
    with act(town.consumer, Deed.REQUEST_COMPLETED, about, unit=request.consumer, why="补正后收到"):
        clocks.restart(late.rule, about, clock.today() - timedelta(days=21))
