"""Cases: matters that go a pack's procedure from the first step to an end, by anyone it names.

What a move does beyond moving (`does` in the pack) is a verb of the software: the folder that
owns it registers it with `@does`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet

from yunzhang import clock
from yunzhang.people import courses, seats
from yunzhang.people.act import act
from yunzhang.people.courses import Matter
from yunzhang.people.models import Case, CaseMove, CasePaper, CaseParty, Course, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.seats import Seat
from yunzhang.terms import procedures
from yunzhang.terms.document import decode, digest, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.pack_rows import Move, Procedure, Step

CONSENTED = FaultKind(
    "case.consented",
    409,
    Text("本单位已经同意，等待其他单位。", "Your unit has consented; others are awaited."),
    Text("无需重复办理。", "There is nothing to do."),
)
BOTH_SIDES = FaultKind(
    "case.both_sides",
    403,
    Text("同一人不能代表双方同意“{move_zh}”。", "Nobody does “{move_en}” for both sides."),
    Text("由另一方单位的其他人员办理。", "Have somebody else of the other unit do it."),
)
FOUR_EYES = FaultKind(
    "case.four_eyes",
    403,
    Text(
        "“{move_zh}”不能由上一步的经办人办理。", "“{move_en}” is for another than who came before."
    ),
    Text("由另一位有权限的人员办理。", "Have another person whose post allows it do this."),
)
PAPER_UNKNOWN = FaultKind(
    "case.paper_unknown",
    422,
    Text("“{paper}”不是这一步的材料。", "“{paper}” is not a paper of this move."),
    Text("只提交所列材料。", "Hand in only what is listed."),
)
FILE_LARGE = FaultKind(
    "case.file_large",
    422,
    Text("附件“{name}”超过 {limit} 字节。", "The file “{name}” is larger than {limit} bytes."),
    Text("压缩或拆分后再提交。", "Compress or split it."),
)
WORKER = Actor(None)


@dataclass(frozen=True)
class Paper:
    """What is handed in with a move: a text, a file, or both."""

    text: str = ""
    file_name: str = ""
    file: bytes = b""

    @property
    def empty(self) -> bool:
        return not (self.text.strip() or self.file)

    @property
    def digest(self) -> str:
        """SHA-256 over text and file, as facts carry it."""
        return sha256(self.text.encode() + b"\0" + self.file).hexdigest()


Papers = Mapping[str, Paper | str]


@dataclass(frozen=True)
class Doing:
    """A move being made, for the verb it carries out."""

    actor: Actor
    case: Case
    move: Move
    papers: Mapping[str, Paper]
    why: str
    at: datetime


Verb = Callable[[Doing], None]
VERBS: dict[str, Verb] = {}
EARLY: set[str] = set()


def does(name: str, *, early: bool = False) -> Callable[[Verb], Verb]:
    """Register the verb that moves with this `does` carry out, in the move's own transaction.

    An `early` one is carried out before the case moves on: it names who acts at the next step.
    """

    def keep(verb: Verb) -> Verb:
        VERBS[name] = verb
        if early:
            EARLY.add(name)
        return verb

    return keep


def open(
    actor: Actor,
    procedure_id: str,
    *,
    about: str,
    title: str,
    parties: Mapping[str, Sequence[Unit]],
    why: str,
    papers: Papers | None = None,
    move: str = "",
    content: Mapping[str, object] | None = None,
) -> Case:
    """Open a case and take its first move (`move`, else the first there is) with its papers.

    Raises Refused with everything missing: roles, papers, parties.
    """
    procedure = courses.of(procedure_id)
    start = procedures.first(procedure)
    made = procedures.move_of(procedure, start.id, move or start.moves[0].id)
    given = _papers(papers)
    named = {party: units for party, units in parties.items() if units}
    seat = _acting(actor, start, made, Matter("", "", title, named))
    said = {"procedure": procedure_id, **seat.said}
    with act(actor, Deed.CASE_OPENED, unit=seat.unit, why=why, **said) as deeds:
        refuse_if(_paper_faults(made, given))
        case = _entered(actor, procedure, about, title, deeds.at, content)
        for party, units in named.items():
            CaseParty.objects.bulk_create(CaseParty(case=case, party=party, unit=u) for u in units)
        deeds.subject = subject_of(case)
        deeds.content.update(about=about, number=case.number)
        _made(Doing(actor, case, made, given, why, deeds.at), procedure, seat.unit)
        deeds.content.update(_told(made, given))
    return case


def move(actor: Actor, case: Case, move: str, *, why: str, papers: Papers | None = None) -> Case:
    """Make a move, or give one unit's consent to a move that needs all of a party.

    Raises Refused with everything that keeps it from being made.
    """
    given = _papers(papers)
    with transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        procedure = course_of(held)
        made = procedures.move_of(procedure, held.step, move)
        step = procedures.step_of(procedure, held.step)
        seat = _acting(actor, step, made, matter_of(held), held)
        refuse_if([*_apart(actor, held, made), *_paper_faults(made, given), *_once(held, made)])
        # What the hub does because the time is over waits for nobody's consent.
        if made.all and actor.person and _awaited(held, step, made, seat.unit):
            return _consent(actor, held, procedure, made, seat, given, why)
        deed = Deed.CASE_MOVED
        with act(actor, deed, subject_of(held), unit=seat.unit, why=why, **seat.said) as deeds:
            deeds.content.update(_told(made, given))
            _made(Doing(actor, held, made, given, why, deeds.at), procedure, seat.unit)
    return held


def overdue(case: Case) -> Case | None:
    """The move the pack has the hub make when the step's clock is over; None without one."""
    step = procedures.step_of(course_of(case), case.step)
    return move(WORKER, case, step.overdue, why="时限届满") if step.overdue else None


def subject_of(case: Case) -> str:
    """The name of a case in facts, clocks and turns."""
    return f"case:{case.pk}"


def course_of(case: Case) -> Procedure:
    """The procedure as the pack had it when the case began."""
    return decode(case.course.text, Procedure)


def matter_of(case: Case) -> Matter:
    """The case as courses know it."""
    parties: dict[str, list[Unit]] = {}
    for row in case.parties.select_related("unit").order_by("pk"):
        parties.setdefault(row.party, []).append(row.unit)
    return Matter(subject_of(case), case.number, case.title, parties)


def moves_for(actor: Actor, case: Case) -> list[Move]:
    """The moves this actor may make now, for the buttons of a page."""
    procedure = course_of(case)
    step, matter = procedures.step_of(procedure, case.step), matter_of(case)
    able = (made for made in step.moves if seats.of(actor, step, made, matter))
    return [made for made in able if not any(_apart(actor, case, made))]


def wanting(procedure_id: str, papers: Papers, move: str = "") -> list[Fault]:
    """What a case opened with these papers would lack, for a verb that tells all faults at once."""
    procedure = courses.of(procedure_id)
    start = procedures.first(procedure)
    made = procedures.move_of(procedure, start.id, move or start.moves[0].id)
    return list(_paper_faults(made, _papers(papers)))


def about(subject: str) -> QuerySet[Case]:
    """The cases about a subject, the latest first."""
    return Case.objects.filter(about=subject).order_by("-pk")


def _made(doing: Doing, procedure: Procedure, unit: Unit | None) -> None:
    """Record the move, go the course's way, carry out its verb."""
    case, made = doing.case, doing.move
    _kept(doing, made.to, unit)
    if made.does in EARLY:
        VERBS[made.does](doing)
    reached = courses.take(procedure, matter_of(case), case.step, made)
    case.step, case.moved_at = reached.id, doing.at
    case.closed_on = None if reached.moves else clock.today()
    case.save()
    if made.does and made.does not in EARLY:
        VERBS[made.does](doing)


def _consent(
    actor: Actor,
    case: Case,
    procedure: Procedure,
    made: Move,
    seat: Seat,
    papers: Mapping[str, Paper],
    why: str,
) -> Case:
    step, subject = procedures.step_of(procedure, case.step), subject_of(case)
    said = {"move": made.id, "step": case.step, **seat.said}
    with act(actor, Deed.CASE_CONSENTED, subject, unit=seat.unit, why=why, **said) as deeds:
        _kept(Doing(actor, case, made, papers, why, deeds.at), "", seat.unit)
        given = [row.unit for row in _consents(case, made) if row.unit]
        courses.settle(procedure, matter_of(case), step, but=given)
    return case


def _awaited(case: Case, step: Step, made: Move, unit: Unit | None) -> bool:
    """Whether units beside this one still have to consent."""
    given = {row.unit_id for row in _consents(case, made)}
    party = matter_of(case).units(procedures.party_of(step, made))
    return bool({one.pk for one in party} - given - {unit.pk if unit else 0})


def _consents(case: Case, made: Move) -> list[CaseMove]:
    """The consents given since the case came to its present step."""
    arrived = case.moves.exclude(to_step="").order_by("-pk").first()
    since = case.moves.filter(move=made.id, from_step=case.step, to_step="")
    return list(since.filter(pk__gt=arrived.pk if arrived else 0).select_related("unit"))


def _acting(actor: Actor, step: Step, made: Move, matter: Matter, case: Case | None = None) -> Seat:
    """The seat the actor makes the move from; raises `case.role_needed`.

    A consent is given once for each unit, and nobody gives it for both sides.
    """
    held = seats.of(actor, step, made, matter)
    if not held:
        raise Refused(seats.needed(step, made, matter))
    if case is None or not made.all or actor.person is None:
        return held[0]
    given = _consents(case, made)
    units = {row.unit_id for row in given}
    left = [seat for seat in held if seat.unit and seat.unit.pk not in units]
    if not left:
        raise Refused(CONSENTED())
    both = procedures.party_of(step, made) == "both"
    if both and any(row.person_id == actor.person.pk for row in given):
        raise Refused(BOTH_SIDES(move_zh=made.zh, move_en=made.en))
    return left[0]


def _apart(actor: Actor, case: Case, made: Move) -> Iterable[Fault]:
    before = case.moves.exclude(to_step="").order_by("-pk").first()
    if made.apart and actor.person and before and before.person_id == actor.person.pk:
        yield FOUR_EYES(move_zh=made.zh, move_en=made.en)


def _once(case: Case, made: Move) -> Iterable[Fault]:
    if made.once and case.moves.filter(move=made.id).exists():
        yield procedures.MADE_ONCE(move_zh=made.zh, move_en=made.en)


def _paper_faults(made: Move, given: Mapping[str, Paper]) -> Iterable[Fault]:
    names = {row.id: row.zh for row in pack().codes_of("paper")}
    yield from procedures.missing(made, [id for id, p in given.items() if not p.empty], names)
    limit = pack().limit("case.file_bytes")
    for id, paper in given.items():
        # A paper of another move would be read as if that move's own party had written it.
        if not paper.empty and id not in (*made.attach, *made.may_attach):
            yield PAPER_UNKNOWN(paper=names.get(id, id))
        if len(paper.file) > limit:
            yield FILE_LARGE(name=paper.file_name, limit=limit)


def _papers(papers: Papers | None) -> dict[str, Paper]:
    given = (papers or {}).items()
    return {id: Paper(text=one) if isinstance(one, str) else one for id, one in given}


def _told(made: Move, papers: Mapping[str, Paper]) -> dict[str, object]:
    held = {id: paper.digest for id, paper in papers.items() if not paper.empty}
    return {"move": made.id, "to": made.to, "papers": held}


def _kept(doing: Doing, to: str, unit: Unit | None) -> None:
    row = CaseMove.objects.create(
        case=doing.case,
        from_step=doing.case.step,
        move=doing.move.id,
        to_step=to,
        person=doing.actor.person,
        unit=unit,
        at=doing.at,
        why=doing.why,
    )
    CasePaper.objects.bulk_create(
        CasePaper(
            move=row,
            paper=id,
            text=paper.text,
            file_name=paper.file_name,
            file=paper.file or None,
            digest=paper.digest,
        )
        for id, paper in doing.papers.items()
        if not paper.empty
    )


def _entered(
    actor: Actor,
    procedure: Procedure,
    about: str,
    title: str,
    at: datetime,
    content: Mapping[str, object] | None,
) -> Case:
    text = encode(procedure).decode()
    course, _ = Course.objects.get_or_create(digest=digest(text.encode()), defaults={"text": text})
    case = Case.objects.create(
        number=f"?{at.timestamp():.0f}{digest(title.encode() + about.encode())[:12]}",
        procedure=procedure.id,
        course=course,
        step=procedures.first(procedure).id,
        about=about,
        title=title[:300],
        opened_by=actor.person,
        opened_at=at,
        moved_at=at,
        content=encode(dict(content or {})).decode(),
    )
    # The number people quote is made of the record's own, so that none is given twice.
    case.number = f"SX{at.astimezone(clock.BEIJING).year}-{case.pk:06d}"
    case.save(update_fields=["number"])
    return case
