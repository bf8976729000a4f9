"""The chief's part of the desk: reports to sign, what was pressed for, the units below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, FloatField, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce, Substr
from django.urls import reverse

from yunzhang.oversee.duties import supervision
from yunzhang.oversee.models import Score
from yunzhang.oversee.seats import chiefs
from yunzhang.people import cases, turns
from yunzhang.people.models import Case, CasePaper, CaseParty, Clock, Post, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.portal import lines, seen, typed
from yunzhang.portal.doors import Visit
from yunzhang.portal.lines import Branch, Line, Says
from yunzhang.portal.people import affairs
from yunzhang.portal.templatetags.said import said
from yunzhang.terms.deadlines import WorkCalendar, working_days_left
from yunzhang.terms.pack_rows import Step

HANDS_IN = "dated.handed_in"  # what a signature carries out
REPORT = "paper.report"


@dataclass(frozen=True)
class Matter:
    """A report to sign, or a supervised task under way, with the days left."""

    line: Line
    clock: Clock | None
    days: int | None
    step: str
    address: str


def branches(actor: Actor, today: date) -> Iterator[Branch]:
    """What only a chief's desk shows."""
    yield _to_sign(actor)
    yield _pressed(actor)
    if leads(actor):
        yield _below(actor, today)


def leads(actor: Actor) -> bool:
    """Whether chiefs of other units answer to the actor."""
    above = {role.id for role in chiefs.roles() if role.above}
    beneath = any(top != unit for top, unit in actor.under)
    return beneath or any(post.role in above for post in actor.posts)


def shown(found: dict[str, list[Line]], today: date, work: WorkCalendar) -> dict[str, Any]:
    """The chief's part as the page shows it, the nearest day first."""
    names = {step.id: said(step) for step in _supervision_steps()}

    def told(kind: str) -> list[Matter]:
        by_day = sorted(found.get(kind, ()), key=lambda line: (line.due or date.max, line.pk))
        return [_matter(line, names, today, work) for line in by_day]

    below = sorted(found.get("below", ()), key=lambda line: (-(line.place or 0), line.reference))
    return {
        "to_sign": told("sign"),
        "pressed": told("pressed"),
        "pressed_total": lines.total(found, "pressed"),
        "below": below,
        "below_total": lines.total(found, "below"),
    }


def sign(request: Visit) -> str:
    """Sign and hand in a report that waits for this chief, with a reason, as its case allows."""
    number = typed.text(request, "case")
    mine = turns.mine(request.actor).filter(_signing(), reference=number)
    turn = seen.one(mine.order_by("pk"))
    case = seen.one(Case.objects.filter(number=turn.reference))
    move = next(move for _procedure, step, move in _signatures() if step == case.step)
    cases.move(request.actor, case, move, why=typed.why(request))
    return reverse("desk")


def _matter(line: Line, names: dict[str, str], today: date, work: WorkCalendar) -> Matter:
    held = Clock(due_on=line.due, rested_on=line.due if line.place else None) if line.due else None
    days = working_days_left(today, line.due, work) if line.due else None
    address = reverse("case", args=[line.reference])
    return Matter(line, held, days, names.get(line.case, ""), address)


def _supervision_steps() -> Iterator[Step]:
    for procedure in pack().procedures:
        if procedure.id == supervision.PROCEDURE:
            yield from procedure.steps


def _signatures() -> Iterator[tuple[str, str, str]]:
    """The steps at which somebody signs what was written, and hands it in, with nothing to add."""
    for procedure in pack().procedures:
        for step in procedure.steps:
            for move in step.moves:
                if move.does == HANDS_IN and not move.attach:
                    yield procedure.id, step.id, move.id


def _signing() -> Q:
    found = (Q(procedure=procedure, step=step) for procedure, step, _move in _signatures())
    return reduce(or_, found, Q(pk__in=()))


def _to_sign(actor: Actor) -> Branch:
    """Reports that wait for the chief's signature, each with the beginning of its text."""
    papers = CasePaper.objects.filter(move__case__number=OuterRef("reference"), paper=REPORT)
    text = Subquery(papers.order_by("-pk").values("text")[:1])
    start = Substr(text, 1, pack().limit("desk.report_start"))
    says: Says = {
        "subject": "subject",
        "reference": "reference",
        "title": "title",
        "who": "unit__short_name",
        "note": start,
        "document": "clock__document",
        "clause": "clock__clause",
        "due": "clock__due_on",
    }
    mine = turns.mine(actor).order_by().filter(_signing())
    return Branch("sign", mine, ("clock__due_on", "pk"), pack().limit("desk.red"), says)


def _pressed(actor: Actor) -> Branch:
    """Supervised tasks ordered from the chief's seat, by this chief or the one before."""
    seats = [post.unit_id for post in actor.posts if post.role in _chiefs()]
    ordered = CaseParty.objects.filter(case=OuterRef("pk"), party=supervision.CHIEF, unit__in=seats)
    found = Case.objects.filter(Exists(ordered), procedure=supervision.PROCEDURE, closed_on=None)
    charged = CaseParty.objects.filter(case=OuterRef("pk"), party="unit")
    running = Clock.objects.filter(reference=OuterRef("number"), ended_on=None)
    says: Says = {
        "reference": "number",
        "title": "title",
        "who": Subquery(charged.values("unit__short_name")[:1]),
        "case": "step",
        "due": Subquery(running.values("due_on")[:1]),
        "place": affairs.flag(Exists(running.filter(rested_on__isnull=False))),
    }
    return Branch("pressed", found, ("-opened_at",), pack().limit("desk.lines"), says)


def _below(actor: Actor, today: date) -> Branch:
    """The units the actor answers for, those with the most missed limits first."""
    running = Clock.objects.filter(unit=OuterRef("pk"), ended_on=None)
    late = running.filter(due_on__lt=today, rested_on=None)
    own = [role.id for role in chiefs.roles() if role.scope != "all"]
    serving = Q(to_date=None) | Q(to_date__gte=today)
    chief = Post.objects.filter(serving, unit=OuterRef("pk"), role__in=own, from_date__lte=today)
    scores = Score.objects.filter(unit=OuterRef("pk"), total__isnull=False)
    last = scores.order_by("-frozen_at", "-pk")
    found = Unit.objects.filter(chiefs.answered_for(actor)).annotate(
        missed=Coalesce(affairs.number(late), 0)
    )
    says: Says = {
        "reference": "code",
        "title": "name",
        "who": "short_name",
        "owner": Subquery(chief.order_by("pk").values("person__full_name")[:1]),
        "figure": Cast(Subquery(last.values("total")[:1]), FloatField()),
        "note": Subquery(last.values("period")[:1]),
        "place": affairs.number(late),
        "of": affairs.number(running),
    }
    order = (F("missed").desc(), "code")
    return Branch("below", found, order, pack().limit("desk.lines"), says)


def _chiefs() -> set[str]:
    return {role.id for role in chiefs.roles()}
