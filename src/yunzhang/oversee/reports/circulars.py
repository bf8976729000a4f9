"""Circulars (通报): drafted from counted figures, looked at by another, published and signed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet

from yunzhang import clock
from yunzhang.oversee.models import BoardIssue
from yunzhang.oversee.reports import period, surveys
from yunzhang.oversee.reports.circular_models import Circular, Survey
from yunzhang.oversee.reports.period import Span
from yunzhang.oversee.scoring import boards
from yunzhang.people import notices, turns
from yunzhang.people.act import Deeds, act
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.protect.keys import open_signed
from yunzhang.terms.counted import CIRCULAR, CircularDocument, Counted
from yunzhang.terms.document import decode, digest, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.signed import Signed

State = Circular.State

TITLE_MISSING = FaultKind(
    "circular.title_missing",
    422,
    Text("没有写标题或正文。", "The title or the text is missing."),
    Text("两项都要填写。", "Write both."),
)
DAYS_WRONG = FaultKind(
    "circular.days_wrong",
    422,
    Text("时期应先后有序，止于今天之前。", "A period ends after it begins, by today."),
    Text("改正日期。", "Correct the days."),
)
STATE_WRONG = FaultKind(
    "circular.state_wrong",
    409,
    Text("通报当前状态不能办理此项。", "The circular is not at a stage where this is done."),
    Text("刷新页面，按当前状态办理。", "Reload the page and look where it stands."),
)
OWN_DRAFT = FaultKind(
    "circular.own_draft",
    403,
    Text("起草人不能审核自己的通报。", "Nobody reviews their own draft."),
    Text("由另一人审核。", "Have somebody else review it."),
)


@dataclass(frozen=True)
class CircularForm:
    """What people write of a circular; its figures are counted."""

    title: str
    text: str
    praised: str = ""
    criticised: str = ""


def draft(
    actor: Actor,
    unit: Unit,
    form: CircularForm,
    since: date,
    until: date,
    survey: Survey | None = None,
    *,
    why: str,
) -> Circular:
    """Draft a circular: the figures of the period over all units are counted now and kept."""
    with act(actor, Deed.CIRCULAR_DRAFTED, unit=unit, why=why) as deeds:
        refuse_if([*_faults(form), *_days(since, until)])
        counted = [*period.report(Span(None, since, until)).figures]
        counted += surveys.figures(survey) if survey else []
        assert actor.person is not None
        circular = Circular.objects.create(
            unit=unit,
            title=form.title.strip(),
            text=form.text.strip(),
            praised=form.praised.strip(),
            criticised=form.criticised.strip(),
            since=since,
            until=until,
            figures=encode(counted).decode(),
            drafted_by=actor.person,
        )
        deeds.subject = subject_of(circular)
        deeds.content.update(digest=_digest(circular))
    return circular


def edit(actor: Actor, circular: Circular, form: CircularForm, *, why: str) -> Circular:
    """Write the draft anew; whoever does is its author from then on."""
    with _step(actor, Deed.CIRCULAR_DRAFTED, circular, State.DRAFT, why) as (held, deeds):
        refuse_if(_faults(form))
        assert actor.person is not None
        held.title, held.text = form.title.strip(), form.text.strip()
        held.praised, held.criticised = form.praised.strip(), form.criticised.strip()
        held.drafted_by, held.remark = actor.person, ""
        held.save()
        deeds.content.update(digest=_digest(held))
    return held


def submit(actor: Actor, circular: Circular, *, why: str) -> Circular:
    """Hand the draft over for review."""
    with _step(actor, Deed.CIRCULAR_SUBMITTED, circular, State.DRAFT, why) as (held, deeds):
        held.state = State.REVIEW
        held.save(update_fields=["state"])
        deeds.content.update(digest=_digest(held))
    return held


def review(actor: Actor, circular: Circular, *, agreed: bool, remark: str, why: str) -> Circular:
    """Agree to it, or send it back with what is to be changed; never one's own."""
    with _step(actor, Deed.CIRCULAR_REVIEWED, circular, State.REVIEW, why) as (held, deeds):
        if actor.person is not None and held.drafted_by_id == actor.person.pk:
            raise Refused(OWN_DRAFT())
        held.state = State.REVIEWED if agreed else State.DRAFT
        held.reviewed_by, held.remark = actor.person, remark.strip()
        held.save(update_fields=["state", "reviewed_by", "remark"])
        deeds.content.update(agreed=agreed, digest=_digest(held))
    return held


def publish(actor: Actor, circular: Circular, *, why: str) -> Circular:
    """Publish it: numbered, signed, told to every chief and head."""
    with _step(actor, Deed.CIRCULAR_PUBLISHED, circular, State.REVIEWED, why) as (held, deeds):
        held.number = (Circular.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        held.state, held.issued_at = State.PUBLISHED, deeds.at
        held.signed = sign(CIRCULAR, _document(held))
        held.save(update_fields=["number", "state", "issued_at", "signed"])
        deeds.content.update(number=held.number, digest=digest(held.signed.encode()))
        _tell(held)
    return held


def visible(actor: Actor) -> QuerySet[Circular]:
    """What is published is for all; drafts are for those who write them."""
    found = Circular.objects.select_related("unit", "drafted_by", "reviewed_by")
    return found if may(actor, "circular.write") else found.filter(state=State.PUBLISHED)


def opened(circular: Circular) -> CircularDocument:
    """A published circular as it was signed, its signature checked."""
    keys = (hub_key().public,)
    return open_signed(decode(circular.signed, Signed), CIRCULAR, CircularDocument, keys)


def figures_of(circular: Circular) -> list[Counted]:
    """The figures as they were counted when it was drafted."""
    return decode(circular.figures, list[Counted])


def mentions() -> tuple[str, str]:
    """Who stands on the red and on the black board as published last, for a draft to begin with."""
    found = {"red": "", "black": ""}
    for rule in pack().boards:
        issue = BoardIssue.objects.filter(board=rule.id).order_by("-number").first()
        if issue is not None:
            lines = boards.opened(issue).lines
            found[rule.colour] = "、".join(line[1] for line in lines)
    return found["red"], found["black"]


def subject_of(circular: Circular) -> str:
    """How facts and notices name a circular."""
    return f"circular:{circular.pk}"


@contextmanager
def _step(
    actor: Actor, deed: Deed, circular: Circular, state: str, why: str
) -> Iterator[tuple[Circular, Deeds]]:
    """The deed on a circular that stands where this is done; its row is held."""
    with act(actor, deed, subject_of(circular), unit=circular.unit, why=why) as deeds:
        held = Circular.objects.select_for_update(of=("self",)).get(pk=circular.pk)
        if held.state != state:
            raise Refused(STATE_WRONG())
        yield held, deeds


def _document(circular: Circular) -> CircularDocument:
    assert circular.number is not None
    assert circular.issued_at is not None
    return CircularDocument(
        number=circular.number,
        title=circular.title,
        issued_by=circular.unit.name,
        issued_at=circular.issued_at,
        since=circular.since,
        until=circular.until,
        text=circular.text,
        praised=circular.praised,
        criticised=circular.criticised,
        figures=tuple(figures_of(circular)),
    )


def _digest(circular: Circular) -> str:
    parts = (circular.title, circular.text, circular.praised, circular.criticised, circular.figures)
    return digest("\0".join(parts).encode())


def _tell(circular: Circular) -> None:
    today = clock.today()
    persons = notices.seated([(role, None) for role in turns.answering()], today)
    said = Text(
        f"通报第{circular.number}号：{circular.title}",
        f"Circular {circular.number}: {circular.title}",
    )
    subject = subject_of(circular)
    key = f"{subject}:published"
    notices.tell(persons, key, notices.TOLD, subject, str(circular.pk), said)


def _faults(form: CircularForm) -> Iterator[Fault]:
    if not (form.title.strip() and form.text.strip()):
        yield TITLE_MISSING()


def _days(since: date, until: date) -> Iterator[Fault]:
    if since > until or until > clock.today():
        yield DAYS_WRONG()
