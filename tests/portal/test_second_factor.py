"""The second factor: set with a real code, asked for at every sign-in, and lost without harm."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from tests.hub_world import PASSWORD
from yunzhang.packs import read
from yunzhang.people import permissions
from yunzhang.people.models import FactRow, Person
from yunzhang.people.permissions import pack
from yunzhang.terms.document import replace


def code_of(secret: str, steps: int = 0) -> str:
    """RFC 6238 by hand: what a telephone shows now, or some half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    place = digest[-1] & 0xF
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def set_up(client: Client, password: str = PASSWORD) -> tuple[str, list[str]]:
    """The secret the telephone took, and the recovery codes shown."""
    page = client.get("/me/second-factor").content.decode()
    secret = re.search(r'<p class="code">([A-Z2-7]{32})</p>', page)[1]
    answer = client.post(
        "/me/second-factor", {"code": code_of(secret), "password": password, "why": "加强安全"}
    )
    return secret, re.findall(r"<li>(\d{8})</li>", answer.content.decode())


def sign_in(client: Client, username: str = "provider"):
    return client.post("/sign-in", {"username": username, "password": PASSWORD, "next": "/usage"})


def inside(client: Client) -> bool:
    return client.get("/usage").status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing(town, visit, client) -> None:
    secret, _codes = set_up(visit("provider"))

    asked = sign_in(client)
    before = inside(client)
    # The present code was used to set the factor up; a telephone shows the next one by then.
    entered = client.post("/sign-in/code", {"code": code_of(secret, 1)})

    assert (asked.status_code, asked["Location"], before) == (302, "/sign-in/code", False)
    assert (entered.status_code, entered["Location"]) == (302, "/usage")
    assert inside(client)


def test_a_code_signs_in_once(town, visit) -> None:
    secret, _codes = set_up(visit("provider"))
    code = code_of(secret, 1)
    first, second = Client(), Client()
    sign_in(first)
    first.post("/sign-in/code", {"code": code})

    cache.clear()  # as in another process of the hub, which has none of this one's memory
    sign_in(second)
    answer = second.post("/sign-in/code", {"code": f"{code[:3]}-{code[3:]}"})

    assert inside(first)
    assert answer.status_code == 403
    assert not inside(second)


def test_a_recovery_code_signs_in_once(town, visit) -> None:
    _secret, codes = set_up(visit("provider"))
    first, second = Client(), Client()

    sign_in(first)
    first.post("/sign-in/code", {"code": codes[0]})
    sign_in(second)
    answer = second.post("/sign-in/code", {"code": codes[0]})

    assert len(set(codes)) == 10
    assert inside(first)
    assert answer.status_code == 403
    assert "还剩 9 个恢复码" in first.get("/me").content.decode()


def test_new_recovery_codes_end_the_former_ones(town, visit, client) -> None:
    browser = visit("provider")
    _secret, codes = set_up(browser)

    page = browser.post("/me/recovery-codes", {"password": PASSWORD, "why": "丢失"})
    fresh = re.findall(r"<li>(\d{8})</li>", page.content.decode())

    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    sign_in(client)
    assert client.post("/sign-in/code", {"code": codes[0]}).status_code == 403
    assert client.post("/sign-in/code", {"code": fresh[0]}).status_code == 302


def test_a_factor_is_not_set_with_a_wrong_code_or_password(town, visit) -> None:
    client = visit("provider")
    page = client.get("/me/second-factor").content.decode()
    secret = re.search(r'<p class="code">([A-Z2-7]{32})</p>', page)[1]
    wrong = f"{(int(code_of(secret)) + 1) % 10**6:06d}"

    code = client.post("/me/second-factor", {"code": wrong, "password": PASSWORD, "why": "x"})
    password = client.post(
        "/me/second-factor", {"code": code_of(secret), "password": "guess-9", "why": "x"}
    )

    assert (code.status_code, password.status_code) == (403, 403)
    assert secret in password.content.decode()
    assert not Authenticator.objects.exists()
    assert not FactRow.objects.filter(deed="second_factor.set").exists()


def test_the_secret_is_sealed_in_the_records_and_in_no_fact(town, visit) -> None:
    secret, codes = set_up(visit("provider"))

    kept = " ".join(str(row.data) for row in Authenticator.objects.all())
    fact = FactRow.objects.get(deed="second_factor.set")

    assert secret not in kept
    assert secret not in fact.content + fact.leaf + fact.why
    assert not any(code in kept + fact.content for code in codes)


def test_guessing_a_code_soon_rests(town, visit, client) -> None:
    secret, _codes = set_up(visit("provider"))
    sign_in(client)

    answers = [
        client.post("/sign-in/code", {"code": "000000"}).status_code
        for _ in range(pack().limit("signin.attempts"))
    ]
    rested = client.post("/sign-in/code", {"code": code_of(secret, 1)})

    assert set(answers) == {403}
    assert rested.status_code == 429
    assert not inside(client)


def test_a_session_left_open_is_no_place_to_guess_the_password(town, visit) -> None:
    client = visit("provider")
    set_up(client)
    form = {"deed": "remove_factor", "why": "x"}

    answers = [
        client.post("/me", {**form, "password": "guess-9"}).status_code
        for _ in range(pack().limit("signin.attempts"))
    ]
    rested = client.post("/me", {**form, "password": PASSWORD})

    assert set(answers) == {403}
    assert rested.status_code == 429


def test_the_page_for_the_code_is_for_those_whose_password_was_right(town, visit, client) -> None:
    set_up(visit("provider"))

    direct = client.get("/sign-in/code")
    guessed = client.post("/sign-in/code", {"code": "123456"})

    assert (direct.status_code, direct["Location"]) == (302, "/sign-in")
    assert (guessed.status_code, guessed["Location"]) == (302, "/sign-in")


def test_removing_it_asks_for_the_password_and_leaves_a_fact(town, visit, client) -> None:
    browser = visit("provider")
    set_up(browser)

    form = {"deed": "remove_factor", "why": "更换手机"}
    refused = browser.post("/me", {**form, "password": "guess-9"})
    done = browser.post("/me", {**form, "password": PASSWORD})

    assert (refused.status_code, done.status_code) == (403, 302)
    assert FactRow.objects.get(deed="second_factor.removed").person == town.provider.person
    assert sign_in(client)["Location"] == "/usage"


def test_the_authority_helps_who_lost_telephone_and_codes(town, visit, client) -> None:
    set_up(visit("provider"))
    form = {"deed": "remove_factor", "why": "当面核验身份证件"}

    other = visit("stats").post("/people/provider", form)
    done = visit("reviewer").post("/people/provider", form)

    assert (other.status_code, done.status_code) == (403, 302)
    assert sign_in(client)["Location"] == "/usage"


@pytest.fixture
def strict(monkeypatch) -> None:
    """A pack whose data officers need a second factor."""
    national = read("national")
    roles = tuple(
        replace(row, second_factor=True) if row.id == "provider_officer" else row
        for row in national.roles
    )
    monkeypatch.setattr(permissions, "_loaded", lambda _place: replace(national, roles=roles))


def test_a_role_that_needs_a_factor_does_nothing_before_it_is_set(town, strict, visit) -> None:
    client = visit("provider")

    pages = {path: client.get(path) for path in ("/", "/catalog", "/systems", "/usage")}
    deed = client.post("/systems", {"deed": "register", "name": "x", "why": "x"})
    machine = client.get("/catalog", headers={"accept": "application/json"})

    assert {answer["Location"] for answer in (*pages.values(), deed)} == {"/me"}
    assert machine.status_code == 403
    assert "现在启用" in client.get("/me").content.decode()
    assert client.get("/password").status_code == 200
    assert visit("consumer").get("/catalog").status_code == 200

    set_up(client)

    assert client.get("/catalog").status_code == 200


def test_a_person_who_is_shut_out_meanwhile_does_not_get_past_the_code(town, visit, client) -> None:
    secret, _codes = set_up(visit("provider"))
    sign_in(client)
    Person.objects.filter(username="provider").update(is_active=False)

    answer = client.post("/sign-in/code", {"code": code_of(secret, 1)})

    assert answer["Location"] == "/sign-in"
    assert not inside(client)
