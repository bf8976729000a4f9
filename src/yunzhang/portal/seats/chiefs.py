"""Chiefs: the register at all levels, the empty seats, and one chief with document and history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.gather.models import Cloud
from yunzhang.oversee.seats import chiefs, handovers
from yunzhang.oversee.seats.chief_models import Appointment, Handover, UnitField
from yunzhang.oversee.seats.chiefs import Vacancy, Warrant
from yunzhang.people import identity
from yunzhang.people.models import Person, Post, Unit
from yunzhang.people.permissions import may, pack
from yunzhang.portal import history, seen, typed
from yunzhang.portal.cited import place
from yunzhang.portal.doors import PUBLIC, Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark, of_units
from yunzhang.portal.standing import told
from yunzhang.portal.states import Tone
from yunzhang.portal.templatetags.said import coded, role_name, said

APPOINT = "person.register"


def _paper(post: Post) -> Appointment:
    """What the register says of a post; empty where nobody wrote it down."""
    return post.appointment if hasattr(post, "appointment") else Appointment()


def _roles(_rows: object) -> Choices:
    return [(row.id, said(row)) for row in chiefs.listed()]


def _tiers(_rows: object) -> Choices:
    return [(row.code, said(row)) for row in pack().codes_of("tier")]


def _vacant_tiers(rows: Iterable[Vacancy]) -> Choices:
    there = {row.unit.tier for row in rows if row.unit}
    return [choice for choice in _tiers(rows) if choice[0] in there]


def _fields(_rows: object) -> Choices:
    return [(field, field) for field in chiefs.fields()]


def _document(post: Post) -> Iterable[Mark]:
    return () if _paper(post).number else (Mark(gettext("no document"), Tone.WARN),)


def _red(_row: object) -> str:
    return "bad"


def _clouds(_rows: object) -> Choices:
    return [(name, name) for name in Cloud.objects.order_by("name").values_list("name", flat=True)]


def _of_cloud(name: str) -> Q:
    return Q(appointment__cloud=name) | Q(unit__in=Cloud.objects.filter(name=name).values("unit"))


UNDOCUMENTED = Q(appointment=None) | Q(appointment__number="")
TIER = Filter("tier", _("Level"), lambda value: Q(unit__tier=value), _tiers)
ROLE = Filter("role", _("Role"), lambda value: Q(role=value), _roles, least=2)
REGISTER = Listing(
    "chiefs",
    _("Register of chiefs"),
    (
        Column(
            "name",
            _("Chief"),
            lambda row: row.person.full_name,
            order="person__full_name",
            found=(
                *("person__full_name", "unit__name", "unit__short_name"),
                *("appointment__number", "appointment__cloud"),
            ),
            link=lambda row: reverse("chief", args=[row.pk]),
            note=lambda row: _paper(row).office,
        ),
        Column("office", _("Office held"), lambda row: _paper(row).office, on="file"),
        Column("role", _("Role"), lambda row: role_name(row.role), order="role"),
        Column(
            "unit",
            _("Unit"),
            lambda row: row.unit.short_name,
            order="unit__code",
            note=lambda row: coded(row.unit.tier, "tier"),
        ),
        Column("tier", _("Level"), lambda row: coded(row.unit.tier, "tier"), on="file"),
        Column("field", _("Field"), lambda row: _paper(row).field, order="appointment__field"),
        Column(
            "cloud",
            _("Cloud"),
            lambda row: (
                _paper(row).cloud or gettext(", ").join(one.name for one in row.unit.clouds.all())
            ),
        ),
        Column("since", _("In post since"), lambda row: row.from_date, Kind.DAY, "from_date"),
        Column("until", _("Last day"), lambda row: row.to_date, Kind.DAY, "to_date"),
        Column(
            "document",
            _("Appointed by"),
            lambda row: _paper(row).number,
            order="appointment__number",
            marks=_document,
        ),
        Column("signed", _("Of the day"), lambda row: _paper(row).signed_on, Kind.DAY, on="file"),
    ),
    (_("No chief is in post"), _("Appoint the first below, or import the directory.")),
    order=("unit__code", "role", "pk"),
    filters=(
        TIER,
        of_units("unit", _("Unit"), "unit"),
        ROLE,
        Filter("field", _("Field"), lambda value: Q(appointment__field=value), _fields, least=2),
        Filter("cloud", _("Cloud"), _of_cloud, _clouds),
        Filter(
            "paper",
            _("Document"),
            lambda value: UNDOCUMENTED if value == "none" else None,
            lambda _rows: [("none", gettext("no document"))],
        ),
    ),
    hint=_("Name, unit or document"),
)
VACANT = Listing(
    "vacant",
    _("Seats without a chief"),
    (
        Column(
            "where",
            _("Unit or field"),
            lambda row: row.unit.short_name if row.unit else row.field,
            order="where",
            found=("where",),
            note=lambda row: coded(row.unit.tier, "tier") if row.unit else "",
        ),
        Column("role", _("Role"), lambda row: said(row.role), order="role"),
        Column(
            "since",
            _("Empty since"),
            lambda row: row.since,
            Kind.DAY,
            "since",
            tone=lambda _: "bad",
        ),
        Column("last", _("Last held by"), lambda row: row.last and row.last.person.full_name),
        Column("cite", _("Clause"), lambda row: place(row.role.cite)),
    ),
    (_("Every seat is taken"), _("A unit that owes a chief and has none stands here.")),
    filters=(
        Filter(
            "vacant_tier",
            _("Level"),
            lambda value: lambda row: row.unit is not None and row.unit.tier == value,
            _vacant_tiers,
            least=2,
        ),
    ),
    prefix="v-",
    hint=_("Unit or field"),
)
PUBLIC_COLUMNS = (
    Column(
        "unit",
        _("Unit"),
        lambda row: row.unit.name,
        order="unit__code",
        found=("unit__name", "unit__short_name", "appointment__office"),
    ),
    Column("role", _("Role"), lambda row: role_name(row.role), order="role"),
    Column("office", _("Office held"), lambda row: _paper(row).office),
    Column("field", _("Field"), lambda row: _paper(row).field),
    Column("since", _("In post since"), lambda row: row.from_date, Kind.DAY, "from_date"),
)
NAME = Column("name", _("Chief"), lambda row: row.person.full_name)


def _public(*, names: bool) -> Listing:
    """The register anyone may read; names only where the pack makes them public."""
    columns = (PUBLIC_COLUMNS[0], NAME, *PUBLIC_COLUMNS[1:]) if names else PUBLIC_COLUMNS
    return Listing(
        "public-chiefs",
        _("Register of chiefs"),
        columns,
        (_("No chief is in post"), _("The register is published here once there is one.")),
        order=("unit__code", "role", "pk"),
        filters=(TIER, ROLE),
        hint=_("Unit or office"),
    )


@door("desk.see")
def chief_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"appoint": _appoint, "fields": _set_fields})
    today = clock.today()
    day = _asked_day(request, today)
    found, empty = chiefs.register(day).prefetch_related("unit__clouds"), chiefs.vacancies(today)
    appoints = may(request.actor, APPOINT)
    context = {
        "day": day,
        "past": day != today,
        "total": found.count(),
        "empty": len(empty),
        "undocumented": found.filter(UNDOCUMENTED).count(),
        "handovers": list(
            Handover.objects.filter(closed_at=None).select_related("post__person", "post__unit")
        ),
        "appoints": appoints,
        **(_offered() if appoints else {}),
    }
    return answer(
        request,
        "portal/chiefs.html",
        context,
        chiefs=Listed(request, REGISTER, found),
        vacant=Listed(request, VACANT, empty),
    )


@door("desk.see")
def chief(request: Visit, number: int) -> HttpResponse:
    held = _of(number)
    if request.method == "POST":
        return do(request, {"record": _record, "relieve": _relieve, "hand_over": _open}, held)
    role = next((row for row in chiefs.listed() if row.id == held.role), None)
    before = Post.objects.filter(unit=held.unit, role=held.role).select_related("person")
    context = {
        "post": held,
        "paper": _paper(held),
        "role": role,
        "line": told(before.order_by("-from_date", "-pk"), clock.today()),
        "handover": Handover.objects.filter(post=held).first(),
        "hands_over": handovers.may_open(request.actor, held),
        "changes": may(request.actor, APPOINT, held.unit),
        "history": history.told(f"person:{held.person_id}"),
    }
    return render(request, "portal/chief.html", context)


@require_GET
@door("desk.see")
def chief_document(request: Visit, number: int) -> HttpResponse:
    """The document a chief was appointed by, as it was put on record."""
    paper = _paper(_of(number))
    if not paper.file:
        raise Http404
    name = paper.file_name.replace('"', "")
    response = HttpResponse(bytes(paper.file), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
@door(PUBLIC)
def public_chiefs(request: Visit) -> HttpResponseBase:
    names = bool(pack().limit("chiefs.public_names"))
    found = chiefs.register(clock.today())
    listed = Listed(request, _public(names=names), found)
    return answer(request, "portal/public_chiefs.html", {"names": names}, chiefs=listed)


def _of(number: int) -> Post:
    ids = [row.id for row in chiefs.listed()]
    found = Post.objects.filter(role__in=ids).select_related("unit", "person", "appointment")
    return seen.one(found, pk=number)


def _asked_day(request: Visit, today: date) -> date:
    """The day whose chiefs are asked for, today where none is; a day that is none means nothing."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today


def _offered() -> dict[str, Any]:
    belong: dict[int, list[str]] = {}
    for row in UnitField.objects.order_by("pk"):
        belong.setdefault(row.unit_id, []).append(row.field)
    units = list(Unit.objects.all())
    return {
        "paper": Appointment(),
        "units": units,
        "people": Person.objects.filter(posts__isnull=False).distinct().order_by("full_name", "pk"),
        "roles": chiefs.listed(),
        "fields": chiefs.fields(),
        "belong": [(unit, belong[unit.pk]) for unit in units if unit.pk in belong],
    }


def _warrant(request: Visit) -> Warrant:
    paper = typed.paper(request, "document")
    return Warrant(
        number=typed.text(request, "number"),
        signed_on=typed.day_or_none(request, "signed_on"),
        file_name=paper.file_name,
        file=paper.file,
        field=typed.text(request, "field"),
        office=typed.text(request, "office"),
        cloud=typed.text(request, "cloud"),
    )


def _appoint(request: Visit) -> str:
    made = chiefs.appoint(
        request.actor,
        seen.one(Person.objects.all(), username=typed.text(request, "person")),
        seen.one(Unit.objects.all(), code=typed.text(request, "unit")),
        typed.text(request, "role"),
        _warrant(request),
        why=typed.why(request),
        from_date=typed.day_or_none(request, "from_date"),
        to_date=typed.day_or_none(request, "to_date"),
    )
    return reverse("chief", args=[made.pk])


def _record(request: Visit, held: Post) -> None:
    chiefs.record(request.actor, held, _warrant(request), why=typed.why(request))


def _relieve(request: Visit, held: Post) -> None:
    to_date = typed.day(request, "to_date")
    identity.relieve(request.actor, held, why=typed.why(request), to_date=to_date)


def _open(request: Visit, held: Post) -> str:
    made = handovers.open(request.actor, held, why=typed.why(request))
    return reverse("handover", args=[made.pk])


def _set_fields(request: Visit) -> None:
    unit = seen.one(Unit.objects.all(), code=typed.text(request, "unit"))
    wanted = request.POST.getlist("fields")
    chiefs.set_fields(request.actor, unit, wanted, why=typed.why(request))


urlpatterns = [
    path("chiefs", chief_list, name="chiefs"),
    path("chiefs/<int:number>", chief, name="chief"),
    path("chiefs/<int:number>/document", chief_document, name="chief_document"),
    path("open/chiefs", public_chiefs, name="public_chiefs"),
]
