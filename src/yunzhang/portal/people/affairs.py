"""Affairs: what of each kind a person's posts should see on the desk, as branches of one query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case as Depends
from django.db.models import (
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat

from yunzhang.clock import BEIJING
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.scoring import scores
from yunzhang.oversee.seats import chiefs
from yunzhang.people import calendar
from yunzhang.people.models import Case, CaseParty, Clock, Post, Turn, Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.portal import seen
from yunzhang.portal.language import spoken
from yunzhang.portal.lines import Branch, Says
from yunzhang.share import grants
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.deadlines import WorkCalendar
from yunzhang.terms.pack_rows import Citation
from yunzhang.use import usage
from yunzhang.use.models import NodeLog, UsageDay

WRONG = ("drift", "verdict")  # the steps at which an entry or its data is wrong


def article(step: str) -> Citation:
    """The article that what is wrong at this step offends: the entry's, or the data's."""
    if step == "drift":
        return pack().clock("C1").cite
    quality = (row.cite for row in pack().indicators if row.id == "quality")
    return next(quality, pack().clock("C6").cite)


def answers(actor: Actor) -> bool:
    """Whether the person answers for units, as a chief does, or for those who do."""
    roles = {row.id: row for row in pack().roles}
    held = [roles[post.role] for post in actor.posts if post.role in roles]
    return any(role.above or (role.told_late and role.scope != "all") for role in held)


def branches(actor: Actor, today: date, work: WorkCalendar) -> list[Branch]:
    """Every kind that the person's posts have something to do with."""
    found = [*_limits(actor, today), *_scores(actor)]
    if may(actor, "quality.see"):
        found += [_wrong(actor, step, today) for step in WRONG]
    if may(actor, "request.draft"):
        found += [_parcels(actor), *_held(actor, today), _asked(actor)]
    if may(actor, "ledger.verify"):
        found += _watched()
    years = calendar.unpublished(today, None, work)
    if years:
        found.append(Branch("provisional", calendar.provisional(years[0])))
    return found


def late(actor: Actor, today: date) -> QuerySet[Clock]:
    """Limits of the actor's units that are over."""
    return _running(actor).filter(due_on__lt=today, rested_on=None)


def _running(actor: Actor) -> QuerySet[Clock]:
    return Clock.objects.filter(_own(actor, "request.see"), ended_on=None)


def _own(actor: Actor, permission: str) -> Q:
    """Within what the actor may see, a chief of a field sees on the desk the field's units."""
    may_see = seen.within(actor, permission, "unit")
    if not chiefs.by_field(actor):
        return may_see
    return may_see & Q(unit__in=Unit.objects.filter(chiefs.answered_for(actor)).values("pk"))


def _limits(actor: Actor, today: date) -> Iterator[Branch]:
    if not may(actor, "request.see"):
        return
    deed = Turn.objects.filter(subject=OuterRef("subject")).order_by("pk")
    roles = Turn.objects.filter(subject=OuterRef(OuterRef("subject"))).values("role")
    says: Says = {
        "subject": "subject",
        "reference": "reference",
        "title": Subquery(deed.values("title")[:1]),
        "who": "unit__short_name",
        "owner": Subquery(_holders(today).filter(role__in=roles).values("person__full_name")[:1]),
        "note": "rule",
        "document": "document",
        "clause": "clause",
        "case": _supervising("subject"),
        "due": "due_on",
        "place": flag(rested_on__isnull=False),
        "of": flag(provisional=True),
    }
    order = (F("rested_on").asc(nulls_first=True), "due_on", "pk")
    # Resting ones come last; what is due is found along the index of due dates.
    due, resting = _running(actor).filter(rested_on=None), Q(rested_on__isnull=False)
    most = pack().limit("desk.lines")
    yield Branch("running", due, ("due_on", "pk"), most, says)
    yield Branch("resting", _running(actor).filter(resting), order, most, says)
    yield Branch("late", late(actor, today))


def _scores(actor: Actor) -> Iterator[Branch]:
    if actor.unit is None or not may(actor, "score.see"):
        return
    least = pack().limit("score.least_indicators")
    ranked = scores.current().filter(
        period=OuterRef("period"), measured__gte=least, total__isnull=False
    )
    better = ranked.filter(total__gt=OuterRef("total"))
    place = Depends(When(measured__gte=least, then=Coalesce(number(better), 0) + 1))
    says: Says = {
        "reference": "period",
        "title": "unit__code",
        "who": "unit__short_name",
        "at": "frozen_at",
        "figure": Cast("total", FloatField()),
        "place": place,
        "of": number(ranked),
    }
    past = scores.current().filter(unit=actor.unit, total__isnull=False)
    yield Branch("score", past, ("-frozen_at", "-pk"), pack().limit("desk.trend"), says)


def _wrong(actor: Actor, step: str, today: date) -> Branch:
    found = Turn.objects.filter(_own(actor, "quality.see"), step=step)
    # A turn of several roles is one thing that is wrong.
    first = Turn.objects.filter(subject=OuterRef("subject"), pk__lt=OuterRef("pk"))
    holder = _holders(today).filter(role=OuterRef("role")).values("person__full_name")
    says: Says = {
        "subject": "subject",
        "reference": "reference",
        "title": "title",
        "who": "unit__short_name",
        "owner": Subquery(holder[:1]),
        "note": "deed_en" if spoken() == "en" else "deed_zh",
        "case": _supervising("subject"),
        "due": "since",
    }
    return Branch(step, found.filter(~Exists(first)), ("pk",), pack().limit("desk.red"), says)


def _parcels(actor: Actor) -> Branch:
    """The unit's own requests on their way, like parcels."""
    own = seen.within(actor, "request.draft", "consumer")
    subject = Concat(Value("request:"), Cast(OuterRef("pk"), TextField()))
    running = Clock.objects.filter(subject=subject, ended_on=None, rested_on=None)
    granted = GrantRow.objects.filter(request=OuterRef("pk"))
    answered = UsageDay.objects.filter(
        grant__in=GrantRow.objects.filter(request=OuterRef(OuterRef("pk"))).values("pk"),
        answered__gt=0,
    )
    gone = Q(state__in=(ShareRequest.State.WITHDRAWN, ShareRequest.State.UNDELIVERED))
    says: Says = {
        "reference": "number",
        "title": "purpose",
        "who": "provider__short_name",
        "note": "state",
        "due": Subquery(running.values("due_on")[:1]),
        "at": Subquery(granted.values("first_fetched_at")[:1]),
        "figure": Depends(When(Exists(answered), then=Value(1.0)), default=Value(0.0)),
    }
    found = ShareRequest.objects.filter(own).exclude(gone)
    return Branch("parcel", found, ("-pk",), pack().limit("desk.lines"), says)


def _held(actor: Actor, today: date) -> Iterator[Branch]:
    """Grants the unit holds: those never used, and those that end soon."""
    own = seen.within(actor, "request.draft", "consumer")
    active = GrantRow.objects.filter(own, state=GrantRow.State.ACTIVE)
    used = UsageDay.objects.filter(grant=OuterRef("pk"), answered__gt=0)
    soon = today + timedelta(days=pack().limit("grant.expiring_days"))
    says: Says = {
        "reference": "pk",
        "title": "request__purpose",
        "who": "provider__short_name",
        "at": "until",
        "figure": flag(first_fetched_at__isnull=False),
    }
    unused = active.filter(~Exists(used), issued_at__lt=usage.ripe_before(today))
    yield Branch("unused", unused, ("issued_at",), pack().limit("desk.red"), says)
    ending = active.filter(until__lt=_morning(soon))
    yield Branch("expiring", ending, ("until",), pack().limit("desk.red"), says)


def _asked(actor: Actor) -> Branch:
    """Corrections, needs and the like that the unit has open with others."""
    own = seen.within(actor, "request.draft", "unit")
    part = CaseParty.objects.filter(own, case=OuterRef("pk"), party="applicant")
    found = Case.objects.filter(Exists(part), closed_on=None)
    says: Says = {
        "reference": "number",
        "title": "title",
        "note": Concat("procedure", Value("/"), "step"),
        "at": "moved_at",
    }
    return Branch("asked", found, ("-moved_at",), pack().limit("desk.red"), says)


def _watched() -> list[Branch]:
    """What an auditor looks at first."""
    suspended = GrantRow.objects.filter(state=GrantRow.State.SUSPENDED)
    misused = Case.objects.filter(procedure=grants.MISUSE, closed_on=None)
    return [
        Branch("suspended", suspended),
        Branch("misuse", misused),
        Branch("refused_batch", NodeLog.objects.exclude(fault="")),
    ]


def _holders(today: date) -> QuerySet[Post]:
    """Who holds a post in the unit of the outer record today; the first of them is its owner."""
    held = Q(to_date=None) | Q(to_date__gte=today)
    found = Post.objects.filter(held, unit=OuterRef("unit"), from_date__lte=today)
    return found.order_by("pk")


def _supervising(subject: str) -> Subquery:
    running = Case.objects.filter(
        procedure=supervision.PROCEDURE, about=OuterRef(subject), closed_on=None
    )
    return Subquery(running.values("number")[:1])


def number(found: QuerySet[Any]) -> Subquery:
    """How many there are of an outer record's, without one more question."""
    one = Value(1, output_field=IntegerField())
    counted = found.order_by().annotate(one=one).values("one").annotate(n=Count("pk"))
    return Subquery(counted.values("n"), output_field=IntegerField())


def flag(exists: Exists | None = None, **condition: object) -> Depends:
    """1 where it is so, else 0."""
    asked = Q(**condition) if exists is None else exists
    return Depends(When(asked, then=Value(1)), default=Value(0))


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)
