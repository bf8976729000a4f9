"""Limits for tests of the sweep: a hub with chiefs, a matter whose turn it is, what was told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.hub_world import FOUNDED_ON, WHY, HubWorld
from yunzhang.people import calendar, clocks, turns, watch
from yunzhang.people.models import Clock, FactRow, Notice, Person, Post, Unit
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Text

SUBJECT = "request:1"
MONDAY = date(2026, 3, 2)  # ten working days after it end on Monday the 16th
DUE = date(2026, 3, 16)
LONG_OVERDUE = date(2026, 3, 19)  # three working days later


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@pytest.fixture
def world(hub: HubWorld) -> HubWorld:
    calendar.import_published(hub.reviewer, why=WHY)
    for number in (2, 3):
        chief = Person.objects.create(username=f"chief{number}", full_name=f"云长{number}")
        give(chief, "cloud_chief", hub.units[number])
    return hub


def give(person: Person, role: str, unit: Unit) -> None:
    Post.objects.create(person=person, unit=unit, role=role, from_date=FOUNDED_ON)


def reply(hub: HubWorld, subject: str = SUBJECT, started: date = MONDAY, rule: str = "C4") -> Clock:
    """A limit that runs, and the head of the unit whose turn it is."""
    clock = clocks.start(rule, subject, hub.units[2], started)
    wait = turns.Wait(
        subject=subject,
        reference="GX-1",
        title="疫苗接种点规划",
        procedure="",
        step="reply",
        deed=Text("答复", "Reply"),
        holders=(("sharing_body_head", hub.units[2]),),
    )
    turns.pass_to(wait, clock)
    return clock


def told(kind: str) -> dict[str, int]:
    """How many notices of a kind each person has."""
    found: dict[str, int] = {}
    for notice in Notice.objects.filter(kind=kind).select_related("person"):
        found[notice.person.username] = found.get(notice.person.username, 0) + 1
    return found


def facts(deed: Deed) -> list[FactRow]:
    return list(FactRow.objects.filter(deed=deed).order_by("number"))


def events(*swept: date) -> list[tuple[date, str]]:
    return [(day, one.event) for day in swept for one in watch.sweep(day)]
