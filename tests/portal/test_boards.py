"""The pages of boards and of simulation: what stands on them, published, exported, closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import local_pack
from yunzhang.oversee.models import BoardIssue, Score
from yunzhang.oversee.scoring import boards, scores
from yunzhang.people.models import FactRow

WHY = "按职责办理"
BOARDS = (
    local_pack.board("black", "黑榜", "black", "第二条", 'indicator = "quality"\nbelow = 60'),
    local_pack.board("unsaid", "未定条件的榜", "red", "第三条"),
)


@pytest.fixture
def boarded(town, settings, tmp_path: Path) -> Path:
    settings.PACK = local_pack.written(tmp_path, *BOARDS)
    return Path(settings.PACK)


def test_the_boards_name_who_stands_there_and_why(boarded, visit, town):
    page = visit("chief").get("/boards?period=2026Q4")

    told = page.content.decode()
    found = boards.stands("2026Q4", boards.rules())
    assert found
    for one in found:
        assert one.reason.zh in told
        assert f"/scores/2026Q4/{one.score.unit.code}/quality" in told
    assert "文件没有给出上榜条件" in told


def test_the_authority_publishes_a_board_and_it_is_read_and_kept(boarded, visit):
    browser = visit("reviewer")

    answer = browser.post(
        "/boards", {"deed": "publish", "board": "black", "period": "2026Q4", "why": WHY}
    )

    issue = BoardIssue.objects.get()
    assert answer.headers["Location"] == f"/boards/black/{issue.number}"
    page = browser.get(answer.headers["Location"]).content.decode()
    assert all(cell in page for line in boards.opened(issue).lines for cell in line)
    assert browser.get("/boards/black/1.json").content.decode() == issue.signed
    assert browser.get("/boards/black/1.xlsx").headers["Content-Type"].endswith("sheet")
    assert visit("chief").post(
        "/boards", {"deed": "publish", "board": "ranking", "period": "2026Q4", "why": WHY}
    ).status_code == 403  # fmt: skip


def test_boards_are_public_only_where_the_pack_says_so(boarded, visit, town, client, settings):
    boards.publish(town.reviewer, "black", "2026Q4", why=WHY)
    assert client.get("/open/boards").status_code == 404

    opened = boarded.parent / "opened"
    opened.mkdir()
    (opened / "pack.toml").write_text(
        'id = "opened"\nzh = "镇"\nen = "Town"\nover = "town"\n', encoding="utf-8"
    )
    (opened / "limits.toml").write_text(
        '[[limits]]\nid = "board.public"\nvalue = 1\nunit = "yes_or_no"\n'
        'cite = { document = "办法", clause = "第四条" }\n',
        encoding="utf-8",
    )
    settings.PACK = str(opened)

    assert "黑榜" in client.get("/open/boards").content.decode()
    assert "目录" not in client.get("/open/boards/black/1").headers.get("Location", "")
    assert client.get("/open/boards/black/1").status_code == 200
    assert client.get("/open/boards/black/9").status_code == 404


def test_other_weights_are_simulated_and_nothing_is_written(visit, town):
    before = (Score.objects.count(), FactRow.objects.count())
    browser = visit("reviewer")

    page = browser.get(
        "/simulation?period=2026Q4&w.catalog_coverage=80&w.clock_punctuality=0"
    ).content.decode()

    for row in scores.ranking("2026Q4"):
        assert row.unit.short_name in page
    assert 'value="80"' in page
    file = browser.get("/simulation?period=2026Q4&w.catalog_coverage=80&export=csv")
    told = file.getvalue().decode("utf-8-sig")
    assert "20 → 80" in told
    assert (Score.objects.count(), FactRow.objects.count()) == before


def test_a_wrong_weight_is_named_and_kept(visit):
    answer = visit("reviewer").get("/simulation?w.quality=viele&t.quality=-1")

    told = answer.content.decode()
    assert answer.status_code == 422
    assert "“viele”不是整数" in told
    assert 'value="viele"' in told
    assert 'value="-1"' in told
