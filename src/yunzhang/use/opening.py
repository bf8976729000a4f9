"""Opening: what the public may see of the catalog, ask to be opened, and report as wrong.

Nobody needs an account: a receipt and its word lead back to the answer. Order 809 leaves opening
to other rules; its clock follows the Regulations on Open Government Information, Art. 33.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.gather import search
from yunzhang.gather.models import EntryVersion
from yunzhang.people import cases, one_time
from yunzhang.people.act import act
from yunzhang.people.cases import Doing
from yunzhang.people.models import Case, Clock
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.sealing import seal, unseal
from yunzhang.share import corrections
from yunzhang.terms.codes import ShareType
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.use.models import PublicAsk

PROCEDURE = "public_request"
SOURCE = "public"
OPEN, ON_CONDITIONS = "1", "2"  # code list "open_type"
NEED = "paper.need"
SEALED_FOR = "contact of the public"
HUB = Actor(None)
WHY = "公众通过开放目录提出"
WHY_FORGOTTEN = "答复已满保存期限，删除联系方式"

NOT_OPEN = FaultKind(
    "opening.not_open",
    404,
    Text("开放目录中没有“{code}”。", "The open catalog has no {code}."),
    Text("从开放目录中查找。", "Look in the open catalog."),
)
NEED_MISSING = FaultKind(
    "opening.need_missing",
    422,
    Text("没有写明需要什么。", "It does not say what you need."),
    Text("写明需要的数据和用途，或者哪里有误。", "Say which data for what use, or what is wrong."),
)
TEXT_LONG = FaultKind(
    "opening.text_long",
    422,
    Text("内容超过 {most} 字。", "The text is longer than {most} characters."),
    Text("缩短后再提交。", "Shorten it and send it again."),
)
ITEM_MISSING = FaultKind(
    "opening.item_missing",
    422,
    Text("没有选择有误的信息项。", "No data item is chosen."),
    Text("选择您认为有误的信息项。", "Choose the data items that are wrong."),
)
TOO_MANY = FaultKind(
    "opening.too_many",
    429,
    Text("今天收到的申请已达上限。", "No more can be taken in today."),
    Text("请明天再提出，或直接联系提供部门。", "Come back tomorrow, or ask the department itself."),
)
UNKNOWN = FaultKind(
    "opening.unknown",
    404,
    Text("编号或查询码不对。", "The number or its word is not right."),
    Text("核对回执上的编号和查询码。", "Check both on your receipt."),
)
NOT_WAITING = FaultKind(
    "opening.not_waiting",
    409,
    Text("这份申请现在不需要补正。", "Nothing is missing from this request now."),
    Text("刷新后查看办理情况。", "Look at it again."),
)
EXTENSION_LATE = FaultKind(
    "opening.extension_late",
    409,
    Text("答复期限已过，不能再延长。", "The limit of the answer is over and cannot be extended."),
    Text("尽快答复。", "Answer without delay."),
)


@dataclass(frozen=True)
class Receipt:
    """What is told once to whoever asked: nobody can look the word up again."""

    number: str
    word: str


def listed() -> QuerySet[EntryVersion]:
    """Published entries that are open, at once or on conditions; nothing else is ever public."""
    kinds = Q(draft__contains=_open_type(OPEN)) | Q(draft__contains=_open_type(ON_CONDITIONS))
    return (
        search.published()
        .filter(kinds, grade__lte=pack().limit("opening.highest_grade"))
        .exclude(share_type=ShareType.NOT_SHARED)
        .exclude(resource__stops_on__lte=clock.today())
        .exclude(resource__versions__state=EntryVersion.State.FORBIDDEN)
        .select_related("resource__unit", "resource__table")
    )


def of_type(open_type: str) -> Q:
    """The condition that an entry is open in this way."""
    return Q(draft__contains=_open_type(open_type))


def of_cycle(cycle: str) -> Q:
    """The condition that an entry is updated in this cycle."""
    return Q(draft__contains=f'"update_cycle":"{cycle}"')


def find(code: str) -> EntryVersion:
    """The entry under this code as the public may see it; raises `opening.not_open`."""
    version = listed().filter(resource__code=code).first()
    if version is None:
        raise Refused(NOT_OPEN(code=code))
    return version


def ask(code: str, need: str, contact: str = "") -> Receipt:
    """Someone of the public asks for a resource to be opened; its clock starts."""
    version = find(code)
    refuse_if([*_wrong(need, contact), *_too_many()])
    resource = version.resource
    with transaction.atomic():
        case = cases.open(
            HUB,
            PROCEDURE,
            about=corrections.subject_of(resource),
            title=version.title,
            parties={"provider": [resource.unit]},
            papers={NEED: need.strip()},
            content={"source": SOURCE},
            why=WHY,
        )
        return _receipt(case, contact)


def report(code: str, items: list[str], doubt: str, contact: str = "") -> Receipt:
    """Someone of the public reports an error; the hub asks the provider to verify it (Art. 26)."""
    version = find(code)
    missing = () if items else (ITEM_MISSING(),)
    refuse_if([*missing, *_wrong(doubt, contact), *_too_many()])
    with transaction.atomic():
        case = corrections.ask_for_public(version.resource, items, doubt.strip(), why=WHY)
        return _receipt(case, contact)


def look(number: str, word: str) -> Case:
    """The matter of a receipt; raises `opening.unknown` whichever of the two is wrong."""
    asked = PublicAsk.objects.select_related("case").filter(case__number=number.strip()).first()
    known = asked.word if asked else ""
    given = _digest(asked.salt if asked else "", word)
    if asked is None or not hmac.compare_digest(known, given):
        raise Refused(UNKNOWN())
    return asked.case


def complete(number: str, word: str, need: str) -> Case:
    """Whoever asked hands in what was missing; the whole limit runs anew."""
    case = look(number, word)
    refuse_if(_wrong(need, ""))
    if case.step != "complete":
        raise Refused(NOT_WAITING())
    return cases.move(HUB, case, "complete", papers={NEED: need.strip()}, why=WHY)


def contact_of(case: Case) -> str:
    """How to reach whoever asked; "" where nothing was left or it is forgotten."""
    asked = PublicAsk.objects.filter(case=case).first()
    sealed = asked.contact if asked else ""
    return unseal(sealed, settings.SECRET_KEY, SEALED_FOR) if sealed else ""


def forget(today: date) -> int:
    """Forget the contacts of what was closed long enough ago; how many."""
    before = today - timedelta(days=pack().limit("opening.contact_days"))
    old = PublicAsk.objects.filter(case__closed_on__lte=before).exclude(contact="")
    if not old.exists():
        return 0
    with act(HUB, Deed.CONTACTS_FORGOTTEN, SOURCE, unit=None, why=WHY_FORGOTTEN) as deeds:
        gone = old.update(contact="")
        deeds.content.update(contacts=gone)
    return gone


@cases.does("opening.answered")
def _answered(doing: Doing) -> None:
    """The asker finds the answer by the receipt; an answer that opens needs an entry still open."""
    if doing.move.id == "open":
        find(doing.case.about.partition(":")[2])


@cases.does("opening.noticed")
def _noticed(doing: Doing) -> None:
    """The clock rests until the asker completes it; whoever left no receipt cannot be asked."""
    PublicAsk.objects.get(case=doing.case)


@cases.does("opening.extended", early=True)
def _extended(doing: Doing) -> None:
    """Once, and not once the limit is over: a late answer must not look punctual."""
    running = Clock.objects.filter(subject=cases.subject_of(doing.case), ended_on=None).first()
    if running is not None and running.due_on < clock.today():
        raise Refused(EXTENSION_LATE())


def _receipt(case: Case, contact: str) -> Receipt:
    """Keep the digest of a fresh word; the word itself is told and forgotten."""
    word, salt = one_time.password(), secrets.token_hex(16)
    kept = seal(contact.strip(), settings.SECRET_KEY, SEALED_FOR) if contact.strip() else ""
    PublicAsk.objects.create(case=case, salt=salt, word=_digest(salt, word), contact=kept)
    return Receipt(case.number, word)


def _digest(salt: str, word: str) -> str:
    return sha256((salt + word.strip().lower()).encode()).hexdigest()


def _open_type(code: str) -> str:
    # The draft is canonical JSON; a quotation mark inside its texts is escaped, so that no text
    # can pass for this field.
    return f'"open_type":"{code}"'


def _wrong(need: str, contact: str) -> Iterator[Fault]:
    if not need.strip():
        yield NEED_MISSING()
    for text, limit in ((need, "opening.text_characters"), (contact, "opening.contact_characters")):
        if len(text) > pack().limit(limit):
            yield TEXT_LONG(most=pack().limit(limit))


def _too_many() -> Iterator[Fault]:
    since = clock.now() - timedelta(seconds=pack().limit("opening.wait_seconds"))
    taken = PublicAsk.objects.filter(case__opened_at__gte=since).count()
    if taken >= pack().limit("opening.asked_in_all"):
        yield TOO_MANY()
