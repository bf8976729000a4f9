"""The cage at work: who may bind what, what a run keeps and opens, what a false alarm closes."""

from __future__ import annotations

import json

import pytest

from tests.hub_world import WHY, HubWorld
from tests.use.cage_world import DEATHS, PAYMENTS, CageWorld, build, person
from yunzhang import clock
from yunzhang.engines.cage_sql import Bound
from yunzhang.gather import catalog
from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.people import cases
from yunzhang.people.models import Case, FactRow, Turn
from yunzhang.terms.faults import Refused
from yunzhang.use import cage, cage_cases, cage_runs
from yunzhang.use.cage_models import CageBinding, CageHit

UNTENDERED = {
    "number": Bound(column="project_no"),
    "buyer": Bound(column="buyer"),
    "amount": Bound(column="budget"),
    "method": Bound(column="method"),
}


@pytest.fixture
def world(hub: HubWorld) -> CageWorld:
    return build(hub)


@pytest.fixture
def payments(world: CageWorld) -> CageBinding:
    """The dead of the rule: person 1 was paid long after, person 2 lives."""
    paid = [
        (person(1), "2026-06-01", "800", "民政"),
        (person(2), "2026-06-01", "800", "民政"),
    ]
    return world.bound(
        "subsidy_after_death",
        payments=world.table("payments", PAYMENTS, paid),
        deaths=world.table("deaths", DEATHS, [(person(1), "2026-01-05")]),
    )


def run(world: CageWorld, binding: CageBinding) -> tuple[int, int]:
    """Hits found and hits that are new."""
    made = cage_runs.run(world.supervisor, binding, why=WHY)
    return made.found, made.fresh


# Binding


def test_columns_are_suggested_by_their_names_and_by_what_stands_in_them(world: CageWorld) -> None:
    projects = world.projects()
    paid = world.table("paid", ("证件", "发放日期"), [(person(n), "2026-06-01") for n in range(9)])

    by_name = cage.suggested(cage.rule_of("untendered"), "projects", projects)
    by_kind = cage.suggested(cage.rule_of("subsidy_after_death"), "payments", paid)

    assert by_name == {
        "number": "project_no",
        "name": "project_name",
        "buyer": "buyer",
        "amount": "budget",
        "method": "method",
    }
    assert by_kind == {"person_id": "证件", "paid_on": "发放日期"}


def test_a_binding_is_refused_with_everything_that_is_wrong_with_it(world: CageWorld) -> None:
    rule = cage.rule_of("untendered")
    columns = {
        "number": Bound(column="gone"),
        "amount": Bound(column="budget", way="series"),
    }

    with pytest.raises(Refused) as refused:
        cage.bind(
            world.supervisor, world.unit, rule, {"projects": world.projects()}, columns, why=WHY
        )
    with pytest.raises(Refused) as empty:
        cage.bind(world.supervisor, world.unit, rule, {}, {}, why=WHY)

    assert sorted(refused.value.codes) == [
        "cage.column_unknown",
        "cage.field_missing",
        "cage.way_wrong",
    ]
    assert empty.value.codes == ("cage.table_missing",)
    assert not CageBinding.objects.exists()


def test_a_column_in_which_nothing_is_an_amount_is_refused_with_a_row(world: CageWorld) -> None:
    rule, columns = cage.rule_of("untendered"), {**UNTENDERED, "amount": Bound(column="method")}

    with pytest.raises(Refused) as refused:
        cage.bind(
            world.supervisor, world.unit, rule, {"projects": world.projects()}, columns, why=WHY
        )

    assert refused.value.codes == ("cage.column_unreadable",)
    assert "第 1 行" in refused.value.faults[0].sentence("zh")


def test_nobody_but_a_supervisor_of_the_unit_binds_or_runs(world: CageWorld) -> None:
    rule, tables = cage.rule_of("untendered"), {"projects": world.projects()}
    binding = cage.bind(world.supervisor, world.unit, rule, tables, UNTENDERED, why=WHY)

    for actor, unit in ((world.hub.outsider, world.unit), (world.supervisor, world.hub.units[2])):
        with pytest.raises(Refused) as refused:
            cage.bind(actor, unit, rule, tables, UNTENDERED, why=WHY)
        assert refused.value.codes == ("permission.missing",)
    with pytest.raises(Refused):
        cage_runs.run(world.hub.reviewer, binding, why=WHY)


def test_another_units_table_is_closed_until_it_is_shared_with_all(world: CageWorld) -> None:
    entry = world.hub.completed(world.hub.drafted(), share_type="1")
    theirs = DataTable.objects.get(name="townships")
    rule, columns = cage.rule_of("repeated_number"), {"number": Bound(column="code")}

    with pytest.raises(Refused) as refused:
        cage.bind(world.supervisor, world.unit, rule, {"projects": theirs}, columns, why=WHY)
    _publish(world.hub, entry)
    bound = cage.bind(world.supervisor, world.unit, rule, {"projects": theirs}, columns, why=WHY)

    assert refused.value.codes == ("cage.table_closed",)
    assert cage.tables_of(bound) == {"projects": theirs}


# Running


def test_a_run_keeps_masked_hits_and_opens_a_case_with_the_unit_that_holds_the_power(
    world: CageWorld, payments: CageBinding
) -> None:
    assert run(world, payments) == (1, 1)

    [hit] = CageHit.objects.select_related("unit", "case")
    kept = f"{hit.rows}{hit.subject}{hit.case.title}{hit.case.content}"
    assert (hit.unit, hit.case.step, hit.count) == (world.hub.units[2], "verify", 2)
    assert person(1) not in kept
    assert hit.subject == f"{person(1)[:6]}********{person(1)[-4:]}"
    assert [turn.role for turn in Turn.objects.filter(subject=f"case:{hit.case.pk}")] == [
        "supervisor"
    ]


def test_a_second_run_finds_the_same_once_and_opens_nothing(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    again = run(world, payments)

    assert again == (1, 0)
    assert (CageHit.objects.count(), Case.objects.count()) == (1, 1)


def test_a_false_alarm_is_not_opened_again_and_lowers_what_the_rule_is_worth(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    [case] = Case.objects.all()
    cases.move(world.supervisor, case, "dismiss", papers={"paper.cage_reason": "登记有误"}, why=WHY)

    again = run(world, payments)

    assert again == (1, 0)
    assert Case.objects.count() == 1
    assert CageHit.objects.get().outcome == "dismissed"


def test_new_evidence_of_an_open_matter_joins_its_case_and_of_a_closed_one_opens_another(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    paid = [(person(1), f"2026-{month:02d}-01", "800", "民政") for month in (6, 7)]
    world.table("payments", PAYMENTS, paid)
    joined = run(world, payments)
    one = Case.objects.get()
    cases.move(world.supervisor, one, "refer", papers={"paper.cage_referral": "移送"}, why=WHY)
    world.table("payments", PAYMENTS, [*paid, (person(1), "2026-08-01", "800", "民政")])

    opened = run(world, payments)

    assert (joined, opened) == ((1, 1), (1, 1))
    assert Case.objects.count() == 2
    assert sorted(CageHit.objects.values_list("outcome", flat=True)) == [
        "open",
        "upheld",
        "upheld",
    ]


def test_the_course_leads_from_verifying_over_the_unit_to_a_confirmed_correction(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    [case] = Case.objects.all()
    hub, paper = world.hub, "paper.cage_{}".format

    case = cases.move(
        world.supervisor, case, "ask", papers={paper("question"): "何人领取"}, why=WHY
    )
    with pytest.raises(Refused) as other:
        cases.move(hub.outsider, case, "answer", papers={paper("answer"): "家属"}, why=WHY)
    case = cases.move(hub.officer, case, "answer", papers={paper("answer"): "家属代领"}, why=WHY)
    case = cases.move(world.supervisor, case, "order", papers={paper("order"): "追回"}, why=WHY)
    case = cases.move(hub.officer, case, "prove", papers={paper("proof"): "缴款书"}, why=WHY)
    case = cases.move(world.supervisor, case, "confirm", why=WHY)

    assert other.value.codes == ("case.role_needed",)
    assert (case.step, case.closed_on) == ("corrected", clock.today())
    assert CageHit.objects.get().outcome == "upheld"
    assert cage_cases.hit_of(case) == CageHit.objects.get()


def test_a_unit_that_the_rows_name_by_no_known_name_leaves_the_case_with_the_tables_owner(
    world: CageWorld,
) -> None:
    binding = world.bound("untendered", projects=world.projects())

    run(world, binding)

    assert [hit.unit for hit in CageHit.objects.all()] == [world.unit]


def test_the_worker_runs_what_is_bound_and_passes_over_what_cannot_run(
    world: CageWorld, payments: CageBinding
) -> None:
    ended = world.bound("untendered", projects=world.projects())
    cage.end(world.supervisor, ended, why=WHY)
    broken = world.bound("repeated_number", projects=world.projects())
    world.table("projects", ("project_no", "other"), [("1", "2")])
    CageBinding.objects.filter(pk=broken.pk).update(
        columns=json.dumps({"number": {"column": "gone", "way": ""}})
    )

    made = cage_runs.sweep()

    assert [one.binding_id for one in made] == [payments.pk]


def test_of_two_runs_that_see_a_hit_without_a_case_one_opens_it(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    stale = CageHit.objects.select_related("binding__unit", "unit").get()
    stale.case = None

    again = cage_cases.open_for([stale])

    assert again == []
    assert Case.objects.count() == 1


# Numbers


def test_numbers_are_tried_before_they_are_set_and_nothing_is_kept_of_the_trial(
    world: CageWorld,
) -> None:
    binding = world.bound("untendered", projects=world.projects())

    stricter = cage.preview(world.supervisor, binding, {"tender_yuan": 850_000}, why=WHY)
    cage.tune(world.supervisor, binding, {"tender_yuan": 850_000}, why=WHY)
    held = CageBinding.objects.get(pk=binding.pk)

    assert [found.subject for found in stricter.found] == ["A-1", "A-4"]
    assert not CageHit.objects.exists()
    assert cage.numbers_of(held, cage.rule_of("untendered")) == {"tender_yuan": 850_000}
    assert run(world, held) == (2, 2)


def test_what_the_law_fixes_is_tuned_the_stricter_way_only(world: CageWorld) -> None:
    table = world.table(
        "tenders",
        ("项目编号", "发出日期", "截止日期"),
        [("1", "2026-03-01", "2026-03-22"), ("2", "2026-03-01", "2026-03-30")],
    )
    binding = world.bound("tender_hurried", tenders=table)

    with pytest.raises(Refused) as looser:
        cage.tune(world.supervisor, binding, {"least_days": 19}, why=WHY)
    with pytest.raises(Refused) as negative:
        cage.tune(world.supervisor, binding, {"least_days": -1}, why=WHY)
    cage.tune(world.supervisor, binding, {"least_days": 25}, why=WHY)

    assert looser.value.codes == ("cage.number_looser",)
    assert negative.value.codes == ("cage.number_wrong",)
    assert run(world, CageBinding.objects.get(pk=binding.pk)) == (1, 1)


# Seeing


def test_whoever_sees_the_rows_themselves_leaves_a_fact(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    hit = CageHit.objects.get()

    with pytest.raises(Refused) as unit:
        cage_runs.see(world.hub.officer, hit, why=WHY)
    rows = cage_runs.see(world.supervisor, hit, why="核实领取人")

    assert unit.value.codes == ("permission.missing",)
    assert [row.values.get("person_id") for row in rows if row.source == "payments"] == [person(1)]
    [fact] = FactRow.objects.filter(deed="cage.seen")
    assert (fact.why, person(1) in fact.content) == ("核实领取人", False)


def test_rows_of_a_table_gathered_since_are_not_shown_until_the_next_run(
    world: CageWorld, payments: CageBinding
) -> None:
    run(world, payments)
    world.table("payments", PAYMENTS, [(person(1), "2026-06-01", "801", "民政")])

    with pytest.raises(Refused) as refused:
        cage_runs.see(world.supervisor, CageHit.objects.get(), why=WHY)

    assert refused.value.codes == ("cage.table_changed",)


def _publish(hub: HubWorld, entry: EntryVersion) -> EntryVersion:
    entry = catalog.submit(hub.officer, entry, why=WHY)
    entry = catalog.approve(hub.head, entry, why=WHY)
    return catalog.publish(hub.reviewer, entry, why=WHY)
