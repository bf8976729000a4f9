"""Networks: what units run for themselves, until it is merged into the extranet or closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yunzhang.gather import counting, gates
from yunzhang.gather.clouds import NAME_MISSING, NAME_TWICE
from yunzhang.gather.models import Network
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

STATE_UNKNOWN = FaultKind(
    "place.state_unknown",
    422,
    Text("没有“{state}”这一状态。", "There is no state called {state}."),
    Text("在列表中选择。", "Choose one of the list."),
)
SECRET_MERGED = FaultKind(
    "network.secret_merged",
    422,
    Text("涉密网络不并入电子政务外网。", "A secret network is not merged into the extranet."),
    Text("停用的涉密网络登记为已关闭。", "Tell of one no longer used as closed."),
)
DAY_AHEAD = FaultKind(
    "place.day_ahead",
    422,
    Text("{day} 还没有到。", "{day} is still to come."),
    Text("填写今天或以前的日期。", "Give today or an earlier day."),
)


def register(
    actor: Actor,
    unit: Unit,
    name: str,
    built_on: date,
    today: date,
    *,
    secret: bool = False,
    approval: str = "",
    why: str,
) -> Network:
    """Enter a dedicated network; refused where the pack wants no new one without an approval."""
    row = Network(
        unit=unit, name=name.strip(), built_on=built_on, state_since=built_on, secret=secret
    )
    row.approval = approval.strip()
    with act(actor, Deed.NETWORK_REGISTERED, unit=unit, why=why) as deeds:
        refuse_if(faults(row, today))
        row.save()
        deeds.subject = f"network:{row.pk}"
        deeds.content.update(name=row.name, secret=secret, approval=row.approval)
        counting.network(row)
    return row


def change(
    actor: Actor, network: Network, state: str, since: date, today: date, *, why: str
) -> Network:
    """Tell what has become of it, and since when."""
    deed, subject = Deed.NETWORK_CHANGED, f"network:{network.pk}"
    with act(actor, deed, subject, unit=network.unit, why=why) as deeds:
        row = Network.objects.select_for_update().get(pk=network.pk)
        row.state, row.state_since = state, since
        refuse_if([*_state_faults(row), *ahead(since, today)])
        row.save()
        deeds.content.update(state=state, since=since.isoformat())
        counting.network(row)
    return row


def ahead(day: date, today: date) -> Iterator[Fault]:
    """A register tells what is, not what is planned."""
    if day > today:
        yield DAY_AHEAD(day=day)


def faults(row: Network, today: date) -> Iterator[Fault]:
    """Everything that keeps it from being registered."""
    if not row.name:
        yield NAME_MISSING()
    if Network.objects.filter(unit=row.unit, name=row.name).exists():
        yield NAME_TWICE(name=row.name)
    yield from too_long(row, "name", "approval")
    yield from ahead(row.built_on, today)
    # A secret network stands under other law than the plans for the extranet.
    if not row.secret:
        yield from gates.faults("network", row.unit, row.built_on, row.approval)


def _state_faults(row: Network) -> Iterator[Fault]:
    if row.state not in Network.State.values:
        yield STATE_UNKNOWN(state=row.state)
    if row.secret and row.state == Network.State.MERGED:
        yield SECRET_MERGED()
