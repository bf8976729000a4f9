"""The one door to a write: reason, permission, transaction and fact, or nothing at all."""

from __future__ import annotations

import json

import pytest

from tests.hub_world import WHY, HubWorld, credit_code
from yunzhang.people.act import MARKS, act, tell
from yunzhang.people.models import FactRow, Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms.document import decode, digest
from yunzhang.terms.fact import Deed, Fact
from yunzhang.terms.faults import Refused
from yunzhang.terms.record import Record


def test_two_who_did_the_same_at_once_leave_one_deed(hub: HubWorld) -> None:
    facts = FactRow.objects.count()

    with (
        pytest.raises(Refused) as refused,
        act(hub.reviewer, Deed.UNIT_REGISTERED, unit=None, why=WHY),
    ):
        # As a second deed would, whose rules looked before the first one was done.
        Unit.objects.create(code=credit_code(2), name="另一个名称", short_name="另")

    assert refused.value.codes == ("act.conflict",)
    assert FactRow.objects.count() == facts
    assert not Unit.objects.filter(name="另一个名称").exists()


def test_a_fact_tells_the_content_and_the_subject_known_only_at_the_end(hub: HubWorld) -> None:
    with act(hub.officer, Deed.SYSTEM_REGISTERED, unit=hub.units[2], why=WHY, first=1) as deeds:
        deeds.subject = "system:9"
        deeds.content.update(second="二")

    row = FactRow.objects.latest("number")
    assert row.subject == "system:9"
    assert json.loads(row.content) == {"first": 1, "second": "二"}
    assert (row.unit, row.person) == (hub.units[2], hub.officer.person)


def test_an_auditor_sees_every_unit_and_changes_none(hub: HubWorld) -> None:
    for deed in (Deed.SYSTEM_REGISTERED, Deed.ENTRY_PUBLISHED, Deed.CALENDAR_CHANGED):
        with pytest.raises(Refused) as refused, act(hub.auditor, deed, unit=hub.units[2], why=WHY):
            pytest.fail("the door was open")
        assert refused.value.codes == ("permission.missing",)


def test_a_post_opens_its_own_units_affairs_only(hub: HubWorld) -> None:
    with (
        pytest.raises(Refused),
        act(hub.officer, Deed.SYSTEM_REGISTERED, unit=hub.units[3], why=WHY),
    ):
        pytest.fail("the door was open")


def test_an_actor_without_posts_may_nothing(hub: HubWorld) -> None:
    nobody = Actor(hub.officer.person, ())

    with pytest.raises(Refused), act(nobody, Deed.SYSTEM_REGISTERED, unit=None, why=WHY):
        pytest.fail("the door was open")


def test_a_fact_bears_a_mark_of_each_record_its_deed_left(hub: HubWorld) -> None:
    unit = hub.units[2]
    with act(hub.officer, Deed.SYSTEM_REGISTERED, "system:9", unit=unit, why=WHY):
        tell("system", 9, unit.code, {"state": "in_use"})
        tell("system", 9, unit.code, {"state": "closed"})

    row = FactRow.objects.latest("number")
    [kept] = row.records.all()
    [mark] = decode(row.leaf, Fact).marks
    assert (mark.kind, mark.unit, mark.digest) == ("system", unit.code, digest(kept.text.encode()))
    assert decode(kept.text, Record).values == {"state": "closed"}
    assert "closed" not in row.leaf


def test_of_a_deed_within_a_deed_the_later_fact_has_the_last_word(hub: HubWorld) -> None:
    unit = hub.units[2]
    with act(hub.officer, Deed.SYSTEM_REGISTERED, "system:9", unit=unit, why=WHY):
        tell("system", 9, unit.code, {"state": "in_use"})
        with act(hub.officer, Deed.SYSTEM_PLACED, "system:9", unit=unit, why=WHY):
            tell("system", 9, unit.code, {"state": "migrating"})

    outer, inner = FactRow.objects.order_by("-number")[:2]
    assert (inner.deed, outer.deed) == (Deed.SYSTEM_PLACED, Deed.SYSTEM_REGISTERED)
    [kept] = inner.records.all()
    assert decode(kept.text, Record).values == {"state": "migrating"}
    assert not outer.records.exists()


def test_a_deed_with_many_records_tells_them_in_facts_that_a_log_can_hold(hub: HubWorld) -> None:
    before = FactRow.objects.count()
    with act(hub.officer, Deed.SYSTEM_REGISTERED, "system:9", unit=hub.units[2], why=WHY):
        for number in range(2 * MARKS + 1):
            tell("use", f"{number:036}", hub.units[2].code, {"used": True})

    made = FactRow.objects.order_by("number")[before:]
    assert [row.records.count() for row in made] == [MARKS, MARKS, 1]
    assert max(len(row.leaf.encode()) for row in made) < 2**16
