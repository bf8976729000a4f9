"""The ledger explorer: what each log holds, found by subject or index, and verified on the spot."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yunzhang.gather import nodes
from yunzhang.gather.models import Node
from yunzhang.oversee.seats import chiefs
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.protect import logs
from yunzhang.portal.protect.ledger_lists import FACTS, LOGS, NODES, receipts
from yunzhang.protect.verify import verify_log, verify_proof
from yunzhang.terms.faults import Refused
from yunzhang.use import usage
from yunzhang.use.models import NodeLog, Usage


@door("ledger.see")
def ledger(request: Visit) -> HttpResponseBase:
    context = {
        "hub": logs.named(logs.HUB),
        "waiting": FactRow.objects.filter(index=None).count(),
    }
    nodes = Node.objects.select_related("unit", "log")
    return answer(request, "portal/ledger.html", context, nodes=Listed(request, LOGS, nodes))


@door("ledger.see")
def log(request: Visit, name: str) -> HttpResponseBase:
    found = logs.named(name)
    context = {
        "log": found,
        "refused": _refused(found),
        "may_verify_all": may(request.actor, "ledger.verify") and name == logs.HUB,
    }
    return answer(request, "portal/log.html", context, entries=_entries(request, found))


def _entries(request: Visit, found: logs.Log) -> Listed:
    if found.name == logs.HUB:
        facts = FactRow.objects.exclude(index=None).select_related("unit")
        return Listed(request, FACTS, facts)
    held = Usage.objects.filter(log__node=found.node).select_related("consumer")
    return Listed(request, receipts(found.name), held)


@door("ledger.see")
def leaf(request: Visit, name: str, index: int) -> HttpResponse:
    """One entry as it stands in the log; the Verify button recomputes its proof here and now."""
    found = logs.named(name)
    entry = logs.leaf(found, index)
    facts = FactRow.objects.filter(index=index).select_related("person")
    context = {
        "log": found,
        "index": index,
        "fields": json.loads(entry),
        "fact": chiefs.with_chief(facts).first() if name == logs.HUB else None,
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
def node_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"register": _register_node})
    own = seen.within(request.actor, "node.register", "unit")
    found = Node.objects.filter(own).select_related("unit", "log")
    return answer(request, "portal/nodes.html", {}, nodes=Listed(request, NODES, found))


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
