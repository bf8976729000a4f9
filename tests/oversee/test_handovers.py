"""Handovers: nothing falls between two chiefs; the successor confirms line by line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.hub_world import FOUNDED_ON, WHY, HubWorld
from tests.oversee.duties import holder
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.cli import main
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.oversee.seats import chiefs, handovers
from yunzhang.oversee.seats.chief_models import Handover
from yunzhang.people import delegations, identity, turns
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Case, Clock, Delegation, FactRow, Post, Turn
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.protect.keys import SigningKey, open_signed
from yunzhang.protect.keys import sign as sign_as
from yunzhang.terms.document import decode, encode, replace
from yunzhang.terms.handover import KIND, HandoverRecord
from yunzhang.terms.signed import Signed

SOON = timedelta(days=20)


@pytest.fixture
def leaving(hub: HubWorld, settings) -> Actor:
    """A chief with a supervised task ordered and the post lent to a colleague."""
    settings.PACK = "guangxi-2018"
    chief = holder(hub, "old_chief", hub.units[2], "cloud_chief")
    Post.objects.filter(person=chief.person).update(from_date=FOUNDED_ON)
    chief = actor_of(chief.person, clock.today())
    today = clock.today()
    supervision.order(chief, Concern("table:9", "目录缺漏", hub.units[2]), today + SOON, why=WHY)
    delegations.delegate(chief, chief.posts[0], hub.officer.person, today, today + SOON, why="出差")
    return chief


def gone(hub: HubWorld, chief: Actor, last: date) -> Post:
    """The chief's post ends on a day."""
    return identity.relieve(hub.reviewer, chief.posts[0], why="职务变动", to_date=last)


def kinds(handover: Handover) -> list[tuple[str, str]]:
    return [(line.kind, line.title.partition(" 2")[0]) for line in handover.lines.order_by("pk")]


def test_what_a_chief_leaves_is_listed_once_each(hub: HubWorld, leaving: Actor) -> None:
    post = gone(hub, leaving, clock.today())

    handover = handovers.open(leaving, post, why="移交")

    assert kinds(handover) == [("delegation", "officer 某"), ("supervision", "目录缺漏")]
    [order] = handover.lines.filter(kind="supervision")
    assert order.due_on == clock.today() + SOON
    assert refused(handovers.open, leaving, post, why=WHY) == ("handover.open",)
    assert FactRow.objects.filter(deed="handover.opened").count() == 1


def test_the_hub_lists_it_on_the_day_after_and_the_successor_finds_it(
    hub: HubWorld, leaving: Actor
) -> None:
    today = clock.today()
    gone(hub, leaving, today - timedelta(days=1))

    [handover] = handovers.open_due([today])
    again = handovers.open_due([today])

    new = holder(hub, "new_chief", hub.units[2], "cloud_chief")
    assert [turn.subject for turn in turns.mine(new) if turn.step == "handover"] == [
        f"handover:{handover.pk}"
    ]
    assert not again
    assert handover.opened_by is None


def test_a_new_term_of_the_same_chief_hands_nothing_over(hub: HubWorld, leaving: Actor) -> None:
    today = clock.today()
    gone(hub, leaving, today - timedelta(days=1))
    identity.appoint(hub.reviewer, leaving.person, hub.units[2], "cloud_chief", why="连任")

    assert not handovers.open_due([today])
    assert not Handover.objects.exists()


def test_what_came_after_the_list_joins_it_on_the_last_day(hub: HubWorld, leaving: Actor) -> None:
    today = clock.today()
    handover = handovers.open(leaving, gone(hub, leaving, today), why="移交")
    concern = Concern("table:10", "后来的督办", hub.units[2])
    supervision.order(leaving, concern, today + SOON, why=WHY)

    handovers.open_due([today + timedelta(days=1)])

    assert ("supervision", "后来的督办") in kinds(handover)
    assert handover.lines.count() == 3


def test_the_successor_takes_all_over_and_the_record_is_signed(
    hub: HubWorld, leaving: Actor
) -> None:
    today = clock.today()
    handover = handovers.open(leaving, gone(hub, leaving, today - timedelta(days=1)), why="移交")
    new = holder(hub, "new_chief", hub.units[2], "cloud_chief")
    lent, order = handover.lines.order_by("pk")

    half = handovers.take(new, handover, [order.pk], remark="已约谈", why=WHY)
    assert half.closed_at is None
    whole = handovers.take(new, handover, [lent.pk], renew=True, why=WHY)

    record = open_signed(decode(whole.signed, Signed), KIND, HandoverRecord, (hub_key().public,))
    assert record.to_person == f"person:{new.person.pk}"
    assert [(one.kind, one.remark) for one in record.matters] == [
        ("delegation", ""),
        ("supervision", "已约谈"),
    ]
    # The colleague goes on in the new chief's name until the same day.
    given = Delegation.objects.get(post=new.posts[0])
    assert (given.to, given.to_date) == (hub.officer.person, today + SOON)
    assert not Turn.objects.filter(step="handover").exists()
    # What was ordered by role is closed by the new chief.
    assert Case.objects.get(procedure="supervision").closed_on is None
    assert refused(handovers.take, new, handover, [lent.pk], why=WHY) == ("handover.closed",)


def test_nobody_but_the_successor_takes_over_and_something_must_be_chosen(
    hub: HubWorld, leaving: Actor
) -> None:
    handover = handovers.open(leaving, gone(hub, leaving, clock.today()), why="移交")
    lines = list(handover.lines.values_list("pk", flat=True))
    deputy = actor_of(hub.officer.person, clock.today())  # does the post on the chief's behalf
    new = holder(hub, "new_chief", hub.units[2], "cloud_chief")

    assert refused(handovers.take, leaving, handover, lines, why=WHY) == ("handover.not_successor",)
    assert refused(handovers.take, deputy, handover, lines, why=WHY) == ("handover.not_successor",)
    assert refused(handovers.take, new, handover, [], why=WHY) == ("handover.nothing_chosen",)
    assert not handover.lines.exclude(taken_at=None).exists()


def test_a_handover_is_opened_by_who_leaves_or_the_authority_once_the_day_is_set(
    hub: HubWorld, leaving: Actor
) -> None:
    post = leaving.posts[0]

    early = refused(handovers.open, leaving, post, why=WHY)
    other = refused(handovers.open, hub.officer, gone(hub, leaving, clock.today()), why=WHY)
    opened = handovers.open(hub.reviewer, post, why=WHY)

    assert early == ("handover.not_ending",)
    assert other == ("handover.not_yours",)
    assert opened.opened_by == hub.reviewer.person
    assert refused(handovers.open, hub.reviewer, hub.auditor.posts[0], why=WHY) == (
        "chief.other_role",
        "handover.not_ending",
    )
    assert "cloud_chief_office" not in {role.id for role in chiefs.roles()}


def test_the_signed_record_keeps_provisional_days_and_is_verified_from_the_file_alone(
    hub: HubWorld, leaving: Actor, tmp_path: Path
) -> None:
    Clock.objects.update(provisional=True)
    handover = handovers.open(leaving, gone(hub, leaving, clock.today()), why="移交")
    new = holder(hub, "new_chief", hub.units[2], "cloud_chief")
    lines = list(handover.lines.values_list("pk", flat=True))
    whole = handovers.take(new, handover, lines, why=WHY)
    file, changed = tmp_path / "handover.json", tmp_path / "changed.json"
    file.write_text(whole.signed, encoding="utf-8")
    record = open_signed(decode(whole.signed, Signed), KIND, HandoverRecord, (hub_key().public,))
    forged = replace(record, to_person="person:999")
    changed.write_bytes(encode(sign_as(KIND, forged, SigningKey.generate("hub.yunzhang.local"))))
    key = hub_key().public.text

    assert [one.provisional for one in record.matters] == [False, True]  # a delegation has no limit
    assert main(["verify", "handover", str(file), "--key", key]) == 0
    assert main(["verify", "handover", str(changed), "--key", key]) == 1
