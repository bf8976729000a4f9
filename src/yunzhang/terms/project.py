"""Projects: what a unit proposes to build, and what the gate found when it looked at it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from yunzhang.terms.document import Document

PROPOSAL_KIND, JUDGEMENT_KIND = "proposal/1", "judgement/1"

Outcome = Literal["pass", "condition", "stop"]
Verdict = Literal["yes", "conditions", "no"]
Dependence = Literal["network", "cloud", "platform", "support"]
DEPENDENCES: tuple[Dependence, ...] = ("network", "cloud", "platform", "support")


class PreEntry(Document, frozen=True, kw_only=True):
    """One entry of the pre-compiled catalog: what the project will produce, before it exists."""

    title: str
    items: tuple[str, ...]
    share_type: str = ""  # code list "share_type"
    update_cycle: str = ""  # code list "update_cycle"


class Stand(Document, frozen=True, kw_only=True):
    """The answer to one of the four dependences: whether the project stands on it, and how."""

    on: Dependence
    yes: bool
    how: str = ""


class Anew(Document, frozen=True, kw_only=True):
    """Something the project would build anew, with the approval that lets it, if there is one."""

    what: Literal["cloud", "room", "network", "platform"]
    approval: str = ""


class Proposal(Document, frozen=True, kw_only=True):
    """A project as its unit proposes it. Amounts are whole yuan; systems are named by record."""

    name: str = ""
    kind: str = ""  # code list "build_kind"
    money_source: str = ""  # code list "money_source"
    amount_yuan: int = 0
    from_year: int = 0
    to_year: int = 0
    functions: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()  # codes of resources, or what they are called
    produces: tuple[PreEntry, ...] = ()
    replaces: tuple[int, ...] = ()  # systems that end when it is built
    extends: tuple[int, ...] = ()  # systems that it builds upon
    stands: tuple[Stand, ...] = ()
    cloud: int | None = None  # the cloud on record that it will run on
    anew: tuple[Anew, ...] = ()

    def stand(self, on: Dependence) -> Stand | None:
        """The answer to one of the four dependences; None without one."""
        return next((one for one in self.stands if one.on == on), None)


class Ref(Document, frozen=True, kw_only=True):
    """A record that a finding rests on, as facts name it, with what it was called."""

    kind: str  # "system", "project", "cloud", "clock", "request", "entry", "score", "plan"
    id: str
    name: str


class Part(Document, frozen=True, kw_only=True):
    """In one respect (name, functions, data): how alike, and in which words."""

    facet: str
    percent: int
    shared: tuple[str, ...]


class Hit(Document, frozen=True, kw_only=True):
    """A system or project that resembles what is proposed."""

    ref: Ref
    unit: str
    percent: int
    parts: tuple[Part, ...]


class Finding(Document, frozen=True, kw_only=True):
    """What one rule of the gate found: its outcome in words, its clause, the records behind it."""

    rule: str  # the id of the pack's row
    check: str
    outcome: Outcome
    zh: str
    en: str
    rule_zh: str
    rule_en: str
    document: str
    clause: str
    also: tuple[str, ...] = ()  # other places that say the same
    refs: tuple[Ref, ...] = ()


class Judgement(Document, frozen=True, kw_only=True):
    """The gate's answer, frozen: the proposal as it was, every finding, what it resembles."""

    project: str  # its number
    proposal: Proposal
    unit: str
    owner: str
    on: date
    verdict: Verdict
    findings: tuple[Finding, ...]
    hits: tuple[Hit, ...] = ()
    score: Decimal | None = None
    period: str = ""


class SystemResult(Document, frozen=True, kw_only=True):
    """What a system has brought, as the hub's own records tell."""

    system: int
    name: str
    calls: int  # answered calls of its data
    last: date | None = None  # the last day it showed life
    silent: bool = False  # for longer than the pack allows


class Results(Document, frozen=True, kw_only=True):
    """What a unit's systems and grants have brought, when it asked for money to run them."""

    since: date
    until: date
    used: int  # grants in use, of those that should be
    of: int
    made: int  # calls the unit made of others' data
    given: int  # calls answered with its own
    score: Decimal | None = None
    period: str = ""
    systems: tuple[SystemResult, ...] = ()

    @property
    def used_percent(self) -> int | None:
        return 100 * self.used // self.of if self.of else None

    def of_system(self, number: int) -> SystemResult | None:
        return next((one for one in self.systems if one.system == number), None)
