"""The public's pages: found, asked, followed by a receipt, and nothing told that is not published."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.portal.test_doors import permission, routes
from tests.portal.town import WHY, Town
from yunzhang.gather import catalog
from yunzhang.gather.models import EntryVersion
from yunzhang.people import cases
from yunzhang.people.models import Case, Person
from yunzhang.portal.doors import PUBLIC
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft

CONTACT = "13807760001"


@pytest.fixture
def opened(town: Town) -> EntryVersion:
    """The villages, opened on conditions and published."""
    version = town.entries["villages"]
    catalog.return_(town.reviewer, version, "改为有条件开放", why=WHY)
    version.refresh_from_db()
    form = decode(version.draft, EntryDraft)
    changes = {"open_type": "2", "open_condition": "注明来源,不得用于商业目的"}
    version = catalog.edit(town.provider, version, replace(form, **changes), why=WHY)
    version = catalog.submit(town.provider, version, why=WHY)
    version = catalog.approve(town.provider_head, version, why=WHY)
    return catalog.publish(town.reviewer, version, why=WHY)


@pytest.fixture
def citizen(db) -> Client:
    cache.clear()
    return Client(raise_request_exception=False)


def body(answer: Any) -> str:
    return str(answer.content.decode())


def address(version: EntryVersion) -> str:
    return reverse("open_entry", args=[version.resource.code])


def ask(citizen: Client, version: EntryVersion, **changes: str) -> Any:
    form = {"deed": "ask", "need": "村名录,写论文用", "contact": CONTACT, **changes}
    return citizen.post(address(version), form)


def receipt(citizen: Client, version: EntryVersion) -> tuple[str, str]:
    """The number and the word, as the page tells them once."""
    answer = ask(citizen, version)
    page = body(citizen.get(answer["Location"]))
    [word] = set(re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page))
    return answer["Location"].rpartition("/")[2], word


def test_anyone_finds_what_is_open_and_what_it_holds(citizen, opened):
    page = body(citizen.get("/open?q=村级"))
    entry = body(citizen.get(address(opened)))

    assert opened.title in page
    assert "县" in entry or "county_code" in entry
    assert "注明来源" in entry
    assert "尚不能在此下载" in entry
    assert opened.title not in body(citizen.get("/open?open_type=1"))
    assert opened.title in body(citizen.get("/open?cycle=month&open_type=2"))


def test_a_receipt_is_told_once_and_leads_back_to_the_answer(citizen, opened, town):
    number, word = receipt(citizen, opened)
    assert word not in body(citizen.get(f"/open/asked/{number}"))
    case = Case.objects.get(number=number)
    papers = {"paper.reason": "涉及第三方权益", "paper.law": "《政府信息公开条例》第十五条"}
    cases.move(town.provider, case, "refuse", papers=papers, why="内部说明勿外传")

    page = body(citizen.post("/open/asked", {"deed": "look", "number": number, "word": word}))

    assert "涉及第三方权益" in page
    assert "《政府信息公开条例》第十五条" in page
    assert "内部说明勿外传" not in page
    assert town.provider.person.full_name not in page


def test_the_public_sees_the_timer_and_completes_what_is_missing(citizen, opened, town):
    number, word = receipt(citizen, opened)
    look = {"deed": "look", "number": number, "word": word}
    assert "还剩 20 个工作日" in body(citizen.post("/open/asked", look))
    case = Case.objects.get(number=number)
    cases.move(town.provider, case, "notice", papers={"paper.missing": "请写明用途"}, why=WHY)
    page = body(citizen.post("/open/asked", look))
    assert "请写明用途" in page
    assert "等待您补正" in page

    done = citizen.post("/open/asked", {**look, "deed": "complete", "need": "用于毕业论文"})

    case.refresh_from_db()
    assert (done.status_code, case.step) == (200, "answer")


def test_the_word_stands_in_no_address_and_no_cache(citizen, opened):
    answer = ask(citizen, opened)

    page = citizen.get(answer["Location"])

    assert answer["Location"] == f"/open/asked/{Case.objects.latest('pk').number}"
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    cookie = answer.cookies["receipt"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        True,
        "Strict",
        "/open/asked",
    )


def test_the_contact_is_shown_to_whoever_answers_and_to_nobody_else(citizen, opened, town, visit):
    number, _ = receipt(citizen, opened)
    page = f"/cases/{number}"

    assert CONTACT in body(visit("provider").get(page))
    for name in ("reviewer", "auditor", "chief"):
        assert CONTACT not in body(visit(name).get(page))
    assert visit("consumer").get(page).status_code == 404


def test_a_wrong_word_is_refused_without_a_hint_and_not_endlessly(citizen, opened):
    number, _ = receipt(citizen, opened)
    wrong = {"deed": "look", "number": number, "word": "aaaa-aaaa-aaaa-aaaa"}
    unknown = {**wrong, "number": "SX2026-999999"}

    tries = [citizen.post("/open/asked", form) for form in (wrong, unknown) for _ in range(5)]
    last = citizen.post("/open/asked", wrong)

    said = {re.search(r'role="alert".*?</ul>', body(one), re.DOTALL)[0] for one in tries}
    assert len(said) == 1
    assert {one.status_code for one in tries} == {404}
    assert last.status_code == 429


def test_one_address_asks_five_times_a_day(citizen, opened):
    codes = [ask(citizen, opened).status_code for _ in range(6)]

    assert codes == [302] * 5 + [429]


def test_a_request_refused_shows_what_was_typed(citizen, opened):
    answer = ask(citizen, opened, need="字" * 2001)

    assert answer.status_code == 422
    assert "字" * 2001 in body(answer)
    assert CONTACT in body(answer)


def test_an_error_reported_is_followed_by_its_receipt(citizen, opened):
    form = {"deed": "report", "items": ["name"], "doubt": "村名写错了"}

    answer = citizen.post(address(opened), form)

    case = Case.objects.latest("pk")
    assert case.procedure == "verification"
    assert "校核" in body(citizen.get(answer["Location"]))


def test_the_pages_speak_english_too(opened):
    citizen = Client()
    citizen.cookies["django_language"] = "en"

    assert "Open data" in body(citizen.get("/open"))
    assert "Ask for this data" in body(citizen.get(address(opened)))


def test_no_public_page_shows_what_is_not_open(citizen, opened, town):
    """Every door without an account, looked through: only what is open, and nobody's name."""
    shown = opened.resource
    hidden = {v.title for v in EntryVersion.objects.exclude(resource=shown)}
    hidden |= {v.resource.code for v in EntryVersion.objects.exclude(resource=shown)}
    names = set(Person.objects.values_list("full_name", flat=True))
    pages = {route.name for route in routes() if permission(route) == PUBLIC}
    assert {"open", "open_entry", "open_asked", "open_receipt"} <= pages
    addresses = [
        "/open", "/open?q=乡", "/open?export=csv", address(opened), "/open/asked",
        "/open/asked/SX2026-000001", "/sign-in",
        *(reverse("open_entry", args=[v.resource.code]) for v in town.entries.values()),
    ]  # fmt: skip

    for one in addresses:
        answer = citizen.get(one)
        # What was asked for is said back; nothing else may be.
        text = b"".join(answer).decode("utf-8", "replace").replace(one.removeprefix("/open/"), "")
        assert not {word for word in hidden | names if word and word in text}, one
    for entry in ("townships", "relief", "stat-codes"):
        gone = citizen.get(address(town.entries[entry]))
        assert (gone.status_code, "查找数据" in body(gone)) == (404, True)
