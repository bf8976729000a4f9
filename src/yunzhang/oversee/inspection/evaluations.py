"""Evaluations by a third party: an evidence room that closes, a result only its key can sign.

Each reading of the room leaves a fact: docs/decisions/evaluations.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.inspection.evaluation_models import Evaluation
from yunzhang.oversee.reports import circulars
from yunzhang.oversee.reports.circular_models import Circular
from yunzhang.oversee.reports.circulars import CircularForm
from yunzhang.people import notices
from yunzhang.people.act import act
from yunzhang.people.cases import FILE_LARGE, Paper
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.protect.keys import PublicKey, open_signed
from yunzhang.terms.document import decode
from yunzhang.terms.evaluation import KIND, Result
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.signed import Signed

EVALUATOR_KIND = "evaluator"  # the unit kind of whoever evaluates
OPEN, READ = "circular.write", "evidence.read"

TITLE_MISSING = FaultKind(
    "evaluation.title_missing",
    422,
    Text("没有写评估名称。", "The evaluation has no title."),
    Text("填写名称。", "Give it a title."),
)
EVALUATOR_WRONG = FaultKind(
    "evaluation.evaluator_wrong",
    422,
    Text("“{unit}”没有登记为第三方评估机构。", "{unit} is not on record as an evaluator."),
    Text("在单位页把它的类别登记为第三方评估机构。", "Register it with the kind of an evaluator."),
)
DAYS_WRONG = FaultKind(
    "evaluation.days_wrong",
    422,
    Text("证据室的关闭日期不能早于开放日期或今天。", "The room cannot close before it opens."),
    Text("改正日期。", "Correct the days."),
)
ROOM_CLOSED = FaultKind(
    "evaluation.room_closed",
    403,
    Text(
        "证据室自 {opens} 至 {closes} 开放。",
        "The evidence room is open from {opens} to {closes}.",
    ),
    Text("需要延期的，由云长办另行开放。", "The office can open another."),
)
OTHER_EVALUATION = FaultKind(
    "evaluation.other",
    422,
    Text("签名结果是“{found}”的，不是本次评估的。", "The result is of {found}, not of this one."),
    Text("用证据室给出的编号重新签名。", "Sign it with the number the room names."),
)
FILE_OTHER = FaultKind(
    "evaluation.file_other",
    422,
    Text(
        "报告文件的摘要与签名结果中的不同。",
        "The file has another digest than the signed result says.",
    ),
    Text("上传签名时的同一个文件，或重新签名。", "Send the file that was signed, or sign anew."),
)
TAKEN_ALREADY = FaultKind(
    "evaluation.taken",
    409,
    Text("评估结果已于 {on} 提交，不能更换。", "The result was handed in on {on}; it stays."),
    Text("需要更正的，另行开展评估。", "A correction takes another evaluation."),
)
NOTHING_TAKEN = FaultKind(
    "evaluation.nothing_taken",
    409,
    Text("评估机构还没有提交结果，或者已经起草通报。", "No result is there, or its circular is."),
    Text("刷新页面核对。", "Reload the page and look."),
)


@dataclass(frozen=True)
class EvaluationForm:
    """What the office settles: who evaluates, with which key, when, and what lies in the room."""

    title: str
    evaluator: Unit
    key: str
    opens_on: date
    closes_on: date
    cases: Sequence[Case] = ()


def open_room(actor: Actor, unit: Unit, form: EvaluationForm, *, why: str) -> Evaluation:
    """Put the evaluator's key on record and open its room; raises with everything wrong."""
    with act(actor, Deed.EVALUATION_OPENED, unit=unit, why=why) as deeds:
        refuse_if(_faults(form))
        assert actor.person is not None
        evaluation = Evaluation.objects.create(
            unit=unit,
            evaluator=form.evaluator,
            title=form.title.strip(),
            year=form.opens_on.year,
            key=form.key.strip(),
            opens_on=form.opens_on,
            closes_on=form.closes_on,
            opened_by=actor.person,
        )
        evaluation.cases.set(form.cases)
        deeds.subject = subject_of(evaluation)
        deeds.content.update(evaluator=form.evaluator.code, key=evaluation.key)
    return evaluation


def read(actor: Actor, evaluation: Evaluation, what: str) -> None:
    """One reading of the room: refused outside its days, else it leaves a fact."""
    if not is_open(evaluation, clock.today()):
        opens, closes = evaluation.opens_on, evaluation.closes_on
        raise Refused(ROOM_CLOSED(opens=opens, closes=closes))
    subject, unit = subject_of(evaluation), evaluation.evaluator
    with act(actor, Deed.EVIDENCE_READ, subject, unit=unit, why="查阅评估证据室") as deeds:
        deeds.content.update(what=what)


def hand_in(
    actor: Actor, evaluation: Evaluation, signed: bytes, file: Paper, *, why: str
) -> Evaluation:
    """Take the result in once the key on record signed it, over this very file."""
    subject, unit = subject_of(evaluation), evaluation.evaluator
    with act(actor, Deed.EVALUATION_HANDED_IN, subject, unit=unit, why=why) as deeds:
        held = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
        if held.taken_at is not None:
            raise Refused(TAKEN_ALREADY(on=held.taken_at.astimezone(clock.BEIJING).date()))
        document = decode(signed, Signed)
        result = _opened(held, document)
        refuse_if(_wrong(held, result, file))
        held.signed, held.taken_at = signed.decode(), deeds.at
        held.file_name, held.file = file.file_name, file.file
        held.save(update_fields=["signed", "taken_at", "file_name", "file"])
        deeds.content.update(file=result.file_digest, figures=len(result.figures))
        _tell(held)
    return held


def result_of(evaluation: Evaluation) -> Result:
    """The result as it was signed: its signature, and the file's digest, are checked each time."""
    result = _opened(evaluation, decode(evaluation.signed, Signed))
    refuse_if(_wrong(evaluation, result, Paper(file=bytes(evaluation.file or b""))))
    return result


def to_circular(actor: Actor, evaluation: Evaluation, *, why: str) -> Circular:
    """Draft the circular that publishes the result, word for word as it was signed."""
    if not evaluation.signed or evaluation.circular_id:
        raise Refused(NOTHING_TAKEN())
    result, year = result_of(evaluation), evaluation.year
    names = {unit.code: unit.name for unit in Unit.objects.all()}
    lines = [
        f"{names.get(one.unit, one.unit) or '总体'}：{one.item} {one.value}"
        for one in result.figures
    ]
    digest = f"报告文件 SHA-256：{result.file_digest}"
    text = "\n".join([f"{evaluation.evaluator.name}对{year}年情况的评估结果：", *lines, digest])
    until = min(clock.today(), date(year, 12, 31))
    form = CircularForm(f"{evaluation.title}结果的通报", text)
    made = circulars.draft(actor, evaluation.unit, form, date(year, 1, 1), until, why=why)
    Evaluation.objects.filter(pk=evaluation.pk).update(circular=made)
    return made


def visible(actor: Actor) -> QuerySet[Evaluation]:
    """For the office all; for an evaluator its own; for everyone what was circulated."""
    found = Evaluation.objects.select_related("unit", "evaluator", "circular")
    if may(actor, OPEN):
        return found
    home = [post.unit_id for post in actor.posts]
    published = Q(circular__state=Circular.State.PUBLISHED)
    return found.filter(published | Q(evaluator__in=home))


def evaluates(actor: Actor, evaluation: Evaluation) -> bool:
    """Whether the actor reads and hands in for the evaluator."""
    return may(actor, READ, evaluation.evaluator)


def is_open(evaluation: Evaluation, today: date) -> bool:
    """Whether the room is open today."""
    return evaluation.opens_on <= today <= evaluation.closes_on


def subject_of(evaluation: Evaluation) -> str:
    """How facts, and the evaluator's signature, name an evaluation."""
    return f"evaluation:{evaluation.pk}"


def _opened(evaluation: Evaluation, document: Signed) -> Result:
    return open_signed(document, KIND, Result, (PublicKey.parse(evaluation.key),))


def _wrong(evaluation: Evaluation, result: Result, file: Paper) -> Iterator[Fault]:
    if result.evaluation != subject_of(evaluation):
        yield OTHER_EVALUATION(found=result.evaluation)
    if sha256(file.file).hexdigest() != result.file_digest:
        yield FILE_OTHER()
    limit = pack().limit("case.file_bytes")
    if len(file.file) > limit:
        yield FILE_LARGE(name=file.file_name, limit=limit)


def _faults(form: EvaluationForm) -> Iterator[Fault]:
    if not form.title.strip():
        yield TITLE_MISSING()
    if form.evaluator.kind != EVALUATOR_KIND:
        yield EVALUATOR_WRONG(unit=form.evaluator.name)
    if form.closes_on < max(form.opens_on, clock.today()):
        yield DAYS_WRONG()
    try:
        PublicKey.parse(form.key.strip())
    except Refused as refused:
        yield from refused.faults


def _tell(evaluation: Evaluation) -> None:
    said = Text(
        f"{evaluation.evaluator.short_name}提交了“{evaluation.title}”的结果",
        f"{evaluation.evaluator.short_name} handed in the result of: {evaluation.title}",
    )
    subject, today = subject_of(evaluation), clock.today()
    roles = [row.id for row in pack().roles if OPEN in row.may]
    persons = notices.seated([(role, evaluation.unit) for role in roles], today)
    key, number = f"{subject}:handed_in", str(evaluation.pk)
    notices.tell(persons, key, notices.TOLD, subject, number, said)
