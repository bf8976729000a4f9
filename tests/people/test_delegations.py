"""Delegations: a colleague does the post of one who is away, in the open and for those days only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hub_world import PASSWORD, WHY, HubWorld
from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.people import delegations, identity, notices
from yunzhang.people.models import Delegation, FactRow, Notice, Person, Post
from yunzhang.people.permissions import Actor, actor_of, behalf, may, why
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused

TODAY = clock.today()
FRIDAY = TODAY + timedelta(days=4)


def post_of(actor: Actor) -> Post:
    return Post.objects.select_related("unit").get(person=actor.person)


def delegate(hub: HubWorld, to: Actor | None = None, **changes: date) -> Delegation:
    """The head of the provider is away until Friday; an officer does the post."""
    days = {"from_date": TODAY, "to_date": FRIDAY, **changes}
    return delegations.delegate(
        hub.head, post_of(hub.head), (to or hub.officer).person, **days, why="出差"
    )


def now(actor: Actor, day: date = TODAY) -> Actor:
    return actor_of(Person.objects.get(pk=actor.person.pk), day)


def told(deed: str) -> dict[str, object]:
    fact = FactRow.objects.filter(deed=deed).latest("number")
    return decode(fact.content, dict[str, object])


def test_a_delegate_may_what_the_post_may_and_only_on_those_days(hub: HubWorld) -> None:
    delegate(hub, from_date=TODAY + timedelta(days=1))

    allowed = [
        may(now(hub.officer, TODAY + timedelta(days=day)), "catalog.approve", hub.units[2])
        for day in range(7)
    ]

    assert allowed == [False, True, True, True, True, False, False]


def test_a_post_called_back_is_no_longer_done_by_the_other(hub: HubWorld) -> None:
    given = delegate(hub)
    assert may(now(hub.officer), "catalog.approve")

    delegations.call_back(hub.head, given, why="提前返岗")

    assert not may(now(hub.officer), "catalog.approve")
    assert told("delegation.ended")["to"] == hub.officer.name
    with pytest.raises(Refused) as refused:
        delegations.call_back(hub.head, given, why=WHY)
    assert refused.value.codes == ("delegation.over",)


def test_holder_and_delegate_are_told_when_a_post_is_lent_and_when_it_is_called_back(
    hub: HubWorld,
) -> None:
    given = delegate(hub)
    days = f"自 {TODAY} 至 {FRIDAY}"

    delegations.call_back(hub.reviewer, given, why="提前返岗")

    for actor in (hub.head, hub.officer):
        texts = Notice.objects.filter(person=actor.person, subject=f"delegation:{given.pk}")
        assert list(texts.order_by("pk").values_list("zh", flat=True)) == [
            f"officer 某{days} 代行head 某的岗位：民政共享工作机构负责人",
            "officer 某不再代行head 某的岗位：民政共享工作机构负责人",
        ]


def test_a_delegation_that_is_refused_is_told_to_nobody(hub: HubWorld) -> None:
    with pytest.raises(Refused):
        delegate(hub, hub.outsider)

    assert not Notice.objects.filter(subject__startswith="delegation:").exists()


def test_who_acts_on_anothers_behalf_leaves_a_fact_that_names_both(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted())
    version = catalog.submit(hub.officer, version, why=WHY)
    colleague = identity.register(
        hub.reviewer, "deputy", "副手", PASSWORD, [(hub.units[2], "provider_officer")], why=WHY,
    )  # fmt: skip
    delegate(hub, actor_of(colleague, TODAY))

    catalog.approve(actor_of(colleague, TODAY), version, why=WHY)

    fact = FactRow.objects.get(deed="entry.approved")
    assert fact.person == colleague
    assert told("entry.approved")["for"] == hub.head.name
    assert "for" not in told("entry.submitted")


def test_what_ones_own_post_allows_is_done_for_nobody_else(hub: HubWorld) -> None:
    delegate(hub)
    officer = now(hub.officer)

    assert behalf(officer, "catalog.approve", hub.units[2]) == hub.head.name
    assert behalf(officer, "catalog.draft", hub.units[2]) == ""
    assert behalf(officer, "request.extend", hub.units[2]) == ""
    assert behalf(Actor(None), "catalog.approve") == ""


def test_a_delegate_who_drafted_still_may_not_approve(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted())
    version = catalog.submit(hub.officer, version, why=WHY)
    delegate(hub)

    with pytest.raises(Refused) as refused:
        catalog.approve(now(hub.officer), version, why=WHY)

    assert refused.value.codes == ("entry.four_eyes",)


def test_the_posts_of_today_lent_ones_too_are_one_question_to_the_database(hub: HubWorld) -> None:
    delegate(hub)
    officer = Person.objects.get(pk=hub.officer.person.pk)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        actor = actor_of(officer, TODAY)
        names = [(post.person.full_name, post.unit.name) for post in actor.posts]

    assert len(asked) == 1
    assert names == [("officer 某", "民政厅"), ("head 某", "民政厅")]
    assert [reason.lent for reason in why(actor, "catalog.approve")] == [False, True]


def test_nobody_lends_the_post_of_another(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        delegations.delegate(
            hub.officer, post_of(hub.head), hub.officer.person, TODAY, FRIDAY, why=WHY
        )

    assert refused.value.codes == ("delegation.not_yours",)


def test_the_authority_delegates_for_someone_who_cannot(hub: HubWorld) -> None:
    delegations.delegate(
        hub.reviewer, post_of(hub.head), hub.officer.person, TODAY, FRIDAY, why="突发疾病"
    )

    assert may(now(hub.officer), "catalog.approve", hub.units[2])
    assert told("post.delegated")["to"] == hub.officer.name


def test_a_lent_post_is_not_lent_on(hub: HubWorld) -> None:
    delegate(hub)
    other = identity.register(
        hub.reviewer, "deputy", "副手", PASSWORD, [(hub.units[2], "provider_officer")], why=WHY,
    )  # fmt: skip

    with pytest.raises(Refused) as refused:
        delegations.delegate(
            now(hub.officer), post_of(hub.head), other, FRIDAY + timedelta(days=1),
            FRIDAY + timedelta(days=2), why=WHY,
        )  # fmt: skip

    assert refused.value.codes == ("delegation.lent_on",)


def test_a_delegation_is_refused_with_everything_wrong_with_it(hub: HubWorld) -> None:
    delegate(hub)

    with pytest.raises(Refused) as refused:
        delegate(hub, hub.outsider, from_date=TODAY - timedelta(days=400))
    with pytest.raises(Refused) as oneself:
        delegate(hub, hub.head, from_date=FRIDAY, to_date=TODAY)

    assert set(refused.value.codes) == {
        "delegation.other_unit",
        "delegation.dates_wrong",
        "delegation.beyond_term",
        "delegation.overlapping",
    }
    assert set(oneself.value.codes) == {"delegation.to_oneself", "delegation.dates_wrong"}


def test_a_post_is_not_lent_past_its_term(hub: HubWorld) -> None:
    identity.relieve(hub.reviewer, post_of(hub.head), why=WHY, to_date=FRIDAY - timedelta(days=1))

    with pytest.raises(Refused) as refused:
        delegate(hub)

    assert refused.value.codes == ("delegation.beyond_term",)


def test_who_leaves_the_unit_leaves_the_lent_post_too(hub: HubWorld) -> None:
    delegate(hub)
    identity.relieve(hub.reviewer, post_of(hub.officer), why=WHY, to_date=TODAY)

    tomorrow, head = TODAY + timedelta(days=1), "sharing_body_head"
    assert may(now(hub.officer, TODAY), "catalog.approve")
    assert now(hub.officer, tomorrow).posts == ()
    assert hub.officer.person in notices.seated([(head, hub.units[2])], TODAY)
    assert notices.seated([(head, hub.units[2])], tomorrow) == [hub.head.person]


def test_when_the_holder_is_relieved_nobody_does_the_post(hub: HubWorld) -> None:
    delegate(hub)
    identity.relieve(hub.reviewer, post_of(hub.head), why=WHY, to_date=TODAY)

    assert not may(now(hub.officer, TODAY + timedelta(days=1)), "catalog.approve")


def test_each_sees_what_they_gave_and_what_they_were_given(hub: HubWorld) -> None:
    given = delegate(hub)

    assert delegations.of(hub.head.person) == ([given], [])
    assert delegations.of(hub.officer.person) == ([], [given])


def test_on_no_day_two_do_the_same_post(hub: HubWorld) -> None:
    @settings(max_examples=40, deadline=None)
    @given(spans=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6)), max_size=6))
    def holds(spans: list[tuple[int, int]]) -> None:
        Delegation.objects.all().delete()
        taken: set[int] = set()
        for start, length in spans:
            days = set(range(start, start + length + 1))
            dates: dict[str, Any] = {
                "from_date": TODAY + timedelta(days=start),
                "to_date": TODAY + timedelta(days=start + length),
            }
            if days & taken:
                with pytest.raises(Refused):
                    delegate(hub, **dates)
            else:
                delegate(hub, **dates)
                taken |= days

        for day in range(30):
            lent = now(hub.officer, TODAY + timedelta(days=day)).posts[1:]
            assert len(lent) == (day in taken)

    holds()
