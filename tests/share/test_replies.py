"""Automatic replies: by a head's standing consent, for what is simple, and for nothing else."""

from __future__ import annotations

import pytest

from tests.share.moments import refused
from tests.share.world import WHY, World, publish
from yunzhang import clock
from yunzhang.people.models import Clock, FactRow, Notice, Post
from yunzhang.share import grants, replies, requests
from yunzhang.terms.codes import ShareType
from yunzhang.terms.document import decode


@pytest.fixture
def simple(world: World) -> World:
    """The entry is shared without condition, and its head has consented."""
    publish(world.resource, world.provider_officer, ShareType.UNCONDITIONAL)
    world.resource = replies.consent(world.provider_head, world.resource, why="基础信息")
    return world


def test_a_simple_request_is_granted_as_it_arrives(simple):
    request = simple.applied()

    grant = request.grants.get()
    assert (request.state, request.replied_by) == ("granted", simple.provider_head.person)
    assert [mask.way for mask in grants.opened(grant).masks] == ["keep", "keep"]
    assert Clock.objects.get(rule="C3").ended_on == clock.today()
    assert Clock.objects.get(rule="C5").ended_on is None


def test_the_facts_are_the_hubs_and_cite_the_consent(simple):
    simple.applied()

    consent = FactRow.objects.get(deed="auto_reply.set")
    facts = FactRow.objects.filter(deed__in=("request.agreed", "grant.issued"))
    assert [(f.person, decode(f.content, dict)["consent"]) for f in facts] == [
        (None, str(consent.id))
    ] * 2


def test_the_head_learns_of_it_once_and_has_nothing_to_do(simple):
    simple.applied()

    told = Notice.objects.filter(person=simple.provider_head.person)
    assert [(one.kind, one.zh) for one in told] == [
        ("told", "已自动答复卫健委并签发授权：核对病例所在乡镇")
    ]
    told = Notice.objects.filter(person=simple.consumer_officer.person, kind="told")
    assert [one.zh for one in told] == ["民政厅同意共享：核对病例所在乡镇"]


def test_without_consent_it_waits_for_the_head(simple):
    replies.end(simple.provider_head, simple.resource, why=WHY)

    assert simple.applied().state == "applied"


def test_conditional_data_is_never_answered_by_itself(simple):
    publish(simple.resource, simple.provider_officer, ShareType.CONDITIONAL)

    assert simple.applied().state == "applied"
    assert refused(lambda: replies.consent(simple.provider_head, simple.resource, why=WHY)) == (
        "auto_reply.conditional",
    )


def test_what_is_graded_higher_waits_for_the_head(simple):
    assert simple.applied(items=("区划代码", "联系电话")).state == "applied"


def test_what_cannot_be_issued_goes_the_ordinary_way(simple):
    simple.table.node = None
    simple.table.save()

    request = simple.applied()

    assert (request.state, request.replied_by, request.reply) == ("applied", None, "")
    assert not FactRow.objects.filter(deed="request.agreed").exists()
    assert Clock.objects.get(rule="C3").ended_on is None
    assert Notice.objects.filter(person=simple.provider_head.person, kind="turn").count() == 1


def test_the_consent_lapses_with_the_post(simple):
    Post.objects.filter(person=simple.provider_head.person).update(to_date="2026-01-01")

    assert replies.standing(simple.resource) is None
    assert simple.applied().state == "applied"


def test_nobody_answers_by_consent_what_they_approved(simple):
    Post.objects.create(
        person=simple.provider_head.person,
        unit=simple.consumer,
        role="sharing_body_head",
        from_date="2025-01-01",
    )
    both = type(simple.provider_head)(
        simple.provider_head.person, tuple(simple.provider_head.person.posts.select_related("unit"))
    )
    request = simple.drafted()
    requests.ask_approval(simple.consumer_officer, request, why=WHY)

    assert requests.apply(both, request, why=WHY).state == "applied"


def test_only_the_providers_head_consents(world):
    publish(world.resource, world.provider_officer, ShareType.UNCONDITIONAL)

    for actor in (world.provider_officer, world.consumer_head, world.reviewer):
        codes = refused(replies.consent, actor, world.resource, why=WHY)
        assert codes == ("permission.missing",)
    assert not world.resource.auto_reply
