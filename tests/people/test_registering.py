"""Founding a hub; registering units and persons; permissions and reasons."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.hub_world import FOUNDED_ON, PASSWORD, TODAY, UNITS, WHY, HubWorld, build, credit_code
from yunzhang import clock
from yunzhang.people import founding, identity, units
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import FactRow, Person, Post, Unit
from yunzhang.people.permissions import actor_of, may
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Party


def test_a_hub_is_founded_once(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        founding.found(UNITS, [], TODAY)

    assert refused.value.codes == ("hub.founded",)
    assert set(FactRow.objects.values_list("person", flat=True)) == {None}


def test_a_founding_is_whole_or_nothing(db, hub_home: Path) -> None:
    wrong = founding.NewPerson("x", "某", "123", ((credit_code(2), "no_such_role"),))

    with pytest.raises(Refused) as refused:
        founding.found(UNITS, [wrong], FOUNDED_ON)

    assert set(refused.value.codes) == {"person.role_unknown", "person.password_weak"}
    assert not Unit.objects.exists()
    assert not FactRow.objects.exists()
    build(hub_home / "sources")


def test_a_unit_is_refused_with_everything_wrong_with_it(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        units.register(hub.reviewer, "123", "民政厅", "", "galaxy", why=WHY)

    assert set(refused.value.codes) == {
        "unit.code_wrong",
        "unit.name_missing",
        "unit.tier_unknown",
        "unit.twice",
    }


def test_only_the_authority_registers_units(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        units.register(hub.head, credit_code(9), "新厅", "新", "province", why=WHY)

    assert refused.value.codes == ("permission.missing",)


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_deed_without_a_reason_is_refused(hub: HubWorld, why: str) -> None:
    with pytest.raises(Refused) as refused:
        units.register(hub.reviewer, credit_code(9), "新厅", "新", "province", why=why)

    assert refused.value.codes == ("act.reason_missing",)


def test_a_unit_finds_the_authority_of_its_tier(hub: HubWorld) -> None:
    city = units.register(
        hub.reviewer, credit_code(8), "柳州数据局", "柳数", "city", is_authority=True, why=WHY
    )
    office = units.register(hub.reviewer, credit_code(9), "柳州民政局", "柳民", "city", why=WHY)

    assert units.authority_of(office) == city
    assert units.authority_of(hub.units[2]) == hub.units[1]


def test_a_registered_person_signs_in_and_may_what_the_post_gives(hub: HubWorld) -> None:
    person = identity.register(
        hub.reviewer,
        "xin",
        "新人",
        PASSWORD,
        [(hub.units[3], "consumer_officer")],
        why=WHY,
        from_date=TODAY,
    )

    actor = actor_of(Person.objects.get(username="xin"), TODAY)

    assert person.check_password(PASSWORD)
    assert may(actor, "request.draft", hub.units[3])
    assert not may(actor, "request.draft", hub.units[2])
    assert PASSWORD not in "".join(FactRow.objects.values_list("content", flat=True))


def test_a_person_is_refused_with_everything_wrong(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        identity.register(hub.reviewer, "officer", "", "12345", [], why=WHY)

    assert set(refused.value.codes) == {
        "person.name_missing",
        "person.twice",
        "person.post_missing",
        "person.password_weak",
    }


def test_a_post_is_given_and_ended_on_a_day(hub: HubWorld) -> None:
    person = hub.head.person
    post = identity.appoint(
        hub.reviewer, person, hub.units[3], "consumer_officer", why=WHY, from_date=TODAY
    )
    assert may(actor_of(person, TODAY), "request.draft", hub.units[3])

    identity.relieve(hub.reviewer, post, why=WHY, to_date=date(2026, 3, 31))

    assert may(actor_of(person, date(2026, 3, 31)), "request.draft", hub.units[3])
    assert not may(actor_of(person, date(2026, 4, 1)), "request.draft", hub.units[3])


def test_a_post_is_neither_given_nor_ended_twice(hub: HubWorld) -> None:
    held = Post.objects.get(person=hub.head.person)
    with pytest.raises(Refused) as given:
        identity.appoint(hub.reviewer, hub.head.person, held.unit, held.role, why=WHY)
    identity.relieve(hub.reviewer, held, why=WHY, to_date=TODAY)

    with pytest.raises(Refused) as ended:
        identity.relieve(hub.reviewer, held, why=WHY, to_date=TODAY)

    assert (given.value.codes, ended.value.codes) == (("person.post_held",), ("person.post_ended",))


def test_the_hubs_key_is_made_once_and_only_its_owner_can_read_it(hub_home: Path) -> None:
    first = hub_key()

    assert hub_key() == first
    assert (hub_home / "hub.key").stat().st_mode & 0o077 == 0
    assert first.public.text in sign("party/1", Party(code="1", name="甲"))


def test_a_person_changes_their_own_password_with_the_present_one(hub: HubWorld) -> None:
    new = "qiu-shi-jian-xing-9"

    identity.change_password(hub.officer, PASSWORD, new, why=WHY)

    person = Person.objects.get(pk=hub.officer.person.pk)
    assert person.check_password(new)
    fact = FactRow.objects.get(deed="password.changed")
    assert new not in fact.content + fact.leaf + fact.why


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("not mine", "qiu-shi-jian-xing-9", "person.password_wrong"),
        (PASSWORD, "123", "person.password_weak"),
    ],
)
def test_a_wrong_or_weak_password_changes_nothing(
    hub: HubWorld, old: str, new: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        identity.change_password(hub.officer, old, new, why=WHY)

    assert refused.value.codes == (code,)
    assert Person.objects.get(pk=hub.officer.person.pk).check_password(PASSWORD)


def test_a_post_for_a_term_begins_and_ends_by_itself(hub: HubWorld) -> None:
    person = hub.head.person
    days = {"from_date": date(2026, 4, 1), "to_date": date(2026, 6, 30)}

    identity.appoint(hub.reviewer, person, hub.units[3], "consumer_officer", why=WHY, **days)

    held = [
        may(actor_of(person, day), "request.draft", hub.units[3])
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert held == [False, True, True, False]


def test_two_terms_of_one_post_follow_each_other_but_do_not_overlap(hub: HubWorld) -> None:
    person, unit = hub.head.person, hub.units[3]
    first = {"from_date": date(2026, 4, 1), "to_date": date(2026, 6, 30)}
    identity.appoint(hub.reviewer, person, unit, "consumer_officer", why=WHY, **first)

    identity.appoint(
        hub.reviewer, person, unit, "consumer_officer", why=WHY, from_date=date(2026, 7, 1)
    )
    with pytest.raises(Refused) as overlapping:
        identity.appoint(
            hub.reviewer, person, unit, "consumer_officer", why=WHY,
            from_date=date(2026, 6, 30), to_date=date(2026, 6, 30),
        )  # fmt: skip
    with pytest.raises(Refused) as reversed_:
        identity.appoint(
            hub.reviewer, person, unit, "auditor", why=WHY,
            from_date=date(2026, 6, 30), to_date=date(2026, 6, 29),
        )  # fmt: skip

    assert overlapping.value.codes == ("person.post_held",)
    assert reversed_.value.codes == ("person.post_dates",)


def test_a_new_head_appointed_in_advance_can_be_called_off(hub: HubWorld) -> None:
    ahead = clock.today() + timedelta(days=30)
    post = identity.appoint(
        hub.reviewer, hub.officer.person, hub.units[2], "sharing_body_head", why=WHY,
        from_date=ahead,
    )  # fmt: skip

    identity.relieve(hub.reviewer, post, why=WHY, to_date=ahead - timedelta(days=1))

    assert not may(actor_of(hub.officer.person, ahead), "catalog.approve")


def test_a_forgotten_password_is_set_anew_by_who_registers_persons(hub: HubWorld) -> None:
    new = identity.reset_password(hub.reviewer, hub.officer.person, why="忘记密码")

    person = Person.objects.get(pk=hub.officer.person.pk)
    assert person.check_password(new)
    assert person.password_once
    with pytest.raises(Refused) as refused:
        identity.reset_password(hub.head, hub.officer.person, why=WHY)
    assert refused.value.codes == ("permission.missing",)


def test_a_unit_is_in_the_division_of_its_credit_code_unless_told(hub: HubWorld) -> None:
    usual = units.register(hub.reviewer, credit_code(40), "甲局", "甲", "city", why=WHY)
    told = units.register(
        hub.reviewer, credit_code(41), "乙局", "乙", "city", division="450102", why=WHY
    )

    assert (usual.division, told.division) == ("450000", "450102")


def test_a_division_is_corrected_and_a_change_without_a_word_on_it_keeps_it(hub: HubWorld) -> None:
    unit = units.register(hub.reviewer, credit_code(40), "甲局", "甲", "city", why=WHY)
    same: dict[str, Any] = {
        "name": "甲局", "short_name": "甲", "tier": "city", "parent": None,
        "is_authority": False, "kind": "", "row": "", "sharing_body": "", "why": WHY,
    }  # fmt: skip

    units.change(hub.reviewer, unit, **same, division="450100")
    kept = units.change(hub.reviewer, unit, **same)
    with pytest.raises(Refused) as refused:
        units.change(hub.reviewer, unit, **same, division="4501")

    assert kept.division == "450100"
    assert [fault.code for fault in refused.value.faults] == ["unit.division"]
