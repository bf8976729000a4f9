"""Pages of evaluations: opened, the evidence room entered, the result handed in and shown."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.hub_world import PASSWORD, credit_code
from tests.oversee.test_evaluations import signed
from tests.portal.test_second_factor import code_of
from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.oversee.inspection.evaluation_models import Evaluation
from yunzhang.oversee.models import Score
from yunzhang.people import identity, second_factor, units
from yunzhang.people.models import FactRow, Person, Unit
from yunzhang.people.permissions import actor_of
from yunzhang.protect.keys import SigningKey
from yunzhang.share import corrections

REPORT = b"%PDF report"


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate("institute.example")


@pytest.fixture
def evaluator(town) -> Client:
    """A browser of somebody of an institute outside the administration."""
    institute = units.register(
        town.reviewer, credit_code(9), "数字治理研究院", "研究院", "province", None,
        kind="evaluator", row="", why=WHY,
    )  # fmt: skip
    posts = [(institute, "evaluator")]
    person = identity.register(town.reviewer, "ping", "评某", PASSWORD, posts, why=WHY)
    Person.objects.filter(pk=person.pk).update(password_once=False)
    secret = second_factor.new_secret()
    own = actor_of(person, clock.today())
    second_factor.set_up(own, secret, code_of(secret), PASSWORD, why=WHY)
    client = Client(raise_request_exception=False)
    client.force_login(Person.objects.get(pk=person.pk))
    client.cookies["django_language"] = "zh-hans"
    return client


@pytest.fixture
def evaluation(town, visit, evaluator, key) -> Evaluation:
    asked = corrections.ask(
        town.consumer, town.entries["townships"].resource, ["code"], "代码有误", why=WHY
    )
    today = clock.today()
    typed = {
        "deed": "open",
        "title": "年度第三方评估",
        "evaluator": str(Unit.objects.get(kind="evaluator").pk),
        "key": key.public.text,
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=20)).isoformat(),
        "cases": [str(asked.pk)],
        "why": WHY,
    }
    answered = visit("reviewer").post("/evaluations", typed)
    assert answered.status_code == 302, answered.content.decode()
    return Evaluation.objects.get()


def test_the_room_shows_scores_lists_and_packages_and_each_reading_is_a_fact(
    town, evaluator, evaluation
) -> None:
    room = f"/evaluations/{evaluation.pk}/room"

    page = evaluator.get(room).content.decode()
    score = Score.objects.filter(period="2026Q4").first()
    file = evaluator.get(f"{room}/score/{score.pk}")
    case = evaluation.cases.get()
    package = evaluator.get(f"{room}/package/{case.pk}")

    assert f"{room}/score/{score.pk}" in page
    assert case.number in page
    assert file.content.decode() == score.signed
    assert "README.txt" in zipfile.ZipFile(io.BytesIO(package.content)).namelist()
    assert FactRow.objects.filter(deed="evidence.read").count() == 3


def test_nothing_but_the_room_opens_to_an_evaluator(town, evaluator, evaluation) -> None:
    assert evaluator.get("/scores").status_code == 403
    assert evaluator.get("/catalog").status_code == 403
    assert evaluator.get("/ledger").status_code == 403
    assert "代码有误" not in evaluator.get("/cases").content.decode()
    assert evaluator.get(f"/cases/{evaluation.cases.get().number}").status_code == 404


def test_a_unit_does_not_enter_and_a_closed_room_says_so(
    town, visit, evaluator, evaluation
) -> None:
    room = f"/evaluations/{evaluation.pk}/room"
    Evaluation.objects.update(closes_on=clock.today() - timedelta(days=1))

    assert visit("provider").get(room).status_code == 403
    closed = evaluator.get(room)
    assert closed.status_code == 403
    assert "证据室自" in closed.content.decode()


def hand_in(evaluator: Client, evaluation: Evaluation, body: bytes, report: bytes):
    typed = {
        "deed": "hand_in",
        "signed-file": SimpleUploadedFile("signed.json", body),
        "report-file": SimpleUploadedFile("报告.pdf", report),
    }
    return evaluator.post(f"/evaluations/{evaluation.pk}/room", typed)


def test_the_result_is_verified_shown_and_drafted_into_a_circular(
    visit, evaluator, evaluation, key
) -> None:
    answered = hand_in(evaluator, evaluation, signed(evaluation, key, REPORT), REPORT)
    page = visit("reviewer").get(f"/evaluations/{evaluation.pk}").content.decode()
    address = f"/evaluations/{evaluation.pk}"
    drafted = visit("reviewer").post(address, {"deed": "circulate"}, follow=True)

    assert answered.status_code == 302
    assert "86.5" in page
    assert "刚刚核对" in page
    assert "总体：总体 86.5" in drafted.content.decode()
    assert visit("reviewer").get(f"{address}/file").content == REPORT


def test_a_swapped_report_is_refused_and_an_altered_record_is_shown_as_such(
    visit, evaluator, evaluation, key
) -> None:
    swapped = hand_in(evaluator, evaluation, signed(evaluation, key, REPORT), b"%PDF other")
    hand_in(evaluator, evaluation, signed(evaluation, key, REPORT), REPORT)
    Evaluation.objects.update(file=b"%PDF altered later")

    page = visit("reviewer").get(f"/evaluations/{evaluation.pk}").content.decode()

    assert swapped.status_code == 422
    assert "报告文件的摘要与签名结果中的不同" in swapped.content.decode()
    assert "所存内容与签名不符" in page
    assert "86.5" not in page
