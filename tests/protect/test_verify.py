"""Verification from files alone: what holds is told in steps, what is wrong is named."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from yunzhang.protect import notes, verify_command
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.ledger import Ledger
from yunzhang.protect.verify import Verdict, verify_log, verify_proof, verify_receipt
from yunzhang.terms.document import encode
from yunzhang.terms.receipt import Receipt, salted

KEY = SigningKey.generate("node.example/log")
VKEY = KEY.public.text
SALT, ANSWER = "5f" * 16, '{"rows":[{"name":"敬德镇"}]}'.encode()
RECEIPT = Receipt(
    call="7", at=datetime(2026, 3, 2, tzinfo=UTC), session="s", grant="g-1", grant_digest="00",
    consumer="c", provider="p", resource_code="307001/000001", table_version="1",
    purpose="health", scenario="visit", legal_basis="809-20", items=("name",),
    outcome="answered", reasons=(), rows=1, bytes=len(ANSWER), request_hash=salted(SALT, b"{}"),
    answer_hash=salted(SALT, ANSWER), mask_policy="00",
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """600 entries published at 300, 560 and 600, entry 400 the receipt."""
    with Ledger.open(tmp_path / "log", KEY) as ledger:
        ledger.append([b"entry %d" % number for number in range(300)])
        ledger.publish()
        ledger.append([b"entry %d" % number for number in range(300, 400)])
        ledger.append([encode(RECEIPT)])
        ledger.append([b"entry %d" % number for number in range(401, 560)])
        ledger.publish()
        ledger.append([b"entry %d" % number for number in range(560, 600)])
        ledger.publish()
        yield ledger


def wrong(verdict: Verdict) -> tuple[str, dict[str, str]]:
    assert verdict.wrong
    return verdict.wrong.code, dict(verdict.wrong.details)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_a_receipt_is_proven_step_by_step(ledger: Ledger) -> None:
    verdict = verify_receipt(encode(RECEIPT), ledger.proof(400), VKEY, salt=SALT, answer=ANSWER)

    assert verdict.ok
    assert [step.number for step in verdict.steps] == [1, 2, 3, 4, 5, 6]
    assert "第 400 条" in verdict.steps[4].say("zh")
    assert "entry 400" in verdict.steps[4].say("en")


def test_white_space_around_a_receipts_fields_does_not_count(ledger: Ledger) -> None:
    pretty = json.dumps(json.loads(encode(RECEIPT)), indent=2, ensure_ascii=False).encode()

    assert verify_receipt(pretty, ledger.proof(400), VKEY).ok


def test_a_receipt_with_one_row_less_is_not_in_the_log(ledger: Ledger) -> None:
    changed = encode(RECEIPT).replace(b'"rows":1', b'"rows":0')

    verdict = verify_receipt(changed, ledger.proof(400), VKEY)

    assert wrong(verdict) == ("verify.entry_not_proven", {"index": "400"})
    assert len(verdict.steps) == 4


@pytest.mark.parametrize(
    ("salt", "answer"), [(SALT, ANSWER + b" "), ("5e" * 16, ANSWER), ("", ANSWER), ("盐", ANSWER)]
)
def test_another_answer_is_not_the_receipts(ledger: Ledger, salt: str, answer: bytes) -> None:
    verdict = verify_receipt(encode(RECEIPT), ledger.proof(400), VKEY, salt=salt, answer=answer)

    assert wrong(verdict)[0] == "verify.answer_differs"


@pytest.mark.parametrize("half", [{"salt": SALT}, {"answer": b"anything at all"}])
def test_an_answer_that_cannot_be_checked_is_not_said_to_hold(ledger: Ledger, half: Any) -> None:
    verdict = verify_receipt(encode(RECEIPT), ledger.proof(400), VKEY, **half)

    assert wrong(verdict)[0] == "verify.salt_or_answer_missing"


def test_a_receipt_that_says_a_field_twice_is_caught(ledger: Ledger) -> None:
    doubled = b'{"rows": 9999, ' + encode(RECEIPT)[1:]

    assert wrong(verify_receipt(doubled, ledger.proof(400), VKEY)) == (
        "verify.field_twice",
        {"fields": "rows"},
    )


@pytest.mark.parametrize("receipt", [b"", b"{}", b"\xff", encode({"call": 1})])
def test_what_is_no_receipt_is_said_to_be_none(ledger: Ledger, receipt: bytes) -> None:
    assert wrong(verify_receipt(receipt, ledger.proof(400), VKEY))[0] == "document.malformed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda proof: proof.replace("index 7\n", "index 8\n"), "verify.entry_not_proven"),
        (lambda proof: proof.replace("index 7\n", "index 700\n"), "verify.entry_not_proven"),
        (lambda proof: proof.replace("\n600\n", "\n601\n"), "note.signature_wrong"),
        (lambda proof: proof.replace("index", "at"), "proof.malformed"),
        (lambda proof: proof.split("\n\n—")[0], "note.malformed"),
        (lambda proof: "", "proof.malformed"),
        (
            lambda proof: "\n".join(proof.split("\n")[:2] + proof.split("\n")[3:]),
            "verify.entry_not_proven",
        ),
    ],
)
def test_a_changed_proof_is_caught(ledger: Ledger, change: Callable[[str], str], code: str) -> None:
    proof = ledger.proof(7)
    assert verify_proof(b"entry 7", proof, VKEY).ok

    assert wrong(verify_proof(b"entry 7", change(proof), VKEY))[0] == code


def test_the_wrong_key_and_the_key_of_another_log_are_told_apart(ledger: Ledger) -> None:
    proof = ledger.proof(7)

    assert wrong(verify_proof(b"entry 7", proof, "nonsense"))[0] == "key.text_wrong"
    assert wrong(verify_proof(b"entry 7", proof, SigningKey.generate("x").public.text))[0] == (
        "note.unsigned"
    )


def test_a_whole_log_is_recomputed_and_its_history_confirmed(ledger: Ledger) -> None:
    old = ledger.head()
    ledger.append([b"one more"])
    ledger.publish()
    seen: list[tuple[int, int]] = []

    verdict = verify_log(ledger.public, VKEY, old, lambda done, size: seen.append((done, size)))

    assert verdict.ok
    assert len(verdict.steps) == 7
    assert seen == [(256, 601), (512, 601), (601, 601)]


@pytest.mark.parametrize(
    ("path", "at", "code", "details"),
    [
        ("tile/entries/000", 5, "verify.bundle_differs", {"index": "0", "other": "tile/0/000"}),
        ("tile/entries/002.p/88", 5, "verify.bundle_differs", {"index": "512"}),
        ("tile/entries/002.p/48", 5, "verify.bundle_differs", {"index": "512"}),
        ("tile/0/001", 33, "verify.tile_differs", {"position": "1"}),
        ("tile/0/002.p/88", 64, "verify.tile_differs", {"position": "2"}),
        ("tile/0/002.p/48", 64, "verify.tile_differs", {"position": "2"}),
        ("tile/1/000.p/2", 0, "verify.tile_differs", {"position": "0"}),
        ("tile/1/000.p/1", 0, "verify.tile_differs", {"position": "0"}),
    ],
)
def test_a_flipped_byte_is_named_by_file_and_place(
    ledger: Ledger, path: str, at: int, code: str, details: dict[str, str]
) -> None:
    flip(ledger.public / path, at)

    found, named = wrong(verify_log(ledger.public, VKEY))

    assert found == code
    assert {"path": path, **details}.items() <= named.items()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("tile/entries/001", None),
        ("tile/entries/001", b"\x00"),
        ("tile/entries/001", b"\x00\x05entry"),
        ("tile/0/001", None),
        ("tile/0/001", bytes(31)),
        ("checkpoint", None),
    ],
)
def test_a_missing_or_cut_file_is_named(ledger: Ledger, path: str, data: bytes | None) -> None:
    (ledger.public / path).unlink()
    if data is not None:
        (ledger.public / path).write_bytes(data)

    found, named = wrong(verify_log(ledger.public, VKEY))

    assert (found, named["path"]) == ("tile.unreadable", path)


def test_a_changed_checkpoint_is_caught(ledger: Ledger) -> None:
    path = ledger.public / "checkpoint"
    path.write_text(path.read_text().replace("\n600\n", "\n599\n"))

    assert wrong(verify_log(ledger.public, VKEY))[0] == "note.signature_wrong"


def test_a_log_whose_operator_signed_another_root_is_caught(ledger: Ledger) -> None:
    lie = notes.Checkpoint(KEY.name, 600, bytes(32))
    (ledger.public / "checkpoint").write_text(notes.sign_checkpoint(lie, KEY))

    assert wrong(verify_log(ledger.public, VKEY)) == ("verify.root_differs", {"size": "600"})


def test_a_history_that_the_operator_rewrote_and_signed_anew_is_caught(
    ledger: Ledger, tmp_path: Path
) -> None:
    old = ledger.head()
    with Ledger.open(tmp_path / "rewritten", KEY) as rewritten:
        kept = ledger.entries(0, 600)
        kept[300] = b"another deed"
        rewritten.append([*kept, b"and more"])
        rewritten.publish()

    assert verify_log(tmp_path / "rewritten", VKEY).ok
    verdict = verify_log(tmp_path / "rewritten", VKEY, old)

    assert wrong(verdict) == ("verify.history_rewritten", {"old": "600", "size": "601"})


def test_a_log_shorter_than_an_older_checkpoint_is_caught(ledger: Ledger, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "short", KEY) as short:
        short.append(ledger.entries(0, 500))
        short.publish()

    verdict = verify_log(tmp_path / "short", VKEY, ledger.head())

    assert wrong(verdict)[0] == "verify.history_rewritten"


def command(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    verify_command.add_arguments(parser)
    return verify_command.run(parser.parse_args([str(argument) for argument in arguments]))


def test_the_command_checks_all_three_and_says_so(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"receipt": encode(RECEIPT), "proof": ledger.proof(400).encode(), "answer": ANSWER,
             "key": VKEY.encode(), "old": ledger.head().encode()}  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    receipt, proof, answer, key, old = (tmp_path / name for name in files)

    codes = [
        command("receipt", receipt, proof, "--key", VKEY, "--salt", SALT, "--answer", answer),
        command("proof", receipt, proof, "--key", key),
        command("log", tmp_path / "log", "--key", key, "--since", old, "--lang", "en"),
    ]

    assert codes == [0, 0, 0]
    said = capsys.readouterr().out
    assert said.count("全部成立。") == 2
    assert "7. ✓ The 600 entries of the older checkpoint stand unchanged." in said


def test_the_command_names_what_is_wrong_and_fails(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(ledger.public / "tile/entries/001", 9)

    assert command("log", ledger.public, "--key", VKEY) == 1
    said = capsys.readouterr().out
    assert command("log", ledger.public, "--key", VKEY, "--json") == 1
    verdict = json.loads(capsys.readouterr().out)

    assert "3. ✗ 条目文件 tile/entries/001 被改动：第 256 条" in said
    assert (verdict["ok"], verdict["wrong"]["code"]) == (False, "verify.bundle_differs")


def test_the_command_says_which_file_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = tmp_path / "absent"

    assert command("proof", absent, absent, "--key", VKEY) == 2
    assert str(absent) in capsys.readouterr().err


def test_verifying_needs_neither_hub_nor_node() -> None:
    program = (
        "import sys, yunzhang.protect.verify_command;"
        "print([name for name in sys.modules if name.startswith("
        "('django', 'starlette', 'httpx', 'duckdb', 'yunzhang.hub', 'yunzhang.node'))])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
