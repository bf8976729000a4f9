"""The auditor's desk: who used what for what, what was refused or idle, whether logs are whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.gather.models import EntryVersion, Node
from yunzhang.people.models import Case, FactRow
from yunzhang.people.permissions import pack
from yunzhang.portal.doors import Visit, door
from yunzhang.protect.keys import PublicKey
from yunzhang.protect.notes import verify_checkpoint
from yunzhang.share import grants
from yunzhang.share.models import GrantRow
from yunzhang.terms.faults import Refused
from yunzhang.use import usage
from yunzhang.use.models import NodeLog, Usage, UsageDay


@dataclass(frozen=True)
class Used:
    """Calls of one consumer on one resource for one purpose."""

    consumer: str
    title: str
    code: str
    purpose: str
    answered: int
    refused: int
    rows: int


@dataclass(frozen=True)
class Health:
    """One node's log: what it promised, what has arrived, when, and whether it was refused."""

    node: Node
    held: int
    promised: int | None  # None: its last checkpoint cannot be verified
    taken_at: datetime | None
    standing: str  # as the states of a log

    @property
    def gap(self) -> int:
        """Entries promised by the last checkpoint that have not arrived."""
        return max(0, (self.promised or 0) - self.held)


@door("ledger.verify")
def audit(request: Visit) -> HttpResponse:
    today = clock.today()
    since = today - timedelta(days=pack().limit("usage.unused_days"))
    most = pack().limit("page.rows")
    unused = usage.approved_unused(today)
    stopped = GrantRow.objects.filter(state=GrantRow.State.SUSPENDED)
    misused = Case.objects.filter(procedure=grants.MISUSE, closed_on=None)
    used = _used(since, most)
    context = {
        "since": since,
        "used": used,
        "calls": UsageDay.objects.filter(day__gte=since).aggregate(
            answered=Sum("answered", default=0), refused=Sum("refused", default=0)
        ),
        "reasons": _reasons(since, most),
        "unused": unused[:most],
        "unused_total": len(unused),
        "suspended": stopped.select_related("consumer", "provider", "request")[:most],
        "suspended_total": stopped.count(),
        "misuse": misused.order_by("-pk")[:most],
        "misuse_total": misused.count(),
        "health": [_health(node) for node in Node.objects.select_related("unit", "log")],
        "waiting": FactRow.objects.filter(index=None).count(),
    }
    return render(request, "portal/audit.html", context)


def _used(since: date, most: int) -> list[Used]:
    days = UsageDay.objects.filter(day__gte=since)
    named = ("consumer__short_name", "resource_code", "purpose")
    sums = {name: Sum(name) for name in ("answered", "refused", "rows")}
    found = list(days.values(*named).annotate(**sums).order_by("-answered", "-refused")[:most])
    codes = {row["resource_code"] for row in found}
    state = EntryVersion.State.PUBLISHED
    titles = dict(
        EntryVersion.objects.filter(state=state, resource__code__in=codes).values_list(
            "resource__code", "title"
        )
    )
    return [
        Used(
            consumer=row["consumer__short_name"] or "",
            title=titles.get(row["resource_code"], row["resource_code"]),
            code=row["resource_code"] if row["resource_code"] in titles else "",
            purpose=row["purpose"],
            answered=row["answered"],
            refused=row["refused"],
            rows=row["rows"],
        )
        for row in found
    ]


def _reasons(since: date, most: int) -> list[Any]:
    start = datetime(since.year, since.month, since.day, tzinfo=BEIJING)
    refused = Usage.objects.filter(outcome="refused", at__gte=start)
    return list(refused.values("reasons").annotate(calls=Count("pk")).order_by("-calls")[:most])


def _health(node: Node) -> Health:
    log = getattr(node, "log", None) or NodeLog(node=node)
    standing = "fault" if log.fault else "sound" if log.size else "silent"
    return Health(node, log.size, _promised(node, log), log.taken_at, standing)


def _promised(node: Node, log: NodeLog) -> int | None:
    if not log.checkpoint:
        return log.size
    try:
        return verify_checkpoint(log.checkpoint, PublicKey.parse(node.key)).size
    except Refused:
        return None
