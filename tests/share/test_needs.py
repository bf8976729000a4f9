"""Needs outside the catalog: stated, approved, negotiated or assigned, catalogued, listed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.share.world import WHY, World, person, unit
from yunzhang.people import cases
from yunzhang.people.models import Case, FactRow, Notice, Turn
from yunzhang.share import needs
from yunzhang.terms.faults import Refused

WANTED = ("乡镇代码", " 常住人口 ", "")


def state(world: World, **changes: Any) -> Case:
    wish: dict[str, Any] = {
        "title": "乡镇常住人口",
        "items": WANTED,
        "scenario": "疫苗接种点规划",
        "legal_basis": "《疫苗管理法》第四十一条",
        "provider": world.provider,
        "frequency": "year",
        "why": WHY,
        **changes,
    }
    title, items = wish.pop("title"), wish.pop("items")
    return needs.state(world.consumer_officer, title, items, **wish)


def test_a_need_goes_from_its_statement_to_a_listed_entry(world: World) -> None:
    case = state(world)
    cases.move(world.consumer_head, case, "approve", why=WHY)
    plan = {"paper.plan": "第三季度编目"}
    cases.move(world.provider_officer, case, "accept", papers=plan, why=WHY)
    code = {"paper.resource_code": f" {world.resource.code} "}

    done = cases.move(world.provider_officer, case, "listed", papers=code, why=WHY)

    need = needs.need_of(done)
    assert (done.step, done.closed_on is not None) == ("listed", True)
    assert need.items == ("乡镇代码", "常住人口")
    assert (need.provider, need.resource) == (world.provider.code, world.resource.code)
    assert (need.scenario, need.frequency) == ("疫苗接种点规划", "year")
    told = Notice.objects.filter(kind="told", reference=done.number)
    assert {row.person.username for row in told} == {"qian", "zhou"}


def test_everything_that_is_wrong_is_told_at_once(world: World) -> None:
    before = FactRow.objects.count()

    with pytest.raises(Refused) as refused:
        state(
            world, title=" ", items=[], scenario="", legal_basis=" ",
            provider=world.consumer, frequency="often",
        )  # fmt: skip

    assert set(refused.value.codes) == {
        "need.title_missing",
        "need.items_missing",
        "need.own_unit",
        "need.frequency_unknown",
        "procedure.paper_missing",
    }
    assert len(refused.value.codes) == 6
    assert (Case.objects.count(), FactRow.objects.count()) == (0, before)


def test_without_a_known_provider_the_authority_names_the_source(world: World) -> None:
    statistics = unit(4, "统计局")
    officer = person("wu", (statistics, "provider_officer"))
    case = state(world, provider=None)
    assert case.step == "approve_unknown"

    cases.move(world.consumer_head, case, "approve", why=WHY)
    assert list(Turn.objects.values_list("role", flat=True)) == ["sharing_authority"]
    named = {"paper.decision": "由统计局提供", "paper.source_unit": "统计局"}
    case = cases.move(world.reviewer, case, "designate", papers=named, why=WHY)

    assert case.step == "catalogue"
    assert Turn.objects.get(subject=cases.subject_of(case)).unit == statistics
    assert needs.need_of(case).provider == statistics.code
    assert [move.id for move in cases.moves_for(officer, case)] == ["listed"]
    assert cases.moves_for(world.provider_officer, case) == []


def test_a_provider_that_refers_it_is_replaced_by_whom_the_authority_names(world: World) -> None:
    statistics = unit(4, "统计局")
    case = state(world)
    cases.move(world.consumer_head, case, "approve", why=WHY)
    cases.move(world.provider_officer, case, "refer", papers={"paper.reason": "不采集"}, why=WHY)
    papers = {"paper.decision": "由统计局提供", "paper.source_unit": statistics.code}

    case = cases.move(world.reviewer, case, "designate", papers=papers, why=WHY)

    assert [row.unit for row in case.parties.filter(party="provider")] == [statistics]


@pytest.mark.parametrize(
    ("named", "code"), [("气象局", "need.unit_unknown"), ("卫健委", "need.asker_named")]
)
def test_the_source_is_a_registered_unit_and_not_the_asker(world: World, named, code) -> None:
    case = state(world, provider=None)
    cases.move(world.consumer_head, case, "approve", why=WHY)

    with pytest.raises(Refused) as refused:
        papers = {"paper.decision": "指定", "paper.source_unit": named}
        cases.move(world.reviewer, case, "designate", papers=papers, why=WHY)

    case.refresh_from_db()
    assert refused.value.codes == (code,)
    assert (case.step, case.moves.count()) == ("designate", 2)


@pytest.mark.parametrize("code", ["307001/000009", "没有"])
def test_only_a_published_entry_of_the_provider_is_listed(world: World, code: str) -> None:
    case = state(world)
    cases.move(world.consumer_head, case, "approve", why=WHY)
    cases.move(world.provider_officer, case, "accept", papers={"paper.plan": "编目"}, why=WHY)
    if code.startswith("307001"):
        world.resource.versions.update(state="approved")
        code = world.resource.code

    with pytest.raises(Refused, match=r"need\.code_wrong"):
        papers = {"paper.resource_code": code}
        cases.move(world.provider_officer, case, "listed", papers=papers, why=WHY)


def test_each_step_is_for_its_own_role(world: World) -> None:
    case = state(world)

    for actor in (world.consumer_officer, world.provider_head, world.reviewer):
        with pytest.raises(Refused, match=r"case\.role_needed"):
            cases.move(actor, case, "approve", why=WHY)
    with pytest.raises(Refused, match=r"permission\.missing"):
        needs.state(
            world.provider_officer, "乡镇", ["代码"], scenario="x", legal_basis="y", why=WHY
        )
