"""Drawing again: whether a sample follows from its sealed list, the log's root and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yunzhang.protect import merkle
from yunzhang.protect.keys import PublicKey, open_signed
from yunzhang.protect.notes import verify_checkpoint
from yunzhang.protect.tiles import TileFolder, widths
from yunzhang.protect.verify import Found, Verdict, judged
from yunzhang.terms import sample
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Fact
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.sample import Drawing, Kept

ROOT_OTHER = FaultKind(
    "sample.root_other",
    422,
    Text(
        "日志前 {entries} 条的根与抽签所用的不同。",
        "The root over the log's first {entries} entries is another.",
    ),
    Text("抽样结果不可采信，请主办单位说明。", "Do not rely on it; ask who drew it to explain."),
)
MOMENT_OTHER = FaultKind(
    "sample.moment_other",
    422,
    Text(
        "日志第 {index} 条在抽签时刻的另一侧。",
        "Entry {index} of the log is on the other side of the named moment.",
    ),
    Text("抽样结果不可采信，请主办单位说明。", "Do not rely on it; ask who drew it to explain."),
)


def verify_sample(kept: bytes, vkey: str, log: Path | None = None) -> Verdict:
    """Draw again from what is kept; with the hub's log, also that the seed is the log's own."""
    return judged(_drawn_again(decode(kept, Kept), vkey, log))


def _drawn_again(kept: Kept, vkey: str, log: Path | None) -> Iterator[Found]:
    key = PublicKey.parse(vkey)
    drawing = open_signed(kept.drawing, sample.KIND, Drawing, (key,))
    yield Text("抽签由 {name} 签名。", "The drawing is signed by {name}."), {"name": key.name}
    sample.check(kept.frame, drawing)
    yield (
        Text(
            "按种子从 {lines} 项中抽出的 {drawn} 项就是公布的样本。",
            "The seed draws from {lines} lines the {drawn} that were published.",
        ),
        {"lines": len(kept.frame.lines), "drawn": len(drawing.drawn)},
    )
    if drawing.outside:
        yield (
            Text(
                "种子含 {on} 公布的 {outside}（{source}），请到公布处核对。",
                "The seed holds {outside}, published on {on} ({source}): compare it there.",
            ),
            {
                "on": kept.frame.outside_on,
                "outside": drawing.outside,
                "source": drawing.outside_source,
            },
        )
    if log is not None:
        yield from _by_the_log(kept, drawing, key, log)


def _by_the_log(kept: Kept, drawing: Drawing, key: PublicKey, log: Path) -> Iterator[Found]:
    served = log / "public" if (log / "public").is_dir() else log
    files = TileFolder(served, key.suite.digest)
    size = verify_checkpoint(files.read("checkpoint").decode(errors="replace"), key).size

    def read(height: int, index: int) -> bytes:
        start, stop = index << height, (index + 1) << height
        if height < merkle.TILE_HEIGHT:
            leaves = [_entry(files, size, number) for number in range(start, stop)]
            hashes = [merkle.leaf_hash(leaf, key.suite.digest) for leaf in leaves]
            return merkle.fold(hashes, key.suite.digest)
        return files.subtree(size, height, index)

    if merkle.root(drawing.entries, read, key.suite.digest).hex() != drawing.root:
        raise Refused(ROOT_OTHER(entries=drawing.entries))
    yield (
        Text(
            "种子来自日志前 {entries} 条的根。",
            "The seed comes from the root over the log's first {entries} entries.",
        ),
        {"entries": drawing.entries},
    )
    for index in range(max(0, drawing.entries - 1), min(size, drawing.entries + 1)):
        at = decode(_entry(files, size, index), Fact).at
        if (at < kept.frame.draw_at) != (index < drawing.entries):
            raise Refused(MOMENT_OTHER(index=index))
    yield Text("这些条目止于封存时指定的时刻。", "They end at the moment that was sealed."), {}


def _entry(files: TileFolder, size: int, index: int) -> bytes:
    bundle, offset = divmod(index, merkle.TILE_WIDTH)
    full, width = widths(size, 0)
    return files.entries(bundle, merkle.TILE_WIDTH if bundle < full else width)[offset]
