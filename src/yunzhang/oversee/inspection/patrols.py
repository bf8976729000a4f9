"""Patrols (云长巡云): a sealed list, a drawing nobody can choose, what was seen, what is mended.

docs/decisions/patrols.md says why the seed cannot be picked, and where that ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.inspection import sealing, teams
from yunzhang.oversee.inspection.patrol_models import Patrol, Sampled
from yunzhang.oversee.inspection.sealing import PatrolForm
from yunzhang.people import cases, facts, notices
from yunzhang.people.act import act
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.protect.keys import open_signed
from yunzhang.terms import sample
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.sample import Drawing, Frame
from yunzhang.terms.signed import Signed

State = Patrol.State


@dataclass(frozen=True)
class Outside:
    """Numbers that the world published, and where."""

    numbers: str = ""
    source: str = ""


DRAW_EARLY = FaultKind(
    "patrol.draw_early",
    409,
    Text("抽签时刻 {at} 还没有到。", "The moment of the drawing, {at}, is still to come."),
    Text("到时再抽签；不能提前。", "Draw then; it cannot be done earlier."),
)
LOG_WAITING = FaultKind(
    "patrol.log_waiting",
    409,
    Text("抽签时刻之前的事实还没有全部写入日志。", "Facts from before the drawing still wait."),
    Text("几秒后重试。", "Try again in a few seconds."),
)
OUTSIDE_EARLY = FaultKind(
    "patrol.outside_early",
    409,
    Text("外部公布值于 {on} 公布。", "The value from outside is published on {on}."),
    Text("公布后再抽签。", "Draw once it is published."),
)
OUTSIDE_MISSING = FaultKind(
    "patrol.outside_missing",
    422,
    Text("没有填写外部公布值的号码或出处。", "The published numbers or their source are missing."),
    Text(
        "照公布的顺序填写号码，写明可以查到的出处。",
        "Write the numbers in their order, and where anyone finds them.",
    ),
)
STATE_WRONG = FaultKind(
    "patrol.state_wrong",
    409,
    Text("巡云当前状态不能办理此项。", "The patrol is not at a stage where this is done."),
    Text("刷新页面，按当前状态办理。", "Reload the page and look where it stands."),
)
NOT_YET = FaultKind(
    "patrol.not_yet",
    409,
    Text("巡云定于 {on} 开始。", "The patrol begins on {on}."),
    Text("到时再开始。", "Begin it then."),
)
NOT_PATROLLING = FaultKind(
    "patrol.not_patrolling",
    403,
    Text("您不是本次巡云的巡查人员。", "You are not among those who patrol here."),
    Text("由巡查人员办理。", "Have one of them do it."),
)


def plan(actor: Actor, unit: Unit, form: PatrolForm, *, why: str) -> Patrol:
    """Seal the list to draw from: its digest is a fact before anybody can know the seed."""
    today = clock.today()
    # The fact says that a list was sealed and nothing of whom: the log is open to the patrolled.
    with act(actor, Deed.SAMPLE_SEALED, unit=unit, why=why) as deeds:
        lines = tuple(sealing.lines_of(form))
        persons = sealing.persons_of(form)
        refuse_if(
            [*sealing.faults(form, lines, deeds.at), *teams.inside(persons, form.scope, today)]
        )
        frame = sealing.frame(form, lines)
        assert actor.person is not None
        patrol = Patrol.objects.create(
            unit=unit,
            planned_by=actor.person,
            team=form.team,
            title=form.title.strip(),
            unannounced=form.unannounced,
            begins_on=form.begins_on,
            draw_at=frame.draw_at,
            checklist=form.checklist,
            frame=encode(frame).decode(),
            digest=frame.digest,
        )
        patrol.patrollers.set(persons)
        patrol.scope.set(form.scope)
        deeds.subject = sealed_subject(patrol)
        deeds.content.update(digest=patrol.digest)
        _tell(patrol, persons, Text("请参加巡云", "You are to patrol"))
        if not form.unannounced:
            _tell_scope(patrol, Text("将开展巡云", "A patrol is announced"))
    return patrol


def draw(actor: Actor, patrol: Patrol, *, why: str, outside: str = "", source: str = "") -> Patrol:
    """Draw the sample by the log's root at the named moment; anyone can draw it again.

    Where the sealed list names a value from outside, a person types it with its source.
    """
    now = clock.now()
    settled = patrol.draw_at + timedelta(seconds=pack().limit("patrol.settle_seconds"))
    if now < settled:
        at = settled.astimezone(clock.BEIJING)
        raise Refused(DRAW_EARLY(at=f"{at:%Y-%m-%d %H:%M}"))
    told = Outside(sample.numbers(outside), source.strip())
    refuse_if(_outside(frame_of(patrol), told))
    subject = sealed_subject(patrol)
    with act(actor, Deed.SAMPLE_DRAWN, subject, unit=patrol.unit, why=why) as deeds:
        patrol = _held(patrol, State.SEALED)
        size = facts.size_at(patrol.draw_at)
        if size is None:
            raise Refused(LOG_WAITING())
        drawing = _drawing(patrol, size, deeds.at, told)
        patrol.drawn, patrol.state = sign(sample.KIND, drawing), State.DRAWN
        patrol.save(update_fields=["drawn", "state"])
        _keep(patrol, drawing)
        deeds.content.update(entries=size, root=drawing.root, seed=drawing.seed)
        if drawing.outside:
            deeds.content.update(outside=drawing.outside, source=drawing.outside_source)
    return patrol


def begin(actor: Actor, patrol: Patrol, *, why: str) -> Patrol:
    """The patrol begins: from now on everyone in its scope sees it, and those drawn are told."""
    today = clock.today()
    refuse_if(_not_patrolling(actor, patrol))
    with act(actor, Deed.PATROL_BEGUN, subject_of(patrol), unit=_seat(actor, patrol), why=why):
        patrol = _held(patrol, State.DRAWN)
        if today < patrol.begins_on:
            raise Refused(NOT_YET(on=patrol.begins_on))
        patrol.state, patrol.begun_on = State.BEGUN, today
        patrol.save(update_fields=["state", "begun_on"])
        _tell_scope(patrol, Text("巡云已经开始", "A patrol has begun"))
    return patrol


def close(actor: Actor, patrol: Patrol, report: str, *, why: str) -> Patrol:
    """The patrol ends with its report; what was found wrong goes on until it is mended."""
    refuse_if(_not_patrolling(actor, patrol))
    subject, unit = subject_of(patrol), _seat(actor, patrol)
    with act(actor, Deed.PATROL_CLOSED, subject, unit=unit, why=why) as deeds:
        patrol = _held(patrol, State.BEGUN)
        patrol.state, patrol.closed_on = State.CLOSED, clock.today()
        patrol.report = report.strip()
        patrol.save(update_fields=["state", "closed_on", "report"])
        deeds.content.update(found=cases.about(subject_of(patrol)).count())
    return patrol


def visible(actor: Actor) -> QuerySet[Patrol]:
    """The patrols that exist for this actor.

    An unannounced one does not exist before it begins for anyone who works in a unit of its
    scope, whatever else they may see: only for who planned it, who goes, and who may plan.
    """
    found = Patrol.objects.select_related("unit", "team", "planned_by")
    home = [post.unit_id for post in actor.posts]
    theirs = Q(planned_by=actor.person) | Q(patrollers=actor.person)
    scoped = Q(pk__in=Patrol.objects.filter(scope__in=home).values("pk"))
    told = Q(unannounced=False) | Q(state__in=(State.BEGUN, State.CLOSED))
    seen = theirs | (told if _sees_all(actor) else told & scoped)
    if may(actor, "patrol.plan"):
        seen |= ~scoped
    return found.filter(seen).distinct()


def patrolling(actor: Actor, patrol: Patrol) -> bool:
    """Whether the actor is one of those who patrol."""
    return actor.person is not None and patrol.patrollers.filter(pk=actor.person.pk).exists()


def frame_of(patrol: Patrol) -> Frame:
    """The list as it was sealed."""
    return decode(patrol.frame, Frame)


def drawing_of(patrol: Patrol) -> Drawing:
    """The drawing as the hub signed it, its signature checked."""
    keys = (hub_key().public,)
    return open_signed(decode(patrol.drawn, Signed), sample.KIND, Drawing, keys)


def subject_of(patrol: Patrol) -> str:
    """How facts and cases name a patrol that has begun."""
    return f"patrol:{patrol.pk}"


def sealed_subject(patrol: Patrol) -> str:
    """How facts name what is sealed: by its digest, which tells nobody anything."""
    return f"sample:{patrol.digest[:16]}"


def draw_due(now: datetime) -> list[Patrol]:
    """The worker's verb: draw what is due, and let what cannot be drawn yet be tried again.

    What waits for a value from outside is drawn by whoever types it.
    """
    settled = now - timedelta(seconds=pack().limit("patrol.settle_seconds"))
    found = []
    for patrol in Patrol.objects.filter(state=State.SEALED, draw_at__lte=settled):
        if frame_of(patrol).outside:
            continue
        try:
            found.append(draw(cases.WORKER, patrol, why="抽签时刻已到"))
        except Refused as refused:
            if refused.codes != (LOG_WAITING.code,):
                raise
    return found


def _sees_all(actor: Actor) -> bool:
    roles = {row.id for row in pack().roles if row.scope == "all"}
    return any(post.role in roles for post in actor.posts)


def _outside(frame: Frame, told: Outside) -> Iterator[Fault]:
    if frame.outside_on is None:
        return
    if clock.today() < frame.outside_on:
        yield OUTSIDE_EARLY(on=frame.outside_on)
    elif not (told.numbers and told.source):
        yield OUTSIDE_MISSING()


def _drawing(patrol: Patrol, size: int, at: datetime, told: Outside) -> Drawing:
    frame, root = frame_of(patrol), facts.root_of(size).hex()
    held = told if frame.outside else Outside()
    seed = sample.seed(root, frame.digest, held.numbers)
    return Drawing(
        frame=frame.digest,
        log=hub_key().public.name,
        entries=size,
        root=root,
        seed=seed,
        drawn=tuple(line.id for line in sample.draw(frame.lines, seed, frame.size)),
        drawn_at=at,
        outside=held.numbers,
        outside_source=held.source,
    )


def _keep(patrol: Patrol, drawing: Drawing) -> None:
    lines = {line.id: line for line in frame_of(patrol).lines}
    units = {unit.code: unit for unit in patrol.scope.all()}
    Sampled.objects.bulk_create(
        Sampled(
            patrol=patrol, place=place, line=id, name=lines[id].name, unit=units[lines[id].unit]
        )
        for place, id in enumerate(drawing.drawn, 1)
    )


def _held(patrol: Patrol, state: str) -> Patrol:
    """The patrol's row, locked; refused when it stands elsewhere by now."""
    held = Patrol.objects.select_for_update(of=("self",)).get(pk=patrol.pk)
    if held.state != state:
        raise Refused(STATE_WRONG())
    return held


def _not_patrolling(actor: Actor, patrol: Patrol) -> Iterator[Fault]:
    if not patrolling(actor, patrol):
        yield NOT_PATROLLING()


def _seat(actor: Actor, patrol: Patrol) -> Unit:
    # Whoever patrols may come from any unit: the deed is theirs, in their own unit's name.
    return actor.unit or patrol.unit


def _tell(patrol: Patrol, persons: Sequence[Person], said: Text) -> None:
    text = Text(f"{said.zh}：{patrol.title}", f"{said.en}: {patrol.title}")
    key = f"patrol:{patrol.pk}:{patrol.state}:{said.en}"
    notices.tell(persons, key, notices.TOLD, subject_of(patrol), str(patrol.pk), text)


def _tell_scope(patrol: Patrol, said: Text) -> None:
    roles = [row.id for row in pack().roles if row.scope != "all"]
    seats = [(role, unit) for unit in patrol.scope.all() for role in roles]
    _tell(patrol, notices.seated(seats, clock.today()), said)
