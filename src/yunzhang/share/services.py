"""Services: what is shared is stopped or changed with its consumers' consent, on file (Art. 27)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.gather.models import Resource
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import Doing
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor
from yunzhang.share import grants, told
from yunzhang.share.corrections import subject_of
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

CHANGE_UNKNOWN = FaultKind(
    "service.change_unknown",
    422,
    Text("不能“{change}”一项共享服务。", "“{change}” cannot be done to a service."),
    Text("选择终止、变更或恢复。", "Choose stop, change or restart."),
)
DATE_PAST = FaultKind(
    "service.date_past",
    422,
    Text("{date} 已经过去。", "{date} is past."),
    Text("写明今天或以后的日期。", "Give today's date or a later one."),
)
PROPOSED_ALREADY = FaultKind(
    "service.proposed_already",
    409,
    Text("该服务已有在办的事项 {case}。", "The case {case} on this service is open."),
    Text("先办完该事项，或将其撤回。", "Finish that case, or withdraw it."),
)
STOPPED_ALREADY = FaultKind(
    "service.stopped_already",
    409,
    Text("该服务自 {on} 起终止，已经备案。", "The service stops on {on}; it is on file."),
    Text("要重新提供，提出恢复。", "Propose to restart it, to give it again."),
)
NOT_STOPPED = FaultKind(
    "service.not_stopped",
    409,
    Text("该服务没有终止，无须恢复。", "The service is not stopped."),
    Text("需要调整的，提出变更。", "Propose a change instead."),
)
CONSUMERS_CHANGED = FaultKind(
    "service.consumers_changed",
    409,
    Text(
        "{units}在协商开始后取得授权，尚未征求意见。",
        "{units} got a grant after the negotiation began and has not been asked.",
    ),
    Text("退回，由提供部门撤回后重新提出。", "Send it back; have it withdrawn and proposed anew."),
)

PROCEDURE = "service_change"
STOP, CHANGE, RESTART = "stop", "change", "restart"
CHANGES: dict[str, Text] = {
    STOP: Text("终止共享服务", "Stop the service"),
    CHANGE: Text("变更共享服务", "Change the service"),
    RESTART: Text("恢复共享服务", "Give the service again"),
}


@dataclass(frozen=True)
class Proposal:
    """What is proposed, as the case keeps it."""

    change: str
    from_date: date
    reason: str


def propose(
    actor: Actor, resource: Resource, change: str, reason: str, from_date: date, *, why: str
) -> Case:
    """The provider proposes it; every unit with a grant has to consent, the authority files it."""
    with transaction.atomic():
        held = _locked(resource.pk)
        refuse_if([*_wrong(change, from_date), *_unfit(held, change), *_proposed(held)])
        asked = grants.consumers(held)
        return cases.open(
            actor,
            PROCEDURE,
            about=subject_of(held),
            title=f"{CHANGES[change].zh}：{catalog.published(held).draft.title}",
            parties={"provider": [held.unit], "consumers": asked},
            papers={"paper.reason": reason},
            move="submit" if asked else "unused",
            content={"change": change, "from_date": from_date, "reason": reason.strip()},
            why=why,
        )


def proposal_of(case: Case) -> Proposal:
    """What a case of this procedure is about."""
    return decode(case.content, Proposal)


def open_about(resource: Resource) -> Case | None:
    """The open case on a service."""
    found = cases.about(subject_of(resource)).filter(procedure=PROCEDURE, closed_on=None)
    return found.first()


@cases.does("service.changed")
def _changed(doing: Doing) -> None:
    """On file: the change holds from its date, and everyone concerned is told."""
    proposal = proposal_of(doing.case)
    resource = _locked(Resource.objects.get(code=doing.case.about.partition(":")[2]).pk)
    consumers = grants.consumers(resource)
    refuse_if(_unasked(doing.case, consumers))
    # Negotiation may outlast the date proposed: nothing is stopped before it is on file.
    on = max(proposal.from_date, clock.today())
    content = {"change": proposal.change, "from": str(on), "case": doing.case.number}
    subject = subject_of(resource)
    with act(
        doing.actor, Deed.SERVICE_CHANGED, subject, unit=resource.unit, why=doing.why, **content
    ):
        if proposal.change == STOP:
            resource.stops_on, resource.stop_reason = on, proposal.reason
        elif proposal.change == RESTART:
            resource.stops_on, resource.stop_reason = None, ""
        resource.save(update_fields=["stops_on", "stop_reason"])
        _tell(doing.case, resource, consumers, on)


def _tell(case: Case, resource: Resource, consumers: Sequence[Unit], on: date) -> None:
    name = CHANGES[proposal_of(case).change]
    title = catalog.published(resource).draft.title
    said = Text(
        f"{name.zh}已备案，自 {on} 起：{title}", f"{name.en}, on file, from {on} on: {title}"
    )
    event = f"service:{case.pk}"
    subject = subject_of(resource)
    told.tell(consumers, told.CONSUMER, subject, resource.code, event, said)
    told.tell([resource.unit], told.PROVIDER, subject, resource.code, event, said)


def _locked(number: int) -> Resource:
    held = Resource.objects.select_for_update(of=("self",))
    return held.select_related("unit").get(pk=number)


def _wrong(change: str, from_date: date) -> Iterator[Fault]:
    if change not in CHANGES:
        yield CHANGE_UNKNOWN(change=change)
    if from_date < clock.today():
        yield DATE_PAST(date=from_date)


def _unfit(resource: Resource, change: str) -> Iterator[Fault]:
    if resource.stops_on is not None and change != RESTART:
        yield STOPPED_ALREADY(on=resource.stops_on)
    if resource.stops_on is None and change == RESTART:
        yield NOT_STOPPED()


def _proposed(resource: Resource) -> Iterator[Fault]:
    case = open_about(resource)
    if case:
        yield PROPOSED_ALREADY(case=case.number)


def _unasked(case: Case, consumers: Sequence[Unit]) -> Iterator[Fault]:
    asked = set(case.parties.filter(party="consumers").values_list("unit", flat=True))
    missing = [unit.short_name for unit in consumers if unit.pk not in asked]
    if missing:
        yield CONSUMERS_CHANGED(units="、".join(missing))
