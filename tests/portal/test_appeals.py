"""The pages of an appeal: from a figure to the office's ruling and the corrected score."""

from __future__ import annotations

import pytest

from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import appeals, scores
from yunzhang.people.models import Case, FactRow
from yunzhang.portal.scoring.score_evidence import package
from yunzhang.protect.replay import replayed
from yunzhang.protect.replay_folder import Folder
from yunzhang.protect.verify import judged

WHY = "按职责办理"
PERIOD = "2026Q4"


@pytest.fixture
def score(town) -> Score:
    return scores.current().get(period=PERIOD, unit=town.units[2])


def test_a_head_appeals_and_the_office_corrects_record_by_record(town, visit, score, tmp_path):
    place = f"/scores/{PERIOD}/{score.unit.code}"
    head, office = visit("provider_head"), visit("reviewer")
    assert f"{place}/appeal" in head.get(place).content.decode()
    page = head.get(f"{place}/appeal?figure=catalog_coverage").content.decode()
    failing = scores.shown(score)["catalog_coverage"]["failed"]
    assert all(f'value="{id}"' in page for id in failing)
    assert "低保家庭信息" in page

    told = {"deed": "lodge", "indicator": "catalog_coverage", "why": WHY}
    answer = head.post(f"{place}/appeal", {**told, "grounds": "清单有误", "records": failing[:1]})
    case = Case.objects.get(procedure=appeals.PROCEDURE)
    assert answer.headers["Location"] == f"/cases/{case.number}"
    assert "申诉办理中" in visit("chief").get("/scores").content.decode()

    assert f"/appeals/{case.number}" in office.get(f"/cases/{case.number}").content.decode()
    assert "清单有误" in office.get(f"/appeals/{case.number}").content.decode()
    office.post(
        f"/appeals/{case.number}",
        {"deed": "correct", f"ruling.{failing[0]}": "out", "reason": "属实", "why": WHY},
    )

    now = scores.current().get(period=PERIOD, unit=score.unit)
    assert now.version == 2
    page = head.get(place).content.decode()
    assert str(now.total) in page
    assert f"第 1 版：{score.total}" in page
    assert str(score.total) in head.get(f"{place}?version=1").content.decode()


def test_a_wrong_appeal_keeps_what_was_typed(town, visit, score):
    page = visit("provider_head").post(
        f"/scores/{PERIOD}/{score.unit.code}/appeal",
        {"deed": "lodge", "indicator": "catalog_coverage", "grounds": "", "why": "不服"},
    )

    told = page.content.decode()
    assert page.status_code == 422
    assert "缺少“申诉理由和证明材料”" in told
    assert 'value="不服"' in told


def test_nobody_appeals_for_another_unit(town, visit, score):
    assert visit("stats_head").get(
        f"/scores/{PERIOD}/{score.unit.code}/appeal"
    ).status_code == 404  # fmt: skip
    assert visit("provider_head").get("/appeals/SX2026-999999").status_code == 403


def test_a_corrected_score_is_counted_again_offline(town, visit, score, tmp_path):
    from tests.portal.town import write_log

    failing = scores.shown(score)["catalog_coverage"]["failed"]
    case = appeals.lodge(
        town.provider_head, score, "清单有误", indicator="catalog_coverage",
        records=failing[:1], why=WHY,
    )  # fmt: skip
    appeals.decide(town.reviewer, case, {failing[0]: "held"}, "属实", why=WHY)
    newest = FactRow.objects.filter(index__isnull=False).order_by("-index").first()
    assert newest is not None
    write_log()

    held = list(Score.objects.filter(period=PERIOD, unit=score.unit).order_by("version"))
    for name, body in package(held).files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    verdict = judged(replayed(Folder(tmp_path), PERIOD))

    assert verdict.wrong is None
    assert "2 scores computed" in verdict.steps[-1].say("en")
