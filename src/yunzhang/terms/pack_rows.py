"""Rows of a pack: every kind of policy a jurisdiction writes down, each citing its clause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal

from yunzhang.terms.document import Document, Natural

QUOTE_CHARACTERS = 25  # a short quotation; the documents themselves are not copied


class Citation(Document, frozen=True):
    """Where a row comes from: document, clause, and at most 25 characters of quotation.

    `checked` is False for what was written down without the text at hand: it may be shown, but
    must be compared with the text before anyone relies on it.
    """

    document: str
    clause: str
    quote: str = ""
    checked: bool = True


class Row(Document, frozen=True):
    """What every row of a pack has.

    `also` cites other places that say the same or, where a text contradicts itself, otherwise;
    `note` tells the reader what. REFERS maps a field to the table whose ids it names.
    """

    REFERS: ClassVar[Mapping[str, str]] = {}

    id: str
    cite: Citation
    from_date: date | None = None
    to_date: date | None = None
    also: tuple[Citation, ...] = ()
    note: str = ""


class Named(Row, frozen=True, kw_only=True):
    """A row that people call by a name."""

    zh: str
    en: str


class SourceText(Named, frozen=True, kw_only=True):
    """A document the pack is drawn from; its id is what citations name."""

    number: str = ""
    issued_by: str = ""
    issued_on: date | None = None
    script: Literal["simplified", "traditional"] = "simplified"


class UnitKind(Named, frozen=True, kw_only=True):
    """A kind of unit: a department, an authority, an office, a leading group.

    With `role`, every unit where somebody holds it is of this kind, whatever else it is.
    """

    REFERS = {"role": "roles"}

    role: str = ""


class UnitRow(Named, frozen=True, kw_only=True):
    """A unit that the documents name; `many`: every unit of its kind, of its tier if it has one."""

    REFERS = {"kind": "unit_kinds", "parent": "units"}

    kind: str
    tier: str = ""
    parent: str = ""
    many: bool = False


class Role(Named, frozen=True, kw_only=True):
    """A role, by its glossary name: what it may do, who holds it and who appoints to it.

    `held_by` is the office that brings the role with it; `appointed_by` a unit, where the
    document names one. `told_late`: overdue limits of its units are escalated to it.
    `serves_chiefs`: the office that works for them and stands in their register.
    `second_factor`: nobody does its work without a code beside the password.
    """

    REFERS = {
        "appointed_by": "units", "unit_kinds": "unit_kinds", "above": "roles", "owed_by": "units",
    }  # fmt: skip

    may: tuple[str, ...]
    scope: Literal["own", "below", "all"] = "own"  # its unit's, also those under it, or every one
    held_by: str = ""
    appointed_by: str = ""
    unit_kinds: tuple[str, ...] = ()
    above: tuple[str, ...] = ()  # the roles that answer to it
    fields: tuple[str, ...] = ()  # the fields of government it is set up for
    owed_by: tuple[str, ...] = ()  # the units that must have somebody in it
    told_late: bool = False
    serves_chiefs: bool = False
    second_factor: bool = False


class ChiefRow(Named, frozen=True, kw_only=True):
    """One line of a published directory of chiefs: the unit, who holds the post, the cloud."""

    REFERS = {"unit": "units", "role": "roles"}

    unit: str
    role: str
    holder: str
    post: str = ""
    cloud: str = ""


class ClockRule(Named, frozen=True, kw_only=True):
    """A legal limit: from an event, so many days, perhaps extended once.

    `warn_days` replaces the limit clock.warn_days. `at_end`: "overdue" is marked and goes no
    further, "escalate" goes to the level above at once, "" after the limit clock.escalate_days.
    """

    event: str
    days: Natural
    unit: Literal["working_day", "calendar_day"]
    extension_days: Natural = 0
    extension_consent: str = ""
    at_end: Literal["", "overdue", "escalate"] = ""
    warn_days: Natural | None = None


class Retention(Named, frozen=True, kw_only=True):
    """How many years something must be kept at least."""

    years: Natural


class Limit(Row, frozen=True, kw_only=True):
    """A number the software must respect; its unit is part of the row.

    `bound` is set where the number is law: a layer above may then only go further.
    """

    value: int
    unit: str
    bound: Literal["", "at_least", "at_most"] = ""


class CodeRow(Named, frozen=True, kw_only=True):
    """One value of a code list; `parent` for lists in levels."""

    list: str
    code: str
    parent: str = ""


class MaskDefault(Row, frozen=True, kw_only=True):
    """How a data item of a grade and kind is shown unless a grant says otherwise."""

    grade: int
    kind: str
    way: str


class CheckRule(Named, frozen=True, kw_only=True):
    """A sub-indicator of GB/T 36344: which dimension a kind of check reports under."""

    dimension: str


class IndicatorRule(Named, frozen=True, kw_only=True):
    """An indicator: its weight in the score of a unit, in percent, and its target, in its measure.

    Weight 0 is measured and shown, but not scored: no document gave it a weight. Target 0 is none.
    `baseline`: what was there on that day is what a reduction is measured against.
    """

    weight: Natural = 0
    target: Natural = 100
    baseline: date | None = None


class Target(Named, frozen=True, kw_only=True):
    """What is to be reached by a date: a number of an indicator, or a milestone without one."""

    REFERS = {"indicator": "indicators", "units": "units"}

    group: str
    by: date
    unit: Literal["percent", "count", "milestone"]
    value: int | None = None
    indicator: str = ""
    units: tuple[str, ...] = ()


class DueDate(Document, frozen=True, kw_only=True):
    """A date one place of a text sets for a task: done by it, or in effect from it."""

    on: date
    cite: Citation
    kind: Literal["by", "from"] = "by"
    continuing: bool = False  # "and carried on afterwards"
    next_workday: bool = False  # a date on a holiday moves on; else it stays as written


class Task(Named, frozen=True, kw_only=True):
    """A task: who leads, whose duty it is, and until when.

    Where the text contradicts itself `due` holds every date, each with its own citation.
    `procedure` is how its lead units report on it.
    """

    REFERS = {"lead": "units", "duty": "units", "procedure": "procedures"}

    number: int
    section: str
    lead: tuple[str, ...] = ()
    duty: tuple[str, ...] = ()
    due: tuple[DueDate, ...] = ()
    procedure: str = ""  # "": task


class Goal(Named, frozen=True, kw_only=True):
    """One member of a named set of aims, such as 四改四转; `tasks` and `targets` carry it out."""

    REFERS = {"tasks": "tasks", "targets": "targets"}

    group: str
    tasks: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Duty(Named, frozen=True, kw_only=True):
    """A standing rule: what someone must, should or must not do, and the exception if any.

    `gates`: what may not be registered as new while it is in force, for units of these `tiers`
    (all without any); where it holds in principle only, an approval lets it through. `party`: whose
    part it is in every grant, who provides, who runs the platform or who uses.
    """

    REFERS = {"roles": "roles"}

    effect: Literal["require", "prefer", "allow", "forbid"]
    strength: Literal["always", "in_principle"] = "always"
    subject: str  # what it bears on: catalog, cloud, network, project, purpose …
    unless: str = ""
    roles: tuple[str, ...] = ()
    party: Literal["", "provider", "platform", "consumer"] = ""
    gates: tuple[Literal["cloud", "room", "network", "platform", "trade", "equipment"], ...] = ()
    tiers: tuple[str, ...] = ()


class GateRule(Named, frozen=True, kw_only=True):
    """A rule of the project gate: what is checked, from which number on, and what follows.

    `at` counts as the check does: percent of likeness, of refusals, of entries or of the score, or
    a number of limits. `owners` are the units that alone build projects of these `kinds`.
    """

    REFERS = {"owners": "units"}

    check: Literal[
        "owner", "planned", "catalog", "alike", "network", "cloud", "platform", "support", "anew",
        "score", "late", "refused", "unlinked",
    ]  # fmt: skip
    level: Literal["stop", "condition"]
    at: Natural = 0
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Move(Document, frozen=True, kw_only=True):
    """One way out of a step: who takes it, with which papers, where it leads, what it does.

    Without `who` or `party` those of the step. `all`: every unit of the party must consent before
    it is made. `once`: never a second time in a case (the one-time notice, Order 809 Art. 21).
    `apart`: not by who made the move before it, whose work it approves.
    """

    id: str
    zh: str
    en: str
    to: str
    who: tuple[str, ...] = ()
    party: str = ""
    attach: tuple[str, ...] = ()  # ids of codes of the list "paper": without these, no move
    may_attach: tuple[str, ...] = ()  # likewise, where they are handed in or not
    does: str = ""  # the verb of the software that the move carries out
    extends: bool = False  # the clock of the step, once
    once: bool = False
    all: bool = False
    apart: bool = False


class Step(Document, frozen=True, kw_only=True):
    """A station of a procedure: what there is to do, whose turn it is, within which clock.

    A step nobody has to act on names no `who`; one without moves is an end.
    """

    id: str
    zh: str
    en: str
    party: str = ""
    who: tuple[str, ...] = ()
    clock: str = ""
    rests: bool = False  # the clock rests here, and runs anew afterwards
    escalate: tuple[str, ...] = ()  # the roles told when the clock is over
    overdue: str = ""  # the move the hub itself makes when the clock is over
    moves: tuple[Move, ...] = ()


class Procedure(Named, frozen=True, kw_only=True):
    """A procedure, step by step; it begins with the first."""

    REFERS = {
        "steps.who": "roles", "steps.clock": "clocks", "steps.escalate": "roles",
        "steps.moves.who": "roles", "steps.moves.attach": "codes",
        "steps.moves.may_attach": "codes",
    }  # fmt: skip

    subject: str
    steps: tuple[Step, ...]


class ListRule(Named, frozen=True, kw_only=True):
    """A list to be kept and published, and who keeps it."""

    REFERS = {"kept_by": "unit_kinds"}

    kind: Literal["catalog", "sharing", "opening", "demand", "responsibility", "negative"]
    kept_by: tuple[str, ...] = ()


class ReportRule(Named, frozen=True, kw_only=True):
    """A report that falls due again and again.

    `month` is the month of the year, or of the quarter, 1 being its first; 0 where the document
    names no date. `day` 0 is the month's last. `next_workday`: a day on a holiday moves on.
    """

    REFERS = {"who": "unit_kinds", "to": "units"}

    cycle: Literal["month", "quarter", "year", "irregular"]
    month: Natural = 0
    day: Natural = 0
    next_workday: bool = False
    who: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    procedure: str = ""  # "": report


class ViolationKind(Named, frozen=True, kw_only=True):
    """A kind of violation: whose, and the clocks whose breach is evidence of it."""

    REFERS = {"clocks": "clocks"}

    of: Literal["provider", "consumer", "authority"]
    clocks: tuple[str, ...] = ()
