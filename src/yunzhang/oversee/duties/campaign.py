"""Campaign: once a year every unit confirms its catalog, and the authority assesses and tells."""

from __future__ import annotations

from yunzhang import clock
from yunzhang.gather.models import EntryVersion
from yunzhang.oversee.duties import handing_in
from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import scores
from yunzhang.people import cases, notices, turns
from yunzhang.people.cases import Doing
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import FaultKind, Refused, Text

PROCEDURE = "catalog_campaign"
ENTRIES, CIRCULAR = "paper.entries", "paper.circular"
NAMED = 10  # so many codes a sentence names; the page lists them all

ENTRIES_OPEN = FaultKind(
    "campaign.entries_open",
    409,
    Text(
        "还有 {count} 个条目本年度既未确认也未更新：{codes}。",
        "{count} entries were neither confirmed nor updated this year: {codes}.",
    ),
    Text("逐条确认，或在目录页修订后再报送。", "Confirm each, or revise it in the catalog first."),
)
ENTRIES_OTHERS = FaultKind(
    "campaign.entries_others",
    422,
    Text("{codes} 不是本单位已发布的资源。", "{codes}: no published resource of this unit."),
    Text("只确认本单位已发布的条目。", "Confirm your own unit's published entries only."),
)
SCORES_MISSING = FaultKind(
    "campaign.scores_missing",
    409,
    Text("{period} 年度的评分尚未冻结。", "The scores of {period} are not frozen."),
    Text("先冻结评分，再通报。", "Freeze the scores first."),
)


def entries(case: Case) -> list[EntryVersion]:
    """Every published entry of the unit whose campaign it is."""
    live = EntryVersion.objects.filter(
        resource__unit=_unit(case), state=EntryVersion.State.PUBLISHED
    )
    return list(live.select_related("resource").order_by("resource__code"))


def unconfirmed(case: Case) -> list[EntryVersion]:
    """Those neither confirmed in this campaign nor published anew within its year."""
    done = confirmed(case) | updated(case)
    return [entry for entry in entries(case) if entry.resource.code not in done]


def confirmed(case: Case) -> set[str]:
    """The codes that were confirmed unchanged."""
    return set(decode(case.content, dict).get("confirmed", ()))


def updated(case: Case) -> set[str]:
    """The codes published, for the first time or anew, within the campaign's year."""
    within = int(year(case))
    return {
        entry.resource.code
        for entry in entries(case)
        if entry.published_on is not None and entry.published_on.year == within
    }


def year(case: Case) -> str:
    """The year the campaign or assessment is of."""
    return str(decode(case.content, dict)["due_on"])[:4]


def confirm(actor: Actor, case: Case, codes: list[str], *, why: str) -> Case:
    """Say of these entries that they are right as they stand; see `cases.move` for refusals."""
    return cases.move(actor, case, "confirm", papers={ENTRIES: "\n".join(codes)}, why=why)


@cases.does("campaign.confirm")
def _confirm(doing: Doing) -> None:
    codes = doing.papers[ENTRIES].text.split()
    own = {entry.resource.code for entry in entries(doing.case)}
    wrong = [code for code in codes if code not in own]
    if wrong:
        raise Refused(ENTRIES_OTHERS(codes=_listed(wrong)))
    content = decode(doing.case.content, dict)
    content["confirmed"] = sorted({*content.get("confirmed", ()), *codes})
    doing.case.content = encode(content).decode()
    doing.case.save(update_fields=["content"])
    handing_in.keep_clock(doing)


@cases.does("campaign.finish")
def _finish(doing: Doing) -> None:
    left = [entry.resource.code for entry in unconfirmed(doing.case)]
    if left:
        raise Refused(ENTRIES_OPEN(count=len(left), codes=_listed(left)))
    handing_in.hand_in(doing)


@cases.does("assessment.freeze")
def _freeze(doing: Doing) -> None:
    """Freeze the scores of the year, unless the authority has done so already."""
    period = year(doing.case)
    if not Score.objects.filter(period=period).exists():
        scores.freeze(doing.actor, period, clock.today(), why=doing.why)
    handing_in.keep_clock(doing)


@cases.does("assessment.circulate")
def circulate(doing: Doing) -> None:
    """Tell every unit's chief and head of the result, and close the yearly duty."""
    period = year(doing.case)
    if not Score.objects.filter(period=period).exists():
        raise Refused(SCORES_MISSING(period=period))
    _circulated(
        doing,
        Text(f"{period}年度共享考核结果已通报", f"The assessment of {period} is published"),
    )


@cases.does("evaluation.circulate")
def circulate_evaluation(doing: Doing) -> None:
    """The same for an evaluation that rests on its own report, not on scores."""
    _circulated(doing, Text(f"{doing.case.title}已通报", f"{doing.case.title}: published"))


def _circulated(doing: Doing, said: Text) -> None:
    persons = notices.seated([(role, None) for role in turns.answering()], clock.today())
    circular = doing.papers[CIRCULAR].text
    text = Text(f"{said.zh}：{circular}", f"{said.en}: {circular}")
    subject = cases.subject_of(doing.case)
    key = f"{subject}:circulated"
    notices.tell(persons, key, notices.TOLD, subject, doing.case.number, text)
    handing_in.accept(doing)


def _unit(case: Case) -> Unit:
    return case.parties.select_related("unit").get(party=handing_in.UNIT).unit


def _listed(codes: list[str]) -> str:
    more = "…" if len(codes) > NAMED else ""
    return "、".join(codes[:NAMED]) + more
