"""A province of sixty units under a pack for two years: each does what its habit says, by verbs.

Played day by day; what happened is kept as raw events. Nothing here computes what a test asserts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import chinese_calendar
from django.conf import settings

from tests.hub_world import assessed
from tests.scenarios.regime import WHY, Regime
from tests.simulation.habits import MANNERS, Event, Manner, habits, pairs
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.engines.checks import Required
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import catalog, drift, harvest, nodes, quality, systems
from yunzhang.gather.models import DataTable, Resource
from yunzhang.oversee.duties import dated
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft
from yunzhang.use import usage

UNITS = 60
FIRST, LAST = date(2025, 1, 2), date(2026, 12, 31)
QUARTER_ENDS = tuple(
    date(year, month, day)
    for year in (2025, 2026)
    for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
)
GATHERINGS = (date(2025, 5, 12), date(2025, 9, 22), date(2026, 2, 2), date(2026, 6, 15))
ASKED = (date(2025, 9, 1), date(2026, 4, 13))  # the Mondays of the two rounds of requests
HEADS = "code,name,county"
REPORTS = "reports"


def mondays() -> list[date]:
    """The days the worker is there: every second Monday."""
    first = date(2025, 1, 6)
    return [first + timedelta(weeks=2 * n) for n in range(52)]


WORKED = frozenset(mondays())


@dataclass(frozen=True)
class Duty:
    """A report that every unit owes by some days."""

    row: str
    days: tuple[date, ...] = QUARTER_ENDS
    opens_itself: bool = False  # the pack gives its days; else the office sets them
    unmet: bool = False  # nobody hands it in


@dataclass(frozen=True)
class Rule:
    """What differs from pack to pack: whose rows the units are, what they owe."""

    authority: str  # the row of the sharing authority, where the text names one
    departments: str  # the row of all departments, where the text has one
    duties: tuple[Duty, ...]

    @property
    def owed(self) -> tuple[tuple[str, date], ...]:
        """What every unit owes, and by when."""
        return tuple((duty.row, day) for duty in self.duties for day in duty.days)


@dataclass
class Province:
    """The hub, its sixty units by number, and everything that happened."""

    regime: Regime
    rule: Rule
    seed: int
    events: list[Event] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    tables: dict[int, list[DataTable]] = field(default_factory=dict)
    resources: dict[int, list[Resource]] = field(default_factory=dict)
    logs: dict[int, NodeLedger] = field(default_factory=dict)
    keys: dict[int, CallerKey] = field(default_factory=dict)
    granted: dict[int, list[tuple[int, GrantRow]]] = field(default_factory=dict)
    _plan: list[tuple[date, int, Callable[[], object]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def manner(self, number: int) -> Manner:
        return MANNERS[habits(self.seed, UNITS)[number]]

    def officer(self, number: int) -> Actor:
        return self.regime.who(f"officer{number}")

    def head(self, number: int) -> Actor:
        return self.regime.who(f"head{number}")

    def tell(self, number: int, what: str, about: str = "", n: int = 1) -> None:
        self.events.append(Event(self.regime.today, number, what, about, n))

    def at(self, day: date, deed: Callable[[], object]) -> None:
        """Plan a deed for a day, after those planned for it before."""
        self._plan.append((day, next(self._order), deed))

    def play(self, until: date) -> None:
        """Let the days go by and do what is planned for each; the worker is there every second."""
        while self._plan:
            self._plan.sort(key=lambda each: each[:2])
            if self._plan[0][0] > until:
                break
            day, _, deed = self._plan.pop(0)
            self._walk(day)
            deed()
        self._walk(until)

    def _walk(self, to: date) -> None:
        days = self.regime.days
        while days.day < to:
            days.day += timedelta(days=1)
            if days.day in WORKED:
                self.regime.work()


def workday(day: date, further: int) -> date:
    """So many working days after a day, by the State Council's own calendar."""
    while further:
        day += timedelta(days=1)
        # Of a year whose notice is not out only the weekends are known.
        further -= chinese_calendar.is_workday(day) if day <= LAST else day.weekday() < 5
    return day


def founded(regime: Regime, rule: Rule, seed: int) -> Province:
    """The authority, sixty units with officer and head, their tables, entries and checks."""
    province = Province(regime, rule, seed)
    regime.found("数据主管部门", rule.authority)
    regime.post("office", "数据主管部门", "cloud_chief_office")
    regime.settled = True
    for number in range(UNITS):
        name = f"第{number:02d}局"
        province.units.append(regime.unit(rule.departments, name))
        regime.post(f"officer{number}", name, "provider_officer", "consumer_officer")
        regime.post(f"head{number}", name, "sharing_body_head", "cloud_chief")
        _holds(province, number)
    _plan_requests(province)
    _plan_duties(province)
    for day in GATHERINGS:
        province.at(day, partial(_gather_all, province))
    return province


def rows(count: int, *, spoilt: bool, columns: int = 3) -> str:
    """A small register; a spoilt one lacks every second name."""
    lines = [HEADS]
    for number in range(count):
        name = "" if spoilt and number % 2 else f"乡镇{number}"
        lines.append(f"451024{100 + number},{name},451024")
    return "\n".join(line.rsplit(",", 3 - columns)[0] if columns < 3 else line for line in lines)


def _source(number: int, place: int, text: str) -> SourceSpec:
    folder = Path(settings.SOURCES[0]) / f"u{number}-{place}"
    folder.mkdir(exist_ok=True)
    (folder / "rows.csv").write_text(text, encoding="utf-8")
    return SourceSpec(kind=SourceKind.CSV, location=str(folder), table="rows.csv")


def _holds(province: Province, number: int) -> None:
    """A system with two tables on a node of the unit's own, catalogued as its habit says."""
    officer, unit, manner = (
        province.officer(number),
        province.units[number],
        province.manner(number),
    )
    key = SigningKey.generate(f"node-{number}")
    address = f"http://127.0.0.1:{20000 + number}"
    node = nodes.register(officer, unit, f"node-{number}", address, key.public.text, why=WHY)
    province.logs[number] = NodeLedger(key, None)  # of many grants
    province.keys[number] = keys.register(
        officer, unit, f"系统{number}", SigningKey.generate(f"c{number}").public.text, why=WHY
    )
    system = systems.register(officer, unit, f"业务系统{number}", "登记管理", why=WHY)
    province.tables[number], province.resources[number] = [], []
    for place in range(2):
        text = rows(12, spoilt=bool(manner.spoilt))
        table = systems.register_table(
            officer, system, f"t{number}-{place}", f"名录{number}-{place}",
            _source(number, place, text), node, why=WHY,
        )  # fmt: skip
        province.tell(number, "table", f"{number}-{place}")
        table = harvest.gather(officer, table, why=WHY)
        province.tables[number].append(table)
        province.tell(number, "gathered")
        if place < manner.tables:
            province.resources[number].append(_published(province, number, table))
            province.tell(number, "published", f"{number}-{place}")
    if manner.spoilt is not None:
        _checked(province, number)


def _published(province: Province, number: int, table: DataTable) -> Resource:
    officer, head = province.officer(number), province.head(number)
    version = catalog.draft(officer, table, why=WHY)
    draft = decode(version.draft, EntryDraft)
    items = tuple(replace(item, key=item.column == "code", filterable=item.column == "code")
                  for item in draft.items)  # fmt: skip
    form = replace(
        draft, abstract="乡镇名录，供核对。", share_type="2", share_condition="限履职核对使用。",
        share_method="platform_api", open_type="0", update_cycle="year", items=items,
    )  # fmt: skip
    version = catalog.edit(officer, version, form, why=WHY)
    version = assessed(officer, head, version)
    version = catalog.submit(officer, version, why=WHY)
    version = catalog.approve(head, version, why=WHY)
    reviewer = province.regime.who("reviewer")
    return catalog.publish(reviewer, version, why=WHY).resource


def _checked(province: Province, number: int) -> None:
    table, officer = province.tables[number][0], province.officer(number)
    quality.set_checks(officer, table, [Required(id="named", column="name")], why=WHY)
    quality.run(officer, table, why=WHY)
    bad = "failed" if province.manner(number).spoilt else "passed"
    province.tell(number, bad, f"{number}-0")


def _gather_all(province: Province) -> None:
    """Those who keep their data fresh gather it again; a gaming unit's table lost a column."""
    for number in range(UNITS):
        manner, table = province.manner(number), province.tables[number][0]
        if not manner.gathers:
            continue
        if manner.drifts and province.regime.today == GATHERINGS[0]:
            _source(number, 0, rows(12, spoilt=False, columns=2))
        officer = province.officer(number)
        harvest.gather(officer, table, why=WHY)
        province.tell(number, "gathered")
        if manner.drifts and province.regime.today == GATHERINGS[0]:
            drift.check(officer, province.resources[number][0], why=WHY)
            province.tell(number, "drifted", f"{number}-0")


def _plan_requests(province: Province) -> None:
    for turn, monday in enumerate(ASKED):
        for consumer, provider in pairs(province.seed + turn, UNITS):
            day = monday + timedelta(days=consumer % 5)
            province.at(day, partial(_ask, province, consumer, provider, turn))


def _ask(province: Province, consumer: int, provider: int, turn: int) -> None:
    resource, manner = province.resources[provider][0], province.manner(provider)
    officer, about = province.officer(consumer), f"{consumer}>{provider}:{turn}"
    drifted = manner.drifts and province.regime.today > GATHERINGS[0]
    if drifted:
        resource = province.resources[provider][1]
    made = requests.draft(
        officer, resource, legal_basis="《社会救助暂行办法》第四十五条", scenario="核对",
        purpose=f"核对{about}", items=["code", "name"], delivery="service_api",
        duration_days=365, key=province.keys[consumer], why=WHY,
    )  # fmt: skip
    requests.ask_approval(officer, made, why=WHY)
    requests.apply(province.head(consumer), made, why=WHY)
    province.tell(provider, "asked", about)
    if manner.reply is not None:
        day = workday(province.regime.today, manner.reply)
        province.at(day, partial(_reply, province, made.pk, provider, consumer, about))


def _reply(province: Province, request: int, provider: int, consumer: int, about: str) -> None:
    made = ShareRequest.objects.select_related().get(pk=request)
    head, manner = province.head(provider), province.manner(provider)
    requests.agree(head, made, "同意。", why=WHY)
    made.refresh_from_db()
    grant = grants.issue(head, made, why=WHY)
    province.tell(provider, "replied", about)
    province.tell(consumer, "granted", about)
    assert manner.deliver is not None
    day = workday(province.regime.today, manner.deliver)
    province.at(day, partial(_deliver, province, grant, provider, consumer, about))


def _deliver(province: Province, grant: GrantRow, provider: int, consumer: int, about: str) -> None:
    """The provider's node fetches what is granted, whatever grants wait for it."""
    grants.for_node(grant.node, clock.now())
    grant.refresh_from_db()
    province.tell(provider, "delivered", about)
    if province.manner(consumer).calls:
        province.at(province.regime.today + timedelta(days=7),
                    partial(_call, province, grant, provider, consumer, about))  # fmt: skip


def _call(province: Province, grant: GrantRow, provider: int, consumer: int, about: str) -> None:
    log, calls = province.logs[provider], province.manner(consumer).calls
    start, log.grant = len(log.leaves), grant
    purpose, scenario = grant.request.purpose, grant.request.scenario
    log.answer(calls, at=clock.now(), purpose=purpose, scenario=scenario)
    usage.take(grant.node, log.batch(start, len(log.leaves)), clock.now())
    province.tell(consumer, "called", about, calls)
    province.tell(provider, "served", about, calls)


def _plan_duties(province: Province) -> None:
    for duty in province.rule.duties:
        for day in duty.days:
            if not duty.opens_itself:
                province.at(day - timedelta(days=25), partial(_open_duty, province, duty.row, day))
            for number in () if duty.unmet else range(UNITS):
                ahead = province.manner(number).report
                if ahead is not None:
                    on = day + timedelta(days=ahead)
                    province.at(on, partial(_report, province, number, duty.row, day))


def _open_duty(province: Province, row: str, day: date) -> None:
    dated.open_now(province.regime.who("reviewer"), REPORTS, row, day, why=WHY)


def _report(province: Province, number: int, row: str, day: date) -> None:
    case = Case.objects.get(
        about=f"dated:{REPORTS}:{row}:{day}",
        parties__party="unit", parties__unit=province.units[number],
    )  # fmt: skip
    case = province.regime.take(f"officer{number}", case, "submit", report="已完成。")
    case = province.regime.take(f"head{number}", case, "sign")
    province.tell(number, "reported", f"{row}:{day}")
    # The office looks at it a week later; that it took its time is not the unit's fault.
    later = province.regime.today + timedelta(days=7)
    province.at(later, partial(_accept, province, number, case, f"{row}:{day}"))


def _accept(province: Province, number: int, case: Case, about: str) -> None:
    province.regime.take("reviewer", case, "accept")
    province.tell(number, "accepted", about)
