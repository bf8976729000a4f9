"""An entry's way: drafted from the table, checked as a whole, by different hands, signed."""

from __future__ import annotations

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang.gather import catalog, harvest
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import clocks
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Clock, FactRow
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import open_signed
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import Entry, EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.identifiers import resource_code_valid
from yunzhang.terms.signed import Signed

State = EntryVersion.State


def test_a_draft_is_filled_from_the_live_table(hub: HubWorld) -> None:
    version = hub.drafted()

    form = decode(version.draft, EntryDraft)

    assert (form.title, form.provider_name) == ("乡级行政区划", "民政厅")
    assert form.provider_code == hub.units[2].code
    assert [item.column for item in form.items] == ["code", "name", "county_code"]
    code = form.items[0]
    assert (code.type, code.length, code.key, code.filterable) == (
        ItemType.CHARACTER,
        9,
        True,
        True,
    )
    assert resource_code_valid(version.resource.code)


def test_a_submission_is_refused_with_everything_that_is_missing(hub: HubWorld) -> None:
    version = hub.drafted()

    with pytest.raises(Refused) as refused:
        catalog.submit(hub.officer, version, why=WHY)

    said = [fault.sentence() for fault in refused.value.faults]
    assert refused.value.codes.count("entry.required") == 3
    assert "entry.assessment_missing" in refused.value.codes
    assert any("共享类型" in sentence for sentence in said)
    version.refresh_from_db()
    assert version.state == State.DRAFT


def test_a_published_entry_is_signed_by_the_hub_word_for_word(hub: HubWorld) -> None:
    version = hub.published()

    entry = open_signed(decode(version.signed, Signed), "entry/1", Entry, [hub_key().public])

    assert entry.resource_code == version.resource.code
    assert entry.draft == decode(version.draft, EntryDraft)
    assert entry.table == "townships"
    assert catalog.published(version.resource) == entry


def test_a_changed_entry_no_longer_opens(hub: HubWorld) -> None:
    version = hub.published()
    version.signed = version.signed.replace("民政厅", "财政厅")
    version.save()

    with pytest.raises(Refused) as refused:
        catalog.published(version.resource)

    assert refused.value.codes == ("signed.signature_wrong",)


def test_the_review_clock_runs_from_approval_to_publication(hub: HubWorld) -> None:
    version = catalog.submit(hub.officer, hub.completed(hub.drafted()), why=WHY)
    assert not clocks.running().exists()

    version = catalog.approve(hub.head, version, why=WHY)
    running = clocks.running().get()
    catalog.publish(hub.reviewer, version, why=WHY)

    assert (running.rule, running.unit) == ("C2", hub.units[1])
    assert Clock.objects.get().ended_on is not None


def test_who_drafted_may_not_approve_and_who_approved_may_not_publish(hub: HubWorld) -> None:
    everything = Actor(hub.officer.person, hub.officer.posts + hub.head.posts + hub.reviewer.posts)
    version = hub.completed(hub.drafted())
    version = catalog.submit(everything, version, why=WHY)

    with pytest.raises(Refused) as approving:
        catalog.approve(everything, version, why=WHY)
    version = catalog.approve(hub.head, version, why=WHY)
    head = Actor(hub.head.person, hub.head.posts + hub.reviewer.posts)
    with pytest.raises(Refused) as publishing:
        catalog.publish(head, version, why=WHY)

    assert approving.value.codes == publishing.value.codes == ("entry.four_eyes",)


def test_an_edit_by_the_head_makes_the_head_an_author(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted())
    head = Actor(hub.head.person, hub.head.posts + hub.officer.posts)
    version = catalog.edit(head, version, decode(version.draft, EntryDraft), why=WHY)
    version = catalog.submit(hub.officer, version, why=WHY)

    with pytest.raises(Refused) as refused:
        catalog.approve(head, version, why=WHY)

    assert refused.value.codes == ("entry.four_eyes",)


def test_another_unit_can_neither_draft_nor_submit(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted())
    table = hub.table("other")

    for attempt in (
        lambda: catalog.submit(hub.outsider, version, why=WHY),
        lambda: catalog.draft(hub.outsider, table, why=WHY),
        lambda: harvest.gather(hub.outsider, table, why=WHY),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.codes == ("permission.missing",)


def test_the_worker_cannot_take_a_persons_step(hub: HubWorld) -> None:
    version = catalog.submit(hub.officer, hub.completed(hub.drafted()), why=WHY)

    with pytest.raises(Refused) as refused:
        catalog.approve(Actor(None), version, why=WHY)

    assert refused.value.codes == ("entry.person_needed",)


@pytest.mark.parametrize("step", ["submit", "approve", "publish", "return_"])
def test_a_step_out_of_turn_is_refused_and_leaves_no_fact(hub: HubWorld, step: str) -> None:
    version = hub.published()
    facts = FactRow.objects.count()
    actor = {"submit": hub.officer, "approve": hub.head}.get(step, hub.second_reviewer)
    more = ("理由",) if step == "return_" else ()

    with pytest.raises(Refused) as refused:
        getattr(catalog, step)(actor, version, *more, why=WHY)

    assert refused.value.codes == ("procedure.move_wrong",)
    assert FactRow.objects.count() == facts


def test_the_authority_returns_with_reasons_and_its_clock_stops(hub: HubWorld) -> None:
    version = catalog.submit(hub.officer, hub.completed(hub.drafted()), why=WHY)
    version = catalog.approve(hub.head, version, why=WHY)

    version = catalog.return_(hub.reviewer, version, "摘要不清", why=WHY)

    assert (version.state, version.return_reason) == (State.RETURNED, "摘要不清")
    assert not clocks.running().exists()
    assert catalog.submit(hub.officer, version, why=WHY).state == State.SUBMITTED


def test_the_head_returns_what_the_authority_has_not_seen(hub: HubWorld) -> None:
    version = catalog.submit(hub.officer, hub.completed(hub.drafted()), why=WHY)

    with pytest.raises(Refused):
        catalog.return_(hub.reviewer, version, "不全", why=WHY)
    version = catalog.return_(hub.head, version, "不全", why=WHY)

    assert version.state == State.RETURNED


def test_a_revision_supersedes_the_version_before_it(hub: HubWorld) -> None:
    first = hub.published()
    second = catalog.revise(hub.officer, first.resource, why=WHY)
    form = replace(decode(second.draft, EntryDraft), abstract="新的摘要")
    second = catalog.edit(hub.officer, second, form, why=WHY)
    second = catalog.submit(hub.officer, second, why=WHY)
    second = catalog.approve(hub.head, second, why=WHY)

    second = catalog.publish(hub.reviewer, second, why=WHY)

    first.refresh_from_db()
    assert (first.state, second.state, second.number) == (State.SUPERSEDED, State.PUBLISHED, 2)
    assert second.resource.code == first.resource.code
    assert catalog.published(first.resource).version == 2


def test_a_revision_follows_the_live_table(hub: HubWorld) -> None:
    version = hub.published()
    hub.csv("code,name,level\n451024001,足荣镇人民政府,4\n", folder="townships")
    harvest.gather(hub.officer, version.resource.table, why=WHY)

    revised = catalog.revise(hub.officer, Resource.objects.get(), why=WHY)

    items = decode(revised.draft, EntryDraft).items
    assert [item.column for item in items] == ["code", "name", "level"]
    assert items[1].length == len("足荣镇人民政府")


def test_a_resource_has_one_version_under_way(hub: HubWorld) -> None:
    version = hub.published()
    catalog.revise(hub.officer, version.resource, why=WHY)

    with pytest.raises(Refused) as refused:
        catalog.revise(hub.officer, version.resource, why=WHY)

    assert refused.value.codes == ("entry.open",)


def test_a_table_is_catalogued_once(hub: HubWorld) -> None:
    version = hub.drafted()

    with pytest.raises(Refused) as refused:
        catalog.draft(hub.officer, version.resource.table, why=WHY)

    assert refused.value.codes == ("entry.exists",)


def test_a_code_follows_its_classification_only_until_it_is_submitted(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted(), classification="103001")
    assert version.resource.code == "103001/000001"
    version = catalog.submit(hub.officer, version, why=WHY)
    version = catalog.return_(hub.head, version, "再想想", why=WHY)

    with pytest.raises(Refused) as refused:
        hub.completed(version, classification="101001")

    assert refused.value.codes == ("entry.classification_fixed",)


def test_a_code_is_never_given_twice(hub: HubWorld) -> None:
    first = hub.drafted("one")
    hub.completed(first, classification="103001")

    second = hub.drafted("two")

    assert first.resource.code == "307001/000001"
    assert second.resource.code == "307001/000002"


def test_an_item_without_its_column_is_named(hub: HubWorld) -> None:
    version = hub.completed(hub.drafted())
    form = decode(version.draft, EntryDraft)
    items = (replace(form.items[0], column="gone"), *form.items[1:])
    catalog.edit(hub.officer, version, replace(form, items=items), why=WHY)

    with pytest.raises(Refused) as refused:
        catalog.submit(hub.officer, version, why=WHY)

    assert refused.value.codes == ("entry.column_gone",)


def test_values_outside_a_code_list_and_overlong_titles_are_not_even_kept(hub: HubWorld) -> None:
    version = hub.drafted()

    with pytest.raises(Refused) as refused:
        hub.completed(version, share_type="9", classification="", title="长" * 201)

    assert refused.value.codes == ("entry.title_long", "entry.code_unknown")


def test_nothing_is_drafted_before_the_table_is_gathered(hub: HubWorld) -> None:
    table = hub.table()

    with pytest.raises(Refused) as refused:
        catalog.draft(hub.officer, table, why=WHY)

    assert refused.value.codes == ("table.ungathered",)
    assert not Resource.objects.exists()
