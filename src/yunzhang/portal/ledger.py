"""The ledger explorer: what each log holds, found by subject or index, and verified on the spot."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yunzhang.gather import nodes
from yunzhang.gather.models import Node
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import may, pack
from yunzhang.portal import logs, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.protect.verify import verify_log, verify_proof
from yunzhang.terms.faults import Refused
from yunzhang.use import usage
from yunzhang.use.models import NodeLog, Usage


@door("ledger.see")
def ledger(request: Visit) -> HttpResponse:
    context = {
        "hub": logs.named(logs.HUB),
        "waiting": FactRow.objects.filter(index=None).count(),
        "nodes": NodeLog.objects.select_related("node__unit").order_by("node__name"),
        "silent": Node.objects.filter(log=None).select_related("unit"),
    }
    return render(request, "portal/ledger.html", context)


@door("ledger.see")
def log(request: Visit, name: str) -> HttpResponse:
    found = logs.named(name)
    limit = pack().limit("page.rows")
    rows = _facts(request, limit) if name == logs.HUB else _receipts(request, found, limit)
    context = {
        "log": found,
        "rows": rows[:limit],
        "more": rows[limit - 1].index if len(rows) > limit else None,
        "subject": request.GET.get("subject", ""),
        "refused": _refused(found),
        "may_verify_all": may(request.actor, "ledger.verify") and name == logs.HUB,
    }
    return render(request, "portal/log.html", context)


@door("ledger.see")
def leaf(request: Visit, name: str, index: int) -> HttpResponse:
    """One entry as it stands in the log; the Verify button recomputes its proof here and now."""
    found = logs.named(name)
    entry = logs.leaf(found, index)
    context = {
        "log": found,
        "index": index,
        "fields": json.loads(entry),
        "fact": FactRow.objects.filter(index=index).select_related("person").first()
        if name == logs.HUB
        else None,
        "text": entry.decode(),
        "verdict": _verified(found, entry, index) if request.GET.get("verify") else None,
        "covered": index < found.size,
    }
    return render(request, "portal/leaf.html", context)


@require_GET
@door("ledger.see")
def leaf_file(request: Visit, name: str, index: int, part: str) -> HttpResponse:
    """The entry's exact bytes, or its proof, as a file for `yunzhang verify proof`."""
    found = logs.named(name)
    if part not in ("entry.json", "proof.txt"):
        raise Http404
    body = logs.leaf(found, index) if part == "entry.json" else logs.proof(found, index).encode()
    kept = f'attachment; filename="{name}-{index}-{part}"'
    return HttpResponse(
        body, content_type="application/octet-stream", headers={"Content-Disposition": kept}
    )


@door("ledger.verify")
def log_verified(request: Visit) -> HttpResponse:
    """The hub's whole log recomputed from its files: every entry, every tile, the signature."""
    found = logs.named(logs.HUB)
    verdict = verify_log(settings.LEDGER, found.key.text)
    return render(request, "portal/log_verified.html", {"log": found, "verdict": verdict})


@door("node.register")
def node_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"register": _register_node})
    own = seen.within(request.actor, "node.register", "unit")
    found = Node.objects.filter(own).select_related("unit", "log").order_by("name")
    return render(request, "portal/nodes.html", {"nodes": found})


def _register_node(request: Visit) -> None:
    nodes.register(
        request.actor,
        seen.home(request.actor, "node.register"),
        typed.text(request, "name"),
        typed.text(request, "address"),
        typed.text(request, "key"),
        why=typed.why(request),
    )


def _refused(found: logs.Log) -> list[Any]:
    """The faults of the node's last batch, when the hub refused it."""
    held = NodeLog.objects.filter(node=found.node).exclude(fault="").first() if found.node else None
    return usage.last_fault(held, spoken()) if held else []


def _verified(found: logs.Log, entry: bytes, index: int) -> Any:
    try:
        return verify_proof(entry, logs.proof(found, index), found.key.text)
    except Refused as refused:
        return {"ok": False, "steps": (), "wrong": refused.faults[0]}


def _facts(request: Visit, limit: int) -> list[FactRow]:
    rows = FactRow.objects.exclude(index=None).select_related("person", "unit").order_by("-index")
    subject = request.GET.get("subject", "").strip()
    if subject:
        rows = rows.filter(subject=subject)
    return list(rows.filter(**_before(request))[: limit + 1])


def _receipts(request: Visit, found: logs.Log, limit: int) -> list[Usage]:
    rows = Usage.objects.filter(log__node=found.node)
    subject = request.GET.get("subject", "").strip().removeprefix("grant:")
    if subject:
        rows = rows.filter(grant=subject)
    rows = rows.select_related("consumer", "provider").order_by("-index")
    return list(rows.filter(**_before(request))[: limit + 1])


def _before(request: Visit) -> dict[str, int]:
    after = typed.place(request.GET.get("after", ""))
    return {} if after is None else {"index__lt": after}
