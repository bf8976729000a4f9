"""The five lists: read from what is there, issued numbered and signed, never changed."""

from __future__ import annotations

import pytest

from tests.share.world import WHY, World, publish
from yunzhang.people import cases
from yunzhang.people.models import FactRow
from yunzhang.share import lists
from yunzhang.share.list_views import VIEWS
from yunzhang.share.models import ListIssue
from yunzhang.terms.codes import ShareType
from yunzhang.terms.faults import Refused
from yunzhang.terms.published_list import changes


def codes(kind: str) -> list[str]:
    return [line[0] for line in lists.live(kind)]


def test_an_entry_stands_on_the_list_its_share_type_puts_it_on(world: World) -> None:
    publish(world.resource, world.provider_officer, ShareType.CONDITIONAL)
    assert (codes("sharing"), codes("negative")) == ([world.resource.code], [])

    publish(world.resource, world.provider_officer, ShareType.NOT_SHARED)

    assert (codes("sharing"), codes("negative")) == ([], [world.resource.code])
    assert codes("responsibility") == [world.resource.code]


@pytest.mark.parametrize("kind", VIEWS)
def test_a_line_has_a_value_for_each_column_and_the_count_is_the_lines(
    world: World, kind: str
) -> None:
    world.applied()
    lines = lists.live(kind)

    assert {len(line) for line in lines} <= {len(lists.view(kind).columns)}
    assert lists.view(kind).count() == len(lines)


def test_who_answers_and_by_when_stand_on_the_responsibility_list(world: World) -> None:
    [line] = lists.live("responsibility")

    assert world.provider_head.person
    assert world.provider_head.person.full_name in line
    assert "校核反馈10个工作日" in line[-1]


def test_a_request_joins_the_needs_once_its_head_has_approved_it(world: World) -> None:
    drafted = world.drafted()
    assert drafted.number not in codes("demand")

    applied = world.applied()

    assert applied.number in codes("demand")


def test_a_need_outside_the_catalog_joins_once_its_head_has_approved_it(world: World) -> None:
    case = cases.open(
        world.consumer_officer,
        "need_without_entry",
        about="need:1",
        title="村医执业登记",
        parties={"applicant": [world.consumer], "provider": [world.provider]},
        papers={"paper.scenario": "慢病随访", "paper.legal_basis": "《某法》第三条"},
        why=WHY,
    )
    assert case.number not in codes("demand")

    cases.move(world.consumer_head, case, "approve", why=WHY)

    [line] = [line for line in lists.live("demand") if line[0] == case.number]
    assert line[1:5] == ("村医执业登记", world.consumer.name, world.provider.name, "慢病随访")


def test_an_issue_is_numbered_signed_and_a_fact_and_stays_as_it_was(world: World) -> None:
    first = lists.publish(world.reviewer, "sharing", why=WHY)
    publish(world.resource, world.provider_officer, ShareType.NOT_SHARED)
    second = lists.publish(world.reviewer, "sharing", why=WHY)

    assert (first.number, second.number) == (1, 2)
    assert [line[0] for line in lists.opened(first).lines] == [world.resource.code]
    assert lists.opened(second).lines == ()
    assert FactRow.objects.filter(deed="list.published", subject="list:sharing/2").exists()


def test_an_issue_altered_afterwards_is_found_out(world: World) -> None:
    issue = lists.publish(world.reviewer, "sharing", why=WHY)
    issue.signed = issue.signed.replace(world.resource.code, "307001/9")

    with pytest.raises(Refused):
        lists.opened(issue)


def test_nothing_new_is_not_issued_again(world: World) -> None:
    lists.publish(world.reviewer, "sharing", why=WHY)

    with pytest.raises(Refused) as refused:
        lists.publish(world.reviewer, "sharing", why=WHY)

    assert refused.value.codes == ("list.nothing_new",)
    assert ListIssue.objects.count() == 1


def test_only_who_may_issues_a_list(world: World) -> None:
    with pytest.raises(Refused) as refused:
        lists.publish(world.provider_officer, "sharing", why=WHY)

    assert refused.value.codes == ("permission.missing",)


def test_changes_are_told_line_by_line() -> None:
    before = (("a", "1"), ("b", "1"), ("c", "1"))
    after = (("b", "2"), ("c", "1"), ("d", "1"))

    found = changes(before, after)

    assert found.added == (("d", "1"),)
    assert found.removed == (("a", "1"),)
    assert found.changed == ((("b", "1"), ("b", "2")),)
    assert found.count == 3


def test_an_unknown_list_is_refused_in_words() -> None:
    with pytest.raises(Refused) as refused:
        lists.live("black")

    assert refused.value.codes == ("list.unknown",)
