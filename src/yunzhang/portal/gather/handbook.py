"""Handbook: which unit has which systems and data, where they run and who answers for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.engines.official_paper import (
    CENTRED,
    HEADING,
    TITLE,
    Block,
    Paragraph,
    Table,
    paragraphs,
)
from yunzhang.gather.models import EntryVersion, InformationSystem
from yunzhang.people.models import Post, Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, word_file
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing
from yunzhang.portal.templatetags.said import coded, said

OWNERS = "system.register"  # whoever registers a unit's systems answers for what the book says


@dataclass(frozen=True)
class Line:
    """A system of a unit with one of its data resources, or with none."""

    unit: str
    owners: str
    system: InformationSystem | None
    resource: str = ""
    code: str = ""
    share: str = ""

    @property
    def name(self) -> str:
        return self.system.name if self.system else ""

    @property
    def place(self) -> str:
        """The cloud, else the network it runs in."""
        if self.system is None:
            return ""
        names = (self.system.cloud, self.system.network)
        return " · ".join(one.name for one in names if one)

    @property
    def state(self) -> str:
        return self.system.state if self.system else ""

    @property
    def protection(self) -> str:
        held = self.system.protection if self.system else ""
        return coded(held, "protection") if held else ""


def _units(rows: Any) -> list[tuple[str, str]]:
    return sorted({(row.unit, row.unit) for row in rows})


HANDBOOK = Listing(
    "handbook",
    _("Handbook of systems"),
    (
        Column(
            "unit",
            _("Unit"),
            lambda row: row.unit,
            order="unit",
            found=("unit",),
            note=lambda row: row.owners,
        ),
        Column("owners", _("Who answers for it"), lambda row: row.owners, on="file"),
        Column(
            "system",
            _("System"),
            lambda row: row.name,
            order="name",
            found=("name",),
            link=lambda row: reverse("system", args=[row.system.pk]) if row.system else "",
        ),
        Column("place", _("Where it runs"), lambda row: row.place, order="place"),
        Column("protection", _("Protection"), lambda row: row.protection),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, states="running"),
        Column(
            "resource",
            _("Data resource"),
            lambda row: row.resource,
            order="resource",
            found=("resource", "code"),
            note=lambda row: row.code,
        ),
        Column("code", _("Resource code"), lambda row: row.code, Kind.CODE, on="file"),
        Column("share", _("Sharing"), lambda row: row.share, order="share"),
    ),
    (_("Nothing to list yet"), _("Systems and published entries stand here by themselves.")),
    filters=(Filter("unit", _("Unit"), lambda value: lambda row: row.unit == value, _units, 2),),
    hint=_("Unit, system or data resource"),
)


@door("score.see")
def handbook(request: Visit) -> HttpResponseBase:
    listed = Listed(request, HANDBOOK, list(_lines(request)))
    if "print" not in request.GET and request.GET.get("form") != "docx":
        return answer(request, "portal/handbook.html", {}, lines=listed)
    # The book itself is whole: a page of it would be no book.
    chosen = listed.found.part(0, pack().limit("page.export_rows"))
    book = [(unit, list(rows)) for unit, rows in groupby(chosen, key=lambda row: row.unit)]
    if request.GET.get("form") == "docx":
        return word_file.as_file(_word(request, book), f"handbook-{clock.today()}")
    return render(request, "portal/handbook_book.html", {"book": book, "today": clock.today()})


def _word(request: Visit, book: list[tuple[str, list[Line]]]) -> list[Block]:
    """The book as Word: a heading and a table for each unit, each line with its links."""
    heads = ("System", "Where it runs", "Protection", "Data resource", "Sharing")
    blocks: list[Block] = [
        Paragraph(gettext("Handbook of government systems and data resources"), TITLE),
        Paragraph(f"{gettext('As it stands on')} {clock.today()}", CENTRED),
    ]
    for unit, lines in book:
        rows = [
            (
                word_file.linked(request, line.name, _system(line.system)),
                line.place,
                line.protection,
                word_file.linked(
                    request, f"{line.resource} {line.code}".strip(), _entry(line.code)
                ),
                line.share,
            )
            for line in lines
        ]
        blocks += [Paragraph(unit, HEADING), *paragraphs(lines[0].owners)]
        blocks.append(Table([gettext(head) for head in heads], rows, (5, 4, 2, 6, 3)))
    return blocks


def _entry(code: str) -> str:
    return reverse("entry", args=[code]) if code else ""


def _system(row: InformationSystem | None) -> str:
    return reverse("system", args=[row.pk]) if row else ""


def _lines(request: Visit) -> Iterator[Line]:
    """Every living or moving system with its published entries; entries without one at the end."""
    own = seen.units(request.actor, "score.see")
    units = Unit.objects.filter(Q() if own is None else Q(pk__in=own))
    owners, entries = _owners(), _entries()
    systems = InformationSystem.objects.exclude(sensitivity="secret").filter(unit__in=units)
    held: dict[int, list[InformationSystem]] = {}
    for row in systems.select_related("cloud", "network").order_by("name"):
        held.setdefault(row.unit_id, []).append(row)
    for unit in units:
        who = owners.get(unit.pk, "")
        for system in held.get(unit.pk, []):
            rows = entries.pop((unit.pk, system.pk), [])
            yield from (_line(unit, who, system, one) for one in rows)
            if not rows:
                yield Line(unit.name, who, system)
        for key in [key for key in entries if key[0] == unit.pk]:
            yield from (_line(unit, who, None, one) for one in entries.pop(key))


def _line(unit: Unit, who: str, system: InformationSystem | None, one: EntryVersion) -> Line:
    share = coded(one.share_type, "share_type")
    return Line(unit.name, who, system, one.title, one.resource.code, share)


def _entries() -> dict[tuple[int, int | None], list[EntryVersion]]:
    """Published entries by unit and system."""
    found: dict[tuple[int, int | None], list[EntryVersion]] = {}
    rows = EntryVersion.objects.filter(state=EntryVersion.State.PUBLISHED)
    for one in rows.select_related("resource__table").order_by("resource__code"):
        table = one.resource.table
        key = (one.resource.unit_id, table.system_id if table else None)
        found.setdefault(key, []).append(one)
    return found


def _owners() -> dict[int, str]:
    """Who registers each unit's systems today, with their post."""
    roles = {row.id: row for row in pack().roles if OWNERS in row.may}
    today = clock.today()
    held = Post.objects.filter(
        Q(to_date=None) | Q(to_date__gte=today), role__in=roles, from_date__lte=today
    )
    found: dict[int, list[str]] = {}
    for post in held.select_related("person").order_by("pk"):
        found.setdefault(post.unit_id, []).append(
            f"{post.person.full_name} {said(roles[post.role])}"
        )
    return {unit: "、".join(names) for unit, names in found.items()}
