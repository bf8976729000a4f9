"""Verify: anyone can check a receipt, a proof or a whole log, with nothing but files and a key.

Needs neither hub nor node. Each check says in a numbered sentence what it found to be so, and
the first thing that is wrong ends the checking and is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yunzhang.protect import merkle
from yunzhang.protect.keys import PublicKey, same
from yunzhang.protect.merkle import TILE_WIDTH, Frontier
from yunzhang.protect.notes import Checkpoint, parse_proof, verify_checkpoint
from yunzhang.protect.tiles import ENTRIES, TileFolder, levels, path_of, widths
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Fault, FaultKind, Language, Refused, Text
from yunzhang.terms.receipt import Receipt, salted

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
BUNDLE_DIFFERS = FaultKind(
    "verify.bundle_differs",
    422,
    Text(
        "条目文件 {path} 被改动：第 {index} 条与散列文件 {other} 不符。",
        "The bundle {path} was changed: entry {index} does not match the hash tile {other}.",
    ),
    _DO_NOT_RELY,
)
TILE_DIFFERS = FaultKind(
    "verify.tile_differs",
    422,
    Text(
        "散列文件 {path} 被改动：其中第 {position} 个散列不对。",
        "The tile {path} was changed: hash {position} in it is wrong.",
    ),
    _DO_NOT_RELY,
)
ROOT_DIFFERS = FaultKind(
    "verify.root_differs",
    422,
    Text(
        "由 {size} 条条目算出的根与签名的检查点不符。",
        "The root over {size} entries is not the one in the signed checkpoint.",
    ),
    _DO_NOT_RELY,
)
HISTORY_REWRITTEN = FaultKind(
    "verify.history_rewritten",
    422,
    Text(
        "日志被改写：前 {old} 条不再是旧检查点所记的内容（现有 {size} 条）。",
        "History was rewritten: the first {old} entries (of {size}) are not those of the older"
        " checkpoint.",
    ),
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
Progress = Callable[[int, int], None]


def verify_proof(entry: bytes, proof: str, vkey: str) -> Verdict:
    """Check that an entry, byte for byte, is in the log of this key, by a tlog-proof."""
    return _verdict(_proven(entry, proof, vkey))


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
    return _verdict(_receipted(receipt, proof, vkey, salt, answer))


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
    return _verdict(_whole(served, vkey, since_checkpoint, progress or _unseen))


def _verdict(found: Iterator[Found]) -> Verdict:
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
    yield from _proven(encode(document), proof, vkey)
    if salt is not None and answer is not None:
        if not same(salted(salt, answer).encode(), document.answer_hash.encode()):
            raise Refused(ANSWER_DIFFERS())
        yield Text("应答内容与回执一致。", "The answer is the one the receipt is of."), {}


def _say_it_once(receipt: bytes) -> None:
    """Only the last of two fields of one name counts, and a reader may see the first."""
    names = [name for name, _ in json.loads(receipt, object_pairs_hook=list)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused(FIELD_TWICE(fields=", ".join(twice)))


def _proven(entry: bytes, proof: str, vkey: str) -> Iterator[Found]:
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


def _whole(folder: Path, vkey: str, since: str | None, progress: Progress) -> Iterator[Found]:
    key = PublicKey.parse(vkey)
    yield _key_read(key)
    files = TileFolder(folder, key.suite.digest)
    checkpoint = verify_checkpoint(files.read("checkpoint").decode(errors="replace"), key)
    yield _signed(checkpoint)
    older = verify_checkpoint(since, key) if since is not None else None
    if older:
        yield _signed(older)
    audit = _Audit(files, key, checkpoint, older)
    audit.read_entries(progress)
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


class _Audit:
    """One pass over a served folder; each method raises Refused with the first thing wrong."""

    def __init__(
        self, files: TileFolder, key: PublicKey, checkpoint: Checkpoint, older: Checkpoint | None
    ) -> None:
        self.tiles = 0
        self._files = files
        self._hasher = key.suite.digest
        self._checkpoint = checkpoint
        self._older = older
        self._older_root = merkle.empty_root(self._hasher)
        self._frontier = Frontier(hasher=self._hasher)
        # Hashes by level, as computed; level 0 is checked tile by tile and not kept.
        self._computed: list[list[bytes]] = [[] for _ in range(levels(checkpoint.size))]

    def read_entries(self, progress: Progress) -> None:
        """Every bundle against its level-0 tile, growing the tree on the way."""
        size = self._checkpoint.size
        for index in range(-(-size // TILE_WIDTH)):
            width = min(TILE_WIDTH, size - index * TILE_WIDTH)
            leaves = self._leaves(self._files.entries(index, width))
            self._compare_bundle(index, leaves)
            self._compare_partials(0, index, leaves)
            self._compare_partial_bundles(index, leaves)
            self._grow(leaves)
            progress(self._frontier.size, size)

    def check_upper_tiles(self) -> None:
        """Every tile above level 0 against the hashes computed from the entries."""
        for level, hashes in enumerate(self._computed[1:], start=1):
            for index in range(-(-len(hashes) // TILE_WIDTH)):
                known = hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
                self._compare(level, index, known)
                self._compare_partials(level, index, known)

    def check_root(self) -> None:
        """The signed root against the one over all entries."""
        if self._frontier.root() != self._checkpoint.root:
            raise Refused(ROOT_DIFFERS(size=self._checkpoint.size))

    def check_history(self) -> None:
        """The older checkpoint against the root over as many of today's entries."""
        older, size = self._older, self._checkpoint.size
        if older and (older.size > size or older.root != self._older_root):
            raise Refused(HISTORY_REWRITTEN(old=older.size, size=size))

    def _leaves(self, entries: list[bytes]) -> list[bytes]:
        return [merkle.leaf_hash(entry, self._hasher) for entry in entries]

    def _grow(self, leaves: list[bytes]) -> None:
        # Stop on the way where the older checkpoint stood, to know the root there.
        here = self._older.size - self._frontier.size if self._older else -1
        cut = here if 0 <= here <= len(leaves) else 0
        self._add(leaves[:cut])
        if here == cut:
            self._older_root = self._frontier.root()
        self._add(leaves[cut:])

    def _add(self, leaves: list[bytes]) -> None:
        for level, tile in self._frontier.extend(leaves):
            self._computed[level].append(tile)

    def _compare_bundle(self, index: int, leaves: list[bytes]) -> None:
        width = len(leaves)
        stored = self._files.hashes(0, index, width)
        self.tiles += 1
        if stored == leaves:
            return
        position = _first_difference(stored, leaves)
        tile, bundle = path_of(0, index, width), path_of(ENTRIES, index, width)
        if self._signed_for(index, leaves):
            raise Refused(TILE_DIFFERS(path=tile, position=position))
        entry = index * TILE_WIDTH + position
        raise Refused(BUNDLE_DIFFERS(path=bundle, index=entry, other=tile))

    def _signed_for(self, index: int, leaves: list[bytes]) -> bool:
        """Whether what stands above these leaves speaks for them, and so against their tile."""
        if len(leaves) < TILE_WIDTH:
            whole = self._frontier.copy()
            whole.extend(leaves)
            return whole.root() == self._checkpoint.root
        parent, position = divmod(index, TILE_WIDTH)
        full, width = widths(self._checkpoint.size, 1)
        above = self._files.hashes(1, parent, width if parent == full else TILE_WIDTH)
        return above[position] == merkle.fold(leaves, self._hasher)

    def _compare(self, level: int, index: int, known: list[bytes]) -> None:
        stored = self._files.hashes(level, index, len(known))
        self.tiles += 1
        if stored != known:
            path = path_of(level, index, len(known))
            raise Refused(TILE_DIFFERS(path=path, position=_first_difference(stored, known)))

    def _compare_partials(self, level: int, index: int, known: list[bytes]) -> None:
        for width in self._partial_widths(level, index, len(known)):
            self._compare(level, index, known[:width])

    def _compare_partial_bundles(self, index: int, leaves: list[bytes]) -> None:
        for width in self._partial_widths(ENTRIES, index, len(leaves)):
            found = self._leaves(self._files.entries(index, width))
            if found != leaves[:width]:
                entry = index * TILE_WIDTH + _first_difference(found, leaves)
                path, other = path_of(ENTRIES, index, width), path_of(0, index, len(leaves))
                raise Refused(BUNDLE_DIFFERS(path=path, index=entry, other=other))

    def _partial_widths(self, level: int | str, index: int, width: int) -> list[int]:
        """The widths of older partial tiles still served; wider ones await their checkpoint."""
        folder = self._files.folder / f"{path_of(level, index)}.p"
        names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isdecimal() and int(name) < width)


def _unseen(_done: int, _size: int) -> None:
    """Progress that nobody watches."""


def _first_difference(one: list[bytes], other: list[bytes]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next(position for position, (a, b) in pairs if a != b)
