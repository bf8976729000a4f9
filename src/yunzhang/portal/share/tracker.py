"""Tracker: a request's way as steps with date, clock, actor and clause, like a parcel's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from yunzhang.people import clocks
from yunzhang.people.models import Clock, FactRow
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.fact import Deed
from yunzhang.use.models import UsageDay

State = ShareRequest.State
AGREED = (State.AGREED, State.GRANTED, State.DELIVERED, State.UNDELIVERED)


@dataclass(frozen=True)
class Step:
    """One station: done, being done, stopped here, or still ahead."""

    title: str
    clause: str
    who: str
    place: str  # done, here, stopped, ahead
    at: datetime | date | None = None
    clock: Clock | None = None
    days: int | None = None
    note: str = ""


def steps(sought: ShareRequest, granted: Sequence[GrantRow], today: date) -> list[Step]:
    """The six stations from draft to first use."""
    facts = {
        row.deed: row
        for row in FactRow.objects.filter(subject=f"request:{sought.pk}").order_by("number")
    }
    held = {
        clock.rule: clock
        for clock in Clock.objects.filter(subject=f"request:{sought.pk}").order_by("pk")
    }
    return [
        _drafted(sought, facts),
        _approved(sought),
        _replied(sought, held, today),
        *_delivered(sought, granted, held, today),
    ]


def _drafted(sought: ShareRequest, facts: dict[str, FactRow]) -> Step:
    fact = facts.get(Deed.REQUEST_DRAFTED)
    place = "here" if sought.state == State.DRAFT else "done"
    who = f"{sought.consumer.short_name} · {sought.drafted_by.full_name}"
    return Step(_("Drafted"), _("Art. 20"), who, place, fact.at if fact else None)


def _approved(sought: ShareRequest) -> Step:
    if sought.applied_at:
        place = "done"
    elif sought.state == State.WITHDRAWN:
        place = "stopped"
    else:
        place = "here" if sought.state == State.WAITING else "ahead"
    name = sought.approved_by.full_name if sought.approved_by else _("head of the sharing body")
    who = f"{sought.consumer.short_name} · {name}"
    return Step(_("Approved by the consumer's head"), _("Art. 20"), who, place, sought.applied_at)


def _replied(sought: ShareRequest, held: dict[str, Clock], today: date) -> Step:
    clock = held.get("C3") or held.get("C4")
    name = sought.replied_by.full_name if sought.replied_by else _("head of the sharing body")
    titles = {
        State.REFUSED: _("Not agreed"),
        **dict.fromkeys(AGREED, _("Agreed")),
        State.NOTICED: _("To be completed by the consumer"),
    }
    return Step(
        titles.get(State(sought.state), _("Reply of the provider")),
        _("Art. 21"),
        f"{sought.provider.short_name} · {name}",
        _reply_place(sought),
        sought.replied_at,
        *_timed(clock, today),
        note=sought.reply or sought.notice,
    )


def _reply_place(sought: ShareRequest) -> str:
    if sought.state in AGREED:
        return "done"
    if sought.state == State.REFUSED or (sought.state == State.WITHDRAWN and sought.applied_at):
        return "stopped"
    return "here" if sought.state in (State.APPLIED, State.NOTICED) else "ahead"


def _delivered(
    sought: ShareRequest, granted: Sequence[GrantRow], held: dict[str, Clock], today: date
) -> list[Step]:
    grant = granted[0] if granted else None
    fetched = grant.first_fetched_at if grant else None
    first = _first_use(grant)
    agreed = sought.state in AGREED
    give = "done" if grant else "here" if agreed else "ahead"
    deliver = "done" if fetched else "here" if grant else "ahead"
    use = "done" if first else "here" if fetched else "ahead"
    provider, consumer = sought.provider.short_name, sought.consumer.short_name
    issued = grant.issued_at if grant else None
    node = f"{provider} · {grant.node.name}" if grant else provider
    clock = _timed(held.get("C5"), today)
    return [
        Step(_("Grant issued"), _("Art. 22"), provider, give, issued),
        Step(
            _("Delivered: the node holds the grant"), _("Art. 22"), node, deliver, fetched, *clock
        ),
        Step(_("First used"), _("Art. 38"), consumer, use, first),
    ]


def _first_use(grant: GrantRow | None) -> date | None:
    if grant is None:
        return None
    days = UsageDay.objects.filter(grant=grant.pk, answered__gt=0).order_by("day")
    return days.values_list("day", flat=True).first()


def _timed(clock: Clock | None, today: date) -> tuple[Clock | None, int | None]:
    if clock is None or clock.ended_on:
        return clock, None
    return clock, clocks.left(clock, today)
