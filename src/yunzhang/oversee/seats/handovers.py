"""Handovers: a chief leaves, and every open matter is taken over by the next, line by line.

Turns go by role and wait for nobody in particular; what hung on the person, delegations above all,
ends with the post. Both stand on one list, frozen when it is opened and signed when all is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.duties import handing_in, supervision
from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chief_models import Handover, HandoverLine
from yunzhang.people import cases, delegations, turns
from yunzhang.people.act import act
from yunzhang.people.hub_key import sign
from yunzhang.people.models import Case, Clock, Delegation, Post, Turn
from yunzhang.people.permissions import NEEDS, Actor, may
from yunzhang.people.turns import Wait
from yunzhang.terms.document import to_second
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.grant import Party
from yunzhang.terms.handover import KIND, HandoverRecord, Matter

DELEGATION, ORDERED, DUTY, CASE, TURN, LIMIT = (
    "delegation", "supervision", "duty", "case", "turn", "limit",
)  # fmt: skip
STEP = "handover"  # what the turn of a handover is called
TITLE_LENGTH = 300

NOT_YOURS = FaultKind(
    "handover.not_yours",
    403,
    Text(
        "移交清单由离任人本人或主管部门开列。",
        "Whoever leaves opens the handover, or the sharing authority.",
    ),
    Text("请离任人或主管部门办理。", "Ask the one who leaves, or the authority."),
)
NOT_ENDING = FaultKind(
    "handover.not_ending",
    409,
    Text("该岗位没有确定截止日期。", "No last day is set for this post."),
    Text("先登记任期的截止日期，再移交。", "Set the last day of the post first."),
)
OPEN_ALREADY = FaultKind(
    "handover.open",
    409,
    Text("该岗位的移交清单已经开列。", "The handover of this post is open already."),
    Text("在原清单中办理。", "Go on with that one."),
)
NOT_SUCCESSOR = FaultKind(
    "handover.not_successor",
    403,
    Text(
        "只有接任“{unit}”这一岗位的人可以接收。",
        "Only who now holds this post in {unit} can take matters over.",
    ),
    Text("接任人到岗后办理；代行的人不能代为接收。", "Wait for the successor; no deputy may."),
)
NOTHING_CHOSEN = FaultKind(
    "handover.nothing_chosen",
    422,
    Text("没有选择要接收的事项。", "No matter was chosen."),
    Text("逐项核对后勾选。", "Look at each and tick it."),
)
CLOSED = FaultKind(
    "handover.closed",
    409,
    Text("这份移交清单已经办结。", "This handover is closed."),
    Text("无需重复办理。", "There is nothing to do."),
)
WHY = "任期届满，开列移交清单"


def open(actor: Actor, post: Post, *, why: str) -> Handover:
    """List what is open in a post that ends; from now on it waits for whoever takes the post."""
    with act(actor, Deed.HANDOVER_OPENED, unit=post.unit, why=why) as deeds:
        held = Post.objects.select_for_update().select_related("unit", "person").get(pk=post.pk)
        refuse_if(_faults(actor, held))
        made = Handover.objects.create(post=held, opened_at=deeds.at, opened_by=actor.person)
        lines = HandoverLine.objects.bulk_create(_lines(made, clock.today()))
        deeds.subject = subject_of(made)
        deeds.content.update(post=held.pk, role=held.role, matters=[x.subject for x in lines])
        _pass_on(made)
    return made


def open_due(days: Sequence[date]) -> list[Handover]:
    """Open the handovers of the chiefs' posts whose last day was just before these days.

    The worker's daily verb. One opened earlier takes in what came since; a new term of the same
    person hands nothing over.
    """
    listed = [role.id for role in chiefs.roles()]
    ends = [day - timedelta(days=1) for day in days]
    left = Post.objects.filter(role__in=listed, to_date__in=ends).select_related("unit", "person")
    found = []
    for post in left:
        again = Q(to_date=None) | Q(to_date__gt=post.to_date)
        if post.person.posts.filter(again, unit=post.unit, role=post.role).exists():
            continue
        held = Handover.objects.filter(post=post, closed_at=None).first()
        if held is not None:
            _top_up(held)
        elif not Handover.objects.filter(post=post).exists():
            found.append(open(cases.WORKER, post, why=WHY))
    return found


def take(
    actor: Actor,
    handover: Handover,
    lines: Iterable[int],
    *,
    remark: str = "",
    renew: bool = False,
    why: str,
) -> Handover:
    """Confirm these matters, one fact for them all; `renew` gives their delegations anew.

    When the last is taken the record is signed. Raises Refused for anyone but the successor.
    """
    post = handover.post
    subject, wanted = subject_of(handover), set(lines)
    with act(actor, Deed.HANDOVER_TAKEN, subject, unit=post.unit, why=why) as deeds:
        held = Handover.objects.select_for_update().get(pk=handover.pk)
        seat = next((p for p in actor.posts if _succeeds(actor, p, post)), None)
        waiting = list(held.lines.filter(pk__in=wanted, taken_at=None).order_by("pk"))
        refuse_if(_take_faults(held, seat, waiting))
        assert seat is not None
        for line in waiting:
            line.taken_by, line.taken_at = actor.person, deeds.at
            line.remark = remark.strip()[:TITLE_LENGTH]
            line.save()
            if renew and line.kind == DELEGATION:
                _renew(actor, seat, line, why)
        held.successor = actor.person
        deeds.content.update(matters=[line.subject for line in waiting])
        if not held.lines.filter(taken_at=None).exists():
            _close(held)
        held.save()
    return held


def may_open(actor: Actor, post: Post) -> bool:
    """Whether the actor may list what this post leaves."""
    return not list(_faults(actor, post))


def may_take(actor: Actor, handover: Handover) -> bool:
    """Whether the actor is the successor and something is left to take."""
    seats = (_succeeds(actor, post, handover.post) for post in actor.posts)
    return handover.closed_at is None and any(seats)


def subject_of(handover: Handover) -> str:
    """How facts and turns name it."""
    return f"handover:{handover.pk}"


def _faults(actor: Actor, post: Post) -> Iterator[Fault]:
    own = actor.person is None or actor.person.pk == post.person_id
    if not own and not may(actor, NEEDS[Deed.POST_ENDED], post.unit):
        yield NOT_YOURS()
    if post.role not in {role.id for role in chiefs.roles()}:
        yield chiefs.NOT_A_CHIEF(role=post.role)
    if post.to_date is None:
        yield NOT_ENDING()
    if Handover.objects.filter(post=post).exists():
        yield OPEN_ALREADY()


def _take_faults(
    handover: Handover, seat: Post | None, waiting: Sequence[HandoverLine]
) -> Iterator[Fault]:
    if handover.closed_at is not None:
        raise Refused(CLOSED())
    if seat is None:
        yield NOT_SUCCESSOR(unit=handover.post.unit.name)
    # With nothing on the list the successor still says so.
    if not waiting and handover.lines.exists():
        yield NOTHING_CHOSEN()


def _succeeds(actor: Actor, seat: Post, post: Post) -> bool:
    same = seat.unit_id == post.unit_id and seat.role == post.role
    return same and not actor.lent(seat) and seat.person_id != post.person_id


def _lines(handover: Handover, today: date) -> list[HandoverLine]:
    """What is open in the post now, each subject once, what hangs on the person first."""
    post, found = handover.post, dict[str, HandoverLine]()
    limits = {one.subject: one for one in _limits(post)}
    for kind, subject, reference, title in _open_matters(post, today, limits.values()):
        limit = limits.get(subject)
        line = HandoverLine(handover=handover, kind=kind, subject=subject, reference=reference)
        line.title = title[:TITLE_LENGTH]
        if limit is not None:
            line.due_on, line.provisional = limit.due_on, limit.provisional
            line.document, line.clause = limit.document, limit.clause
        found.setdefault(subject, line)
    return list(found.values())


Open = tuple[str, str, str, str]  # kind, subject, reference, title


def _open_matters(post: Post, today: date, limits: Iterable[Clock]) -> Iterator[Open]:
    lent = Delegation.objects.filter(post=post, ended_on=None, to_date__gte=today)
    for one in lent.select_related("to"):
        title = f"{one.to.full_name} {one.from_date} – {one.to_date}"
        yield DELEGATION, f"delegation:{one.pk}", "", title
    for case in _cases(post, supervision.CHIEF).filter(procedure=supervision.PROCEDURE):
        yield ORDERED, cases.subject_of(case), case.number, case.title
    for case in _cases(post, handing_in.UNIT):
        kind = DUTY if case.about.startswith("dated:") else CASE
        yield kind, cases.subject_of(case), case.number, case.title
    for turn in Turn.objects.filter(role=post.role, unit=post.unit).exclude(step=STEP):
        yield TURN, turn.subject, turn.reference, turn.title
    titles = dict(Turn.objects.filter(unit=post.unit).values_list("subject", "title"))
    for limit in limits:
        title = titles.get(limit.subject) or limit.reference or limit.subject
        yield LIMIT, limit.subject, limit.reference, title


def _cases(post: Post, party: str) -> QuerySet[Case]:
    return Case.objects.filter(
        closed_on=None, parties__party=party, parties__unit=post.unit
    ).order_by("pk")


def _limits(post: Post) -> list[Clock]:
    running = Clock.objects.filter(unit=post.unit, ended_on=None)
    return list(running.order_by("due_on", "pk"))


def _top_up(handover: Handover) -> None:
    """What came between the opening and the last day joins the list."""
    there = set(handover.lines.values_list("subject", flat=True))
    new = [one for one in _lines(handover, clock.today()) if one.subject not in there]
    HandoverLine.objects.bulk_create(new)


def _pass_on(handover: Handover) -> None:
    post = handover.post
    turns.pass_to(
        Wait(
            subject=subject_of(handover),
            reference=str(handover.pk),
            title=f"{post.unit.short_name}：{post.person.full_name}",
            procedure="",
            step=STEP,
            deed=Text("接收移交事项", "Take over what was handed over"),
            holders=turns.holders([post.role], [post.unit]),
        )
    )


def _renew(actor: Actor, seat: Post, line: HandoverLine, why: str) -> None:
    """The same colleague goes on in the new holder's name, until the day it was given for."""
    old = Delegation.objects.select_related("to").get(pk=line.subject.partition(":")[2])
    today = clock.today()
    if old.to_date >= today and old.to_id != seat.person_id:
        delegations.delegate(actor, seat, old.to, max(today, old.from_date), old.to_date, why=why)


def _close(handover: Handover) -> None:
    turns.drop(subject_of(handover))
    handover.closed_at = clock.now()
    handover.signed = sign(KIND, _record(handover))


def _record(handover: Handover) -> HandoverRecord:
    post = handover.post
    assert handover.closed_at is not None
    return HandoverRecord(
        number=handover.pk,
        unit=Party(code=post.unit.code, name=post.unit.name),
        role=post.role,
        from_person=f"person:{post.person_id}",
        last_day=post.to_date,
        opened_at=to_second(handover.opened_at),
        to_person=f"person:{handover.successor_id}",
        closed_at=to_second(handover.closed_at),
        matters=tuple(
            Matter(
                kind=line.kind,
                subject=line.subject,
                title=line.title,
                due_on=line.due_on,
                taken_by=f"person:{line.taken_by_id}",
                taken_at=to_second(line.taken_at or handover.closed_at),
                remark=line.remark,
                provisional=line.provisional,
            )
            for line in handover.lines.order_by("pk")
        ),
    )
