"""Verify: anyone can check a receipt, a proof or a whole log, with nothing but files and a key.

Needs neither hub nor node. Each check says in a numbered sentence what it found to be so, and
the first thing that is wrong ends the checking and is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yunzhang.protect import merkle
from yunzhang.protect.audit import Audit, Progress
from yunzhang.protect.keys import PublicKey, open_signed, same
from yunzhang.protect.merkle import TILE_WIDTH
from yunzhang.protect.notes import Checkpoint, parse_proof, verify_checkpoint
from yunzhang.protect.tiles import TileFolder
from yunzhang.terms import handover
from yunzhang.terms.certificate import KIND, DisposalCertificate
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Fault, FaultKind, Language, Refused, Text
from yunzhang.terms.receipt import Receipt, salted
from yunzhang.terms.signed import Signed

_DO_NOT_RELY = Text(
    "不要采信，向日志的持有方和监督部门报告。",
    "Do not rely on it; report it to the log's holder and to the overseer.",
)

ENTRY_NOT_PROVEN = FaultKind(
    "verify.entry_not_proven",
    422,
    Text(
        "证明的路径不能从该条目（第 {index} 条）算到检查点的根。",
        "The path does not lead from this entry, at index {index}, to the root of the checkpoint.",
    ),
    _DO_NOT_RELY,
)
ANSWER_DIFFERS = FaultKind(
    "verify.answer_differs",
    422,
    Text(
        "盐和应答内容的摘要与回执中的 answer_hash 不符。",
        "The digest over salt and answer is not the receipt's answer_hash.",
    ),
    Text(
        "核对盐与应答文件是否属于这张回执。", "Check that salt and answer belong to this receipt."
    ),
)
SALT_OR_ANSWER_MISSING = FaultKind(
    "verify.salt_or_answer_missing",
    422,
    Text(
        "只给出了盐和应答中的一项，应答无法核对。",
        "Salt or answer is given without the other, so the answer cannot be checked.",
    ),
    Text("两项都给出，或都不给。", "Give both, or neither."),
)
FIELD_TWICE = FaultKind(
    "verify.field_twice",
    422,
    Text("回执文件中同一字段出现两次：{fields}。", "The receipt says a field twice: {fields}."),
    _DO_NOT_RELY,
)


@dataclass(frozen=True)
class Step:
    """One thing that was checked and found to be so."""

    number: int
    sentence: Text
    details: tuple[tuple[str, str], ...] = ()

    def say(self, language: Language = "zh") -> str:
        return self.sentence.say(language, dict(self.details))


@dataclass(frozen=True)
class Verdict:
    """What a verification found: the steps that held and the first thing that did not."""

    steps: tuple[Step, ...]
    wrong: Fault | None = None

    @property
    def ok(self) -> bool:
        return self.wrong is None

    def plain(self, language: Language = "zh") -> dict[str, Any]:
        """The verdict as JSON: ok, steps, wrong."""
        return {
            "ok": self.ok,
            "steps": [step.say(language) for step in self.steps],
            "wrong": self.wrong.plain(language) if self.wrong else None,
        }


Found = tuple[Text, dict[str, object]]


def verify_proof(entry: bytes, proof: str, vkey: str) -> Verdict:
    """Check that an entry, byte for byte, is in the log of this key, by a tlog-proof."""
    return judged(proven(entry, proof, vkey))


def verify_receipt(
    receipt: bytes,
    proof: str,
    vkey: str,
    *,
    salt: str | None = None,
    answer: bytes | None = None,
) -> Verdict:
    """Check that a receipt is in the log of this key and, given both, that it is of this answer.

    The receipt's canonical bytes are the entry; white space around its fields does not count.
    """
    return judged(_receipted(receipt, proof, vkey, salt, answer))


def verify_certificate(certificate: bytes, vkey: str) -> Verdict:
    """Check that a certificate of disposal is signed by this key, word for word, as such."""
    return judged(_certified(certificate, vkey))


def verify_handover(record: bytes, vkey: str) -> Verdict:
    """Check that the record of a handover is signed by this key, word for word, as such."""
    return judged(_handed_over(record, vkey))


def verify_log(
    folder: Path,
    vkey: str,
    since_checkpoint: str | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Recompute a whole log from its entries: bundles, every tile, checkpoint, older checkpoint.

    `folder` is the served folder or a ledger's folder around it. `progress` is told (entries
    done, entries in all). About 3 µs an entry.
    """
    served = folder / "public" if (folder / "public").is_dir() else folder
    return judged(whole(served, vkey, since_checkpoint, progress))


def judged(found: Iterator[Found]) -> Verdict:
    """What holds step by step, up to the first that does not."""
    steps: list[Step] = []
    try:
        for number, (sentence, details) in enumerate(found, start=1):
            said = tuple((name, str(value)) for name, value in details.items())
            steps.append(Step(number, sentence, said))
    except Refused as refusal:
        return Verdict(tuple(steps), refusal.faults[0])
    return Verdict(tuple(steps))


def _receipted(
    receipt: bytes, proof: str, vkey: str, salt: str | None, answer: bytes | None
) -> Iterator[Found]:
    document = decode(receipt, Receipt)
    _say_it_once(receipt)
    if (salt is None) != (answer is None):
        raise Refused(SALT_OR_ANSWER_MISSING())
    yield (
        Text(
            "回执格式正确：调用 {call}，授权 {grant}。",
            "The receipt is well formed: call {call} under grant {grant}.",
        ),
        {"call": document.call, "grant": document.grant},
    )
    yield from proven(encode(document), proof, vkey)
    if salt is not None and answer is not None:
        if not same(salted(salt, answer).encode(), document.answer_hash.encode()):
            raise Refused(ANSWER_DIFFERS())
        yield Text("应答内容与回执一致。", "The answer is the one the receipt is of."), {}


def _certified(certificate: bytes, vkey: str) -> Iterator[Found]:
    key = PublicKey.parse(vkey)
    yield (
        Text("公钥可用：{name}。", "The public key is readable; it is of {name}."),
        {"name": key.name},
    )
    said = open_signed(decode(certificate, Signed), KIND, DisposalCertificate, (key,))
    yield (
        Text(
            "证书 {number} 由该密钥签名，内容未经改动。",
            "The certificate {number} is signed by this key and unchanged.",
        ),
        {"number": said.number},
    )
    yield (
        Text(
            "{consumer}已处置授权 {grant} 的数据，{provider}于 {on} 确认。",
            "{consumer} disposed of the data of grant {grant}; {provider} confirmed it on {on}.",
        ),
        {
            "consumer": said.consumer.name,
            "grant": said.grant,
            "provider": said.provider.name,
            "on": said.confirmed_at.date(),
        },
    )


def _handed_over(record: bytes, vkey: str) -> Iterator[Found]:
    key = PublicKey.parse(vkey)
    yield (
        Text("公钥可用：{name}。", "The public key is readable; it is of {name}."),
        {"name": key.name},
    )
    said = open_signed(decode(record, Signed), handover.KIND, handover.HandoverRecord, (key,))
    yield (
        Text(
            "移交记录 {number} 由该密钥签名，内容未经改动。",
            "The record of handover {number} is signed by this key and unchanged.",
        ),
        {"number": said.number},
    )
    yield (
        Text(
            "{unit}：{giver} 移交的 {matters} 项已全部由 {taker} 接收，{on} 办结。",
            "{unit}: the {matters} matters {giver} left were all taken over by {taker} by {on}.",
        ),
        {
            "unit": said.unit.name,
            "giver": said.from_person,
            "matters": len(said.matters),
            "taker": said.to_person,
            "on": said.closed_at.date(),
        },
    )


def _say_it_once(receipt: bytes) -> None:
    """Only the last of two fields of one name counts, and a reader may see the first."""
    names = [name for name, _ in json.loads(receipt, object_pairs_hook=list)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused(FIELD_TWICE(fields=", ".join(twice)))


def proven(entry: bytes, proof: str, vkey: str) -> Iterator[Found]:
    """An entry seen to be in the log of this key, step by step."""
    key = PublicKey.parse(vkey)
    yield _key_read(key)
    parsed = parse_proof(proof)
    yield (
        Text(
            "证明格式正确，指第 {index} 条。",
            "The proof is well formed and speaks of entry {index}.",
        ),
        {"index": parsed.index},
    )
    checkpoint = verify_checkpoint(parsed.checkpoint, key)
    yield _signed(checkpoint)
    leaf = merkle.leaf_hash(entry, key.suite.digest)
    proven = merkle.verify_inclusion(
        parsed.index, checkpoint.size, leaf, parsed.path, checkpoint.root, key.suite.digest
    )
    if not proven:
        raise Refused(ENTRY_NOT_PROVEN(index=parsed.index))
    yield (
        Text("该条目就是日志的第 {index} 条。", "The entry is entry {index} of the log."),
        {"index": parsed.index},
    )


def whole(
    folder: Path, vkey: str, since: str | None = None, progress: Progress | None = None
) -> Iterator[Found]:
    """A whole log recomputed, step by step."""
    key = PublicKey.parse(vkey)
    yield _key_read(key)
    files = TileFolder(folder, key.suite.digest)
    checkpoint = verify_checkpoint(files.read("checkpoint").decode(errors="replace"), key)
    yield _signed(checkpoint)
    older = verify_checkpoint(since, key) if since is not None else None
    if older:
        yield _signed(older)
    audit = Audit(files, key, checkpoint, older)
    audit.read_entries(progress or _unseen)
    yield (
        Text(
            "{bundles} 个条目文件中的 {size} 条都与散列文件相符。",
            "All {size} entries in {bundles} bundles match the hash tiles.",
        ),
        {"size": checkpoint.size, "bundles": -(-checkpoint.size // TILE_WIDTH)},
    )
    audit.check_upper_tiles()
    yield (
        Text("{tiles} 个散列文件都正确。", "All {tiles} hash tiles are right."),
        {"tiles": audit.tiles},
    )
    audit.check_root()
    yield (
        Text(
            "由条目算出的根就是检查点所签的根。",
            "The root over the entries is the one that was signed.",
        ),
        {},
    )
    if older:
        audit.check_history()
        yield (
            Text(
                "旧检查点的 {size} 条原样保留在日志中。",
                "The {size} entries of the older checkpoint stand unchanged.",
            ),
            {"size": older.size},
        )


def _key_read(key: PublicKey) -> Found:
    text = Text("公钥可用：日志 {name}。", "The public key is readable; it is of the log {name}.")
    return text, {"name": key.name}


def _signed(checkpoint: Checkpoint) -> Found:
    return (
        Text(
            "检查点的签名有效：{name} 当时有 {size} 条。",
            "The checkpoint is signed: {name} had {size} entries.",
        ),
        {"name": checkpoint.origin, "size": checkpoint.size},
    )


def _unseen(_done: int, _size: int) -> None:
    """Progress that nobody watches."""
