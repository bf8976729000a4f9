"""Standings and the overview: kept up by the day, read without counting anew."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.share.world import World, build
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.gather.models import DataTable
from yunzhang.oversee.mapping.overview import overview
from yunzhang.oversee.models import Standing
from yunzhang.oversee.scoring import standings
from yunzhang.people.models import Clock, Unit
from yunzhang.use import usage


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def value(world: World, month: date) -> Decimal | None:
    return Standing.objects.get(
        unit=world.provider, indicator="catalog_coverage", month=month
    ).value


def test_a_month_keeps_what_was_counted_on_its_last_day(world):
    standings.keep(date(2026, 3, 9))
    DataTable.objects.create(
        system=world.table.system, name="villages", title="村", source="{}", node=world.node
    )

    standings.keep(date(2026, 3, 31))
    standings.keep(date(2026, 4, 1))
    DataTable.objects.filter(name="villages").delete()
    standings.keep(date(2026, 4, 2))

    assert [value(world, date(2026, m, 1)) for m in (3, 4)] == [Decimal(50), Decimal(100)]
    assert Standing.objects.filter(unit=world.provider, indicator="catalog_coverage").count() == 2


def test_a_day_on_which_nothing_changed_only_dates_the_figures_anew(
    world, django_assert_max_num_queries
):
    standings.keep(date(2026, 3, 9))
    before = set(Standing.objects.values_list("pk", "indicator", "unit", "hits", "of", "value"))

    with django_assert_max_num_queries(200) as asked:
        standings.keep(date(2026, 3, 10))

    after = set(Standing.objects.values_list("pk", "indicator", "unit", "hits", "of", "value"))
    assert after == before
    assert set(Standing.objects.values_list("counted_on", flat=True)) == {date(2026, 3, 10)}
    assert not [one for one in asked.captured_queries if one["sql"].startswith("INSERT")]


def test_a_trend_adds_up_the_rows_of_all_units_and_never_their_percentages(world):
    standings.keep(date(2026, 3, 31))
    Standing.objects.filter(indicator="catalog_coverage", unit=world.consumer).update(hits=0, of=3)

    [whole] = standings.trend("catalog_coverage", "percent")
    [own] = standings.trend("catalog_coverage", "percent", world.provider)

    assert (whole.hits, whole.of, whole.value) == (1, 4, Decimal("25.00"))
    assert own.value == Decimal(100)


def test_the_overview_shows_flows_late_limits_and_logs_of_these_units_only(world):
    grant, today = world.granted(), clock.today()
    ledger = NodeLedger(world.node_key, grant)
    ledger.answer(5)
    ledger.answer(2, outcome="refused", reasons=("purpose.other",), rows=0)
    usage.take(world.node, ledger.batch(0, 7), clock.now())
    Clock.objects.filter(ended_on=None).update(due_on=today - timedelta(1), rested_on=None)
    standings.keep(today)

    whole = overview(Unit.objects.all(), today)
    others = overview([world.authority], today)

    assert [(one.consumer, one.provider, one.calls, one.refused) for one in whole.flows] == [
        (world.consumer.pk, world.provider.pk, 7, 2)
    ]
    assert whole.late == len(whole.clocks) > 0
    assert [(log.node, log.size, log.fault) for log in whole.logs] == [(world.node.name, 7, False)]
    assert whole.figures[world.provider.pk]["catalog_coverage"].value == Decimal(100)
    assert (others.flows, others.late, others.logs) == ((), 0, ())


def test_the_overview_reads_aggregates_and_no_receipt(world, django_assert_max_num_queries):
    standings.keep(clock.today())

    with django_assert_max_num_queries(12) as asked:
        overview(Unit.objects.all(), clock.today())

    assert not [one for one in asked.captured_queries if '"use_usage"' in one["sql"]]
