"""A service is stopped or changed with every consumer's consent and on file with the authority."""

from __future__ import annotations

from datetime import date

import pytest

from tests.share.moments import refused
from tests.share.world import WHY, World, person, unit
from yunzhang import clock
from yunzhang.people import cases
from yunzhang.people.models import Case, FactRow, Notice, Unit
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests, services
from yunzhang.share.models import GrantRow

REASON = "业务系统停用"
LATER = date(2026, 4, 1)


@pytest.fixture
def other(world: World) -> tuple[Unit, Actor]:
    """A second consumer with a grant, and its head."""
    where = unit(7, "教育厅")
    officer, head = (
        person("ma", (where, "consumer_officer")),
        person("xu", (where, "sharing_body_head")),
    )
    caller = SigningKey.generate("edu.caller.local").public.text
    key = keys.register(officer, where, "学籍系统", caller, why=WHY)
    request = requests.draft(officer, world.resource, **world.wish(key=key))
    requests.ask_approval(officer, request, why=WHY)
    requests.apply(head, request, why=WHY)
    requests.agree(world.provider_head, request, "同意", why=WHY)
    grants.issue(world.provider_head, request, why=WHY)
    return where, head


def proposed(world: World, change: str = "stop", on: date = LATER) -> Case:
    return services.propose(world.provider_officer, world.resource, change, REASON, on, why=WHY)


def agreed(*heads: Actor) -> None:
    for head in heads:
        cases.move(head, Case.objects.get(closed_on=None), "agree", why=WHY)


def filed(world: World) -> Case:
    case = cases.move(world.reviewer, Case.objects.get(closed_on=None), "record", why=WHY)
    world.resource.refresh_from_db()
    return case


def test_every_consumer_consents_before_the_authority_files_it(world, days, other):
    world.granted()
    case = proposed(world)

    agreed(world.consumer_head)
    case.refresh_from_db()
    assert case.step == "negotiate"
    agreed(other[1])

    assert filed(world).step == "recorded"
    assert (world.resource.stops_on, world.resource.stop_reason) == (LATER, REASON)


def test_grants_run_until_the_day_and_end_on_it(world, days):
    grant = world.granted()
    grants.for_node(world.node, clock.now())
    proposed(world)
    agreed(world.consumer_head)
    filed(world)

    days.on(3, 31)
    assert grants.end_expired(clock.now()) == []
    days.on(4, 1)
    [ended] = grants.end_expired(clock.now())

    assert (ended.pk, ended.state_reason) == (grant.pk, "共享服务终止，已报主管部门备案")
    assert Case.objects.filter(procedure="disposal").count() == 1


def test_what_is_stopped_is_not_asked_for_any_more(world, days):
    waiting = world.applied()
    drafted = world.drafted()
    proposed(world)
    filed(world)

    assert refused(world.drafted) == ("request.service_stopped",)
    assert refused(lambda: requests.ask_approval(world.consumer_officer, drafted, why=WHY)) == (
        "request.service_stopped",
    )
    assert refused(lambda: requests.agree(world.provider_head, waiting, "同意", why=WHY)) == (
        "request.service_stopped",
    )
    requests.withdraw(world.consumer_officer, waiting, why=WHY)


def test_one_objection_brings_it_back_to_the_provider(world, days, other):
    world.granted()
    case = proposed(world)
    agreed(world.consumer_head)
    cases.move(other[1], case, "object", papers={"paper.reason": "尚无替代"}, why=WHY)

    assert refused(lambda: filed(world)) == ("procedure.move_wrong",)
    cases.move(world.provider_head, case, "again", papers={"paper.reason": "提供替代接口"}, why=WHY)

    # What was consented to before counts no more: it is another proposal now.
    agreed(world.consumer_head)
    case.refresh_from_db()
    assert case.step == "negotiate"
    assert refused(lambda: agreed(world.consumer_head)) == ("case.consented",)


def test_only_the_units_concerned_consent_and_only_the_authority_files(world, days):
    world.granted()
    case = proposed(world)

    for actor in (world.provider_head, world.consumer_officer, world.reviewer):
        codes = refused(cases.move, actor, case, "agree", why=WHY)
        assert codes == ("case.role_needed",)
    agreed(world.consumer_head)
    assert refused(lambda: cases.move(world.provider_head, case, "record", why=WHY)) == (
        "case.role_needed",
    )


def test_whoever_came_in_meanwhile_is_asked_too(world, days, request):
    world.granted()
    proposed(world)
    request.getfixturevalue("other")
    agreed(world.consumer_head)

    assert refused(lambda: filed(world)) == ("service.consumers_changed",)
    world.resource.refresh_from_db()
    assert world.resource.stops_on is None


def test_a_service_nobody_uses_is_filed_at_once(world, days):
    case = proposed(world)

    assert case.step == "file"
    filed(world)
    assert FactRow.objects.get(deed="service.changed").person == world.reviewer.person


def test_a_change_is_told_to_its_consumers_and_ends_nothing(world, days):
    grant = world.granted()
    proposed(world, "change")
    agreed(world.consumer_head)
    Notice.objects.all().delete()

    filed(world)

    told = Notice.objects.filter(person=world.consumer_officer.person)
    assert [notice.zh for notice in told] == ["变更共享服务已备案，自 2026-04-01 起：乡镇区划代码"]
    days.on(4, 2)
    assert grants.end_expired(clock.now()) == []
    assert GrantRow.objects.get(pk=grant.pk).state == "active"


def test_a_stopped_service_can_be_given_again(world, days):
    proposed(world)
    filed(world)

    proposed(world, "restart")
    filed(world)

    assert world.drafted().state == "draft"


def test_a_negotiation_that_outlasts_its_date_stops_nothing_in_the_past(world, days):
    proposed(world)
    days.on(4, 20)

    filed(world)

    assert world.resource.stops_on == date(2026, 4, 20)


def test_everything_wrong_with_a_proposal_is_said_at_once(world, days):
    proposed(world)

    assert refused(lambda: proposed(world, "restart", date(2026, 3, 1))) == (
        "service.date_past",
        "service.not_stopped",
        "service.proposed_already",
    )
    assert refused(lambda: proposed(world, "vanish")) == (
        "service.change_unknown",
        "service.proposed_already",
    )
    filed(world)
    assert refused(lambda: proposed(world)) == ("service.stopped_already",)


def test_nobody_but_the_provider_proposes_it(world, days):
    for actor in (world.consumer_head, world.reviewer):
        codes = refused(services.propose, actor, world.resource, "stop", REASON, LATER, why=WHY)
        assert codes == ("case.role_needed",)
