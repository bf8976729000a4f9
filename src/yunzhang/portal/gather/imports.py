"""Imports: a table is uploaded, looked through whole, and entered once its sender says so."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from yunzhang.engines import grids, workbooks
from yunzhang.gather.entry_table import ENTRIES
from yunzhang.gather.network_table import NETWORKS
from yunzhang.gather.system_table import SYSTEMS
from yunzhang.oversee.clouds.extranet_table import EXTRANET
from yunzhang.oversee.clouds.register_tables import KINDS as REGISTERS
from yunzhang.oversee.seats.chief_table import CHIEFS
from yunzhang.people import imports, uploads
from yunzhang.people.act import REASON_MISSING
from yunzhang.people.imports import Kind, Made, Tell
from yunzhang.people.permissions import Actor, may, pack, require
from yunzhang.people.person_table import PEOPLE
from yunzhang.people.unit_table import UNITS
from yunzhang.people.uploads import Upload
from yunzhang.portal import progress, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.export import EXCEL
from yunzhang.portal.language import spoken
from yunzhang.portal.templatetags.said import said
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.forms import Flaw

FILE_MISSING = FaultKind(
    "import.file_missing",
    422,
    Text("没有选择文件，或文件超过 {most} MB。", "No file was chosen, or it exceeds {most} MB."),
    Text("选择要导入的 Excel 或 CSV 文件。", "Choose the Excel or CSV file to import."),
)
STILL_RUNNING = FaultKind(
    "import.still_running",
    409,
    Text("该文件正在处理。", "The file is being worked on."),
    Text("等处理完后再操作。", "Wait until it is done."),
)
TABLES = (UNITS, PEOPLE, CHIEFS, SYSTEMS, ENTRIES, NETWORKS, EXTRANET, *REGISTERS)
KINDS = {kind.id: kind for kind in TABLES}


@door("records.import")
def import_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"check": _check})
    open_kinds = [kind for kind in KINDS.values() if may(request.actor, kind.needs)]
    context = {
        "kinds": open_kinds,
        "uploads": uploads.waiting(request.actor),
        "past": imports.past(request.actor),
        "names": {kind.id: kind.name for kind in KINDS.values()},
        "megabytes": pack().limit("import.file_bytes") // grids.MEGABYTE,
        "hours": pack().limit("import.kept_hours"),
    }
    return render(request, "portal/imports.html", context)


@require_GET
@door("records.import")
def template(request: Visit, kind: str, form: str) -> HttpResponse:
    """The empty table of a kind, with notes, an example and lists to choose from."""
    asked = _kind(kind)
    make = {"xlsx": workbooks.template, "csv": workbooks.template_text}.get(form)
    if make is None:
        raise Http404
    body = make(asked.form, imports.choices, spoken())
    return _file(body, f"yunzhang-{asked.id}.{form}")


@door("records.import")
def one_import(request: Visit, token: str) -> HttpResponse:
    """What the dry run found, and the deed that enters it."""
    upload = uploads.of(request.actor, token)
    if request.method == "POST":
        if request.POST.get("deed") == "enter" and _kind(upload.meta.kind).told_once:
            return _told_once(request, upload)
        return do(request, {"enter": _enter, "forget": _forget}, upload)
    return render(request, "portal/import.html", _told(request, upload))


@require_GET
@door("records.import")
def import_flaws(request: Visit, token: str) -> HttpResponse:
    """The table as it was read, its faulty cells marked."""
    upload = uploads.of(request.actor, token)
    report = upload.report
    if report is None or not upload.path.exists():
        raise Refused(uploads.UPLOAD_GONE())
    read = grids.read(upload.path, upload.meta.name)
    body = workbooks.marked(read, report.flaws, spoken())
    return _file(body, f"flaws-{upload.meta.digest[:8]}.xlsx")


@require_GET
@door("records.import")
def import_progress(request: Visit, token: str) -> HttpResponse:
    """How far it is: a fragment for htmx, or a turn back to the page."""
    upload = uploads.of(request.actor, token)
    if not request.headers.get("HX-Request"):
        return redirect("import", token)
    state = progress.of(_name(upload))
    context = {"upload": upload, "running": state}
    response = render(request, "portal/part/import_progress.html", context)
    if state is None or state.ended:
        response.headers["HX-Refresh"] = "true"
    return response


def _kind(id: str) -> Kind:
    if id not in KINDS:
        raise Http404
    return KINDS[id]


def _file(body: bytes, name: str) -> HttpResponse:
    kind = EXCEL if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": disposition})


def _name(upload: Upload) -> str:
    return f"import-{upload.token}"


def _told(request: Visit, upload: Upload) -> dict[str, Any]:
    report, running = upload.report, progress.of(_name(upload))
    flaws = report.flaws if report else ()
    shown = list(_filtered(flaws, request.GET.get("code", ""), request.GET.get("q", "")))
    rows = pack().limit("page.rows")
    page = max(1, typed.place(request.GET.get("page", "1")) or 1)
    return {
        "upload": upload,
        "kind": _kind(upload.meta.kind),
        "report": report,
        "outcome": upload.outcome,
        "running": running if running and not running.ended else None,
        "failed": running.faults if running and running.ended else (),
        "codes": _counted(flaws),
        "shown": shown[(page - 1) * rows : page * rows],
        "matching": len(shown),
        "page": page,
        "more": len(shown) > page * rows,
        "code": request.GET.get("code", ""),
        "q": request.GET.get("q", ""),
        "left_out": report.records - report.sound if report else 0,
        "hours": pack().limit("import.kept_hours"),
    }


def _counted(flaws: tuple[Flaw, ...]) -> list[tuple[str, str, int]]:
    """Each kind of flaw by its column, and how often it is there: code, words, count."""
    counts = Counter(flaw.code for flaw in flaws)
    first = {flaw.code: flaw for flaw in reversed(flaws)}
    return [(code, said(first[code]), count) for code, count in counts.most_common()]


def _filtered(flaws: tuple[Flaw, ...], code: str, words: str) -> Iterator[Flaw]:
    for flaw in flaws:
        if code and flaw.code != code:
            continue
        if words and words not in f"{flaw.row} {flaw.column} {flaw.value} {flaw.zh} {flaw.en}":
            continue
        yield flaw


def _check(request: Visit) -> str:
    kind, file = _kind(typed.text(request, "kind")), request.FILES.get("file")
    require(request.actor, kind.needs)
    if file is None or not file.name or not file.size:
        raise Refused(FILE_MISSING(most=pack().limit("import.file_bytes") // grids.MEGABYTE))
    upload = uploads.keep(request.actor, kind.id, file.name, file.chunks())
    request.said = gettext("The file was looked through; nothing has been entered yet.")
    if file.size > pack().limit("import.inline_bytes"):
        progress.start(_name(upload), partial(_look, request.actor, upload))
        request.said = gettext("The file is being looked through; you may leave this page.")
        return reverse("import", args=[upload.token])
    try:
        _look(request.actor, upload, lambda *_: None)
    except Refused:
        uploads.forget(upload)
        raise
    return reverse("import", args=[upload.token])


def _look(actor: Actor, upload: Upload, tell: Tell) -> None:
    """The dry run."""
    read = grids.read(upload.path, upload.meta.name)
    upload.tell(imports.plan(actor, _kind(upload.meta.kind), read, tell))


def _enter(request: Visit, upload: Upload) -> str:
    work = partial(_write, request.actor, upload, _sound_only(request), _why(request))
    state = progress.of(_name(upload))
    if state is not None and not state.ended:
        raise Refused(STILL_RUNNING())
    if not upload.path.exists():
        raise Refused(uploads.UPLOAD_GONE())
    if upload.path.stat().st_size > pack().limit("import.inline_bytes"):
        progress.start(_name(upload), work)
        request.said = gettext("The records are being entered; you may leave this page.")
    else:
        work(lambda *_: None)
    return reverse("import", args=[upload.token])


def _write(actor: Actor, upload: Upload, sound_only: bool, why: str, tell: Tell) -> list[Made]:  # noqa: FBT001 - handed on whole by partial
    """Look again, for records may have changed since, and enter what stands."""
    kind = _kind(upload.meta.kind)
    with upload.taken() as path:
        planned = imports.plan(actor, kind, grids.read(path, upload.meta.name), tell)
        upload.tell(planned)
        made = imports.enter(
            actor, kind, planned, upload.source, tell, sound_only=sound_only, why=why
        )
        upload.done(len(made), len(planned.records) - len(made))
    return made


def _told_once(request: Visit, upload: Upload) -> HttpResponse:
    """Enter people and tell their passwords: on this page and never again."""
    kind = _kind(upload.meta.kind)
    made = _write(request.actor, upload, _sound_only(request), _why(request), lambda *_: None)
    rows = [one.told_once for one in made if one.told_once]
    heads = [said(head) for head in kind.told_once]
    body = workbooks.listing(said(kind.name), heads, rows)
    context = {
        **_told(request, uploads.of(request.actor, upload.token)),
        "heads": heads,
        "rows": rows,
        "file": base64.b64encode(body).decode(),
        "mime": EXCEL,
    }
    return render(request, "portal/import_once.html", context)


def _sound_only(request: Visit) -> bool:
    return "sound_only" in request.POST


def _why(request: Visit) -> str:
    """The reason, asked before anything is read."""
    why = typed.why(request)
    if not why:
        raise Refused(REASON_MISSING())
    return why


def _forget(request: Visit, upload: Upload) -> str:
    uploads.forget(upload)
    request.said = gettext("The uploaded file is deleted; nothing was entered.")
    return reverse("imports")


urlpatterns = [
    path("imports", import_list, name="imports"),
    path("imports/template/<slug:kind>.<str:form>", template, name="import_template"),
    path("imports/<slug:token>", one_import, name="import"),
    path("imports/<slug:token>/flaws.xlsx", import_flaws, name="import_flaws"),
    path("imports/<slug:token>/progress", import_progress, name="import_progress"),
]
