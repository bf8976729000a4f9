"""Evaluations: a room that closes and leaves facts, a result only the evaluator's key can sign."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.hub_world import WHY, HubWorld, credit_code
from tests.oversee.duties import holder
from tests.share.moments import Days, refused
from yunzhang.cli import main
from yunzhang.oversee.inspection import evaluations
from yunzhang.oversee.inspection.evaluation_models import Evaluation
from yunzhang.oversee.inspection.evaluations import EvaluationForm
from yunzhang.oversee.reports import circulars
from yunzhang.people import units
from yunzhang.people.cases import Paper
from yunzhang.people.models import FactRow, Unit
from yunzhang.people.permissions import Actor
from yunzhang.protect.keys import SigningKey, sign
from yunzhang.terms.document import encode
from yunzhang.terms.evaluation import KIND, Given, Result
from yunzhang.terms.faults import Refused

REPORT = Paper(file_name="评估报告.pdf", file=b"%PDF report")


@pytest.fixture(autouse=True)
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch, date(2026, 3, 2))


@pytest.fixture
def institute(hub: HubWorld) -> Unit:
    """An organisation outside the administration."""
    return units.register(
        hub.reviewer, credit_code(9), "数字治理研究院", "研究院", "province", None,
        kind="evaluator", row="", why=WHY,
    )  # fmt: skip


@pytest.fixture
def evaluator(hub: HubWorld, institute: Unit) -> Actor:
    return holder(hub, "evaluator", institute, "evaluator")


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate("institute.example")


def opened(hub: HubWorld, institute: Unit, own: SigningKey, **changes: Any) -> Evaluation:
    form = EvaluationForm(
        **{
            "title": "2026年云工程使用情况评估",
            "evaluator": institute,
            "key": own.public.text,
            "opens_on": date(2026, 3, 1),
            "closes_on": date(2026, 3, 20),
            **changes,
        }
    )
    return evaluations.open_room(hub.reviewer, hub.units[1], form, why=WHY)


def signed(evaluation: Evaluation, key: SigningKey, file: bytes = REPORT.file) -> bytes:
    """The result as the evaluator signs it at home."""
    result = Result(
        evaluation=evaluations.subject_of(evaluation),
        evaluator="数字治理研究院",
        figures=(Given(item="总体", value="86.5"),),
        file_name="评估报告.pdf",
        file_digest=sha256(file).hexdigest(),
    )
    return encode(sign(KIND, result, key))


def test_a_result_signed_by_the_key_on_record_is_taken_in_and_circulated(
    hub: HubWorld, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    evaluation = opened(hub, institute, key)

    taken = evaluations.hand_in(evaluator, evaluation, signed(evaluation, key), REPORT, why=WHY)
    circular = evaluations.to_circular(hub.reviewer, taken, why=WHY)

    assert evaluations.result_of(taken).figures[0].value == "86.5"
    assert "总体：总体 86.5" in circular.text
    assert sha256(REPORT.file).hexdigest() in circular.text
    assert Evaluation.objects.get().circular == circular


def test_an_altered_file_or_figure_fails_the_evaluators_signature(
    hub: HubWorld, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    evaluation = opened(hub, institute, key)
    taken = evaluations.hand_in(evaluator, evaluation, signed(evaluation, key), REPORT, why=WHY)

    taken.file = b"%PDF another report"
    file = refused(evaluations.result_of, taken)
    taken.file = REPORT.file
    taken.signed = taken.signed.replace("86.5", "96.5")
    figure = refused(evaluations.result_of, taken)

    assert file == ("evaluation.file_other",)
    assert figure == ("signed.signature_wrong",)


def test_what_another_key_signed_or_for_another_evaluation_is_refused(
    hub: HubWorld, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    evaluation = opened(hub, institute, key)
    stranger = SigningKey.generate("stranger.example")
    other = opened(hub, institute, key, title="另一次评估")

    foreign = signed(evaluation, stranger)
    unknown = refused(evaluations.hand_in, evaluator, evaluation, foreign, REPORT, why=WHY)
    crossed = refused(
        evaluations.hand_in, evaluator, evaluation, signed(other, key), REPORT, why=WHY
    )
    swapped = Paper(file_name="评估报告.pdf", file=b"%PDF swapped")
    file = refused(
        evaluations.hand_in, evaluator, evaluation, signed(evaluation, key), swapped, why=WHY
    )

    assert unknown == ("signed.key_unknown",)
    assert crossed == ("evaluation.other",)
    assert file == ("evaluation.file_other",)
    assert not Evaluation.objects.exclude(signed="").exists()


def test_a_result_is_handed_in_once(
    hub: HubWorld, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    evaluation = opened(hub, institute, key)
    evaluations.hand_in(evaluator, evaluation, signed(evaluation, key), REPORT, why=WHY)

    again = refused(
        evaluations.hand_in, evaluator, evaluation, signed(evaluation, key), REPORT, why=WHY
    )

    assert again == ("evaluation.taken",)


def test_every_reading_of_the_room_is_a_fact_and_the_room_closes(
    hub: HubWorld, days: Days, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    evaluation = opened(hub, institute, key)

    evaluations.read(evaluator, evaluation, "room")
    evaluations.read(evaluator, evaluation, "score:1")
    days.on(3, 21)
    closed = refused(evaluations.read, evaluator, evaluation, "room")

    facts = FactRow.objects.filter(deed="evidence.read").order_by("number")
    assert [json.loads(row.content)["what"] for row in facts] == ["room", "score:1"]
    assert closed == ("evaluation.room_closed",)


def test_nobody_else_reads_the_room(
    hub: HubWorld, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    evaluation = opened(hub, institute, key)

    for who in (hub.officer, hub.reviewer, hub.auditor):
        assert refused(evaluations.read, who, evaluation, "room") == ("permission.missing",)


def test_an_evaluation_is_seen_by_its_evaluator_and_by_all_once_circulated(
    hub: HubWorld, institute: Unit, evaluator: Actor, key: SigningKey
) -> None:
    office = holder(hub, "office", hub.units[1], "cloud_chief_office")
    evaluation = opened(hub, institute, key)
    taken = evaluations.hand_in(evaluator, evaluation, signed(evaluation, key), REPORT, why=WHY)
    before = [evaluations.visible(who).count() for who in (evaluator, hub.officer)]

    circular = evaluations.to_circular(hub.reviewer, taken, why=WHY)
    circulars.submit(hub.reviewer, circular, why=WHY)
    circulars.review(office, circular, agreed=True, remark="", why=WHY)
    circulars.publish(office, circular, why=WHY)

    assert before == [1, 0]
    assert evaluations.visible(hub.officer).count() == 1


def test_everything_wrong_with_an_evaluation_is_said_at_once(
    hub: HubWorld, institute: Unit, key: SigningKey
) -> None:
    wrong = {"title": " ", "evaluator": hub.units[3], "closes_on": date(2026, 2, 1), "key": "?"}

    with pytest.raises(Refused) as caught:
        opened(hub, institute, key, **wrong)

    assert caught.value.codes == (
        "evaluation.title_missing",
        "evaluation.evaluator_wrong",
        "evaluation.days_wrong",
        "key.text_wrong",
    )


def test_the_command_signs_what_the_room_gave_over_the_report(
    hub: HubWorld, institute: Unit, evaluator: Actor, tmp_path: Path, capsys: Any
) -> None:
    main(["key", "new", "institute.example", "--out", str(tmp_path / "own.key")])
    line = capsys.readouterr().out.strip()
    key = SigningKey.load(tmp_path / "own.key")
    evaluation = opened(hub, institute, key)
    blank = Result(
        evaluation=evaluations.subject_of(evaluation),
        evaluator="数字治理研究院",
        figures=(Given(item="总体", value="90"),),
        file_name="",
        file_digest="",
    )
    (tmp_path / "form.json").write_bytes(encode(blank))
    (tmp_path / "report.pdf").write_bytes(b"%PDF by hand")

    done = main(
        [
            "key", "sign-result", str(tmp_path / "form.json"),
            "--file", str(tmp_path / "report.pdf"),
            "--key", str(tmp_path / "own.key"),
            "--out", str(tmp_path / "signed.json"),
        ]
    )  # fmt: skip
    file = Paper(file_name="report.pdf", file=b"%PDF by hand")
    body = (tmp_path / "signed.json").read_bytes()
    taken = evaluations.hand_in(evaluator, evaluation, body, file, why=WHY)

    assert done == 0
    assert line == evaluation.key
    assert evaluations.result_of(taken).file_name == "report.pdf"
