"""Indicators and scores: counted from rows, opened to rows, frozen and signed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.share.world import WHY, World, build
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.gather.models import DataTable, Drift, VerdictRow
from yunzhang.oversee import indicators
from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import scores
from yunzhang.packs import read
from yunzhang.people.models import Clock, FactRow
from yunzhang.share import grants
from yunzhang.terms import score as terms
from yunzhang.terms.document import decode
from yunzhang.terms.document import replace as changed
from yunzhang.terms.faults import Refused
from yunzhang.terms.score import Figure, Weighed
from yunzhang.use import usage

TODAY = date(2026, 3, 20)


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def counted(figure: Figure) -> tuple[int, int]:
    return figure.hits, figure.of


def table(world: World, name: str) -> DataTable:
    return DataTable.objects.create(
        system=world.table.system, name=name, title=name, source="{}", node=world.node
    )


def test_coverage_counts_tables_with_a_published_entry(world):
    uncatalogued = table(world, "villages")

    figure = indicators.figure("catalog_coverage", [world.provider], TODAY)

    assert figure.held == (str(world.table.pk),)
    assert figure.failed == (str(uncatalogued.pk),)
    assert figure.percent == Decimal("50.00")


def test_an_entry_is_linked_once_gathered_and_until_it_drifts(world):
    def linked() -> tuple[int, int]:
        return counted(indicators.figure("catalog_linked", [world.provider], TODAY))

    assert linked() == (0, 1)

    DataTable.objects.update(gathered_at=clock.now())
    assert linked() == (1, 1)

    drift = Drift.objects.create(
        resource=world.resource, kind="volume", found_at=clock.now(), sentence_zh="", sentence_en=""
    )
    assert linked() == (1, 1)

    for kind in ("column_missing", "no_table", "unreadable"):
        Drift.objects.filter(pk=drift.pk).update(kind=kind)
        assert linked() == (0, 1)

    Drift.objects.update(cleared_at=clock.now())
    assert linked() == (1, 1)


@pytest.mark.parametrize(
    ("due", "ended", "rested", "expected"),
    [
        (TODAY, None, None, (0, 0)),  # still runs, in time
        (TODAY - timedelta(1), None, None, (0, 1)),  # overdue
        (TODAY, TODAY, None, (1, 1)),  # ended on the last day
        (TODAY - timedelta(1), TODAY, None, (0, 1)),  # ended late
        (TODAY - timedelta(1), None, TODAY - timedelta(2), (0, 0)),  # rests since it was in time
        (TODAY - timedelta(1), TODAY, TODAY - timedelta(2), (1, 1)),  # withdrawn while resting
    ],
)
def test_a_clock_counts_once_it_has_ended_or_is_overdue(world, due, ended, rested, expected):
    Clock.objects.create(
        rule="C4",
        subject="request:1",
        unit=world.provider,
        days=10,
        started_on=TODAY - timedelta(20),
        due_on=due,
        ended_on=ended,
        rested_on=rested,
    )

    assert counted(indicators.figure("clock_punctuality", [world.provider], TODAY)) == expected
    assert counted(indicators.figure("clock_punctuality", [world.consumer], TODAY)) == (0, 0)


@pytest.mark.parametrize(
    ("due", "ended", "expected"),
    [
        (TODAY - timedelta(400), TODAY - timedelta(365), (0, 0)),  # late, and long ago
        (TODAY - timedelta(400), TODAY - timedelta(364), (0, 1)),  # late, within the window
        (TODAY - timedelta(364), TODAY - timedelta(365), (0, 0)),  # kept, and long ago
        (TODAY - timedelta(364), TODAY - timedelta(364), (1, 1)),  # kept, within the window
        (TODAY - timedelta(900), None, (0, 1)),  # overdue to this day
    ],
)
def test_a_limit_that_ended_before_the_window_no_longer_counts(world, due, ended, expected):
    Clock.objects.create(
        rule="C4",
        subject="request:1",
        unit=world.provider,
        days=10,
        started_on=due - timedelta(14),
        due_on=due,
        ended_on=ended,
    )

    assert counted(indicators.figure("clock_punctuality", [world.provider], TODAY)) == expected


def test_quality_counts_the_latest_verdict_of_each_table(world):
    def verdict(where: DataTable, day: int, passed: bool) -> VerdictRow:
        at = datetime(2026, 3, day, tzinfo=BEIJING)
        return VerdictRow.objects.create(
            table=where, ran_at=at, rows=1, score=90, passed=passed, verdict="{}"
        )

    other = table(world, "villages")
    table(world, "never-checked")
    good = verdict(world.table, 9, True)
    verdict(world.table, 2, False)
    verdict(other, 1, True)
    bad = verdict(other, 3, False)

    figure = indicators.figure("quality", [world.provider], TODAY)

    assert (figure.held, figure.failed) == ((str(good.pk),), (str(bad.pk),))


def test_a_young_unused_grant_counts_on_neither_side(world):
    grant = world.granted()
    issued = grant.issued_at.astimezone(BEIJING).date()

    def used(days: int) -> tuple[int, int]:
        return counted(
            indicators.figure("approved_used", [world.consumer], issued + timedelta(days))
        )

    assert [used(1), used(30), used(31)] == [(0, 0), (0, 0), (0, 1)]

    ledger = NodeLedger(world.node_key, grant)
    ledger.answer()
    usage.take(world.node, ledger.batch(0, 1), clock.now())
    assert [used(1), used(31)] == [(1, 1), (1, 1)]

    grants.end(world.provider_head, grant, why=WHY)
    assert used(31) == (0, 0)
    assert counted(indicators.figure("approved_used", [world.provider], issued)) == (0, 0)


def test_nothing_to_measure_is_no_figure(world):
    figures = indicators.figures(world.authority, TODAY)

    assert [figure.percent for figure in figures] == [None] * 5


def test_every_indicator_of_the_pack_is_computed_and_no_other():
    computed = indicators.INDICATORS.keys()

    assert computed == {row.id for row in read("national").indicators}


def test_a_score_is_frozen_signed_and_can_be_computed_again(world):
    table(world, "villages")
    DataTable.objects.update(gathered_at=clock.now())

    ranked = scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    best = ranked[0]
    document = scores.opened(best)
    assert best.unit == world.provider
    assert [row.total for row in ranked] == [Decimal("75.00"), None, None]
    assert (document.total, document.period) == ("75.00", "2026Q1")
    assert terms.recomputes(document)
    assert not terms.recomputes(changed(document, total="99.00"))
    assert {row["indicator"]: row["percent"] for row in decode(best.figures, list)} == {
        "catalog_coverage": "50.00",
        "catalog_linked": "100.00",
        "clock_punctuality": None,
        "quality": None,
        "approved_used": None,
    }
    assert FactRow.objects.filter(deed="score.frozen", subject="score:2026Q1").count() == 1


def test_a_frozen_score_does_not_change(world):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)
    before = list(Score.objects.values_list("signed", flat=True))

    with pytest.raises(Refused) as caught:
        scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    assert caught.value.codes == ("score.frozen",)
    assert list(Score.objects.values_list("signed", flat=True)) == before


@pytest.mark.parametrize("period", ["", " ", "x" * 21])
def test_a_period_has_a_name(world, period):
    with pytest.raises(Refused) as caught:
        scores.freeze(world.reviewer, period, TODAY, why=WHY)

    assert caught.value.codes == ("score.period",)


def test_only_the_authority_freezes(world):
    with pytest.raises(Refused) as caught:
        scores.freeze(world.provider_head, "2026Q1", TODAY, why=WHY)

    assert caught.value.codes == ("permission.missing",)


def test_a_changed_score_is_not_opened(world):
    row = scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)[0]
    row.signed = row.signed.replace("2026Q1", "2026Q2")

    with pytest.raises(Refused):
        scores.opened(row)


IDS = st.lists(st.integers(0, 99).map(str), unique=True, max_size=9).map(tuple)
WEIGHED = st.builds(
    lambda held, failed, weight: Weighed(
        figure=Figure(indicator="x", kind="clock", held=held, failed=failed),
        weight=weight,
        target=100,
    ),
    IDS,
    IDS,
    st.integers(0, 50),
)


@given(st.lists(WEIGHED, max_size=5))
def test_the_total_lies_between_the_worst_and_the_best_figure(figures):
    found = terms.total(figures)
    measured = [w.figure.percent for w in figures if w.figure.percent is not None and w.weight]

    if not measured:
        assert found is None
    else:
        assert min(measured) <= found <= max(measured)


@given(st.lists(WEIGHED, max_size=5), WEIGHED)
def test_a_figure_that_measures_nothing_changes_no_total(figures, other):
    empty = changed(other, figure=changed(other.figure, held=(), failed=()))

    assert terms.total([*figures, empty]) == terms.total(figures)


def score(total: int | None, measured: int = 3) -> Score:
    """A score of which so many indicators had something to measure."""
    return Score(total=None if total is None else Decimal(total), measured=measured)


def test_equal_scores_share_a_place_and_an_unmeasured_unit_has_none():
    ranked = [score(100), score(90), score(90), score(80), score(None, measured=0)]

    assert scores.places(ranked) == [1, 2, 2, 4, None]


def test_a_unit_measured_on_one_indicator_alone_takes_no_place():
    ranked = [score(90), score(80), score(100, measured=1)]

    assert scores.places(ranked) == [1, 2, None]
