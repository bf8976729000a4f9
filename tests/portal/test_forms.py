"""Forms: a deed done, a deed refused with everything typed kept, and what no form may do."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.hub_world import PASSWORD
from yunzhang.gather.models import EntryVersion, InformationSystem
from yunzhang.people import tallies
from yunzhang.people.models import FactRow, Person
from yunzhang.people.permissions import pack
from yunzhang.share.models import GrantRow, ShareRequest

CODE = "307001/000001"
HOSTILE = '"><script>alert(1)</script>'


def wish(**changes: object) -> dict[str, object]:
    return {
        "deed": "submit",
        "legal_basis": "《传染病防治法》",
        "scenario": "流调",
        "purpose": "核对病例住址",
        "items": ["code", "name"],
        "delivery": "service_api",
        "duration_days": "30",
        "why": "履行职责",
        **changes,
    }


def test_a_request_is_drafted_and_handed_to_the_head_with_one_button(town, visit):
    key = town.units[4].caller_keys.get()

    answer = visit("consumer").post(f"/requests/new/{CODE}", wish(key=str(key.pk)))

    made = ShareRequest.objects.get(purpose="核对病例住址")
    assert answer["Location"] == f"/requests/{made.number}"
    assert made.state == "waiting"


def test_a_refused_request_keeps_what_was_typed_and_names_every_fault(town, visit):
    before = ShareRequest.objects.count()

    answer = visit("consumer").post(
        f"/requests/new/{CODE}",
        wish(legal_basis="", duration_days="9999", purpose="核对<b>住址", items=[]),
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "核对&lt;b&gt;住址" in text
    assert 'value="9999"' in text
    for said in ("法律依据", "没有选择信息项", "使用时限"):
        assert (
            said
            in text[text.index('role="alert"') : text.index("</ul>", text.index('role="alert"'))]
        )
    assert ShareRequest.objects.count() == before


def test_an_entry_is_refused_with_all_faults_and_keeps_every_item(town, visit):
    version = town.entries["relief"]
    form = {
        "deed": "submit",
        "title": "社会救助系统",
        "share_type": "3",
        "open_type": "1",
        "item_name_0": "代码(改)",
        "item_column_0": "code",
        "item_type_0": "C",
        "item_length_0": "9",
        "item_grade_0": "2",
        "why": "补填",
    }

    answer = visit("provider").post(reverse("entry_edit", args=[version.pk]), form)

    text = answer.content.decode()
    alert = text[text.index('role="alert"') : text.index("</ul>", text.index('role="alert"'))]
    assert answer.status_code == 422
    assert "代码(改)" in text
    assert alert.count("<li>") >= 5
    for said in ("信息系统的名称", "不予共享", "评估"):
        assert said in alert
    assert EntryVersion.objects.get(pk=version.pk).title == version.title


def test_a_length_that_is_no_number_is_named_and_kept(town, visit):
    version = town.entries["relief"]
    form = {"deed": "save", "item_name_0": "代码", "item_length_0": "很长", "item_grade_0": "3"}

    answer = visit("provider").post(reverse("entry_edit", args=[version.pk]), form)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count("很长") == 2
    assert '<option value="3" selected>' in text


def test_the_head_agrees_and_issues_the_grant(town, visit):
    request = town.requests["agreed"]

    answer = visit("provider_head").post(
        reverse("request", args=[request.number]), {"deed": "issue", "why": "按答复办理"}
    )

    grant = GrantRow.objects.get(request=request)
    assert answer["Location"] == f"/grants/{grant.pk}"


def test_a_refusal_without_ground_is_sent_back(town, visit):
    request = town.requests["applied"]
    address = reverse("request", args=[request.number])

    answer = visit("provider_head").post(
        address, {"deed": "refuse", "code": "", "law": "", "reply": "因故不同意"}
    )

    assert answer.status_code == 422
    # Once: in the form that refuses, never in the one that agrees.
    assert answer.content.decode().count("因故不同意") == 1
    assert ShareRequest.objects.get(pk=request.pk).state == "applied"


def test_a_deed_behind_anothers_button_is_refused(town, visit):
    request = town.requests["applied"]

    answer = visit("consumer").post(
        reverse("request", args=[request.number]), {"deed": "agree", "reply": "同意"}
    )

    assert answer.status_code == 403
    assert ShareRequest.objects.get(pk=request.pk).state == "applied"


def test_a_deed_the_page_does_not_have_is_refused(visit):
    answer = visit("provider").post("/systems", {"deed": "drop_everything", "why": "x"})

    assert answer.status_code == 400


def test_a_suspended_grant_says_why(town, visit):
    grant = town.grants["granted"]
    client = visit("provider")

    client.post(f"/grants/{grant.pk}", {"deed": "suspend", "why": "调用方地址异常"})

    assert "调用方地址异常" in client.get(f"/grants/{grant.pk}").content.decode()


def test_hostile_text_is_shown_as_text(town, visit):
    client = visit("provider")
    client.post("/systems", {"deed": "register", "name": HOSTILE, "purpose": HOSTILE, "why": "x"})

    pages = [
        client.get("/systems").content.decode(),
        client.get("/catalog", {"q": HOSTILE}).content.decode(),
        client.get("/ledger/HUB", {"subject": HOSTILE}).content.decode(),
    ]

    assert InformationSystem.objects.filter(name=HOSTILE).exists()
    assert not any("<script>alert" in page for page in pages)
    assert "&lt;script&gt;alert" in pages[0]


def test_a_post_without_its_token_is_refused(town):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(town.provider.person)

    answer = strict.post("/systems", {"deed": "register", "name": "偷渡", "why": "x"})

    assert answer.status_code == 403
    assert not InformationSystem.objects.filter(name="偷渡").exists()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_signing_in_leads_nowhere_else(town, client, address):
    answer = client.post(
        "/sign-in", {"username": "provider", "password": PASSWORD, "next": address}
    )

    assert answer["Location"] == "/"


def test_signing_in_leads_to_where_one_was_going(town, client):
    answer = client.post(
        "/sign-in", {"username": "provider", "password": PASSWORD, "next": "/usage"}
    )

    assert answer["Location"] == "/usage"


def test_guessing_a_password_soon_rests(town, client):
    guess = {"username": "provider", "password": "guess"}

    answers = [client.post("/sign-in", guess) for _ in range(pack().limit("signin.attempts"))]
    cache.clear()  # as in another process, or after a flood of other names
    rested = client.post("/sign-in", {"username": "provider", "password": PASSWORD})

    assert {answer.status_code for answer in answers} == {401}
    assert rested.status_code == 429
    assert "_auth_user_id" not in client.session


def test_a_day_is_made_a_holiday_by_the_authority_alone(town, visit):
    form = {"deed": "set", "day": "2026-12-24", "is_workday": "0", "note": "试", "why": "试行"}

    refused = visit("provider").post("/calendar", form)
    done = visit("reviewer").post("/calendar", form)

    assert refused.status_code == 403
    assert done["Location"] == "/calendar?year=2026"
    assert FactRow.objects.filter(subject="calendar:2026-12-24").count() == 1


def test_a_date_that_is_none_is_named(visit):
    answer = visit("reviewer").post("/calendar", {"deed": "set", "day": "昨天", "why": "x"})

    assert answer.status_code == 422
    assert "昨天" in answer.content.decode()


def test_a_person_changes_the_password_and_stays_signed_in(town, visit):
    page = visit("consumer")

    answer = page.post(
        "/password",
        {"deed": "change", "old": PASSWORD, "new": "qiu-shi-jian-xing-9", "why": "定期更换"},
    )

    assert answer["Location"] == reverse("desk")
    assert page.get("/").status_code == 200
    person = Person.objects.get(pk=town.consumer.person.pk)
    assert person.check_password("qiu-shi-jian-xing-9")


def test_a_wrong_password_is_refused_and_never_shown_again(town, visit):
    answer = visit("consumer").post(
        "/password", {"deed": "change", "old": "guess-7", "new": "qiu-shi-9-xing", "why": "x"}
    )

    assert answer.status_code == 403
    assert "guess-7" not in answer.content.decode()
    assert "原密码不对" in answer.content.decode()


def test_an_entry_is_not_returned_without_reasons(town, visit):
    version = town.entries["villages"]

    answer = visit("reviewer").post(
        reverse("version", args=[version.pk]), {"deed": "return", "reasons": " ", "why": "x"}
    )

    assert answer.status_code == 422
    assert EntryVersion.objects.get(pk=version.pk).state == "approved"


def test_a_parent_or_node_that_is_not_there_is_not_passed_over(town, visit):
    table = {"deed": "register", "kind": "csv", "location": str(town.sources), "table": "rows.csv"}
    system = town.tables["stat-codes"].system_id
    unit = {"deed": "register", "code": "1", "name": "新单位", "short_name": "新", "parent": "none"}

    foreign = visit("stats").post(
        f"/systems/{system}/tables",
        {**table, "name": "t-9", "title": "t", "node": "civil-node", "why": "x"},
    )
    orphan = visit("reviewer").post("/units", {**unit, "why": "x"})

    assert (foreign.status_code, orphan.status_code) == (404, 404)


def test_a_password_checked_while_the_count_of_attempts_lapses_is_still_only_wrong(
    town, client, monkeypatch
):
    monkeypatch.setattr(
        "yunzhang.portal.people.entrance.authenticate", lambda *_args, **_named: tallies.forget()
    )

    assert client.post("/sign-in", {"username": "provider", "password": "x"}).status_code == 401


def test_a_priority_field_is_chosen_where_the_pack_has_some(town, visit, settings):
    client = visit("consumer")
    page = f"/requests/new/{CODE}"
    assert "priority_field" not in client.get(page).content.decode()
    settings.PACK = "guangxi-2022"

    form = client.get(page).content.decode()
    answer = client.post(
        page,
        wish(key=str(town.units[4].caller_keys.get().pk), priority_field="economy", deed="save"),
    )

    assert '<option value="economy">宏观经济</option>' in form
    assert "宏观经济" in client.get(answer["Location"]).content.decode()
    listed = client.get("/requests?field=economy&export=csv")
    assert len(b"".join(listed.streaming_content).decode().strip().splitlines()) == 2


def test_the_heads_read_who_answers_for_what_before_they_sign(town, visit):
    asked = (
        visit("provider_head").get(f"/requests/{town.requests['applied'].number}").content.decode()
    )
    given = visit("provider_head").get(f"/grants/{town.grants['granted'].pk}").content.decode()

    assert "只用于所申请的目的和范围" in asked
    assert "按现行规定" in asked
    assert "只用于所申请的目的和范围" in given
    assert "按授权签发时的规定" in given
