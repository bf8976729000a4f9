"""Purchases: what units buy of cloud vendors, by which contract and until when."""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang.oversee.clouds.register_models import ServiceBought
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

VENDOR_MISSING = FaultKind(
    "service.vendor_missing",
    422,
    Text("服务商和所购服务都要填写。", "A purchase needs a vendor and a service."),
    Text("补填后再登记。", "Fill in both and register again."),
)
ENDS_EARLY = FaultKind(
    "service.ends_early",
    422,
    Text("服务止期早于起期。", "The service would end before it begins."),
    Text("核对起止日期。", "Check both days."),
)
BOUGHT_TWICE = FaultKind(
    "service.twice",
    409,
    Text(
        "“{vendor}”的“{service}”自 {since} 起已登记。",
        "{service} of {vendor} since {since} is on record already.",
    ),
    Text("无需重复登记。", "There is nothing to do."),
)


def register(actor: Actor, row: ServiceBought, *, why: str) -> ServiceBought:
    """Put on record what a unit buys."""
    for field in ("vendor", "service", "contract"):
        setattr(row, field, getattr(row, field).strip())
    with act(actor, Deed.SERVICE_BOUGHT, unit=row.unit, why=why) as deeds:
        refuse_if(faults(row))
        row.save()
        deeds.subject = f"service:{row.pk}"
        deeds.content.update(
            vendor=row.vendor,
            service=row.service,
            cloud=row.cloud.name if row.cloud else "",
            contract=row.contract,
            since=row.since.isoformat(),
            until=row.until.isoformat() if row.until else "",
        )
    return row


def faults(row: ServiceBought) -> Iterator[Fault]:
    """Everything that keeps a purchase from being put on record."""
    if not (row.vendor and row.service):
        yield VENDOR_MISSING()
    if row.until is not None and row.until < row.since:
        yield ENDS_EARLY()
    same = ServiceBought.objects.filter(
        unit=row.unit, vendor=row.vendor, service=row.service, since=row.since
    )
    if same.exists():
        yield BOUGHT_TWICE(vendor=row.vendor, service=row.service, since=row.since)
    yield from too_long(row, "vendor", "service", "contract")
