"""Signed notes, checkpoints and proofs as texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.protect import notes
from yunzhang.protect.keys import PublicKey, SigningKey
from yunzhang.protect.notes import Checkpoint, Proof
from yunzhang.terms.faults import Refused

# The example note of the Go note package, whose format C2SP signed-note took over.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = (
    f"{TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = SigningKey.generate("node.example/log")
OTHER = SigningKey.generate("witness.example")
CHECKPOINT = Checkpoint("node.example/log", 70_000, bytes(range(32)))


def test_a_note_signed_elsewhere_verifies() -> None:
    assert notes.verify(SIGNED, [PublicKey.parse(PETER)]) == TEXT


def test_signatures_by_unknown_keys_are_ignored() -> None:
    note = notes.sign("text\n\nmore\n", OTHER, KEY, SigningKey.generate(KEY.name))

    assert notes.verify(note, [KEY.public]) == "text\n\nmore\n"


def test_a_note_no_known_key_signed_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        notes.verify(notes.sign("text\n", OTHER), [KEY.public])

    assert refusal.value.codes == ("note.unsigned",)


def test_a_changed_note_is_refused() -> None:
    note = notes.sign("text\n", KEY)

    with pytest.raises(Refused) as refusal:
        notes.verify(note.replace("text", "next"), [KEY.public])

    assert refusal.value.codes == ("note.signature_wrong",)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        SIGNED[:-1],
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— ", "—  "),
        SIGNED.replace("nAM=", "nAN="),
        SIGNED.replace("problem is", "problem\tis"),
        f"{SIGNED}— x AAA=\n",
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(Refused) as refusal:
        notes.verify(note, [PublicKey.parse(PETER)])

    assert refusal.value.codes == ("note.malformed",)


@given(at=st.integers(0, len(SIGNED) - 1), sign=st.characters(codec="utf-8"))
def test_no_sign_of_a_note_can_be_changed(at: int, sign: str) -> None:
    changed = SIGNED[:at] + sign + SIGNED[at + 1 :]
    if changed == SIGNED:
        return

    with pytest.raises(Refused):
        notes.verify(changed, [PublicKey.parse(PETER)])


def test_a_text_without_its_final_newline_is_not_signed() -> None:
    with pytest.raises(ValueError, match="newline"):
        notes.sign("text", KEY)


def test_a_checkpoint_is_the_specified_three_lines() -> None:
    note = notes.sign_checkpoint(CHECKPOINT, KEY)

    assert note.split("\n")[:4] == [
        "node.example/log", "70000", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "",
    ]  # fmt: skip
    assert notes.verify_checkpoint(note, KEY.public) == CHECKPOINT


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = notes.sign(Checkpoint("other.example", 1, bytes(32)).text, KEY)

    with pytest.raises(Refused) as refusal:
        notes.verify_checkpoint(note, KEY.public)

    assert refusal.value.codes == ("checkpoint.other_log",)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n１\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
        "a\n1\n" + "A" * 43 + "=\n\n",
        "a\n1\n" + "A" * 43 + "=",
        "\n1\n" + "A" * 43 + "=\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        notes.parse_checkpoint(text)

    assert refusal.value.codes == ("checkpoint.malformed",)


def test_extension_lines_of_a_checkpoint_are_kept() -> None:
    extended = Checkpoint("a", 0, bytes(32), ("more", "and more"))

    assert notes.parse_checkpoint(extended.text) == extended


@pytest.mark.parametrize("steps", [0, 1, 20])
def test_a_proof_survives_its_text(steps: int) -> None:
    proof = Proof(
        7, tuple(bytes([n]) * 32 for n in range(steps)), notes.sign_checkpoint(CHECKPOINT, KEY)
    )

    assert notes.parse_proof(notes.format_proof(proof)) == proof


def test_the_extra_line_of_a_proof_is_passed_over() -> None:
    text = notes.format_proof(Proof(7, (bytes(32),), "checkpoint\n"))

    extended = text.replace("@v1\n", "@v1\nextra AAAA\n")

    assert notes.parse_proof(extended) == notes.parse_proof(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp", "c3sp"),
        ("index 7", "index 07"),
        ("index 7\n", ""),
        ("AAAA", "AA!A"),
        ("\n\n", "\n"),
    ],
)
def test_a_malformed_proof_is_refused(old: str, new: str) -> None:
    text = notes.format_proof(Proof(7, (bytes(32),), "checkpoint\n"))

    with pytest.raises(Refused) as refusal:
        notes.parse_proof(text.replace(old, new, 1))

    assert refusal.value.codes == ("proof.malformed",)
