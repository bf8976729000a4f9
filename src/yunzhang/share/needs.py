"""Needs: data a unit wants that no entry of the catalog holds, until it is catalogued and listed.

A known provider is negotiated with; otherwise the authority names the source department
(Order 809 Art. 19). The list of needs is read from these cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yunzhang.gather import catalog, search
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import cases
from yunzhang.people.cases import Doing
from yunzhang.people.models import Case, CaseParty, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.share import told
from yunzhang.share.persons import unit_of
from yunzhang.terms.document import Document, decode, encode, plain, replace
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

PROCEDURE = "need_without_entry"
SCENARIO, LEGAL_BASIS = "paper.scenario", "paper.legal_basis"
RESOURCE_CODE, SOURCE_UNIT = "paper.resource_code", "paper.source_unit"

TITLE_MISSING = FaultKind(
    "need.title_missing",
    422,
    Text("没有写明需要什么数据。", "The need has no title."),
    Text("用一句话写明需要的数据。", "Say in one line what data is needed."),
)
ITEMS_MISSING = FaultKind(
    "need.items_missing",
    422,
    Text("没有列出需要的信息项。", "No data item is named."),
    Text("逐行列出履职所需的信息项。", "Name the items your duty needs, one a line."),
)
OWN_UNIT = FaultKind(
    "need.own_unit",
    422,
    Text("不必向本单位提出需求。", "A unit need not ask itself."),
    Text("选择其他单位，或留空由主管部门指定。", "Choose another unit, or none."),
)
FREQUENCY_UNKNOWN = FaultKind(
    "need.frequency_unknown",
    422,
    Text("“{frequency}”不是更新周期。", "“{frequency}” is no update cycle."),
    Text("从列表中选择。", "Choose from the list."),
)
UNIT_UNKNOWN = FaultKind(
    "need.unit_unknown",
    422,
    Text("没有登记名为“{unit}”的单位。", "No unit called “{unit}” is registered."),
    Text(
        "填写已登记单位的全称、简称或统一社会信用代码。",
        "Write a registered unit's name, short name or credit code.",
    ),
)
ASKER_NAMED = FaultKind(
    "need.asker_named",
    422,
    Text("不能指定提出需求的单位自己为数源部门。", "The asker cannot be its own source."),
    Text("指定采集该数据的部门（条例第十九条）。", "Name who collects it (Order 809 Art. 19)."),
)
CODE_WRONG = FaultKind(
    "need.code_wrong",
    422,
    Text(
        "“{code}”不是“{unit}”已发布的资源代码。",
        "“{code}” is no published resource of {unit}.",
    ),
    Text(
        "先编目并发布，再填写该条目的资源代码。",
        "Have the entry published first, then write its code.",
    ),
)


class Need(Document, frozen=True, kw_only=True):
    """What the list of needs says of one; `provider` is a credit code, `resource` a code."""

    items: tuple[str, ...]
    scenario: str
    legal_basis: str
    frequency: str = ""  # code list "update_cycle"
    provider: str = ""
    resource: str = ""


def state(
    actor: Actor,
    title: str,
    items: Sequence[str],
    *,
    scenario: str,
    legal_basis: str,
    why: str,
    provider: Unit | None = None,
    frequency: str = "",
) -> Case:
    """State a need for its head to approve; without a provider the authority will name one.

    Raises Refused with everything that is wrong.
    """
    applicant = unit_of(actor, "request.draft")
    need = Need(
        items=tuple(item.strip() for item in items if item.strip()),
        scenario=scenario.strip(),
        legal_basis=legal_basis.strip(),
        frequency=frequency,
        provider=provider.code if provider else "",
    )
    papers = {SCENARIO: need.scenario, LEGAL_BASIS: need.legal_basis}
    move = "submit" if provider else "submit_unknown"
    refuse_if([*_faults(title, need, applicant), *cases.wanting(PROCEDURE, papers, move)])
    return cases.open(
        actor,
        PROCEDURE,
        about="need",
        title=title.strip(),
        parties={"applicant": [applicant], "provider": [provider] if provider else []},
        papers=papers,
        move=move,
        content=plain(need),
        why=why,
    )


def need_of(case: Case) -> Need:
    """What the case of a need keeps for the list."""
    return decode(case.content, Need)


def candidates(title: str) -> tuple[EntryVersion, ...]:
    """Published entries that hold every word of the title: nobody asks for what is there."""
    most = pack().limit("need.candidates")
    return search.search(title, limit=most).rows if title.strip() else ()


def unit_called(text: str) -> Unit:
    """The unit of this name, short name or credit code; raises `need.unit_unknown`."""
    written = text.strip()
    for field in ("code", "name", "short_name"):
        found = list(Unit.objects.filter(**{field: written})[:2])
        if len(found) == 1:
            return found[0]
    raise Refused(UNIT_UNKNOWN(unit=written))


@cases.does("need.designated", early=True)
def _designated(doing: Doing) -> None:
    """The authority names the source department, which catalogues the data."""
    source = unit_called(doing.papers[SOURCE_UNIT].text)
    if doing.case.parties.filter(party="applicant", unit=source).exists():
        raise Refused(ASKER_NAMED())
    doing.case.parties.filter(party="provider").delete()
    CaseParty.objects.create(case=doing.case, party="provider", unit=source)
    _keep(doing.case, provider=source.code)


@cases.does("need.listed")
def _listed(doing: Doing) -> None:
    """The published entry is tied to the need, and whoever asked is told where to ask for it."""
    code = doing.papers[RESOURCE_CODE].text.strip()
    provider = doing.case.parties.select_related("unit").get(party="provider").unit
    resource = Resource.objects.filter(code=code, unit=provider).first()
    if resource is None or not resource.versions.filter(state=catalog.State.PUBLISHED).exists():
        raise Refused(CODE_WRONG(code=code, unit=provider.short_name))
    _keep(doing.case, resource=code)
    said = Text(
        f"{doing.case.title}：已编目，可以申请", f"{doing.case.title}: catalogued, ask for it"
    )
    askers = [row.unit for row in doing.case.parties.filter(party="applicant")]
    subject = cases.subject_of(doing.case)
    told.tell(askers, told.CONSUMER, subject, doing.case.number, "listed", said)


def _keep(case: Case, **changes: str) -> None:
    case.content = encode(replace(need_of(case), **changes)).decode()
    case.save(update_fields=["content"])


def _faults(title: str, need: Need, applicant: Unit) -> Iterator[Fault]:
    if not title.strip():
        yield TITLE_MISSING()
    if not need.items:
        yield ITEMS_MISSING()
    if need.provider == applicant.code:
        yield OWN_UNIT()
    if need.frequency and need.frequency not in {r.code for r in pack().codes_of("update_cycle")}:
        yield FREQUENCY_UNKNOWN(frequency=need.frequency)
