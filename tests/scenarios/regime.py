"""A regime on an empty hub: units and posts by the pack's own rows, days that pass, what was told.

Every scenario is played with these steps. Nothing here computes a date that a scenario asserts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from itertools import count
from typing import Any

from django.test import Client

from tests.hub_world import PASSWORD
from tests.share.moments import Days
from tests.share.world import publish
from yunzhang import clock, worker
from yunzhang.gather.models import DataTable, EntryVersion, InformationSystem, Node, Resource
from yunzhang.oversee import indicators
from yunzhang.oversee.reports import quarterly
from yunzhang.people import calendar, cases, founding, identity, turns, units, watch
from yunzhang.people.models import Case, Clock, Notice, Person, Unit
from yunzhang.people.permissions import Actor, actor_of, pack
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.codes import ShareType
from yunzhang.terms.identifiers import credit_check, org_check

WHY = "按文件要求办理"
WORKER = Actor(None)
QUIET = timedelta(days=10)


@dataclass
class Regime:
    """The hub as it grows from nothing: units by what they are called, persons by user name."""

    days: Days
    units: dict[str, Unit] = field(default_factory=dict)
    settled: bool = False  # posts change no more: a person's are read once, not for every deed
    _actors: dict[str, Actor] = field(default_factory=dict)
    _codes: count[int] = field(default_factory=lambda: count(1))
    _worked: date | None = None

    def found(self, name: str, row: str = "", reviewer: str = "reviewer") -> Unit:
        """The hub's first unit, its sharing authority, with the first person; and the calendar."""
        tier = next((one.tier for one in pack().units if one.id == row), "") or "province"
        code = self._code()
        first = founding.NewUnit(code, name, name, tier, is_authority=True)
        person = founding.NewPerson(reviewer, reviewer, PASSWORD, ((code, "sharing_authority"),))
        unit = founding.found([first], [person], self.today).units[code]
        self.units[name] = units.change(
            self.who(reviewer), unit, name=name, short_name=name, tier=tier, parent=None,
            is_authority=True, kind="sharing_authority", row=row, sharing_body="", why=WHY,
        )  # fmt: skip
        calendar.import_published(self.who(reviewer), why="录入国务院办公厅放假安排")
        return self.units[name]

    def unit(
        self, row: str, name: str = "", *, under: str = "", tier: str = "", division: str = ""
    ) -> Unit:
        """Register a unit of the pack's row, under its own name where the row speaks of many."""
        if not row:  # the pack names none: what Order 809 calls a department
            self.units[name] = units.register(
                self.who("reviewer"), self._code(division), name, name, tier or "province",
                self.units.get(under), why=WHY,
            )  # fmt: skip
            return self.units[name]
        [its] = [one for one in pack().units if one.id == row]
        called = name or its.zh
        self.units[called] = units.register(
            self.who("reviewer"), self._code(division), called, called, its.tier or tier or "province",
            self.units.get(under), kind=its.kind, row="" if its.many else row, why=WHY,
        )  # fmt: skip
        return self.units[called]

    def post(self, username: str, unit: str, *roles: str) -> Person:
        """Appoint somebody new to posts of the pack in a unit, from today on."""
        posts = [(self.units[unit], role) for role in roles]
        reviewer = self.who("reviewer")
        return identity.register(reviewer, username, username, PASSWORD, posts, why=WHY)

    def who(self, username: str) -> Actor:
        """This person with the posts of the day."""
        if not self.settled or username not in self._actors:
            person = Person.objects.get(username=username)
            self._actors[username] = actor_of(person, self.today)
        return self._actors[username]

    @property
    def today(self) -> date:
        return self.days.day

    def pass_days(self, to: date) -> None:
        """Let the days go by up to `to`; on each of them the hub's worker does its work."""
        while self.days.day < to:
            self.days.day += timedelta(days=1)
            self.work()

    def skip(self, to: date) -> None:
        """A stretch of which nothing is asked: the worker is there every tenth day only."""
        while self.days.day < to:
            self.days.day = min(self.days.day + QUIET, to)
            self.work()

    def work(self) -> None:
        """What the worker does on this day; a job that fails fails the scenario.

        Its jobs without the leases that several workers need; no table is read (drift).
        """
        since = self._worked or self.today - timedelta(days=1)
        missed = [since + timedelta(days=n) for n in range(1, (self.today - since).days + 1)]
        grants.end_expired(clock.now())
        watch.sweep(self.today)
        for name, do in worker.DAILY:
            if name != "drift":
                do(missed)
        self._worked = self.today

    def take(self, username: str, case: Case, move: str, **papers: str) -> Case:
        """Make a move of a case, its papers named shortly; a report goes up with its figures."""
        if quarterly.hands_in(case, move):
            return quarterly.submit(self.who(username), case, papers.get("report", ""), why=WHY)
        given = {f"paper.{name}": text for name, text in papers.items()}
        return cases.move(self.who(username), case, move, papers=given, why=WHY)

    def desk(self, username: str) -> list[str]:
        """What waits for somebody: what there is to do, and by when."""
        found = turns.mine(self.who(username)).select_related("clock")
        return [
            f"{turn.deed_zh}：{turn.title}" + (f"，{turn.clock.due_on}" if turn.clock else "")
            for turn in found
        ]

    def page(self, username: str, path: str = "/") -> str:
        """A page as the person sees it, the desk unless another is named."""
        client = Client()
        client.force_login(Person.objects.get(username=username))
        answer = client.get(path)
        assert answer.status_code == 200, answer.status_code
        return unescape(answer.content.decode())

    def punctual(self, unit: str) -> tuple[int, int]:
        """Limits a unit kept, of those that ended or are over."""
        figure = indicators.figure("clock_punctuality", [self.units[unit]], self.today)
        return figure.hits, figure.of

    def _code(self, division: str = "") -> str:
        stem = f"MB{next(self._codes):06d}"
        body = f"11{division or pack().division}{stem}{org_check(stem)}"
        return body + credit_check(body)


Begin = Callable[[str, date], Regime]


@dataclass
class Sharing:
    """A provider with a published entry on a node, and a consumer with a caller's key."""

    regime: Regime
    resource: Resource
    node: Node
    consumer: str  # whose officer and head apply: "{consumer}_officer", "{consumer}_head"
    provider: str

    def applied(self, **changes: Any) -> ShareRequest:
        """A request written by the officer and approved by the head of the consumer (Art. 20)."""
        officer, head = self._who("officer"), self._who("head")
        key = self.resource_key()
        wish = {
            "legal_basis": "《社会救助暂行办法》第四十五条",
            "scenario": "社会救助家庭经济状况核对",
            "purpose": "核对申请人所在乡镇",
            "items": ("区划代码", "区划名称"),
            "delivery": "service_api",
            "duration_days": 90,
            "key": key,
            "why": WHY,
            **changes,
        }
        request = requests.draft(officer, self.resource, **wish)
        requests.ask_approval(officer, request, why=WHY)
        return requests.apply(head, request, why=WHY)

    def resource_key(self) -> Any:
        """A key of a system of the consumer."""
        officer = self._who("officer")
        assert officer.unit is not None
        text = SigningKey.generate("system.caller.local").public.text
        return keys.register(officer, officer.unit, f"系统{text[-6:]}", text, why=WHY)

    def granted(self, request: ShareRequest) -> GrantRow:
        """The grant on an agreed request, issued by the provider's head."""
        return grants.issue(self.regime.who(f"{self.provider}_head"), request, why=WHY)

    def fetched(self) -> None:
        """The provider's node asks the hub for its grants: what was issued is delivered."""
        grants.for_node(self.node, clock.now())

    def _who(self, post: str) -> Actor:
        return self.regime.who(f"{self.consumer}_{post}")


def entry(
    regime: Regime, officer: str, unit: str, code: str, share_type: ShareType
) -> tuple[Resource, EntryVersion]:
    """An entry of a unit's catalog, published today, without a table."""
    resource = Resource.objects.create(code=code, unit=regime.units[unit])
    return resource, publish(resource, regime.who(officer), share_type)


def sharing(
    regime: Regime, provider: tuple[str, str], consumer: tuple[str, str], share_type: ShareType
) -> Sharing:
    """Two units with their officers and heads, and a published entry on the provider's node.

    A side is the unit's name and the beginning of its people's user names.
    """
    for unit, name in (provider, consumer):
        regime.post(f"{name}_officer", unit, "provider_officer", "consumer_officer")
        regime.post(f"{name}_head", unit, "sharing_body_head")
    key = SigningKey.generate("provider.node.local").public.text
    home = regime.units[provider[0]]
    node = Node.objects.create(name="node-1", unit=home, address="http://127.0.0.1:9001", key=key)
    system = InformationSystem.objects.create(unit=home, name="区划管理系统")
    table = DataTable.objects.create(
        system=system, name="townships", title="乡镇", source="{}", node=node
    )
    resource = Resource.objects.create(code="307001/000001", unit=home, table=table)
    publish(resource, regime.who(f"{provider[1]}_officer"), share_type)
    return Sharing(regime, resource, node, consumer=consumer[1], provider=provider[1])


def told(username: str, kind: str, word: str = "") -> list[tuple[date, str]]:
    """What somebody was told of a kind, with the day, the oldest first."""
    found = Notice.objects.filter(person__username=username, kind=kind, zh__contains=word)
    return [(one.at.astimezone(clock.BEIJING).date(), one.zh) for one in found.order_by("pk")]


def opened(about: str, unit: Unit | None = None) -> list[Case]:
    """The cases about something, of a unit or of all."""
    found = Case.objects.filter(about=about)
    if unit is not None:
        found = found.filter(parties__party="unit", parties__unit=unit)
    return list(found.order_by("pk"))


def limit(subject: str, rule: str = "dated") -> Clock:
    """The limit of a matter that began last."""
    return Clock.objects.filter(subject=subject, rule=rule).latest("pk")
