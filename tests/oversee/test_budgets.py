"""Operation budgets: asked for system by system, beside what these have brought; never typed."""

from __future__ import annotations

from datetime import timedelta

from tests.hub_world import WHY, HubWorld
from tests.oversee.project_world import office, year
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.gather import placing, systems
from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.building import budgets
from yunzhang.oversee.building.budgets import Wish
from yunzhang.oversee.building.project_models import Budget
from yunzhang.oversee.models import Score
from yunzhang.people import cases
from yunzhang.use.models import UsageDay

PAPERS = {budgets.PAPER: "按合同续签"}


def called(hub: HubWorld, code: str, days_ago: int, answered: int) -> None:
    """So many calls of an entry's data on a day."""
    UsageDay.objects.create(
        day=clock.today() - timedelta(days=days_ago),
        grant=f"g{days_ago}",
        consumer=hub.units[3],
        provider=hub.units[2],
        resource_code=code,
        answered=answered,
    )


def test_a_budget_is_argued_by_what_its_systems_brought_and_arranged_or_declined(
    hub: HubWorld,
) -> None:
    those = office(hub)
    version = hub.published()
    system = InformationSystem.objects.get()
    idle = systems.register(hub.officer, hub.units[2], "内网论坛", "", why=WHY)
    called(hub, version.resource.code, 3, 40)
    called(hub, version.resource.code, 300, 2)
    called(hub, version.resource.code, 400, 1000)  # older than the window of the pack
    Score.objects.create(
        unit=hub.units[2], period="2026Q1", frozen_at=clock.now(), total=71, figures="[]", signed=""
    )
    wishes = [Wish(system, 120_000, "云资源"), Wish(idle, 80_000)]

    case = budgets.ask(hub.officer, hub.units[2], year(), wishes, PAPERS, why=WHY)
    called(hub, version.resource.code, 0, 5000)  # what comes later changes nothing
    case = cases.move(
        hub.reviewer, case, "argued", papers={"paper.review_opinions": "论坛停办"}, why=WHY
    )
    case = cases.move(those.finance, case, "arrange", why=WHY)

    budget = Budget.objects.get()
    results = budgets.results_of(budget)
    calls = {one.name: one.calls for one in results.systems}
    assert (results.given, results.made, str(results.score)) == (42, 0, "71.00")
    assert calls == {system.name: 42, "内网论坛": 0}
    assert (case.step, budget.state) == ("approved", "arranged")


def test_it_is_refused_with_all_that_is_wrong_with_it(hub: HubWorld) -> None:
    gone = systems.register(hub.officer, hub.units[2], "旧系统", "", why=WHY)
    placing.turn(hub.officer, gone, placing.State.CLOSED, clock.today(), why=WHY)
    gone = InformationSystem.objects.get(pk=gone.pk)

    none = refused(budgets.ask, hub.officer, hub.units[2], year() - 1, [], {}, why=WHY)
    wrong = refused(
        budgets.ask, hub.officer, hub.units[2], year(), [Wish(gone, 0)], PAPERS, why=WHY
    )

    assert none == ("budget.year", "budget.empty", "procedure.paper_missing")
    assert wrong == ("budget.system", "budget.amount")
    assert not Budget.objects.exists()


def test_a_year_has_one_budget_until_it_is_declined(hub: HubWorld) -> None:
    system = systems.register(hub.officer, hub.units[2], "区划系统", "", why=WHY)
    unit, wishes = hub.units[2], [Wish(system, 10)]
    case = budgets.ask(hub.officer, unit, year(), wishes, PAPERS, why=WHY)

    twice = refused(budgets.ask, hub.officer, unit, year(), wishes, PAPERS, why=WHY)
    cases.move(hub.reviewer, case, "decline", papers={"paper.reason": "无人使用"}, why=WHY)
    budgets.ask(hub.officer, unit, year(), wishes, PAPERS, why=WHY)

    assert twice == ("budget.there",)
    assert sorted(Budget.objects.values_list("state", flat=True)) == ["declined", "review"]
