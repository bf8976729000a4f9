"""Boards: who stands on them by the pack's rows, with the reason, and what was published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests import local_pack
from tests.share.world import WHY, World, build
from yunzhang import clock
from yunzhang.gather.models import DataTable
from yunzhang.oversee.models import BoardIssue
from yunzhang.oversee.scoring import boards, scores
from yunzhang.people.models import FactRow
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack_rows import Citation
from yunzhang.terms.pack_score_rows import BoardRule

TODAY = date(2026, 3, 20)
BOARDS = (
    local_pack.board(
        "red", "红榜", "red", "第一条", 'indicator = "catalog_linked"\nat_least = 100'
    ),
    local_pack.board(
        "black", "黑榜", "black", "第二条", 'indicator = "catalog_coverage"\nbelow = 60'
    ),
    local_pack.board("unsaid", "无条件的榜", "black", "第三条"),
)


@pytest.fixture
def world(db, settings, tmp_path: Path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    settings.PACK = local_pack.written(tmp_path, *BOARDS)
    made = build()
    DataTable.objects.create(
        system=made.table.system, name="villages", title="村", source="{}", node=made.node
    )
    DataTable.objects.update(gathered_at=clock.now())
    return made


def rule(**changes: object) -> BoardRule:
    named = {"id": "b", "zh": "榜", "en": "Board", "colour": "red", "indicator": "x"}
    return BoardRule(cite=Citation("办法", "第一条"), **{**named, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bounds", "value", "stands"),
    [
        ({"at_least": 95}, "95.00", True),
        ({"at_least": 95}, "94.99", False),
        ({"below": 60}, "59.99", True),
        ({"below": 60}, "60.00", False),
        ({"at_least": 50, "below": 60}, "40.00", False),
        ({}, "100.00", False),  # without a measure nobody stands there
    ],
)
def test_a_bound_is_met_to_the_last_place(bounds, value, stands):
    assert boards.reaches(rule(**bounds), Decimal(value)) is stands


def test_a_unit_stands_on_both_boards_by_its_own_figures(world):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    found = boards.stands("2026Q1", boards.rules())

    # One of two tables is catalogued; its entry is linked to a gathered table.
    assert [(one.rule.id, one.score.unit, one.value) for one in found] == [
        ("red", world.provider, Decimal("100.00")),
        ("black", world.provider, Decimal("50.00")),
    ]
    assert found[1].reason.zh == "目录覆盖率 50.00，低于 60"


def test_without_an_indicator_the_total_is_measured(world):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    found = boards.stands("2026Q1", [rule(indicator="", at_least=75)])

    assert [(one.score.unit, one.value) for one in found] == [(world.provider, Decimal("75.00"))]


def test_a_board_is_published_numbered_signed_and_once(world):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    issue = boards.publish(world.reviewer, "black", "2026Q1", why=WHY)

    document = boards.opened(issue)
    assert (document.number, document.title) == (1, "2026Q1 黑榜")
    assert document.lines == (
        (
            world.provider.code, "民政厅", "1", "75.00", "2",
            "目录覆盖率 50.00，低于 60", "办法 第二条", "",
        ),
    )  # fmt: skip
    assert FactRow.objects.filter(deed="list.published", subject="board:black/1").count() == 1
    with pytest.raises(Refused) as caught:
        boards.publish(world.reviewer, "black", "2026Q1", why=WHY)
    assert caught.value.codes == ("board.nothing_new",)


def test_the_ranking_is_published_whole(world):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    issue = boards.publish(world.reviewer, boards.RANKING, "2026Q1", why=WHY)

    assert [line[1:4] for line in boards.opened(issue).lines] == [
        ("民政厅", "1", "75.00"), ("大数据局", "", ""), ("卫健委", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("board", "period", "code"),
    [
        ("unsaid", "2026Q1", "board.unmeasured"),
        ("nowhere", "2026Q1", "board.unknown"),
        ("red", "2026Q2", "board.no_scores"),
    ],
)
def test_what_cannot_be_published_says_why(world, board, period, code):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    with pytest.raises(Refused) as caught:
        boards.publish(world.reviewer, board, period, why=WHY)

    assert caught.value.codes == (code,)
    assert not BoardIssue.objects.exists()


def test_only_the_authority_publishes(world):
    scores.freeze(world.reviewer, "2026Q1", TODAY, why=WHY)

    with pytest.raises(Refused) as caught:
        boards.publish(world.provider_head, "red", "2026Q1", why=WHY)

    assert caught.value.codes == ("permission.missing",)
