"""A province drawn by a seed: records of every kind that an indicator counts, in every state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from tests.hub_world import credit_code
from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.engines.checks import DimensionScore, Verdict
from yunzhang.gather import placing
from yunzhang.gather.models import (
    Cloud,
    DataTable,
    Drift,
    EntryVersion,
    InformationSystem,
    Network,
    Node,
    Resource,
    VerdictRow,
)
from yunzhang.oversee.indicators.duties import procedures_of
from yunzhang.oversee.models import Drill, ExtranetLink, Standing
from yunzhang.people import units
from yunzhang.people.models import Case, CaseParty, Clock, Course, Unit
from yunzhang.people.permissions import pack
from yunzhang.share import backflow, corrections, misuse
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import encode
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.use import incidents
from yunzhang.use.models import NodeLog, UsageDay

DIMENSIONS = ("normativity", "completeness", "accuracy", "consistency", "timeliness",
              "accessibility")  # fmt: skip
NAMES = ("姓名", "证号", "住址", "电话", "金额", "年度", "状态", "等级")


@dataclass
class Drawn:
    """What stands and what may still be drawn; `today` is the day figures are of."""

    town: Town
    chance: Random
    today: date = field(default_factory=clock.today)
    units: list[Unit] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    grants: list[GrantRow] = field(default_factory=list)

    def some(self) -> range:
        return range(self.chance.randint(3, 6))

    def yes(self) -> bool:
        return self.chance.random() < 0.5

    def day(self, back: int = 500) -> date:
        """A day of the past, within the window of a score or before it."""
        return self.today - timedelta(days=self.chance.randint(1, back))

    def moment(self, back: int = 500) -> datetime:
        return datetime.combine(self.day(back), time(10), clock.BEIJING)


def draw(town: Town, seed: int, count: int) -> Drawn:
    """So many more units beside the town's, and for each of all records of every kind."""
    drawn = Drawn(town, Random(seed))
    for number in range(80, 80 + count):
        name = f"第{number}局"
        made = units.register(town.reviewer, credit_code(number), name, name, "province", why=WHY)
        drawn.units.append(made)
    for unit in drawn.units:
        _hold(drawn, unit)
    for unit in drawn.units:
        _share(drawn, unit)
        _answer_for(drawn, unit)
    return drawn


def _hold(drawn: Drawn, unit: Unit) -> None:
    """A cloud, networks and systems, on it or not, alive or merged; tables; the catalog."""
    chance = drawn.chance
    cloud = Cloud.objects.create(
        unit=unit, name=f"云{unit.pk}", level="province", built_on=drawn.day(),
        recovery_place="异地" if drawn.yes() else "",
    )  # fmt: skip
    Drill.objects.create(cloud=cloud, held_on=drawn.day(), passed=drawn.yes(), result="演练")
    if drawn.yes():
        ExtranetLink.objects.create(unit=unit, since=drawn.day())
    for number in drawn.some():
        Network.objects.create(
            unit=unit, name=f"专网{number}", secret=chance.random() < 0.2, built_on=drawn.day(),
            state=chance.choice(Network.State.values), state_since=drawn.day(),
        )  # fmt: skip
        system = InformationSystem.objects.create(
            unit=unit, name=f"系统{number}", cloud=cloud if drawn.yes() else None,
            protection=chance.choice("1344"), vertical=chance.random() < 0.2,
            sensitivity=chance.choice([placing.PLAIN, placing.PLAIN, placing.SECRET]),
            state=chance.choice(["in_use", *InformationSystem.State.values]), state_since=drawn.day(),
            recovery_place="异地" if drawn.yes() else "", built_on=drawn.day(3000),
        )  # fmt: skip
        Drill.objects.create(
            system=system, held_on=drawn.day(), passed=chance.random() < 0.8, result="演练"
        )
        _catalogue(drawn, unit, system, number)
    month = drawn.today.replace(day=1, year=drawn.today.year - 1)
    Standing.objects.create(
        unit=unit, indicator="data_volume", month=month, counted_on=month,
        hits=chance.randint(0, 900), of=1000,
    )  # fmt: skip


def _catalogue(drawn: Drawn, unit: Unit, system: InformationSystem, number: int) -> None:
    chance = drawn.chance
    table = DataTable.objects.create(
        system=system, name=f"drawn-{unit.pk}-{number}", title=f"名录{number}", source="{}",
        gathered_at=drawn.moment() if drawn.yes() else None, rows=chance.randint(1, 900),
    )  # fmt: skip
    _verdict(drawn, table)
    if chance.random() < 0.3:
        return
    resource = Resource.objects.create(
        code=f"307001/{unit.pk * 100 + number:06d}", unit=unit, table=table
    )
    drawn.resources.append(resource)
    names = ("代码", *chance.sample(NAMES, 5))
    items = tuple(
        DataItem(name=name, column=name, type=ItemType.CHARACTER, length=20, key=name == "代码")
        for name in names
    )
    draft = EntryDraft(
        title=f"卫生健康资源{number}", share_type=chance.choice("123"),
        open_type=chance.choice("012"), update_cycle=chance.choice(["day", "month", "year"]),
        items=items, classification="306001",
    )  # fmt: skip
    EntryVersion.objects.create(
        resource=resource, number=1, state="published", draft=encode(draft).decode(),
        title=draft.title, drafted_by=drawn.town.provider.person, published_on=drawn.day(),
        share_type=draft.share_type,
    )  # fmt: skip
    for _ in range(chance.randint(0, 2)):
        Drift.objects.create(
            resource=resource, kind=chance.choice(["column_gone", "unreadable"]), sentence_zh="变",
            sentence_en="changed", found_at=drawn.moment(), cleared_at=drawn.moment() if drawn.yes() else None,
        )  # fmt: skip


def _verdict(drawn: Drawn, table: DataTable) -> None:
    """Two runs of the checks: the last one counts."""
    for back in (20, 5):
        scores = tuple(
            DimensionScore(dimension=name, total=total, failed=drawn.chance.choice([0, total // 5]), score=90.0)
            for name in DIMENSIONS
            for total in (drawn.chance.choice([0, 10]),)
        )  # fmt: skip
        passed = drawn.yes()
        verdict = Verdict(rows=10, as_of=None, results=(), dimensions=scores)
        VerdictRow.objects.create(
            table=table, ran_at=clock.now() - timedelta(days=back), rows=10, score=90, passed=passed,
            verdict=encode(verdict).decode(),
        )  # fmt: skip


def _share(drawn: Drawn, unit: Unit) -> None:
    """Requests of the unit in every state, grants and calls under them, discounted ones too."""
    chance, states = drawn.chance, list(ShareRequest.State.values)
    key = CallerKey.objects.create(
        unit=unit, name="系统", key=f"key-{unit.pk}", registered_by=drawn.town.provider.person,
        registered_at=clock.now(),
    )  # fmt: skip
    node = Node.objects.create(
        name=f"drawn-{unit.pk}", unit=unit, address="http://127.0.0.1:9", key=f"node-{unit.pk}"
    )
    NodeLog.objects.create(
        node=node, size=chance.randint(0, 9), fault="坏批" if drawn.yes() else ""
    )
    for number, state in enumerate(
        [*states, *chance.choices(states, k=6), *["refused", "granted"] * 4]
    ):
        resource = chance.choice([one for one in drawn.resources if one.unit_id != unit.pk])
        asked = drawn.moment()
        request = ShareRequest.objects.create(
            number=f"DRAWN-{unit.pk}-{number}", consumer=unit, provider=resource.unit,
            resource=resource, state=state, legal_basis="法", scenario="医疗救助", purpose="核对",
            items="[]", delivery="service_api", duration_days=90, key=key if drawn.yes() else None,
            drafted_by=drawn.town.consumer.person, applied_at=asked,
            replied_at=asked + timedelta(days=chance.randint(0, 30)),
            refusal_law="某法第一条" if drawn.yes() else "",
        )  # fmt: skip
        if state in ("granted", "agreed"):
            _grant(drawn, request, node, number)


def _grant(drawn: Drawn, request: ShareRequest, node: Node, number: int) -> None:
    chance, issued = drawn.chance, drawn.moment(200)
    grant = GrantRow.objects.create(
        id=f"drawn-{request.pk}", request=request, node=node, consumer=request.consumer,
        provider=request.provider, resource=request.resource, state_at=issued, issued_at=issued,
        state=chance.choice(GrantRow.State.values), until=issued + timedelta(days=300), signed="{}",
    )  # fmt: skip
    for _ in range(chance.choice([0, 2, 4])):
        answered = chance.randint(0, 30)
        UsageDay.objects.create(
            day=drawn.day(), grant=grant.pk, consumer=grant.consumer, provider=grant.provider,
            resource_code=grant.resource.code, scenario=chance.choice(["医疗救助", "教育"]),
            purpose=f"核对{number}{chance.random()}", answered=answered, refused=chance.randint(0, 3),
            rows=answered, bytes=answered * 700, discounted=chance.choice([0, answered]),
        )  # fmt: skip
    if chance.random() < 0.4:
        case = _case(drawn, misuse.PROCEDURE, "consumer", grant.consumer, f"grant:{grant.pk}")
        Case.objects.filter(pk=case.pk).update(step=chance.choice(["unfounded", "confirmed"]))


def _answer_for(drawn: Drawn, unit: Unit) -> None:
    """Limits of every rule and cases of every procedure that an indicator counts."""
    for rule in ("C1", "C2", "C3", "C4", "C5", "C6", "public_reply", "zombie"):
        for number in range(6):
            _limit(drawn, unit, rule, f"drawn:{unit.pk}:{number}")
    for indicator in ("reports_in_time", "tasks_in_time", "findings_rectified"):
        for procedure in procedures_of(indicator):
            for _ in drawn.some():
                case = _case(drawn, procedure, "unit", unit, f"drawn:{indicator}")
                _limit(drawn, unit, "dated", f"case:{case.pk}", case.number)
    for procedure, party in (
        (corrections.PROCEDURE, "provider"),
        (backflow.PROCEDURE, "provider"),
        (incidents.PROCEDURE, incidents.UNIT),
    ):
        for _ in range(8):
            case = _case(drawn, procedure, party, unit, "drawn:case")
            _limit(drawn, unit, "C6", f"case:{case.pk}", case.number)


def _case(drawn: Drawn, procedure: str, party: str, unit: Unit, about: str) -> Case:
    chance = drawn.chance
    course, _ = Course.objects.get_or_create(digest="drawn", text="{}")
    rule = next((row for row in pack().procedures if row.id == procedure), None)
    steps = [step.id for step in rule.steps] if rule else ["open"]
    made = Case.objects.create(
        number=f"DRAWN{Case.objects.count()}", procedure=procedure, course=course,
        step=chance.choice(steps), about=about, title="事项", opened_at=drawn.moment(),
        moved_at=clock.now(), closed_on=drawn.day() if drawn.yes() else None,
    )  # fmt: skip
    CaseParty.objects.create(case=made, party=party, unit=unit)
    return made


def _limit(drawn: Drawn, unit: Unit, rule: str, subject: str, reference: str = "drawn") -> None:
    """Kept, late, rested or running; of this year, of years ago, or still to come."""
    due = drawn.today + timedelta(days=drawn.chance.randint(-450, 30))
    done: dict[str, Any] = drawn.chance.choice(
        [
            {},
            {"ended_on": due - timedelta(days=2)},
            {"ended_on": due + timedelta(days=3)},
            {"rested_on": due - timedelta(days=1)},
            {"rested_on": due + timedelta(days=1), "ended_on": due + timedelta(days=9)},
        ]
    )
    Clock.objects.create(
        rule=rule, subject=subject, reference=reference, unit=unit, days=10, due_on=due,
        started_on=due - timedelta(days=20), **done,
    )  # fmt: skip
