"""Grants: issued, delivered, suspended, ended; and what the node is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.share.world import ITEMS, WHY, condition, publish
from yunzhang import clock
from yunzhang.people import turns, watch
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Clock, FactRow, Notice
from yunzhang.people.permissions import pack
from yunzhang.protect.keys import open_signed
from yunzhang.share import grants, responsibilities
from yunzhang.share.models import GrantRow
from yunzhang.terms.codes import ShareType
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import KIND, REVOCATIONS_KIND, Grant, Mask, RevocationList
from yunzhang.terms.signed import Signed


def refused(deed) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.codes


def told(world, now=None) -> tuple[list[Grant], RevocationList]:
    """What the node reads, as it reads it."""
    texts, listed = grants.for_node(world.node, now or clock.now())
    keys = (hub_key().public,)
    held = [open_signed(decode(text, Signed), KIND, Grant, keys) for text in texts]
    return held, open_signed(decode(listed, Signed), REVOCATIONS_KIND, RevocationList, keys)


def delivery_of(grant: GrantRow) -> Clock:
    return Clock.objects.get(subject=f"request:{grant.request_id}", rule="C5")


def test_a_grant_says_what_was_agreed_and_is_signed_by_the_hub(world):
    row = world.granted(
        items=("区划代码", "联系电话"), rows=(condition("区划代码", "prefix", "45"),)
    )

    grant = grants.opened(row)

    assert (grant.items, grant.key_items, grant.filter_items) == (
        ("区划代码", "联系电话"),
        ("区划代码",),
        ("区划代码",),
    )
    assert grant.rows == (condition("区划代码", "prefix", "45"),)
    assert (grant.node, grant.table, grant.resource_code) == (
        "mca-1",
        "townships",
        "307001/000001",
    )
    assert (grant.consumer.code, grant.provider.code) == (world.consumer.code, world.provider.code)
    assert grant.consumer_key == world.key.key
    assert grant.until - grant.starts_at == timedelta(days=90)
    assert (grant.purpose, grant.entry_version) == ("核对病例所在乡镇", 1)
    assert grant.quota.rows_a_page == 1000


def test_a_grant_keeps_who_answers_for_what_as_it_was_when_it_was_issued(world, settings):
    of_order = [
        ("provider", "第二十六条"),
        ("provider", "第二十七条"),
        ("platform", "第三十八条"),
        ("consumer", "第二十五条"),
        ("consumer", "第二十七条"),
    ]
    row = world.granted()
    settings.PACK = "liuzhou-2020"  # 四(三)3 三方的安全责任边界: a part more for each of the three

    later = responsibilities.in_force(pack(), clock.today())

    kept = responsibilities.of_grant(row)
    assert [(part.party, part.cite.clause) for part in kept] == of_order
    assert [part.party for part in later if part.cite.clause == "四(三)3"] == [
        "provider",
        "platform",
        "consumer",
    ]
    assert len(later) == len(kept) + 3


def test_a_changed_grant_is_not_opened(world):
    row = world.granted()
    row.signed = row.signed.replace("核对病例所在乡镇", "营销")

    assert refused(lambda: grants.opened(row)) == ("signed.signature_wrong",)


def test_masks_follow_the_grade_unless_the_head_says_otherwise(world):
    mask = Mask(item="区划名称", way="drop")
    request = world.agreed(items=("区划代码", "区划名称", "联系电话"))

    row = grants.issue(world.provider_head, request, [mask], why=WHY)

    assert [(m.item, m.way) for m in grants.opened(row).masks] == [
        ("区划代码", "keep"),
        ("区划名称", "drop"),
        ("联系电话", "partial"),
    ]


def test_masks_of_items_not_granted_are_refused(world):
    request = world.agreed()
    masks = [
        Mask(item="联系电话", way="drop"),
        Mask(item="区划名称", way="drop"),
        Mask(item="区划名称", way="keep"),
    ]

    codes = refused(lambda: grants.issue(world.provider_head, request, masks, why=WHY))

    assert sorted(codes) == ["grant.mask_twice", "grant.mask_unknown"]


def test_without_the_key_items_the_head_is_told_that_no_call_by_key_is_possible(world):
    request = world.agreed(items=("联系电话",))

    assert [fault.code for fault in grants.cautions(request)] == [
        "grant.no_key_calls",
        "grant.no_filter_calls",
    ]
    assert grants.opened(grants.issue(world.provider_head, request, why=WHY)).key_items == ()


def test_only_an_agreed_request_is_granted_and_only_once(world):
    applied = world.applied()
    agreed = world.agreed()
    grants.issue(world.provider_head, agreed, why=WHY)

    assert refused(lambda: grants.issue(world.provider_head, applied, why=WHY)) == (
        "procedure.move_wrong",
    )
    assert refused(lambda: grants.issue(world.provider_head, agreed, why=WHY)) == (
        "grant.already_issued",
    )


def test_only_the_providers_head_issues(world):
    request = world.agreed()

    for actor in (world.consumer_head, world.provider_officer, world.reviewer):
        codes = refused(lambda actor=actor: grants.issue(actor, request, why=WHY))
        assert codes == ("permission.missing",)
    assert not GrantRow.objects.exists()


def test_an_entry_that_changed_since_is_looked_at_again(world):
    request = world.agreed()
    publish(world.resource, world.provider_officer, ShareType.CONDITIONAL, ITEMS[:1])

    codes = refused(lambda: grants.issue(world.provider_head, request, why=WHY))

    assert codes == ("request.item_unknown",)


def test_a_resource_without_a_node_is_not_granted(world):
    request = world.agreed()
    world.table.node = None
    world.table.save()

    assert refused(lambda: grants.issue(world.provider_head, request, why=WHY)) == (
        "grant.not_linked",
    )


def test_the_first_fetch_is_the_delivery_and_stops_its_clock_once(world):
    row = world.granted()
    first = clock.now()

    held, _ = told(world, first)
    told(world, first + timedelta(hours=1))

    row.refresh_from_db()
    assert [grant.id for grant in held] == [row.pk]
    assert row.first_fetched_at == first
    assert delivery_of(row).ended_on == clock.today()
    assert FactRow.objects.filter(deed="grant.delivered", subject=f"grant:{row.pk}").count() == 1


def test_until_the_node_fetches_it_the_providers_officer_has_the_turn_and_is_warned(world):
    row = world.granted()
    waiting = turns.mine(world.provider_officer).filter(subject=f"request:{row.request_id}")
    due = delivery_of(row).due_on
    assert [(turn.step, turn.clock.due_on) for turn in waiting] == [("granted", due)]

    watch.sweep(due)
    warned = Notice.objects.filter(kind="warned", subject=f"request:{row.request_id}")
    assert [notice.person for notice in warned] == [world.provider_officer.person]

    told(world)
    assert not waiting.all()


def test_another_node_is_told_nothing(world):
    world.granted()
    other = type(world.node).objects.create(
        name="other", unit=world.consumer, address="http://127.0.0.1:9", key="x"
    )

    texts, _ = grants.for_node(other, clock.now())

    assert texts == []


def test_the_revocation_list_is_fresh_and_its_number_only_rises(world):
    now = clock.now()

    numbers = [told(world, now + timedelta(seconds=age))[1] for age in range(3)]

    assert [listed.number for listed in numbers] == [1, 2, 3]
    assert [(listed.issued_at - numbers[0].issued_at).seconds for listed in numbers] == [0, 1, 2]


def test_a_suspended_grant_is_revoked_until_it_is_resumed(world):
    row = world.granted()
    told(world)

    grants.suspend(world.provider_officer, row, why="发现超范围使用")
    held, listed = told(world)
    assert [grant.id for grant in held] == [row.pk]
    assert [(r.grant, r.state) for r in listed.revoked] == [(row.pk, "suspended")]

    grants.resume(world.provider_head, row, why="已整改")
    assert told(world)[1].revoked == ()


def test_an_ended_grant_stays_on_the_list_for_as_long_as_it_could_open_anything(world):
    row = world.granted()
    told(world)
    grants.end(world.reviewer, row, why="使用目的已实现")

    held, listed = told(world)
    later = told(world, row.until)[1]

    assert held == []
    assert [(r.grant, r.state) for r in listed.revoked] == [(row.pk, "ended")]
    assert later.revoked == ()
    assert refused(lambda: grants.resume(world.provider_head, row, why=WHY)) == (
        "procedure.move_wrong",
    )


def test_a_grant_ended_before_delivery_leaves_no_clock_running(world):
    row = world.granted()

    grants.end(world.provider_head, row, why="申请单位不再需要")

    assert delivery_of(row).ended_on == clock.today()


def test_the_consumer_does_not_suspend(world):
    row = world.granted()

    assert refused(lambda: grants.suspend(world.consumer_officer, row, why=WHY)) == (
        "permission.missing",
    )


def test_the_worker_ends_what_has_expired_and_nothing_else(world):
    row, other = world.granted(duration_days=1), world.granted(duration_days=9)

    ended = grants.end_expired(row.until)

    assert [grant.pk for grant in ended] == [row.pk]
    other.refresh_from_db()
    assert other.state == "active"


def test_a_grant_that_cannot_be_ended_keeps_no_other_from_its_end(world):
    stuck, other = world.granted(duration_days=1), world.granted(duration_days=2)
    # As no deed leaves it: nothing is left to deliver on a request that was taken back.
    type(stuck.request).objects.filter(pk=stuck.request_id).update(state="withdrawn")

    ended = grants.end_expired(other.until)

    assert [grant.pk for grant in ended] == [other.pk]
    stuck.refresh_from_db()
    assert stuck.state == "active"
