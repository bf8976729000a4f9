"""Notices: told once, to whoever does the post today, and mailed when the person wants it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction

from tests.hub_world import TODAY, WHY, HubWorld
from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.people import calendar, choices, notices
from yunzhang.people.act import act
from yunzhang.people.models import Delegation, Notice, NoticeChoice, Post
from yunzhang.people.permissions import pack
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Text

SAID = Text("申请“核对住址”待答复", "Request “check addresses” waits for a reply")
TUESDAY = date(2026, 3, 3)


def tell(*persons, key="request:1:reply", said=SAID) -> None:
    notices.tell(persons, key, notices.TURN, "request:1", "R-1", said)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING)


@pytest.fixture
def mail(settings, hub: HubWorld) -> None:
    """A hub that sends mail, to an officer who has an address."""
    settings.EMAIL_HOST = "127.0.0.1"
    hub.officer.person.email = "officer@example.test"
    hub.officer.person.save()


def choice(hub: HubWorld, **chosen) -> NoticeChoice:
    return NoticeChoice(person=hub.officer.person, **chosen)


def test_a_person_is_told_once_under_a_key(hub: HubWorld) -> None:
    tell(hub.officer.person, hub.head.person)

    tell(hub.officer.person, hub.officer.person, said=Text("另一句", "another"))

    assert [one.zh for one in notices.of(hub.officer.person)] == [SAID.zh]
    assert notices.unread(hub.head.person) == 1


def test_what_did_not_happen_is_told_to_nobody(hub: HubWorld) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(hub.officer.person)
        raise ZeroDivisionError

    assert not Notice.objects.exists()


def test_telling_again_does_not_undo_the_deed_it_stands_in(hub: HubWorld) -> None:
    tell(hub.officer.person)

    with act(hub.officer, Deed.SYSTEM_REGISTERED, "system:1", unit=hub.units[2], why=WHY):
        tell(hub.officer.person, hub.head.person)

    assert Notice.objects.count() == 2


def test_a_long_title_is_cut_rather_than_refused(hub: HubWorld) -> None:
    tell(hub.officer.person, said=Text("长" * 500, "long" * 500))

    [one] = notices.of(hub.officer.person)
    assert (len(one.zh), len(one.en)) == (400, 600)
    assert one.zh.endswith("…")


def test_long_keys_that_begin_alike_are_two(hub: HubWorld) -> None:
    for end in ("a", "b", "a"):
        tell(hub.officer.person, key="k" * 200 + end)

    assert notices.unread(hub.officer.person) == 2
    assert all(len(one.key) <= 160 for one in notices.of(hub.officer.person))


def test_someone_who_left_is_not_told(hub: HubWorld) -> None:
    hub.officer.person.is_active = False

    tell(hub.officer.person)

    assert not Notice.objects.exists()


def test_reading_marks_ones_own_notices_only(hub: HubWorld) -> None:
    for number in range(3):
        tell(hub.officer.person, hub.head.person, key=f"k:{number}")
    first, *_ = notices.of(hub.officer.person)
    other, *_ = notices.of(hub.head.person)

    marked = notices.read(hub.officer.person, first.pk, other.pk)

    assert marked == 1
    assert notices.unread(hub.officer.person) == 2
    assert notices.unread(hub.head.person) == 3
    assert notices.of(hub.officer.person).last() == first


def test_whose_turn_is_over_is_called_no_more(hub: HubWorld) -> None:
    tell(hub.officer.person, hub.head.person)
    notices.tell([hub.officer.person], "late", notices.EXPIRED, "request:1", "R-1", SAID)
    notices.tell([hub.officer.person], "other", notices.TURN, "request:2", "R-2", SAID)

    notices.over("request:1")

    waiting = notices.of(hub.officer.person).filter(read_at=None)
    assert {one.key for one in waiting} == {"late", "other"}
    assert notices.unread(hub.head.person) == 0


def test_what_was_read_long_ago_is_forgotten_and_what_was_not_stays(hub: HubWorld) -> None:
    long_ago = clock.now() - timedelta(days=pack().limit("notices.keep_days") + 2)
    for key in ("read", "unread", "fresh"):
        tell(hub.officer.person, key=key)
    Notice.objects.exclude(key="fresh").update(at=long_ago)
    Notice.objects.exclude(key="unread").update(read_at=long_ago)

    notices.forget(clock.today())

    assert set(Notice.objects.values_list("key", flat=True)) == {"unread", "fresh"}


def test_holders_are_those_whose_post_is_valid_today(hub: HubWorld) -> None:
    unit, away = hub.units[2], hub.outsider.person
    for person, start, end in (
        (hub.head.person, TODAY, None),
        (hub.auditor.person, TODAY - timedelta(days=9), TODAY - timedelta(days=1)),
        (away, TODAY + timedelta(days=1), None),
    ):
        Post.objects.create(
            person=person, unit=unit, role="provider_officer", from_date=start, to_date=end
        )

    found = notices.seated([("provider_officer", unit)], TODAY)
    anywhere = notices.seated([("provider_officer", None)], TODAY)

    assert found == [hub.officer.person, hub.head.person]
    assert set(anywhere) == {*found, away}


@pytest.mark.parametrize(
    ("start", "end", "called_back", "stands_in"),
    [
        (0, 5, None, True),
        (-5, 0, None, True),
        (1, 5, None, False),
        (-5, -1, None, False),
        (-5, 5, 0, False),
        (-5, 5, 1, True),
    ],
)
def test_who_stands_in_today_is_told_beside_the_holder(
    hub: HubWorld, start, end, called_back, stands_in
) -> None:
    post = hub.officer.posts[0]
    ended = None if called_back is None else TODAY + timedelta(days=called_back)
    Delegation.objects.create(
        post=post,
        to=hub.head.person,
        from_date=TODAY + timedelta(days=start),
        to_date=TODAY + timedelta(days=end),
        ended_on=ended,
    )

    found = notices.seated([("provider_officer", hub.units[2])], TODAY)

    assert (hub.head.person in found) is stands_in
    assert hub.officer.person in found


def test_without_a_mail_server_nothing_waits_to_be_mailed(hub: HubWorld) -> None:
    hub.officer.person.email = "officer@example.test"

    tell(hub.officer.person)

    assert Notice.objects.get().mail_at is None


def test_without_an_address_or_by_choice_nothing_goes_by_mail(hub: HubWorld, mail) -> None:
    nowhere = NoticeChoice(person=hub.head.person, mail="each")

    assert choices.mail_at(nowhere, at(TUESDAY, 10)) is None
    assert choices.mail_at(choice(hub, mail="none"), at(TUESDAY, 10)) is None


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (at(TUESDAY, 8), at(TUESDAY, 9)),
        (at(TUESDAY, 9), at(date(2026, 3, 4), 9)),
        (at(date(2026, 3, 6), 17), at(date(2026, 3, 9), 9)),
        (at(date(2026, 3, 7), 8), at(date(2026, 3, 9), 9)),
    ],
)
def test_the_daily_mail_goes_at_its_hour_on_the_next_working_day(
    hub: HubWorld, mail, moment, goes
) -> None:
    assert choices.mail_at(choice(hub), moment) == goes


def test_a_saturday_made_a_working_day_has_its_mail(hub: HubWorld, mail) -> None:
    calendar.set_day(hub.reviewer, date(2026, 3, 7), True, "调休", why=WHY)

    assert choices.mail_at(choice(hub), at(date(2026, 3, 6), 17)) == at(date(2026, 3, 7), 9)


@pytest.mark.parametrize(
    ("quiet", "moment", "goes"),
    [
        ((22, 7), at(TUESDAY, 23), at(date(2026, 3, 4), 7)),
        ((22, 7), at(TUESDAY, 6, 59), at(TUESDAY, 7)),
        ((22, 7), at(TUESDAY, 7), at(TUESDAY, 7)),
        ((12, 14), at(TUESDAY, 12), at(TUESDAY, 14)),
        ((12, 14), at(TUESDAY, 11, 59), at(TUESDAY, 11, 59)),
        ((0, 0), at(TUESDAY, 3), at(TUESDAY, 3)),
    ],
)
def test_a_mail_waits_until_the_quiet_hours_end(hub: HubWorld, mail, quiet, moment, goes) -> None:
    chosen = choice(hub, mail="each", quiet_from=time(quiet[0]), quiet_to=time(quiet[1]))

    assert choices.mail_at(chosen, moment) == goes
