"""Keys: names, text forms, files, agreement, and documents signed as one kind."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from yunzhang.protect import keys
from yunzhang.protect.keys import ED25519, Exchange, PublicKey, SigningKey, Suite
from yunzhang.terms.document import Document, Raw, decode, encode
from yunzhang.terms.faults import Refused
from yunzhang.terms.signed import Signature, Signed

# The example key of the Go note package, whose format C2SP signed-note took over.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


class Letter(Document, frozen=True):
    text: str


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate("node.example/log")


def test_a_published_verifier_key_is_read_and_written_back() -> None:
    key = PublicKey.parse(PETER)

    assert (key.name, key.id.hex(), key.text) == ("PeterNeumann", "c74f20a3", PETER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("ARpc", "AhpC"),
        PETER[:-4],
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("PeterNeumann", ""),
        PETER + "=",
    ],
)
def test_key_text_that_is_off_by_anything_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        PublicKey.parse(text)

    assert refusal.value.codes == ("key.text_wrong",)


def test_a_key_file_is_private_complete_and_never_overwritten(
    tmp_path: Path, key: SigningKey
) -> None:
    path = tmp_path / "key"
    key.save(path)

    with pytest.raises(Refused) as refusal:
        SigningKey.generate("other").save(path)

    assert refusal.value.codes == ("key.exists",)
    assert path.stat().st_mode & 0o777 == 0o600
    assert SigningKey.load(path) == key
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_a_key_file_that_others_can_read_is_not_used(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "key"
    key.save(path)
    path.chmod(0o644)

    with pytest.raises(Refused) as refusal:
        SigningKey.load(path)

    assert refusal.value.codes == ("key.exposed",)


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "key.unreadable"), (PETER, "key.text_wrong"), ("", "key.text_wrong")],
)
def test_a_missing_or_wrong_key_file_is_named(
    tmp_path: Path, content: str | None, code: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.touch(mode=0o600)
        path.write_text(content)

    with pytest.raises(Refused) as refusal:
        SigningKey.load(path)

    assert refusal.value.codes == (code,)


def test_a_signing_key_does_not_show_its_secret(key: SigningKey) -> None:
    assert key.public.text in repr(key)
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_a_signature_holds_for_its_message_and_key_only(key: SigningKey) -> None:
    signature = key.sign(b"message")

    assert key.public.verify(b"message", signature)
    assert not key.public.verify(b"messagf", signature)
    assert not key.public.verify(b"message", signature[:-1])
    assert not SigningKey.generate("node.example/log").public.verify(b"message", signature)


def test_both_sides_of_an_exchange_derive_one_secret_bound_to_its_context() -> None:
    one, other = Exchange(), Exchange()

    secret = one.derive(other.public, b"session")

    assert secret == other.derive(one.public, b"session")
    assert len(secret) == 32
    assert secret != other.derive(one.public, b"session 2")


@pytest.mark.parametrize("public", [bytes(32), b"short"])
def test_a_public_value_that_is_no_key_is_refused(public: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        Exchange().derive(public, b"session")

    assert refusal.value.codes == ("key.exchange_wrong",)


def test_a_mac_is_hmac_sha256() -> None:
    # RFC 4231, test case 2.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    code = keys.mac(b"Jefe", b"what do ya want for nothing?")

    assert code.hex() == expected
    assert keys.same(code, bytes.fromhex(expected))
    assert not keys.same(code, bytes(32))


def test_a_signed_document_survives_the_wire(key: SigningKey) -> None:
    letter = Letter(text="敬德镇")

    sent = encode(keys.sign("letter/1", letter, key))

    assert keys.open_signed(decode(sent, Signed), "letter/1", Letter, [key.public]) == letter


def test_a_document_does_not_pass_for_one_of_another_kind(key: SigningKey) -> None:
    signed = keys.sign("letter/1", Letter(text="a"), key)

    with pytest.raises(Refused) as openly:
        keys.open_signed(signed, "grant/1", Letter, [key.public])
    relabel = Signed(kind="grant/1", body=signed.body, signatures=signed.signatures)
    with pytest.raises(Refused) as relabelled:
        keys.open_signed(relabel, "grant/1", Letter, [key.public])

    assert openly.value.codes == ("signed.kind_wrong",)
    assert relabelled.value.codes == ("signed.signature_wrong",)


def test_a_changed_document_is_refused(key: SigningKey) -> None:
    signed = keys.sign("letter/1", Letter(text="ten rows"), key)
    changed = Signed(
        kind=signed.kind, body=Raw(b'{"text":"all rows"}'), signatures=signed.signatures
    )

    with pytest.raises(Refused) as refusal:
        keys.open_signed(changed, "letter/1", Letter, [key.public])

    assert refusal.value.codes == ("signed.signature_wrong",)
    assert "node.example/log" in refusal.value.faults[0].sentence()


def test_a_document_signed_by_a_stranger_is_refused_by_name(key: SigningKey) -> None:
    signed = keys.sign("letter/1", Letter(text="a"), SigningKey.generate("stranger"))

    with pytest.raises(Refused) as refusal:
        keys.open_signed(signed, "letter/1", Letter, [key.public])

    assert refusal.value.codes == ("signed.key_unknown",)
    assert "stranger" in refusal.value.faults[0].sentence()


@pytest.mark.parametrize("value", ["", "no base64!", "AAAA"])
def test_a_signature_that_is_no_signature_is_refused(key: SigningKey, value: str) -> None:
    signed = Signed(
        kind="letter/1",
        body=Raw(b'{"text":"a"}'),
        signatures=(Signature(key=key.public.text, value=value),),
    )

    with pytest.raises(Refused) as refusal:
        keys.open_signed(signed, "letter/1", Letter, [key.public])

    assert refusal.value.codes == ("signed.signature_wrong",)


def test_signatures_of_strangers_beside_a_known_one_do_not_matter(key: SigningKey) -> None:
    letter = Letter(text="a")
    signed, other = (keys.sign("letter/1", letter, k) for k in (key, SigningKey.generate("other")))
    both = Signed(
        kind=signed.kind, body=signed.body, signatures=other.signatures + signed.signatures
    )

    assert keys.open_signed(both, "letter/1", Letter, [key.public]) == letter


def test_another_suite_is_plugged_in_and_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "SUITES", dict(keys.SUITES))
    toy = Suite(
        name="toy",
        algorithm=b"\xfftoy",
        secret_bytes=8,
        public_bytes=32,
        digest=hashlib.sha3_256,
        public_of=lambda secret: hashlib.sha256(secret).digest(),
        signer=lambda secret: lambda message: hashlib.sha256(secret).digest() + message,
        verifier=lambda public: lambda message, signature: signature == public + message,
    )

    keys.register(toy)
    key = SigningKey.generate("toy.example", toy)

    assert PublicKey.parse(key.public.text) == key.public
    assert PublicKey.parse(PETER).suite is ED25519
    signed = keys.sign("letter/1", Letter(text="a"), key)
    assert keys.open_signed(signed, "letter/1", Letter, [key.public]).text == "a"
    with pytest.raises(ValueError, match="collides"):
        keys.register(replace(toy, algorithm=b"\xff"))
