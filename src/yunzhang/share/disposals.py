"""Disposals: purpose over, data is disposed of as the provider requires, certified (Art. 27)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from yunzhang.gather.models import EntryVersion
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Case, CaseMove, CasePaper
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import open_signed
from yunzhang.share import grants
from yunzhang.share.afterwards import after
from yunzhang.share.models import GrantRow
from yunzhang.terms.certificate import KIND, DisposalCertificate
from yunzhang.terms.document import decode, digest, to_second
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.signed import Signed

UNDELIVERED = FaultKind(
    "disposal.undelivered",
    409,
    Text("该授权从未送达，没有数据需要处置。", "The grant was never delivered: no data is held."),
    Text("请提供部门终止该授权。", "Have the provider end the grant."),
)
BEGUN_ALREADY = FaultKind(
    "disposal.begun_already",
    409,
    Text("该授权的数据处置已在事项 {case} 中。", "The disposal is in case {case} already."),
    Text("在该事项中办理。", "Go on in that case."),
)

PROCEDURE = "disposal"
PAPER = "paper.certificate"
WORKER = Actor(None)


def begin(actor: Actor, grant: GrantRow, *, why: str) -> Case:
    """The consumer declares that the purpose is over: the grant ends and the disposal begins."""
    with transaction.atomic():
        held = grants.locked(grant)
        refuse_if([*_undelivered(held), *_begun(held)])
        return _open(actor, held, why)


def case_of(grant: GrantRow) -> Case | None:
    """The disposal of a grant's data: there is one at most."""
    return cases.about(grants.subject_of(grant)).filter(procedure=PROCEDURE).first()


def certificate(case: Case) -> CasePaper | None:
    """The signed certificate as it was issued; None before the provider has confirmed."""
    return CasePaper.objects.filter(move__case=case, paper=PAPER).order_by("-pk").first()


def opened(paper: CasePaper) -> DisposalCertificate:
    """The certificate, its signature checked."""
    signed = decode(bytes(paper.file or b""), Signed)
    return open_signed(signed, KIND, DisposalCertificate, (hub_key().public,))


@after(Deed.GRANT_ENDED)
def _owed(grant: GrantRow) -> None:
    """Whatever ended it: data was fetched, so its disposal is owed, once."""
    held = grants.locked(grant)
    if held.first_fetched_at is not None and case_of(held) is None:
        _open(WORKER, held, f"授权已终止：{held.state_reason}")


@cases.does("disposal.begun")
def _end(doing: Doing) -> None:
    grant = _grant(doing.case)
    if grant.state != GrantRow.State.ENDED:
        # The consumer may not end a provider's grant by itself; the hub does, as the case says.
        why = f"使用目的已实现：{doing.why}"
        grants.by_case(WORKER, Deed.GRANT_ENDED, grant, doing.case, why=why)


@cases.does("disposal.certify")
def _certify(doing: Doing) -> None:
    """Sign what was reported and confirmed, and keep it with the case."""
    grant = _grant(doing.case)
    signed = sign(KIND, _composed(doing, grant))
    why = f"处置已确认，事项 {doing.case.number}"
    content = {"case": doing.case.number, "certificate": digest(signed.encode())}
    subject = grants.subject_of(grant)
    with act(WORKER, Deed.DISPOSAL_CERTIFIED, subject, unit=grant.provider, why=why, **content):
        paper = Paper(file_name=f"{_number(doing.case)}.json", file=signed.encode())
        CasePaper.objects.create(
            move=_last(doing.case, "confirm"),
            paper=PAPER,
            file_name=paper.file_name,
            file=paper.file,
            digest=paper.digest,
        )


def _open(actor: Actor, grant: GrantRow, why: str) -> Case:
    return cases.open(
        actor,
        PROCEDURE,
        about=grants.subject_of(grant),
        title=grant.request.purpose,
        parties={"applicant": [grant.consumer], "provider": [grant.provider]},
        why=why,
    )


def _composed(doing: Doing, grant: GrantRow) -> DisposalCertificate:
    terms = grants.opened(grant)
    reported = _last(doing.case, "done")
    proof = reported.papers.get(paper="paper.disposal")
    return DisposalCertificate(
        number=_number(doing.case),
        case=doing.case.number,
        grant=grant.pk,
        request=terms.request,
        resource_code=terms.resource_code,
        resource_title=_title(grant),
        items=terms.items,
        purpose=terms.purpose,
        consumer=terms.consumer,
        provider=terms.provider,
        ended_at=to_second(grant.state_at),
        done=proof.text or proof.file_name,
        proof_hash=proof.digest,
        reported_by=Actor(reported.person).name,
        reported_at=to_second(reported.at),
        confirmed_by=doing.actor.name,
        confirmed_at=to_second(doing.at),
    )


def _title(grant: GrantRow) -> str:
    # A version in the making is no part of what was shared.
    known = (EntryVersion.State.PUBLISHED, EntryVersion.State.SUPERSEDED)
    version = grant.resource.versions.filter(state__in=known).order_by("-number").first()
    return version.title if version else ""


def _number(case: Case) -> str:
    # The case's number, under a prefix of its own: 处置 (CZ) instead of 事项 (SX).
    return f"CZ{case.number[2:]}"


def _last(case: Case, move: str) -> CaseMove:
    return case.moves.select_related("person").filter(move=move).latest("pk")


def _grant(case: Case) -> GrantRow:
    return grants.locked(GrantRow(pk=case.about.partition(":")[2]))


def _undelivered(grant: GrantRow) -> Iterator[Fault]:
    if grant.first_fetched_at is None:
        yield UNDELIVERED()


def _begun(grant: GrantRow) -> Iterator[Fault]:
    case = case_of(grant)
    if case:
        yield BEGUN_ALREADY(case=case.number)
