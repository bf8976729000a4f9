"""Waiting: what waits for a person, by deadline. The desk shows it; the menu counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from yunzhang.gather.models import DataTable, Drift, EntryVersion, VerdictRow
from yunzhang.people import clocks
from yunzhang.people.models import Clock
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.portal import seen
from yunzhang.portal.language import spoken
from yunzhang.portal.templatetags.said import clock_name
from yunzhang.share.models import ShareRequest

SHOWN = 50  # a desk with more is read by its first ones


@dataclass(frozen=True)
class Task:
    """One thing to do: the deed, its object, whose it is, where to do it, by when."""

    deed: str
    title: str
    who: str
    address: str
    subject: str = ""
    clock: Clock | None = None
    days: int | None = None

    @property
    def order(self) -> tuple[bool, date]:
        """Running clocks first, by due date; what has no date comes after."""
        owed = self.clock is not None and self.clock.rested_on is None
        return not owed, self.clock.due_on if self.clock and owed else date.max


def tasks(actor: Actor, today: date) -> list[Task]:
    """All that waits for the actor, the nearest deadline first."""
    found = [task for kind in KINDS for task in kind(actor)]
    return sorted(_timed(found, today), key=lambda task: task.order)


def running(actor: Actor, today: date) -> list[tuple[Clock, int, str]]:
    """Clocks of the actor's units with working days left and the page of their subject."""
    own = seen.units(actor, "request.see")
    found = clocks.running() if own is None else clocks.running().filter(unit__in=own)
    shown = list(found[:SHOWN])
    pages = addresses(clock.subject for clock in shown)
    return [(clock, clocks.left(clock, today), pages.get(clock.subject, "")) for clock in shown]


def red(actor: Actor, today: date) -> list[Task]:
    """What is wrong in the actor's units now, for whoever answers for them: worst first."""
    late = [
        Task(clock_name(clock.rule), clock.subject, clock.unit.short_name, page, "", clock, days)
        for clock, days, page in running(actor, today)
        if not clock.rested_on and days <= pack().limit("clock.warn_days")
    ]
    return [*late, *_drifting(actor, "catalog.see"), *_failing(actor, "quality.see")][:SHOWN]


def addresses(subjects: Iterable[str]) -> dict[str, str]:
    """The page of each subject such as "request:12" or "entry:7"."""
    split = [subject.partition(":") for subject in set(subjects)]
    asked = [int(id) for kind, _, id in split if kind == "request" and id.isdigit()]
    numbers = ShareRequest.objects.filter(pk__in=asked).values_list("pk", "number")
    pages = {f"request:{pk}": reverse("request", args=[number]) for pk, number in numbers}
    for kind, _mark, id in split:
        if kind == "entry" and id.isdigit():
            pages[f"entry:{id}"] = reverse("version", args=[id])
    return pages


def _timed(found: list[Task], today: date) -> Iterator[Task]:
    subjects = [task.subject for task in found if task.subject]
    held = {clock.subject: clock for clock in clocks.running().filter(subject__in=subjects)}
    for task in found:
        clock = held.get(task.subject)
        if clock is None:
            yield task
        else:
            days = clocks.left(clock, today)
            yield Task(task.deed, task.title, task.who, task.address, task.subject, clock, days)


def _asked(actor: Actor, permission: str, field: str, state: Q, deed: str) -> Iterator[Task]:
    if not may(actor, permission):
        return
    rows = ShareRequest.objects.filter(state, seen.within(actor, permission, field))
    for row in rows.select_related("consumer", "provider")[:SHOWN]:
        other = row.consumer if field == "provider" else row.provider
        address = reverse("request", args=[row.number])
        yield Task(deed, row.purpose, other.short_name, address, f"request:{row.pk}")


def _to_reply(actor: Actor) -> Iterator[Task]:
    yield from _asked(
        actor, "request.reply", "provider", Q(state="applied"), _("Reply to the request")
    )


def _to_grant(actor: Actor) -> Iterator[Task]:
    ready = Q(state="agreed", grants=None)
    yield from _asked(actor, "request.reply", "provider", ready, _("Issue the grant"))


def _to_apply(actor: Actor) -> Iterator[Task]:
    waiting = Q(state="waiting")
    yield from _asked(actor, "request.approve", "consumer", waiting, _("Approve the request"))


def _to_complete(actor: Actor) -> Iterator[Task]:
    noticed, draft = Q(state="noticed"), Q(state="draft")
    yield from _asked(actor, "request.draft", "consumer", noticed, _("Complete the request"))
    yield from _asked(actor, "request.draft", "consumer", draft, _("Finish the draft request"))


def _entries(actor: Actor, permission: str, states: tuple[str, ...], deed: str) -> Iterator[Task]:
    if not may(actor, permission):
        return
    rows = EntryVersion.objects.filter(
        seen.within(actor, permission, "resource__unit"), state__in=states
    )
    for row in rows.select_related("resource__unit")[:SHOWN]:
        address = reverse("version", args=[row.pk])
        yield Task(deed, row.title, row.resource.unit.short_name, address, f"entry:{row.pk}")


def _to_review(actor: Actor) -> Iterator[Task]:
    yield from _entries(actor, "catalog.review", ("approved",), _("Review the entry"))
    yield from _entries(actor, "catalog.approve", ("submitted",), _("Approve the entry"))
    yield from _entries(actor, "catalog.draft", ("returned",), _("Correct the returned entry"))
    yield from _entries(actor, "catalog.draft", ("draft",), _("Finish the draft entry"))


def _to_mend(actor: Actor) -> Iterator[Task]:
    if may(actor, "catalog.draft"):
        yield from _drifting(actor, "catalog.draft")


def _drifting(actor: Actor, permission: str) -> Iterator[Task]:
    own = seen.within(actor, permission, "resource__unit")
    drifts = Drift.objects.filter(own, cleared_at=None).select_related("resource__unit")
    for drift in drifts[:SHOWN]:
        title = drift.sentence_en if spoken() == "en" else drift.sentence_zh
        address = reverse("entry", args=[drift.resource.code])
        yield Task(_("Mend the entry"), title, drift.resource.unit.short_name, address)


def _to_clean(actor: Actor) -> Iterator[Task]:
    if may(actor, "quality.run"):
        yield from _failing(actor, "quality.run")


def _failing(actor: Actor, permission: str) -> Iterator[Task]:
    own = seen.within(actor, permission, "table__system__unit")
    latest = VerdictRow.objects.filter(own).values("table").annotate(last=Max("pk")).values("last")
    failing = VerdictRow.objects.filter(pk__in=latest, passed=False)
    for verdict in failing.select_related("table__system__unit")[:SHOWN]:
        address = reverse("verdict", args=[verdict.table.name])
        unit = verdict.table.unit.short_name
        yield Task(_("Look into failing checks"), verdict.table.title, unit, address)


def _to_gather(actor: Actor) -> Iterator[Task]:
    if not may(actor, "table.gather"):
        return
    rows = DataTable.objects.filter(seen.within(actor, "table.gather", "system__unit"))
    for table in rows.filter(resources=None).select_related("system__unit")[:SHOWN]:
        deed = _("Draft the entry") if table.gathered_at else _("Gather the table")
        address = reverse("table", args=[table.name])
        yield Task(deed, table.title, table.unit.short_name, address)


KINDS: tuple[Callable[[Actor], Iterator[Task]], ...] = (
    _to_reply,
    _to_grant,
    _to_apply,
    _to_complete,
    _to_review,
    _to_mend,
    _to_clean,
    _to_gather,
)
