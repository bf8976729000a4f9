"""Signing in by the account of another house: a real provider in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from tests.browser.conftest import answers, free_port, wait_until
from tests.hub_world import PASSWORD
from tests.portal.oidc_house import CLIENT, SECRET
from yunzhang.people import outside
from yunzhang.people.models import FactRow, Person

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.portal.oidc_house", str(port)]
    house = subprocess.Popen(command, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{address}/keys"))
        yield address
    finally:
        house.terminate()
        house.wait(20)


@pytest.fixture
def house(issuer: str, settings) -> str:
    settings.OIDC = {
        "issuer": issuer,
        "client": CLIENT,
        "secret": SECRET,
        "name": "数字广西统一认证",
        "username_claim": "",
    }
    return issuer


def there_and_back(client: Client, who: str, spoil: str = ""):
    """Follow the browser to the house, sign in there as someone, and come back."""
    away = client.get("/sign-in/outside")
    assert away.status_code == 302, away.content.decode()
    back = httpx.get(f"{away['Location']}&login_hint={who}&spoil={spoil}")
    split = urlsplit(back.headers["Location"])
    assert split.path == "/sign-in/outside/back"
    return client.get(f"{split.path}?{split.query}")


def link(client: Client, who: str, password: str = PASSWORD):
    asked = client.post("/me/identity", {"password": password, "why": "统一账号"})
    return asked if asked.status_code != 200 else there_and_back(client, who)


def signed_in(client: Client) -> str:
    return str(client.get("/me").wsgi_request.user.get_username())


def test_without_a_house_in_the_settings_there_is_no_such_way(town, client) -> None:
    assert client.get("/sign-in/outside").status_code == 404
    assert client.get("/sign-in/outside/back").status_code == 404
    assert "/sign-in/outside" not in client.get("/sign-in").content.decode()


def test_a_linked_person_signs_in_by_the_other_house(town, house, visit) -> None:
    linked = link(visit("provider"), "wei.guoqiang")
    stranger = Client()
    assert "数字广西统一认证" in stranger.get("/sign-in").content.decode()

    entered = there_and_back(stranger, "wei.guoqiang")

    assert (linked.status_code, linked["Location"]) == (302, "/me")
    assert (entered.status_code, entered["Location"]) == (302, "/")
    assert signed_in(stranger) == "provider"
    fact = FactRow.objects.get(deed="identity.linked")
    assert fact.person == town.provider.person
    assert "wei.guoqiang" not in fact.leaf


def test_nobody_enters_by_an_identity_that_is_linked_to_no_one(town, house, client) -> None:
    people = Person.objects.count()

    answer = there_and_back(client, "stranger")

    assert answer.status_code == 403
    assert "还没有关联本系统的人员" in answer.content.decode()
    assert Person.objects.count() == people
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("spoil", ["key", "issuer", "audience", "expired", "no_token", "cancel"])
def test_what_the_house_did_not_sign_for_us_now_opens_nothing(
    town, house, visit, client, spoil: str
) -> None:
    link(visit("provider"), "wei.guoqiang")

    answer = there_and_back(client, "wei.guoqiang", spoil)

    assert answer.status_code == 502
    assert "没有完成" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_a_code_is_not_taken_by_a_browser_that_did_not_ask_for_it(town, house, visit) -> None:
    link(visit("provider"), "wei.guoqiang")
    thief, victim = Client(), Client()
    away = thief.get("/sign-in/outside")
    split = urlsplit(httpx.get(f"{away['Location']}&login_hint=wei.guoqiang").headers["Location"])

    answer = victim.get(f"{split.path}?{split.query}")

    assert answer.status_code == 502
    assert victim.get("/").status_code == 302


def test_linking_asks_for_the_password_again(town, house, visit) -> None:
    client = visit("provider")

    refused = link(client, "wei.guoqiang", "guess-9")
    direct = client.get("/sign-in/outside")

    assert refused.status_code == 403
    assert (direct.status_code, direct["Location"]) == (302, "/")
    assert not outside.of(town.provider.person)


def test_one_identity_belongs_to_one_person(town, house, visit) -> None:
    link(visit("provider"), "wei.guoqiang")

    answer = link(visit("stats"), "wei.guoqiang")

    assert answer.status_code == 409
    assert not outside.of(town.stats.person)


def test_an_unlinked_identity_signs_nobody_in_any_more(town, house, visit, client) -> None:
    link(visit("provider"), "wei.guoqiang")
    [held] = outside.of(town.provider.person)

    visit("stats").post("/me", {"deed": "unlink", "identity": held.pk, "why": "不是我的"})
    assert outside.of(town.provider.person) == [held]
    visit("provider").post("/me", {"deed": "unlink", "identity": held.pk, "why": "停用"})

    assert there_and_back(client, "wei.guoqiang").status_code == 403
    assert FactRow.objects.filter(deed="identity.unlinked").count() == 1


def test_a_name_the_house_vouches_for_is_taken_only_where_the_settings_say_so(
    town, house, client, settings
) -> None:
    assert there_and_back(client, "provider").status_code == 403

    settings.OIDC = {**settings.OIDC, "username_claim": "preferred_username"}
    entered = there_and_back(client, "provider")

    assert entered.status_code == 302
    assert signed_in(client) == "provider"


def test_who_was_shut_out_here_does_not_enter_by_the_other_house(
    town, house, visit, client
) -> None:
    link(visit("provider"), "wei.guoqiang")
    Person.objects.filter(username="provider").update(is_active=False)

    assert there_and_back(client, "wei.guoqiang").status_code == 403


def test_after_the_other_house_a_foreign_address_is_not_gone_to(town, house, visit) -> None:
    link(visit("provider"), "wei.guoqiang")
    client = Client()
    away = client.get("/sign-in/outside", {"next": "https://evil.example/"})
    split = urlsplit(httpx.get(f"{away['Location']}&login_hint=wei.guoqiang").headers["Location"])

    answer = client.get(f"{split.path}?{split.query}")

    assert answer["Location"] == "/"


def test_a_house_that_does_not_answer_is_told_as_such(town, client, settings) -> None:
    settings.OIDC = {
        "issuer": f"http://127.0.0.1:{free_port()}",
        "client": CLIENT,
        "secret": SECRET,
        "name": "",
        "username_claim": "",
    }

    answer = client.get("/sign-in/outside")

    assert answer.status_code == 502
    assert "用本地账号登录" in answer.content.decode()
