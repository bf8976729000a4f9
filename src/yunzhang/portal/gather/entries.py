"""Entries in the making: edited by the unit, approved by its head, reviewed by the authority."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from yunzhang import clock
from yunzhang.gather import assessments, catalog
from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.people import clocks
from yunzhang.people.permissions import may, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import build, decode, plain
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.levels import Grade

KINDS = ("", "name", "citizen_id", "phone", "address", "date")
WRITTEN = (
    "classification", "title", "abstract", "format", "share_type", "share_condition",
    "share_basis", "share_method", "open_type", "open_condition", "update_cycle",
)  # fmt: skip
ITEM_TEXTS = ("name", "column", "type", "length", "title", "grade", "kind")
EDITED = (EntryVersion.State.DRAFT, EntryVersion.State.RETURNED)


@door("catalog.see")
def version(request: Visit, version: int) -> HttpResponse:
    """One version, with the deeds that lead it on."""
    found = seen.one(seen.versions(request.actor), pk=version)
    if request.method == "POST":
        return do(request, DEEDS, found)
    draft = decode(found.draft, EntryDraft)
    subject = catalog.subject(found)
    # Everyone may read what is published; how it came about is for the unit and its reviewers.
    own = may(request.actor, "catalog.see", found.resource.unit)
    running = clocks.running().filter(subject=subject).first()
    context = {
        "version": found,
        "resource": found.resource,
        "draft": draft,
        "before": _changes(found, draft),
        "open_faults": catalog.faults_now(found) if found.state in EDITED else (),
        "assessed": assessments.standing(found.resource, draft.items).value,
        "assessment": assessments.latest(found.resource) if own else None,
        "clock": running,
        "days": clocks.left(running, clock.today()) if running else None,
        "history": told(subject) if own else (),
        "editable": found.state in EDITED,
        "linkable": _linkable(found),
    }
    return render(request, "portal/version.html", context)


@door("catalog.draft")
def edit(request: Visit, version: int) -> HttpResponse:
    own = seen.within(request.actor, "catalog.draft", "resource__unit")
    found = seen.one(seen.versions(request.actor).filter(own), pk=version, state__in=EDITED)
    if request.method == "POST":
        return do(request, {"save": _save, "submit": _save_and_submit}, found)
    draft = decode(found.draft, EntryDraft)
    context = {
        "version": found,
        "draft": draft,
        "items": _typed_items(request.typed) or [plain(item) for item in draft.items],
        "lists": {name: pack().codes_of(name) for name in CODE_LISTS},
        "types": list(ItemType),
        "grades": list(Grade),
        "kinds": KINDS,
    }
    return render(request, "portal/entry_edit.html", context)


CODE_LISTS = (
    "classification", "format", "share_type", "share_basis", "share_method", "open_type",
    "update_cycle",
)  # fmt: skip


def _changes(found: EntryVersion, draft: EntryDraft) -> list[tuple[str, Any, Any]]:
    """What differs from the published version: the reviewer reads this first."""
    published = found.resource.versions.filter(state=EntryVersion.State.PUBLISHED).first()
    if published is None or published.pk == found.pk:
        return []
    old, new = plain(decode(published.draft, EntryDraft)), plain(draft)
    return [
        (part, old[part], new[part]) for part in new if old[part] != new[part] and part != "items"
    ] + _item_changes(old["items"], new["items"])


def _item_changes(old: list[Any], new: list[Any]) -> list[tuple[str, Any, Any]]:
    before = {item["name"]: item for item in old}
    after = {item["name"]: item for item in new}
    return [
        (name, _short(before.get(name)), _short(after.get(name)))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _short(item: dict[str, Any] | None) -> str:
    return f"{item['type']}({item['length']}) G{item['grade']}" if item else ""


def _typed_items(form: QueryDict) -> list[dict[str, Any]]:
    """The items as typed, row by row; those marked for removal stay out."""
    rows = [key.removeprefix("item_name_") for key in form if key.startswith("item_name_")]
    return [
        {
            **{part: form.get(f"item_{part}_{row}", "").strip() for part in ITEM_TEXTS},
            **{part: f"item_{part}_{row}" in form for part in ("key", "filterable")},
        }
        for row in rows
        if f"item_drop_{row}" not in form
    ]


def _written(request: Visit, found: EntryVersion) -> EntryDraft:
    """The draft as the form holds it; provider and system stay what the register says."""
    items = [
        {**row, **{part: typed.whole_number(row[part] or "0") for part in ("length", "grade")}}
        for row in _typed_items(request.POST)
    ]
    return build(
        {
            **plain(decode(found.draft, EntryDraft)),
            **{part: typed.text(request, part) for part in WRITTEN},
            "items": items,
            "related_codes": typed.lines(request, "related_codes"),
        },
        EntryDraft,
    )


def _save(request: Visit, found: EntryVersion) -> str:
    catalog.edit(request.actor, found, _written(request, found), why=typed.why(request))
    return reverse("version", args=[found.pk])


def _save_and_submit(request: Visit, found: EntryVersion) -> str:
    # Both or neither; what was typed is shown again beside the faults.
    with transaction.atomic():
        _save(request, found)
        found.refresh_from_db()
        return _submit(request, found)


def _assess(request: Visit, found: EntryVersion) -> None:
    assessments.begin(
        request.actor,
        found,
        secrecy_risk=typed.paper(request, "secrecy_risk"),
        privacy_impact=typed.paper(request, "privacy_impact"),
        why=typed.why(request),
    )


def _submit(request: Visit, found: EntryVersion) -> str:
    catalog.submit(request.actor, found, why=typed.why(request))
    return reverse("version", args=[found.pk])


def _approve(request: Visit, found: EntryVersion) -> None:
    catalog.approve(request.actor, found, why=typed.why(request))


def _return(request: Visit, found: EntryVersion) -> None:
    reasons = typed.text(request, "reasons")
    catalog.return_(request.actor, found, reasons, why=typed.why(request) or reasons)


def _publish(request: Visit, found: EntryVersion) -> str:
    published = catalog.publish(request.actor, found, why=typed.why(request))
    return reverse("entry", args=[published.resource.code])


def _revise(request: Visit, found: EntryVersion) -> str:
    revised = catalog.revise(request.actor, found.resource, why=typed.why(request))
    return reverse("entry_edit", args=[revised.pk])


def _linkable(found: EntryVersion) -> list[DataTable]:
    """The gathered tables of the unit that have no entry, for one that has no table."""
    if found.resource.table_id is not None or found.state not in EDITED:
        return []
    free = DataTable.objects.filter(system__unit=found.resource.unit, resources=None)
    return list(free.exclude(gathered_at=None).order_by("title"))


def _link(request: Visit, found: EntryVersion) -> str:
    table = seen.one(seen.tables(request.actor), name=typed.text(request, "table"))
    seen.one(DataTable.objects.exclude(gathered_at=None), pk=table.pk)
    catalog.link(request.actor, found, table, why=typed.why(request))
    return reverse("entry_edit", args=[found.pk])


DEEDS = {
    "assess": _assess,
    "link": _link,
    "submit": _submit,
    "approve": _approve,
    "return": _return,
    "publish": _publish,
    "revise": _revise,
}
