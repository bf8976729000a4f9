"""Signed notes: a log's promise, in a text that a person can read and keep.

C2SP signed-note, tlog-checkpoint and tlog-proof, as texts; nothing here reads a disk.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from yunzhang.protect.keys import PublicKey, SigningKey, from_base64
from yunzhang.protect.merkle import HASH_BYTES
from yunzhang.terms.faults import FaultKind, Refused, Text

_ASK_AGAIN = Text(
    "向日志的持有方重新取得原文。", "Get the original text again from the log's holder."
)

NOTE_MALFORMED = FaultKind(
    "note.malformed",
    400,
    Text("签名文本格式不符：{reason}", "The signed note is malformed: {reason}"),
    _ASK_AGAIN,
)
NOTE_UNSIGNED = FaultKind(
    "note.unsigned",
    401,
    Text("签名文本上没有 {key} 的签名。", "The note carries no signature by {key}."),
    Text("核对日志公钥是否正确。", "Check that this is the log's public key."),
)
NOTE_SIGNATURE_WRONG = FaultKind(
    "note.signature_wrong",
    401,
    Text("{key} 在签名文本上的签名与内容不符。", "The signature of {key} does not match the note."),
    Text("内容可能被改动过；不要采信。", "The text may have been changed; do not rely on it."),
)
CHECKPOINT_MALFORMED = FaultKind(
    "checkpoint.malformed",
    400,
    Text("日志检查点格式不符：{reason}", "The checkpoint is malformed: {reason}"),
    _ASK_AGAIN,
)
CHECKPOINT_OTHER_LOG = FaultKind(
    "checkpoint.other_log",
    400,
    Text(
        "检查点属于日志 {found}，不是 {wanted}。", "The checkpoint is of {found}, not of {wanted}."
    ),
    Text("使用该日志自己的公钥。", "Use the public key of that log."),
)
PROOF_MALFORMED = FaultKind(
    "proof.malformed",
    400,
    Text("日志证明格式不符：{reason}", "The proof is malformed: {reason}"),
    _ASK_AGAIN,
)

DASH = "\u2014"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: the key's name, its four-byte ID, the signature."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and who signed it."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class Checkpoint:
    """What a log was at one moment: its name, number of entries and root hash."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text of tlog-checkpoint."""
        lines = (
            self.origin,
            str(self.size),
            base64.b64encode(self.root).decode(),
            *self.extensions,
        )
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Proof:
    """A tlog-proof: the index of an entry, its path, and the signed checkpoint as text."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str


def sign(text: str, *keys: SigningKey) -> str:
    """The signed note over a text that ends in a newline."""
    if not text.endswith("\n"):
        raise ValueError("a note's text ends in a newline")
    return text + "\n" + "".join(_line(key, text) for key in keys)


def parse(note: str) -> Note:
    """Split a note into text and signatures, trusting neither; raises `note.malformed`."""
    if _CONTROL.search(note):
        raise Refused(NOTE_MALFORMED(reason="it contains control characters"))
    head, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise Refused(NOTE_MALFORMED(reason="the signature lines are missing"))
    return Note(head + "\n", tuple(_signature(line) for line in tail[:-1].split("\n")))


def verify(note: str, keys: Iterable[PublicKey]) -> str:
    """The note's text, once a key of `keys` is seen to have signed it.

    Lines by unknown keys are ignored; a wrong one by a known key is refused. Raises
    `note.malformed`, `note.unsigned`, `note.signature_wrong`.
    """
    parsed = parse(note)
    known = {(key.name, key.id): key for key in keys}
    message = parsed.text.encode()
    signed = False
    for line in parsed.signatures:
        key = known.get((line.name, line.key_id))
        if key and not key.verify(message, line.value):
            raise Refused(NOTE_SIGNATURE_WRONG(key=key.name))
        signed = signed or key is not None
    if not signed:
        raise Refused(NOTE_UNSIGNED(key=", ".join(name for name, _ in known)))
    return parsed.text


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The checkpoint as a signed note."""
    return sign(checkpoint.text, key)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note text as tlog-checkpoint; raises `checkpoint.malformed`."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise Refused(CHECKPOINT_MALFORMED(reason="three lines are needed"))
    root = from_base64(lines[2])
    if not _DECIMAL.fullmatch(lines[1]):
        raise Refused(CHECKPOINT_MALFORMED(reason="the size is not a number"))
    if root is None or len(root) != HASH_BYTES:
        raise Refused(CHECKPOINT_MALFORMED(reason="the root is not a hash"))
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:-1]))


def verify_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint of the log whose key this is; raises as `verify` and `parse_checkpoint` do."""
    checkpoint = parse_checkpoint(verify(note, (key,)))
    if checkpoint.origin != key.name:
        raise Refused(CHECKPOINT_OTHER_LOG(found=checkpoint.origin, wanted=key.name))
    return checkpoint


def format_proof(proof: Proof) -> str:
    """The proof as tlog-proof text."""
    path = (base64.b64encode(step).decode() for step in proof.path)
    return "\n".join((PROOF_HEADER, f"index {proof.index}", *path, "", proof.checkpoint))


def parse_proof(text: str) -> Proof:
    """Read a tlog-proof, ignoring its extra line; raises `proof.malformed`."""
    head, gap, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not gap or first != PROOF_HEADER:
        raise Refused(PROOF_MALFORMED(reason=f"it does not begin with {PROOF_HEADER}"))
    if lines and lines[0].startswith("extra "):
        lines = lines[1:]
    word, _, index = (lines[0] if lines else "").partition(" ")
    if word != "index" or not _DECIMAL.fullmatch(index):
        raise Refused(PROOF_MALFORMED(reason="the index is missing"))
    return Proof(int(index), tuple(_step(line) for line in lines[1:]), checkpoint)


def _step(line: str) -> bytes:
    step = from_base64(line)
    if step is None or len(step) != HASH_BYTES:
        raise Refused(PROOF_MALFORMED(reason=f"{line[:60]!r} is not a hash"))
    return step


def _line(key: SigningKey, text: str) -> str:
    value = base64.b64encode(key.public.id + key.sign(text.encode())).decode()
    return f"{DASH} {key.name} {value}\n"


def _signature(line: str) -> NoteSignature:
    dash, _, rest = line.partition(" ")
    name, _, value = rest.partition(" ")
    data = from_base64(value)
    if dash != DASH or not name or data is None or len(data) < 5:
        raise Refused(NOTE_MALFORMED(reason="a signature line is wrong"))
    return NoteSignature(name, data[:4], data[4:])
