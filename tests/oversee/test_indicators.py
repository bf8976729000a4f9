"""Indicators: counted by hand beside the count; none without words, unit by unit as together."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.share.world import ITEMS, WHY, World, build, unit
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.engines.checks import DimensionScore, Verdict
from yunzhang.gather.models import DataTable, Drift, EntryVersion, Resource, VerdictRow
from yunzhang.oversee import indicators
from yunzhang.oversee.indicators import INDICATORS
from yunzhang.oversee.models import Standing
from yunzhang.oversee.scoring import standings
from yunzhang.people.models import Case, CaseParty, Clock, Course, Unit
from yunzhang.share import requests
from yunzhang.share.models import ShareRequest
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import decode, encode, replace
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.terms.score import Figure, Weighed, total
from yunzhang.use import usage
from yunzhang.use.models import NodeLog, UsageDay

TODAY = date(2026, 3, 20)


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def counted(id: str, of: Unit, today: date = TODAY) -> tuple[int, int]:
    figure = indicators.figure(id, [of], today)
    return figure.hits, figure.of


def published(world: World, number: int, of: Unit, day: date, **changes: Any) -> EntryVersion:
    """Another published entry of a unit, without a table."""
    resource = Resource.objects.create(code=f"307001/{number:06d}", unit=of)
    draft = EntryDraft(title=f"条目{number}", share_type="2", items=ITEMS)
    return EntryVersion.objects.create(
        resource=resource,
        number=1,
        state="published",
        draft=encode(replace(draft, **changes)).decode(),
        title=changes.get("title", draft.title),
        drafted_by=world.provider_officer.person,
        published_on=day,
    )


def change(version: EntryVersion, **changes: Any) -> None:
    version.draft = encode(replace(decode(version.draft, EntryDraft), **changes)).decode()
    version.save()


def called(world: World, answered: int, refused: int = 0) -> None:
    """Calls under a new grant, at noon of 2026-11-20."""
    ledger = NodeLedger(world.node_key, world.granted())
    ledger.answer(answered)
    ledger.answer(refused, outcome="refused", reasons=("purpose.other",), rows=0, bytes=0)
    usage.take(world.node, ledger.batch(0, answered + refused), clock.now())


def case(procedure: str, step: str, party: str, of: Unit, **changes: Any) -> Case:
    """A case as it stands, whatever way it came there."""
    course, _ = Course.objects.get_or_create(digest="d", text="{}")
    made = Case.objects.create(
        number=f"SX{Case.objects.count()}",
        procedure=procedure,
        course=course,
        step=step,
        about=changes.pop("about", "x:1"),
        title="事项",
        opened_at=clock.now(),
        moved_at=clock.now(),
        **changes,
    )
    CaseParty.objects.create(case=made, party=party, unit=of)
    return made


def limit(made: Case, of: Unit, due: date, ended: date | None = None, rule: str = "dated") -> None:
    Clock.objects.create(
        rule=rule,
        subject=f"case:{made.pk}",
        reference=made.number,
        unit=of,
        days=10,
        started_on=due - timedelta(10),
        due_on=due,
        ended_on=ended,
    )


def test_every_indicator_says_formula_source_and_meaning_and_has_a_test_that_names_it():
    tests = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")
    )
    silent = [
        one.id
        for one in INDICATORS.values()
        if not all((text.zh and text.en) for text in (one.formula, one.source, one.told))
    ]

    assert not silent
    assert [id for id in INDICATORS if f'"{id}"' not in tests] == []


def test_a_figure_of_many_units_is_its_parts_together(world):
    DataTable.objects.update(gathered_at=clock.now(), rows=7)

    for one in INDICATORS.values():
        whole, parts = one.split(Unit.objects.all(), TODAY)
        alone = {unit.pk: one([unit], TODAY) for unit in Unit.objects.all()}
        assert parts == alone, one.id
        if one.kind not in ("open_field", "application_field"):
            assert whole.hits == sum(part.hits for part in parts.values()), one.id


def test_each_indicator_asks_as_few_queries_of_fifty_units_as_of_three(
    world, django_assert_max_num_queries
):
    for number in range(10, 60):
        unit(number, f"单位{number}")

    for one in INDICATORS.values():
        with django_assert_max_num_queries(7):
            one.split(Unit.objects.all(), TODAY)


def test_data_is_fresh_within_the_cycle_its_entry_promises(world):
    version = world.resource.versions.get(state="published")
    gathered = clock.now() - timedelta(40)

    def fresh() -> list[tuple[int, int]]:
        today = clock.today()
        return [counted(id, world.provider, today) for id in ("catalog_fresh", "open_fresh")]

    before = fresh()
    change(version, update_cycle="month")
    never = fresh()
    DataTable.objects.update(gathered_at=gathered)
    late = fresh()
    change(version, update_cycle="quarter", open_type="1")

    assert (before, never, late) == ([(0, 0)] * 2, [(0, 1), (0, 0)], [(0, 1), (0, 0)])
    assert fresh() == [(1, 1), (1, 1)]
    assert counted("open_rate", world.provider) == (1, 1)


def test_any_open_drift_makes_an_entry_untrue(world):
    assert counted("catalog_undrifted", world.provider) == (1, 1)

    Drift.objects.create(
        resource=world.resource, kind="volume", found_at=clock.now(), sentence_zh="", sentence_en=""
    )

    assert counted("catalog_undrifted", world.provider) == (0, 1)


def test_each_dimension_counts_the_tables_checked_for_it(world):
    parts = (("completeness", 0), ("accuracy", 3))
    verdict = Verdict(
        rows=10,
        as_of=None,
        results=(),
        dimensions=tuple(
            DimensionScore(dimension=name, total=10, failed=bad, score=90.0) for name, bad in parts
        ),
    )
    VerdictRow.objects.create(
        table=world.table, ran_at=clock.now(), rows=10, passed=False,
        verdict=encode(verdict).decode(),
    )  # fmt: skip

    found = {
        name: counted(name, world.provider)
        for name in (
            "quality_normativity",
            "quality_completeness",
            "quality_accuracy",
            "quality_consistency",
            "quality_timeliness",
            "quality_accessibility",
        )
    }

    assert found == {
        **dict.fromkeys(found, (0, 0)),
        "quality_completeness": (1, 1),
        "quality_accuracy": (0, 1),
    }


def test_each_limit_is_counted_by_itself(world):
    rules = ("C1", "C2", "C3", "C4", "C5", "C6", "public_reply")
    names = (
        "punctuality_c1",
        "punctuality_c2",
        "punctuality_c3",
        "punctuality_c4",
        "punctuality_c5",
        "punctuality_c6",
        "punctuality_public_reply",
    )
    for number, rule in enumerate(rules, 1):
        for late in range(number):
            Clock.objects.create(
                rule=rule, subject=f"x:{rule}{late}", unit=world.provider, days=10,
                started_on=TODAY, due_on=TODAY, ended_on=TODAY + timedelta(bool(late)),
            )  # fmt: skip

    found = [counted(name, world.provider) for name in names]

    assert found == [(1, number) for number in range(1, 8)]


def test_requests_agreed_refusals_with_their_law_and_days_to_reply(world):
    agreed = world.agreed(purpose="甲")
    for purpose, law in (("乙", "《某法》第三条"), ("丙", "")):
        ground = "law_forbids" if law else "beyond_scope"
        applied = world.applied(purpose=purpose)
        requests.refuse(world.provider_head, applied, ground, law, "不予共享", why=WHY)
    world.applied(purpose="丁")
    at = ShareRequest.objects.get(pk=agreed.pk).replied_at
    assert at
    ShareRequest.objects.filter(pk=agreed.pk).update(applied_at=at - timedelta(6))
    today = clock.today()

    assert counted("requests_agreed", world.provider, today) == (1, 3)
    assert counted("refusals_lawful", world.provider, today) == (1, 2)
    assert indicators.figure("reply_days", [world.provider], today).value == 2
    assert counted("requests_agreed", world.consumer, today) == (0, 0)


def test_corrections_and_back_flows_count_for_the_provider(world):
    for step, closed, due in (
        ("corrected", TODAY, TODAY),
        ("withdrawn", TODAY, TODAY),
        ("verify", None, TODAY),
        ("verify", None, TODAY - timedelta(1)),
    ):
        made = case("verification", step, "provider", world.provider, closed_on=closed)
        limit(made, world.provider, due, closed, "C6")
    for step, closed in (
        ("received", TODAY),
        ("check", None),
        ("return", None),
        ("not_held", TODAY),
    ):
        case("backflow", step, "provider", world.provider, closed_on=closed)

    assert counted("corrections_closed", world.provider) == (1, 2)
    assert counted("backflow_delivered", world.provider) == (2, 3)


def test_calls_bytes_and_applications_are_counted_on_both_sides_without_what_was_discounted(world):
    called(world, 5, refused=2)
    UsageDay.objects.filter(answered=5).update(discounted=1)
    day = date(2026, 11, 21)

    assert counted("calls_served", world.provider, day)[0] == 4
    assert counted("calls_made", world.consumer, day)[0] == 4
    assert counted("calls_made", world.provider, day)[0] == 0
    assert counted("bytes_served", world.provider, day)[0] == 500
    assert counted("calls_allowed", world.consumer, day) == (5, 7)
    assert counted("applications_served", world.provider, day) == (1, 1)
    assert counted("application_fields", world.consumer, day) == (1, 3)
    assert counted("calls_served", world.provider, day + timedelta(366))[0] == 0


def test_what_another_unit_of_the_area_shares_already_is_not_to_be_collected_again(world):
    items = (*ITEMS, DataItem(name="负责人", column="head", type=ItemType.CHARACTER, length=20))
    more = (*items, DataItem(name="地址", column="address", type=ItemType.CHARACTER, length=99))
    first = date(2026, 1, 1)
    published(world, 11, world.provider, first, items=more, share_type="3")
    other = unit(7, "住建厅")

    def collected_once() -> tuple[int, int]:
        return counted("collected_once", other)

    published(world, 12, other, first + timedelta(9), items=more)
    unshared = collected_once()
    published(world, 13, world.consumer, first + timedelta(20), items=more)
    later = collected_once()
    published(world, 14, world.consumer, first + timedelta(1), items=more)

    assert (unshared, later, collected_once()) == ((1, 1), (1, 1), (0, 1))
    assert counted("collected_once", world.consumer) == (1, 2)


def test_the_five_fields_are_covered_by_the_entries_that_are_open(world):
    published(world, 21, world.provider, TODAY, title="公路里程", open_type="1")
    published(world, 22, world.provider, TODAY, title="学校名录", open_type="2")
    published(world, 23, world.provider, TODAY, title="空气环境质量", open_type="0")

    assert counted("open_fields", world.provider) == (2, 5)
    assert counted("open_rate", world.provider) == (2, 4)
    assert counted("open_fields", world.consumer) == (0, 0)


def test_reports_tasks_and_findings_are_told_apart_by_their_procedure(world):
    late, kept = TODAY - timedelta(3), TODAY - timedelta(4)
    for procedure, ended in (
        ("report", kept),
        ("report", None),
        ("task", TODAY),
        ("supervision", kept),
        ("rectification", kept),
        ("rectification", None),
        ("rectification", None),
    ):
        made = case(procedure, "x", "unit", world.provider, closed_on=ended)
        limit(made, world.provider, late, ended)
    Clock.objects.filter(ended_on=None).order_by("-pk").first().delete()

    assert counted("reports_in_time", world.provider) == (1, 2)
    assert counted("tasks_in_time", world.provider) == (1, 2)
    assert counted("findings_rectified", world.provider) == (1, 2)


def test_a_refused_log_and_a_case_of_misuse_count_against_safety(world):
    grants = [world.granted(purpose=purpose) for purpose in ("甲", "乙", "丙")]
    log = NodeLog.objects.create(node=world.node)
    today = clock.today()
    sound = counted("logs_sound", world.provider, today)

    log.fault = "{}"
    log.save()
    for grant, step in zip(grants, ("rectify", "unfounded"), strict=False):
        case("misuse", step, "applicant", world.consumer, about=f"grant:{grant.pk}")

    assert (sound, counted("logs_sound", world.provider, today)) == ((1, 1), (0, 1))
    assert counted("grants_clean", world.consumer, today) == (2, 3)


def test_the_stock_is_counted_and_its_growth_compared_with_the_year_before(world):
    DataTable.objects.update(gathered_at=clock.now(), rows=240)

    found = {
        id: counted(id, world.provider)[0]
        for id in ("system_count", "table_count", "entry_count", "item_count", "data_volume")
    }
    standings.keep(date(2025, 3, 31))
    same = counted("data_volume_growth", world.provider)
    DataTable.objects.update(rows=241)

    assert found == {
        "system_count": 1,
        "table_count": 1,
        "entry_count": 1,
        "item_count": 3,
        "data_volume": 240,
    }
    assert (same, counted("data_volume_growth", world.provider)) == ((0, 1), (1, 1))
    assert Standing.objects.filter(indicator="data_volume", value=240).exists()


def weighed(target: int, **figure: Any) -> Weighed:
    made = Figure(indicator="x", kind="grant", failed=(), **figure)
    return Weighed(figure=made, weight=10, target=target)


def test_a_count_earns_what_it_reaches_of_its_target_and_never_more():
    calls = {"measure": "count", "held": ("a", "b"), "held_amounts": (30, 20)}
    days = {"measure": "days", "held": ("a", "b"), "held_amounts": (6, 2)}

    earned = [
        weighed(200, **calls).share,
        weighed(40, **calls).share,
        weighed(0, **calls).share,
        weighed(2, **days).share,
        weighed(9, **days).share,
    ]

    assert [None if one is None else float(one) for one in earned] == [0.25, 1, None, 0.5, 1]
    assert str(total([weighed(200, **calls), weighed(2, **days)])) == "37.50"


def test_a_figure_of_rows_alone_is_written_as_it_always_was():
    text = encode(Figure(indicator="x", kind="clock", held=("1",), failed=())).decode()

    assert text == '{"failed":[],"held":["1"],"indicator":"x","kind":"clock"}'
    assert decode(text, Figure).measure == "percent"


def test_a_day_of_receipts_begins_at_midnight_in_china():
    assert usage.start_of(TODAY).astimezone(BEIJING).hour == 0
