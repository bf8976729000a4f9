"""Appeals: lodged in time by the unit's head, answered in time, corrected as a later version."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.share.world import WHY, World, build
from yunzhang import clock
from yunzhang.gather.models import DataTable
from yunzhang.oversee.models import BoardIssue, Score
from yunzhang.oversee.scoring import appeals, boards, scores
from yunzhang.people import cases
from yunzhang.people.models import Case, Clock, FactRow
from yunzhang.terms.basis import Basis
from yunzhang.terms.document import decode, digest
from yunzhang.terms.faults import Refused

TODAY = date(2026, 3, 20)
PERIOD = "2026Q1"
GROUNDS = "该表已于评分前注销，见附件。"


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    made = build()
    for name in ("villages", "streets"):
        DataTable.objects.create(
            system=made.table.system, name=name, title=name, source="{}", node=made.node
        )
    DataTable.objects.update(gathered_at=clock.now())
    scores.freeze(made.reviewer, PERIOD, TODAY, why=WHY)
    return made


def score(world: World) -> Score:
    return scores.current().get(unit=world.provider, period=PERIOD)


def failing(world: World) -> list[str]:
    return list(scores.shown(score(world))["catalog_coverage"]["failed"])


def lodged(world: World, **changes: Any) -> Case:
    told: dict[str, Any] = {
        "indicator": "catalog_coverage",
        "records": failing(world),
        "why": WHY,
        **changes,
    }
    return appeals.lodge(world.provider_head, score(world), GROUNDS, **told)


def codes(deed) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.codes


def test_an_appeal_runs_by_its_clock_and_shows_in_the_ranking(world):
    case = lodged(world)

    running = Clock.objects.get(subject=cases.subject_of(case))
    assert (running.rule, running.unit, running.days) == ("score_appeal", world.authority, 15)
    assert appeals.pending(PERIOD) == {world.provider.code: 1}
    issue = boards.publish(world.reviewer, boards.RANKING, PERIOD, why=WHY)
    assert boards.opened(issue).lines[0][-1] == "1"


def test_an_upheld_appeal_signs_a_later_version_and_leaves_the_first(world):
    first = score(world)
    one, other = failing(world)
    case = lodged(world)

    appeals.decide(world.reviewer, case, {one: "held", other: "out"}, "属实", why=WHY)

    corrected = score(world)
    # One of three tables was catalogued: 33.33, with the link 66.67; now two of two hold.
    assert (first.total, corrected.total) == (Decimal("66.67"), Decimal("100.00"))
    assert scores.shown(corrected)["catalog_coverage"]["percent"] == "100.00"
    document = scores.opened(corrected)
    assert (document.version, document.corrects) == (2, digest(first.signed.encode()))
    assert decode(corrected.basis, Basis).appeal == case.number
    untouched = Score.objects.get(pk=first.pk)
    assert (untouched.signed, untouched.total) == (first.signed, Decimal("66.67"))
    assert scores.ranking(PERIOD)[0] == corrected
    assert scores.latest(world.provider) == corrected
    subject = f"score:{PERIOD}/{world.provider.code}/2"
    assert FactRow.objects.get(deed="score.corrected").subject == subject
    assert appeals.pending(PERIOD) == {}


def test_a_record_may_stand_while_another_is_ruled_otherwise(world):
    one, other = failing(world)

    appeals.decide(world.reviewer, lodged(world), {one: "out"}, "部分属实", why=WHY)

    shown = scores.shown(score(world))["catalog_coverage"]
    assert (shown["held"], shown["failed"]) == ([str(world.table.pk)], [other])


def test_a_figure_is_counted_again_from_the_records_as_they_stand(world):
    case = lodged(world, records=[])
    DataTable.objects.filter(name="villages").delete()

    appeals.decide(world.reviewer, case, {}, "台账有误，已改正", recount=True, why=WHY)

    assert scores.shown(score(world))["catalog_coverage"]["percent"] == "50.00"
    basis = decode(score(world).basis, Basis)
    assert len([row for row in basis.rows if row.kind == "table"]) == 2


def test_a_second_appeal_corrects_the_correction(world):
    one, other = failing(world)
    appeals.decide(world.reviewer, lodged(world), {one: "out"}, "属实", why=WHY)

    appeals.decide(world.reviewer, lodged(world), {other: "out"}, "属实", why=WHY)

    held = Score.objects.filter(unit=world.provider).order_by("version")
    assert [row.version for row in held] == [1, 2, 3]
    assert [row.corrects for row in held] == [None, held[0], held[1]]
    assert scores.shown(held[2])["catalog_coverage"]["failed"] == []


def test_a_rejected_appeal_changes_nothing(world):
    before = score(world)
    case = lodged(world)

    cases.move(world.reviewer, case, "reject", papers={"paper.reason": "依据不足"}, why=WHY)

    assert score(world) == before
    assert appeals.pending(PERIOD) == {}


def test_everything_wrong_with_an_appeal_is_said_at_once(world):
    def lodge():
        appeals.lodge(world.provider_head, score(world), " ", records=["9"], why=WHY)

    assert set(codes(lodge)) == {"appeal.record_unknown", "procedure.paper_missing"}
    assert codes(lambda: lodged(world, indicator="nothing", records=[])) == (
        "appeal.figure_unknown",
    )
    lodged(world)
    assert codes(lambda: lodged(world)) == ("appeal.running",)


def test_an_appeal_is_late_after_the_days_of_the_pack(world):
    boards.publish(world.reviewer, boards.RANKING, PERIOD, why=WHY)
    assert appeals.until(score(world)) == clock.today() + timedelta(days=15)
    BoardIssue.objects.update(issued_at=clock.now() - timedelta(days=15))
    lodged(world)
    cases.move(world.provider_head, cases.about(appeals.subject_of(score(world)))[0], "withdraw",
               why=WHY)  # fmt: skip

    BoardIssue.objects.update(issued_at=clock.now() - timedelta(days=16))

    assert codes(lambda: lodged(world)) == ("appeal.late",)


def test_only_the_units_head_appeals_and_only_the_office_rules(world):
    def by_officer():
        appeals.lodge(world.provider_officer, score(world), GROUNDS, why=WHY)

    assert codes(by_officer) == ("case.role_needed",)
    assert codes(
        lambda: appeals.lodge(world.consumer_head, score(world), GROUNDS, why=WHY)
    ) == ("case.role_needed",)  # fmt: skip
    case = lodged(world)
    one = failing(world)[0]
    assert codes(
        lambda: appeals.decide(world.provider_head, case, {one: "held"}, "属实", why=WHY)
    ) == ("case.role_needed",)  # fmt: skip
    assert codes(lambda: appeals.decide(world.reviewer, case, {}, "属实", why=WHY)) == (
        "appeal.no_ruling",
    )
    assert codes(
        lambda: appeals.decide(world.reviewer, case, {"9": "held"}, "属实", why=WHY)
    ) == ("appeal.record_unknown",)  # fmt: skip
