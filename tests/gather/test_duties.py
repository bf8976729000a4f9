"""A changed law or duty: the entry must be updated and sent for review within C1 (Art. 17)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang import clock
from yunzhang.gather import catalog, duties
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import calendar
from yunzhang.people.models import Clock, FactRow, Notice, Turn, Unit
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Refused

LAW = "《社会救助法》第十二条施行"
TODAY = date(2026, 3, 2)


@pytest.fixture
def entry(hub: HubWorld, monkeypatch) -> Resource:
    calendar.import_published(hub.reviewer, why=WHY)
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return hub.published().resource


def change(
    hub: HubWorld, about: Unit | Resource, what: str = LAW, on: date = TODAY
) -> list[Resource]:
    return duties.changed(hub.officer, about, what, on, why=WHY)


def next_version(hub: HubWorld, resource: Resource) -> EntryVersion:
    version = catalog.revise(hub.officer, resource, why=WHY)
    return catalog.submit(hub.officer, version, why=WHY)


def test_a_change_starts_the_limit_of_the_unit_and_gives_its_officers_the_turn(
    hub: HubWorld, entry: Resource
) -> None:
    change(hub, entry)

    running = Clock.objects.get(rule="C1")
    assert (running.subject, running.unit) == (f"resource:{entry.pk}", hub.units[2])
    assert running.due_on == date(2026, 3, 16)
    turn = Turn.objects.get(subject=running.subject)
    assert (turn.role, turn.title, turn.clock) == ("provider_officer", LAW, running)
    assert Notice.objects.filter(subject=running.subject, person=hub.officer.person).exists()
    assert duties.standing(entry).what == LAW


def test_the_limit_counts_from_the_day_of_the_change(hub: HubWorld, entry: Resource) -> None:
    change(hub, entry, on=date(2026, 2, 27))

    assert Clock.objects.get(rule="C1").due_on == date(2026, 3, 12)


def test_the_heads_approval_of_a_new_version_stops_it(hub: HubWorld, entry: Resource) -> None:
    change(hub, entry)
    version = next_version(hub, entry)
    assert Clock.objects.filter(rule="C1", ended_on=None).exists()

    catalog.approve(hub.head, version, why=WHY)

    assert Clock.objects.get(rule="C1").ended_on == TODAY
    assert not Turn.objects.filter(subject=duties.subject(entry)).exists()
    assert duties.standing(entry) is None


def test_an_approval_without_a_change_stops_nothing(hub: HubWorld, entry: Resource) -> None:
    catalog.approve(hub.head, next_version(hub, entry), why=WHY)

    assert not Clock.objects.filter(rule="C1").exists()


def test_the_authority_extends_it_by_five_working_days_once(hub: HubWorld, entry: Resource) -> None:
    change(hub, entry)

    extended = duties.extend_update(hub.reviewer, entry, why=WHY)

    assert extended.due_on == date(2026, 3, 23)
    fact = FactRow.objects.get(deed=Deed.DUTY_EXTENDED)
    assert "2026-03-23" in fact.content
    assert Notice.objects.filter(person=hub.officer.person, kind="told").count() == 1
    with pytest.raises(Refused) as refused:
        duties.extend_update(hub.reviewer, entry, why=WHY)
    assert refused.value.codes == ("clock.final",)


def test_nobody_else_extends_it_and_nobody_once_it_is_over(
    hub: HubWorld, entry: Resource, monkeypatch
) -> None:
    change(hub, entry)

    with pytest.raises(Refused) as own:
        duties.extend_update(hub.head, entry, why=WHY)
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 17))
    with pytest.raises(Refused) as late:
        duties.extend_update(hub.reviewer, entry, why=WHY)

    assert own.value.codes == ("permission.missing",)
    assert late.value.codes == ("duty.extension_late",)


def test_a_change_of_the_units_duties_reaches_each_entry_that_does_not_follow_one(
    hub: HubWorld, entry: Resource
) -> None:
    other = hub.published("villages").resource
    hub.drafted("streets")
    change(hub, other)

    found = change(hub, hub.units[2], "职责调整：三定方案第四条")

    assert found == [entry]
    assert duties.standing(other).what == LAW
    assert Clock.objects.filter(rule="C1", ended_on=None).count() == 2


@pytest.mark.parametrize(
    ("what", "on", "codes"),
    [
        (" ", TODAY, ("duty.what_missing",)),
        (LAW, TODAY + timedelta(days=1), ("duty.later",)),
        ("", TODAY + timedelta(days=1), ("duty.what_missing", "duty.later")),
    ],
)
def test_a_change_says_what_and_is_in_force(
    hub: HubWorld, entry: Resource, what: str, on: date, codes: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        change(hub, entry, what, on)

    assert refused.value.codes == codes


def test_a_change_needs_an_entry_to_follow_it(hub: HubWorld, entry: Resource) -> None:
    draft = hub.drafted("streets").resource
    refusals = []
    for about in (draft, hub.units[3]):
        with pytest.raises(Refused) as refused:
            change(hub, about)
        refusals.append(refused.value.codes)

    assert refusals == [("duty.nothing_to_update",)] * 2


def test_one_change_at_a_time_runs_for_an_entry(hub: HubWorld, entry: Resource) -> None:
    change(hub, entry)

    with pytest.raises(Refused) as refused:
        change(hub, entry, "另一部法")

    assert refused.value.codes == ("clock.running",)


def test_another_unit_tells_nothing_of_it(hub: HubWorld, entry: Resource) -> None:
    with pytest.raises(Refused) as refused:
        duties.changed(hub.outsider, entry, LAW, TODAY, why=WHY)

    assert refused.value.codes == ("permission.missing",)
    assert not Clock.objects.filter(rule="C1").exists()
