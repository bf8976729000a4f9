"""The catalog: finding a resource, and the page that tells all about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.gather import search
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.export import Sheet, as_file
from yunzhang.protect.keys import open_signed
from yunzhang.protect.masking import default_masks
from yunzhang.terms.document import decode
from yunzhang.terms.entry import KIND, Entry, EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.signed import Signed
from yunzhang.use.models import UsageDay


@door("catalog.see")
def catalog(request: Visit) -> HttpResponse:
    found = _found(request, pack().limit("page.rows"))
    # htmx asks for the list alone while the person types.
    instant = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    template = "portal/part/found.html" if instant else "portal/catalog.html"
    context = {
        "found": found,
        "q": request.GET.get("q", ""),
        "units": Unit.objects.filter(resources__versions__state="published").distinct(),
        "share_types": pack().codes_of("share_type"),
        "classifications": pack().codes_of("classification"),
    }
    return render(request, template, context)


@door("catalog.see")
def export(request: Visit, form: str) -> HttpResponse:
    found = _found(request, pack().limit("page.export_rows"))
    heads = ("信息资源代码", "信息资源名称", "提供方", "共享类型", "分级", "发布日期", "摘要")
    rows = [
        (
            row.resource.code,
            row.title,
            row.resource.unit.name,
            row.share_type,
            row.grade,
            str(row.published_on or ""),
            decode(row.draft, EntryDraft).abstract,
        )
        for row in found.rows
    ]
    return as_file(Sheet("catalog", heads, rows), form)


@door("catalog.see")
def entry(request: Visit, code: str) -> HttpResponse:
    resource = seen.resource(code)
    versions = list(seen.versions(request.actor).filter(resource=resource))
    if not versions:
        raise Http404
    shown = next((v for v in versions if v.state == EntryVersion.State.PUBLISHED), versions[0])
    draft = decode(shown.draft, EntryDraft)
    masks = {mask.item: mask.way for mask in default_masks(draft.items, pack())}
    context = {
        "resource": resource,
        "version": shown,
        "versions": versions,
        "draft": draft,
        "items": [(item, masks[item.name]) for item in draft.items],
        "signature": _signature(shown),
        "drifts": resource.drifts.filter(cleared_at=None),
        "verdict": _verdict(resource),
        "usage": _usage(resource),
        "requestable": shown.state == EntryVersion.State.PUBLISHED and shown.share_type != "3",
    }
    return render(request, "portal/entry.html", context)


def _found(request: Visit, limit: int) -> search.Page:
    asked = request.GET
    return search.search(
        asked.get("q", "").strip(),
        share_type=asked.get("share_type") or None,
        unit=Unit.objects.filter(code=asked.get("unit", "")).first(),
        classification=asked.get("classification") or None,
        after=asked.get("after") or None,
        limit=limit,
    )


def _signature(version: EntryVersion) -> dict[str, Any]:
    """Whether the hub's key really signed what the page shows; "" when it is not published."""
    if not version.signed:
        return {"state": ""}
    signed = decode(version.signed, Signed)
    try:
        opened = open_signed(signed, KIND, Entry, [hub_key().public])
    except Refused as refused:
        return {"state": "wrong", "faults": refused.faults}
    same = opened.draft == decode(version.draft, EntryDraft)
    return {"state": "good" if same else "wrong", "key": signed.signatures[0].key}


def _verdict(resource: Resource) -> Any:
    return resource.table and resource.table.verdicts.order_by("-ran_at", "-pk").first()


def _usage(resource: Resource) -> dict[str, Any]:
    """Calls and consumers of the last days; nothing of who they are."""
    span = pack().limit("page.usage_days")
    found = UsageDay.objects.filter(
        resource_code=resource.code, day__gte=clock.today() - timedelta(days=span)
    )
    sums = found.aggregate(calls=Sum("answered"), rows=Sum("rows"))
    return {**sums, "days": span, "consumers": found.values("consumer").distinct().count()}
