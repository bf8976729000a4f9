"""Requests: from draft to reply, within the legal clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.share.world import WHY, condition, person, publish
from yunzhang import clock
from yunzhang.people.models import Clock, FactRow
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import SigningKey
from yunzhang.share import keys, requests
from yunzhang.terms.codes import ShareType
from yunzhang.terms.faults import Refused


def refused(deed: Callable[[], object]) -> tuple[str, ...]:
    """The codes a deed is refused with."""
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.codes


def clock_of(request, rule: str) -> Clock:
    return Clock.objects.get(subject=f"request:{request.pk}", rule=rule)


def test_a_request_reaches_its_provider_and_the_ten_day_clock_cites_its_article(world):
    request = world.applied()

    clock_row = clock_of(request, "C4")
    assert request.state == "applied"
    assert (clock_row.unit, clock_row.started_on) == (world.provider, clock.today())
    assert (clock_row.days, clock_row.clause) == (10, "第二十一条")


def test_unconditional_data_has_the_one_day_clock(world):
    publish(world.resource, world.provider_officer, ShareType.UNCONDITIONAL)

    request = world.applied()

    assert clock_of(request, "C3").days == 1


def test_a_request_is_numbered_once_for_all(world):
    first, second = world.drafted(), world.drafted()

    assert first.number != second.number
    assert first.number == f"SQ{clock.now().year}-{first.pk:06d}"


def test_everything_wrong_with_a_wish_is_said_at_once(world):
    def deed():
        world.drafted(
            legal_basis=" ",
            scenario="",
            purpose="",
            items=("区划代码", "区划代码", "身份证号"),
            rows=(condition("收入", "eq", "1"), condition("区划代码", "eq", "1", "2")),
            delivery="fax",
            duration_days=4000,
        )

    assert set(refused(deed)) == {
        "request.text_missing",
        "request.item_twice",
        "request.item_unknown",
        "request.condition_values",
        "request.delivery",
        "request.duration",
    }
    assert len(refused(deed)) == 9


def test_data_not_shared_is_refused_at_once_with_its_legal_basis(world):
    publish(world.resource, world.provider_officer, ShareType.NOT_SHARED)

    with pytest.raises(Refused) as caught:
        world.drafted(purpose="")

    assert caught.value.codes == ("request.not_shared",)
    assert "《某法》第九条" in caught.value.faults[0].sentence()


def test_only_published_entries_can_be_asked_for(world):
    world.resource.versions.update(state="draft")

    assert refused(world.drafted)


def test_a_unit_does_not_ask_itself(world):
    someone = person("wu", (world.provider, "consumer_officer"))

    codes = refused(lambda: requests.draft(someone, world.resource, **world.wish(key=None)))

    assert codes == ("request.own_resource",)


def test_a_request_needs_a_key_of_its_own_unit(world):
    foreign = keys.register(
        person("wu", (world.provider, "consumer_officer")),
        world.provider,
        "他人系统",
        SigningKey.generate("other").public.text,
        why=WHY,
    )
    request = world.drafted(key=None)

    assert refused(lambda: world.drafted(key=foreign)) == ("request.key_foreign",)
    assert refused(lambda: requests.ask_approval(world.consumer_officer, request, why=WHY)) == (
        "request.key_needed",
    )


def test_a_changed_request_goes_back_to_the_draft(world):
    request = world.drafted()
    requests.ask_approval(world.consumer_officer, request, why=WHY)

    changed = requests.edit(world.consumer_officer, request, {"duration_days": 30}, why=WHY)

    assert (changed.state, changed.duration_days) == ("draft", 30)
    assert changed.purpose == request.purpose


def test_nobody_approves_or_answers_their_own_request(world):
    both = person(
        "zheng",
        (world.consumer, "consumer_officer"),
        (world.consumer, "sharing_body_head"),
        (world.provider, "sharing_body_head"),
    )
    request = requests.draft(both, world.resource, **world.wish())
    requests.ask_approval(both, request, why=WHY)

    assert refused(lambda: requests.apply(both, request, why=WHY)) == ("share.four_eyes",)
    requests.apply(world.consumer_head, request, why=WHY)
    assert refused(lambda: requests.agree(both, request, "同意", why=WHY)) == ("share.four_eyes",)


def test_who_changed_a_word_does_not_approve_either(world):
    head = person(
        "feng", (world.consumer, "consumer_officer"), (world.consumer, "sharing_body_head")
    )
    request = world.drafted()
    requests.edit(head, request, {"scenario": "疫情流调"}, why=WHY)
    requests.edit(world.consumer_officer, request, {"scenario": "传染病流调"}, why=WHY)
    requests.ask_approval(world.consumer_officer, request, why=WHY)

    assert refused(lambda: requests.apply(head, request, why=WHY)) == ("share.four_eyes",)


def test_stray_spaces_are_not_part_of_a_purpose(world):
    request = world.drafted(purpose=" 核对乡镇\0 ")

    assert request.purpose == "核对乡镇"


def test_a_request_serves_a_priority_field_of_the_pack_or_none(world, settings):
    unknown = {"priority_field": "rural", "delivery": "letter"}
    assert refused(lambda: world.drafted(**unknown)) == (
        "request.delivery",
        "request.priority_field",
    )
    settings.PACK = "guangxi-2022"  # (十四) 乡村振兴、普惠金融、宏观经济

    request = world.applied(priority_field="rural")

    assert request.priority_field == "rural"
    assert world.applied().priority_field == ""


def test_the_worker_answers_nothing(world):
    request = world.applied()

    assert refused(lambda: requests.agree(Actor(None), request, "同意", why=WHY)) == (
        "share.person_needed",
    )


def test_the_notice_is_given_once_and_the_clock_rests_until_completion(world):
    request = world.applied()
    running = clock_of(request, "C4")
    Clock.objects.filter(pk=running.pk).update(started_on="2026-01-05")

    noticed = requests.notice(
        world.provider_head, request, ["缺法律条款", " ", "场景不清"], why=WHY
    )
    assert noticed.notice == "缺法律条款\n场景不清"
    assert clock_of(request, "C4").rested_on == clock.today()

    completed = requests.complete(
        world.consumer_officer, request, {"legal_basis": "《传染病防治法》第十二条"}, why=WHY
    )
    assert completed.legal_basis == "《传染病防治法》第十二条"
    again = clock_of(request, "C4")
    assert (again.started_on, again.rested_on) == (clock.today(), None)
    assert again.due_on > clock.today()
    assert refused(lambda: requests.notice(world.provider_head, request, ["还缺"], why=WHY)) == (
        "request.notice_once",
    )


def test_an_empty_notice_is_no_notice(world):
    request = world.applied()

    codes = refused(lambda: requests.notice(world.provider_head, request, [" "], why=WHY))

    assert codes == ("request.notice_empty",)
    assert clock_of(request, "C4").rested_on is None


def test_an_incomplete_request_is_not_refused_directly(world):
    request = world.applied()
    requests.notice(world.provider_head, request, ["缺法律条款"], why=WHY)

    codes = refused(
        lambda: requests.refuse(world.provider_head, request, "no_basis", "", "材料不全", why=WHY)
    )

    assert codes == ("procedure.move_wrong",)


@pytest.mark.parametrize(
    "changes",
    [
        {"items": ["区划代码", "区划名称", "联系电话"]},
        {"duration_days": 91},
        {"purpose": "另一目的"},
        {"rows": []},
        {"delivery": "file_download"},
    ],
)
def test_completing_cannot_ask_for_more(world, changes):
    request = world.applied(rows=(condition("区划代码", "prefix", "45"),))
    requests.notice(world.provider_head, request, ["缺法律条款"], why=WHY)

    codes = refused(lambda: requests.complete(world.consumer_officer, request, changes, why=WHY))

    assert codes == ("request.wider",)


def test_the_authority_extends_the_conditional_reply_once(world):
    request = world.applied()
    before = clock_of(request, "C4").due_on

    requests.extend(world.reviewer, request, why=WHY)

    assert clock_of(request, "C4").due_on > before
    assert refused(lambda: requests.extend(world.reviewer, request, why=WHY)) == ("clock.final",)
    assert refused(lambda: requests.extend(world.provider_head, request, why=WHY)) == (
        "permission.missing",
    )


def test_the_one_day_reply_is_not_extended(world):
    publish(world.resource, world.provider_officer, ShareType.UNCONDITIONAL)
    request = world.applied()

    assert refused(lambda: requests.extend(world.reviewer, request, why=WHY)) == (
        "procedure.move_wrong",
    )


def test_agreeing_stops_the_reply_clock_and_starts_delivery(world):
    request = world.agreed()

    assert clock_of(request, "C4").ended_on == clock.today()
    delivery = clock_of(request, "C5")
    assert (delivery.unit, delivery.ended_on, delivery.days) == (world.provider, None, 20)
    assert request.replied_by == world.provider_head.person


def test_a_refusal_names_ground_reason_and_law_all_at_once(world):
    request = world.applied()

    def refuse(code: str, law: str = "", reply: str = "") -> tuple[str, ...]:
        return refused(
            lambda: requests.refuse(
                world.provider_head, request, code, law=law, reply=reply, why=WHY
            )
        )

    assert refuse("busy") == ("request.refusal_code", "request.reason_needed")
    assert refuse("law_forbids") == ("request.reason_needed", "request.law_needed")
    assert refuse("no_basis", "法" * 201, "否") == ("request.law_long",)
    done = requests.refuse(
        world.provider_head,
        request,
        "law_forbids",
        law="《统计法》第二十五条",
        reply="不得对外提供",
        why=WHY,
    )
    assert (done.state, done.refusal_law) == ("refused", "《统计法》第二十五条")
    assert clock_of(request, "C4").ended_on == clock.today()


def test_a_withdrawn_request_owes_nothing(world):
    request = world.applied()

    requests.withdraw(world.consumer_officer, request, why=WHY)

    assert clock_of(request, "C4").ended_on == clock.today()


def test_a_refused_step_leaves_neither_change_nor_fact(world):
    request = world.applied()
    facts = FactRow.objects.count()

    refused(lambda: requests.refuse(world.provider_head, request, "busy", "", "", why=WHY))

    request.refresh_from_db()
    assert (request.state, FactRow.objects.count()) == ("applied", facts)


def test_every_step_leaves_its_fact(world):
    request = world.agreed()

    facts = FactRow.objects.filter(subject=f"request:{request.pk}").order_by("number")

    assert [fact.deed for fact in facts] == [
        "request.drafted",
        "request.submitted",
        "request.applied",
        "request.agreed",
    ]
