"""Sessions: only the consumer, only this request, only now, only once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from tests.node.staging import Stage
from yunzhang import packs
from yunzhang.node.session import Sessions, accept, call_header, hello
from yunzhang.protect.keys import Exchange, SigningKey
from yunzhang.terms.document import encode
from yunzhang.terms.faults import Refused
from yunzhang.terms.signed import Signed

NOW = datetime.now(UTC)
SECOND = NOW.timestamp()
BODY = b'{"grant":"G-1"}'


@pytest.fixture
def sessions(stage: Stage) -> Sessions:
    stage.grant()
    return Sessions(stage.home.name, stage.home.key, stage.book, packs.read("national"))


def opened(stage: Stage, sessions: Sessions, at: datetime = NOW) -> tuple[str, bytes]:
    exchange = Exchange()
    sent = hello(stage.home.name, stage.consumer, exchange, at)
    welcome, secret = accept(sent, sessions.open(encode(sent), at), exchange, stage.home.key.public)
    return welcome.session, secret


def header(session, secret, body=BODY, second=SECOND, path=b"/call") -> bytes:
    return call_header(session, secret, b"POST", path, body, int(second)).encode()


def refusal(deed) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.codes


def test_a_call_is_known_by_its_session_and_nonce(stage, sessions):
    session, secret = opened(stage, sessions)
    shown = header(session, secret)

    sender = sessions.check(shown, b"POST", b"/call", BODY, SECOND)

    assert sender.consumer_key == stage.consumer.public.text
    assert (sender.session, sender.nonce) == (session, shown.split()[2].decode())


def test_a_call_is_taken_once(stage, sessions):
    shown = header(*opened(stage, sessions))
    sessions.check(shown, b"POST", b"/call", BODY, SECOND)

    again = refusal(lambda: sessions.check(shown, b"POST", b"/call", BODY, SECOND))
    later = refusal(lambda: sessions.check(shown, b"POST", b"/call", BODY, SECOND + 29))

    assert again == later == ("call.replayed",)


def test_a_code_made_for_something_else_opens_nothing(stage, sessions):
    session, secret = opened(stage, sessions)
    other, _ = opened(stage, sessions)
    stolen = header(session, secret).replace(session.encode(), other.encode())

    def check(shown, method=b"POST", path=b"/call", body=BODY):
        return refusal(lambda: sessions.check(shown, method, path, body, SECOND))

    assert check(stolen) == ("session.mac_wrong",)
    assert check(header(session, secret, b"{}")) == ("session.mac_wrong",)
    assert check(header(session, secret, path=b"/status")) == ("session.mac_wrong",)
    assert check(header(session, secret), method=b"PUT") == ("session.mac_wrong",)
    assert check(header(session, secret)[:-1] + b"g") == ("session.missing",)
    assert check(None) == ("session.missing",)
    assert check(header("0" * 32, secret)) == ("session.unknown",)


@pytest.mark.parametrize("seconds", [-31, 31])
def test_a_call_too_early_or_late_is_refused(stage, sessions, seconds):
    shown = header(*opened(stage, sessions), second=SECOND + seconds)

    assert refusal(lambda: sessions.check(shown, b"POST", b"/call", BODY, SECOND)) == (
        "time.skewed",
    )


def test_a_session_ends_after_its_time(stage, sessions):
    session, secret = opened(stage, sessions)
    late = SECOND + packs.read("national").limit("node.session_seconds") + 1
    shown = header(session, secret, second=late)

    assert refusal(lambda: sessions.check(shown, b"POST", b"/call", BODY, late)) == (
        "session.unknown",
    )
    assert not sessions.known(shown, late)


def test_a_handshake_opens_once_for_a_known_key_at_this_node_now(stage, sessions):
    def shake(node=stage.home.name, key=stage.consumer, at=NOW):
        return encode(hello(node, key, Exchange(), at))

    def refused(body, at=NOW):
        return refusal(lambda: sessions.open(body, at))

    replayed = shake()
    sessions.open(replayed, NOW)

    assert refused(replayed) == ("call.replayed",)
    assert refused(shake(key=SigningKey.generate("health.gx"))) == ("consumer.unknown",)
    assert refused(shake(node="other.gx")) == ("session.other_node",)
    assert refused(shake(at=NOW - timedelta(minutes=5))) == ("time.skewed",)
    assert refused(b"{}") == ("document.malformed",)


def test_a_handshake_changed_on_the_way_is_refused(stage, sessions):
    sent = hello(stage.home.name, stage.consumer, Exchange(), NOW)
    ours = base64.b64encode(Exchange().public)
    theirs = bytes(sent.body).split(b'"exchange":"')[1].split(b'"')[0]
    changed = encode(sent).replace(theirs, ours)

    assert refusal(lambda: sessions.open(changed, NOW)) == ("signed.signature_wrong",)


def test_a_welcome_from_anyone_else_or_to_another_hello_is_refused(stage, sessions):
    exchange, other = Exchange(), Exchange()
    sent = hello(stage.home.name, stage.consumer, exchange, NOW)
    mine = hello(stage.home.name, stage.consumer, other, NOW)
    answer: Signed = sessions.open(encode(sent), NOW)
    impostor = SigningKey.generate(stage.home.name).public

    assert refusal(lambda: accept(sent, answer, exchange, impostor)) == ("signed.key_unknown",)
    assert refusal(lambda: accept(mine, answer, other, stage.home.key.public)) == (
        "session.mac_wrong",
    )


def test_handshakes_are_limited_whoever_sends_them(stage, sessions):
    limit = packs.read("national").limit("node.handshakes_a_minute")
    garbage = encode(hello("other.gx", stage.consumer, Exchange(), NOW))
    for _ in range(limit):
        refusal(lambda: sessions.open(garbage, NOW))

    assert refusal(lambda: sessions.open(garbage, NOW)) == ("session.too_many",)
    opened(stage, sessions, NOW + timedelta(seconds=61))


def test_the_oldest_session_of_a_key_gives_way(stage, sessions):
    limit = packs.read("national").limit("node.sessions_a_key")
    shaken = [
        opened(stage, sessions, NOW + timedelta(seconds=2 * turn)) for turn in range(limit + 1)
    ]

    assert not sessions.known(shaken[0][0].encode(), SECOND)
    assert all(sessions.known(session.encode(), SECOND) for session, _ in shaken[1:])
