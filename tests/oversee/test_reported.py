"""Reported numbers: marked, with evidence, checked by a seed, struck out when refuted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.share.world import WHY, World, build
from yunzhang import clock
from yunzhang.oversee import indicators
from yunzhang.oversee.indicators import reported
from yunzhang.oversee.indicators.reported import Number
from yunzhang.oversee.models import Standing
from yunzhang.oversee.scoring import standings
from yunzhang.people.models import Case, CasePaper
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Refused
from yunzhang.terms.score import Figure

ONLINE = "township_online_rate"


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    settings.PACK = "liuzhou-2020"
    return build()


def report(world: World, hits: int, of: int, back: int = 0, indicator: str = ONLINE) -> Case:
    number = Number(hits=hits, of=of, as_of=clock.today() - timedelta(days=back))
    return reported.report(
        world.provider_officer, world.provider, indicator, number, "政务服务系统月报", why=WHY
    )


def figure(world: World) -> Figure:
    rule = next(row for row in pack().indicators if row.id == ONLINE)
    return indicators.of_rule(rule)([world.provider], clock.today())


def test_the_latest_reported_number_counts_and_is_marked_as_reported(world):
    report(world, 45, 90, back=2)
    newest = report(world, 60, 90, back=1)
    report(world, 10, 90, back=30)

    found = figure(world)

    assert (found.hits, found.of, str(found.percent)) == (60, 90, "66.67")
    assert (found.held, found.failed, found.reported) == (
        (str(newest.pk),),
        (str(newest.pk),),
        True,
    )


def test_a_small_number_keeps_both_its_sides(world):
    report(world, 1, 2)

    assert (figure(world).hits, figure(world).of) == (1, 2)


def test_a_refuted_number_counts_no_more_and_the_one_before_it_does(world):
    report(world, 45, 90, back=2)
    newest = report(world, 80, 90)

    reported.check(world.reviewer, newest, "抽查十项，三项未能网办", held=False, why=WHY)

    assert figure(world).hits == 45
    assert Case.objects.get(pk=newest.pk).step == "refuted"
    assert CasePaper.objects.filter(move__case=newest, paper="paper.check_result").exists()


def test_a_number_that_held_in_a_check_counts_on_and_only_the_authority_checks(world):
    made = report(world, 45, 90)

    with pytest.raises(Refused):
        reported.check(world.provider_officer, made, "自查属实", held=True, why=WHY)
    reported.check(world.reviewer, made, "抽查属实", held=True, why=WHY)

    assert figure(world).hits == 45


def test_the_seed_draws_the_same_numbers_for_everyone_and_only_unchecked_ones(world):
    made = [report(world, number, 90, back=number) for number in range(1, 12)]
    reported.check(world.reviewer, made[0], "属实", held=True, why=WHY)

    first, again = reported.drawn("2026年第四季度"), reported.drawn("2026年第四季度")

    assert [case.pk for case in first] == [case.pk for case in again]
    assert len(first) == 1
    assert made[0].pk not in {case.pk for case in first}
    assert len({reported.drawn(str(seed))[0].pk for seed in range(30)}) > 3


@pytest.mark.parametrize(
    ("hits", "of", "day", "indicator", "evidence", "codes"),
    [
        (5, 4, 0, ONLINE, "月报", {"reported.of"}),
        (5, 0, 0, ONLINE, "月报", {"reported.of"}),
        (5, 9, 1, ONLINE, "月报", {"reported.day"}),
        (-1, 0, 1, ONLINE, "月报", {"reported.number", "reported.of", "reported.day"}),
        (5, 9, 0, "catalog_coverage", "月报", {"reported.counted"}),
    ],
)
def test_everything_wrong_with_a_number_is_said_at_once(
    world, hits, of, day, indicator, evidence, codes
):
    number = Number(hits=hits, of=of, as_of=clock.today() + timedelta(days=day))

    with pytest.raises(Refused) as refused:
        reported.report(
            world.provider_officer, world.provider, indicator, number, evidence, why=WHY
        )

    assert set(refused.value.codes) == codes
    assert not Case.objects.exists()


def test_no_number_is_reported_without_evidence(world):
    number = Number(hits=1, of=2, as_of=clock.today())

    with pytest.raises(Refused):
        reported.report(world.provider_officer, world.provider, ONLINE, number, " ", why=WHY)

    assert not Case.objects.exists()


def test_a_reported_number_is_kept_month_by_month_and_stands_in_no_score(world):
    report(world, 45, 90)
    today = clock.today()

    standings.keep(today)

    [kept] = Standing.objects.filter(indicator=ONLINE, unit=world.provider)
    assert (kept.hits, kept.of, kept.reported) == (45, 90, True)
    assert ONLINE not in {one.indicator for one in indicators.figures(world.provider, today)}
    assert kept.month == date(today.year, today.month, 1)
