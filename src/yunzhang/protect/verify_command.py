"""The command `yunzhang verify`: receipt, certificate, handover, proof, log or sample."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from yunzhang.protect.verify import (
    Verdict,
    verify_certificate,
    verify_handover,
    verify_log,
    verify_proof,
    verify_receipt,
)
from yunzhang.protect.verify_sample import verify_sample
from yunzhang.terms.faults import Language

HOLDS, WRONG, UNUSABLE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the kinds of what can be verified, with their arguments, to the parser of `verify`."""
    kinds = parser.add_subparsers(
        dest="what", required=True, metavar="receipt|certificate|handover|proof|log|sample"
    )
    receipt = kinds.add_parser("receipt", help="回执是否在日志中 / is this receipt in the log")
    receipt.add_argument("receipt", type=Path, help="receipt, JSON")
    receipt.add_argument("proof", type=Path, help="tlog-proof")
    receipt.add_argument("--salt", help="as the node gave it; with --answer")
    receipt.add_argument("--answer", type=Path, help="the answer's bytes; with --salt")
    paper = kinds.add_parser("certificate", help="处置证书是否真实 / is this certificate genuine")
    paper.add_argument("certificate", type=Path, help="certificate of disposal, JSON")
    left = kinds.add_parser(
        "handover", help="移交记录是否真实 / is this record of a handover genuine"
    )
    left.add_argument("record", type=Path, help="record of a handover, JSON")
    proof = kinds.add_parser("proof", help="条目是否在日志中 / is this entry in the log")
    proof.add_argument("entry", type=Path, help="the entry's exact bytes")
    proof.add_argument("proof", type=Path, help="tlog-proof")
    log = kinds.add_parser("log", help="重算整个日志 / recompute a whole log")
    log.add_argument("folder", type=Path, help="folder with checkpoint and tile/")
    log.add_argument("--since", type=Path, help="an older checkpoint of the same log")
    drawn = kinds.add_parser("sample", help="按公布的种子重新抽样 / draw a patrol's sample again")
    drawn.add_argument("sample", type=Path, help="sealed list and drawing, JSON")
    drawn.add_argument("--log", type=Path, help="the hub's log: is the seed its own")
    for kind in (receipt, paper, left, proof, log, drawn):
        kind.add_argument("--key", required=True, help="the signer's public key, or a file with it")
        kind.add_argument("--lang", choices=("zh", "en"), default="zh")
        kind.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify and print the steps: 0 when all holds, 1 when not, 2 when a file is unreadable."""
    try:
        verdict = _verify(arguments)
    except OSError as error:
        sys.stderr.write(f"无法读取 / cannot read {error.filename}: {error.strerror}\n")
        return UNUSABLE
    if arguments.json:
        text = json.dumps(verdict.plain(arguments.lang), ensure_ascii=False, indent=2)
    else:
        text = report(verdict, arguments.lang)
    sys.stdout.write(f"{text}\n")
    return HOLDS if verdict.ok else WRONG


def report(verdict: Verdict, language: Language) -> str:
    """The verdict in numbered lines."""
    lines = [f"{step.number}. ✓ {step.say(language)}" for step in verdict.steps]
    if verdict.wrong is None:
        return "\n".join([*lines, "全部成立。" if language == "zh" else "All of it holds."])
    wrong = verdict.wrong
    failed = f"{len(lines) + 1}. ✗ {wrong.sentence(language)} [{wrong.code}]"
    return "\n".join([*lines, failed, f"   → {wrong.next_step(language)}"])


def _verify(arguments: argparse.Namespace) -> Verdict:
    vkey = _key(arguments.key)
    if arguments.what == "log":
        since = _text(arguments.since) if arguments.since else None
        return verify_log(arguments.folder, vkey, since)
    if arguments.what == "certificate":
        return verify_certificate(arguments.certificate.read_bytes(), vkey)
    if arguments.what == "handover":
        return verify_handover(arguments.record.read_bytes(), vkey)
    if arguments.what == "sample":
        return verify_sample(arguments.sample.read_bytes(), vkey, arguments.log)
    proof = _text(arguments.proof)
    if arguments.what == "proof":
        return verify_proof(arguments.entry.read_bytes(), proof, vkey)
    answer = arguments.answer.read_bytes() if arguments.answer else None
    receipt = arguments.receipt.read_bytes()
    return verify_receipt(receipt, proof, vkey, salt=arguments.salt, answer=answer)


def _key(text: str) -> str:
    # A verifier key always holds a plus sign, and a key's own name may look like a path.
    return text if text.count("+") > 1 else _text(Path(text))


def _text(path: Path) -> str:
    # A byte that is no UTF-8 cannot be part of what was signed; it is found there.
    return path.read_bytes().decode(errors="replace")
