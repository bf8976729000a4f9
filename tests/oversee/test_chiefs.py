"""Chiefs: appointed by a document for a term, listed by day, and missed where one is owed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.hub_world import PASSWORD, WHY, HubWorld
from tests.import_tables import entered, flaws, looked_through, workbook
from tests.oversee.duties import holder
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chief_models import Appointment
from yunzhang.oversee.seats.chief_table import CHIEFS
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import identity
from yunzhang.people.models import FactRow, Person, Post, Unit
from yunzhang.people.permissions import actor_of
from yunzhang.terms.document import decode

PAPER = Warrant("渝府〔2026〕3号", date(2026, 1, 5), "任命.pdf", b"%PDF", office="主任")


@pytest.fixture
def chongqing(hub: HubWorld, settings) -> HubWorld:
    """Three units under the pack with chiefs of four kinds; the provider is one that owes a chief."""
    settings.PACK = "chongqing-2019"
    Unit.objects.filter(pk=hub.units[2].pk).update(kind="cloud_chief_unit")
    return hub


def test_a_chief_is_appointed_by_a_document_for_a_term(chongqing: HubWorld) -> None:
    person = chongqing.head.person
    today = clock.today()

    post = chiefs.appoint(
        chongqing.reviewer, person, chongqing.units[2], "cloud_chief", PAPER,
        why=WHY, to_date=today + timedelta(days=90),
    )  # fmt: skip

    assert [one.person for one in chiefs.register(today)] == [person]
    assert (post.appointment.number, post.appointment.file_name) == ("渝府〔2026〕3号", "任命.pdf")
    assert not chiefs.register(today + timedelta(days=91)).exists()
    fact = FactRow.objects.get(deed="appointment.recorded")
    said = decode(fact.content, dict)
    # The digest stands in the fact, the document itself does not.
    assert (said["document"], said["digest"]) == ("渝府〔2026〕3号", post.appointment.digest)
    assert "PDF" not in fact.content


def test_everything_wrong_with_an_appointment_is_told_at_once(chongqing: HubWorld) -> None:
    ahead = clock.today() + timedelta(days=2)
    person, unit = chongqing.head.person, chongqing.units[2]

    wrong = refused(
        chiefs.appoint, chongqing.reviewer, person, unit, "sector_cloud_chief",
        Warrant(signed_on=ahead), why=WHY, from_date=ahead, to_date=clock.today(),
    )  # fmt: skip
    other = refused(
        chiefs.appoint, chongqing.reviewer, person, unit, "cloud_chief",
        Warrant(field="交通"), why=WHY,
    )  # fmt: skip
    stranger = refused(
        chiefs.appoint, chongqing.outsider, person, unit, "cloud_chief", Warrant(), why=WHY
    )

    assert set(wrong) == {
        "chief.field_missing",
        "chief.document_half",
        "chief.document_ahead",
        "person.post_dates",
    }
    assert other == ("chief.field_unknown",)
    assert stranger == ("permission.missing",)
    assert not Appointment.objects.exists()
    assert not Post.objects.filter(role__contains="chief").exists()


def test_a_seat_owed_and_empty_is_missed_since_its_last_holder_left(chongqing: HubWorld) -> None:
    reviewer, unit, today = chongqing.reviewer, chongqing.units[2], clock.today()
    never = {(v.role.id, v.unit and v.unit.pk, v.field) for v in chiefs.vacancies(today)}
    post = chiefs.appoint(
        reviewer, chongqing.head.person, unit, "cloud_chief", Warrant(), why=WHY,
        from_date=today - timedelta(days=30),
    )  # fmt: skip
    held = {(v.role.id, v.unit and v.unit.pk) for v in chiefs.vacancies(today)}

    identity.relieve(reviewer, post, why="退休", to_date=today - timedelta(days=8))
    [vacancy] = [one for one in chiefs.vacancies(today) if one.unit == unit]

    # 市级各部门、各区县 owe a chief each, six fields one each; the health commission's kind none.
    assert ("cloud_chief", unit.pk, "") in never
    assert len([one for one in never if one[0] == "sector_cloud_chief"]) == 6
    assert not [one for one in never if one[1] == chongqing.units[3].pk]
    assert ("cloud_chief", unit.pk) not in held
    assert vacancy.since == today - timedelta(days=7)
    assert vacancy.last and vacancy.last.person == chongqing.head.person


def test_a_sector_chief_answers_for_the_units_of_the_field(chongqing: HubWorld) -> None:
    reviewer, unit = chongqing.reviewer, chongqing.units[3]
    sector = holder(chongqing, "sector", chongqing.units[1], "sector_cloud_chief")
    mayor = holder(chongqing, "mayor", chongqing.units[1], "head_cloud_chief")
    chiefs.record(reviewer, sector.posts[0], Warrant(field="交通"), why=WHY)

    chiefs.set_fields(reviewer, unit, ["交通", "农业"], why=WHY)
    wrong = refused(chiefs.set_fields, reviewer, unit, ["教育"], why=WHY)

    assert list(Unit.objects.filter(chiefs.answered_for(sector))) == [unit]
    assert Unit.objects.filter(chiefs.answered_for(mayor)).count() == 3
    assert not Unit.objects.filter(chiefs.answered_for(chongqing.officer)).exists()
    assert wrong == ("chief.field_unknown",)
    taken = [v.field for v in chiefs.vacancies(clock.today()) if v.role.id == "sector_cloud_chief"]
    assert "交通" not in taken
    assert len(taken) == 5


def test_a_past_deed_shows_the_chief_of_its_day(chongqing: HubWorld) -> None:
    reviewer, unit, today = chongqing.reviewer, chongqing.units[2], clock.today()
    post = chiefs.appoint(
        reviewer, chongqing.head.person, unit, "cloud_chief", Warrant(), why=WHY,
        from_date=today - timedelta(days=30),
    )  # fmt: skip
    identity.relieve(reviewer, post, why="退休", to_date=today - timedelta(days=5))
    chiefs.appoint(
        reviewer, chongqing.officer.person, unit, "cloud_chief", Warrant(), why=WHY,
        from_date=today - timedelta(days=4),
    )  # fmt: skip
    deed = FactRow.objects.filter(unit=unit).latest("number")

    then = {}
    for back in (40, 10, 1):
        FactRow.objects.filter(pk=deed.pk).update(at=clock.now() - timedelta(days=back))
        [told] = chiefs.with_chief(FactRow.objects.filter(pk=deed.pk))
        then[back] = told.chief_then

    old, new = chongqing.head.person.full_name, chongqing.officer.person.full_name
    assert then == {40: None, 10: old, 1: new}


HEADS = ("单位", "云长", "角色", "职务", "分管领域", "用户名", "任职日期", "文号", "印发日期")


def test_a_directory_brings_chiefs_on_record_and_new_ones(
    chongqing: HubWorld, tmp_path: Path
) -> None:
    number, signed = "渝府〔2026〕3号", "2026-01-05"
    rows = [
        ("民政厅", "head 某", "", "厅长", "", "", "2026-01-06", number, signed),
        ("数据局", "何市长", "系统云长", "副市长", "交通", "heshizhang", "", number, signed),
    ]
    table = [("全市云长名录",), HEADS, *rows]
    path = workbook(tmp_path / "云长.xlsx", {"名录": table})

    plan = looked_through(chongqing.reviewer, CHIEFS, path)
    made = entered(chongqing.reviewer, CHIEFS, plan)

    assert flaws(plan) == set()
    own = Post.objects.get(role="cloud_chief")
    assert (own.person, own.from_date) == (chongqing.head.person, date(2026, 1, 6))
    assert (own.appointment.office, own.appointment.number) == ("厅长", number)
    sector = Post.objects.get(role="sector_cloud_chief")
    assert (sector.person.username, sector.appointment.field) == ("heshizhang", "交通")
    assert [one.told_once[0] for one in made if one.told_once] == ["heshizhang"]


def test_every_flaw_of_a_directory_is_named_and_nothing_is_entered(
    chongqing: HubWorld, tmp_path: Path
) -> None:
    identity.register(
        chongqing.reviewer, "head2", "head 某", PASSWORD, [(chongqing.units[2], "auditor")], why=WHY
    )
    rows = [
        ("没有的局", "张三", "", "", "", "zs", "", "", ""),
        ("民政厅", "head 某", "", "", "", "", "", "", ""),
        ("民政厅", "无此人", "", "", "", "", "", "", ""),
        ("民政厅", "别名", "云长", "", "", "officer", "", "文号", ""),
        ("民政厅", "officer 某", "系统云长", "", "", "", "", "", ""),
        ("民政厅", "officer 某", "村长", "", "", "", "", "", "2999-01-01"),
    ]
    path = workbook(tmp_path / "云长.xlsx", {"名录": [HEADS, *rows]})

    found = {
        code for _row, _column, code in flaws(looked_through(chongqing.reviewer, CHIEFS, path))
    }

    assert found == {
        "import.unit_unknown",
        "import.chief_several",
        "import.chief_unknown",
        "import.person_named",
        "chief.document_half",
        "chief.field_missing",
        "chief.document_ahead",
        "import.value_unknown",
    }
    assert not Person.objects.filter(username="zs").exists()


def test_only_who_holds_a_chiefs_post_of_their_own_is_in_the_register(chongqing: HubWorld) -> None:
    actor = actor_of(chongqing.auditor.person, clock.today())

    assert not chiefs.register(clock.today()).filter(person=actor.person).exists()
    assert refused(
        chiefs.record,
        chongqing.reviewer,
        actor.posts[0],
        Warrant("一号", date(2026, 1, 1)),
        why=WHY,
    ) == ("chief.other_role",)
