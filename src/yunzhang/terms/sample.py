"""Samples: who is looked at is drawn by a seed that nobody can choose, and anyone can draw again.

The list is sealed first: its digest is a fact, its salt keeps it from being guessed. The seed
comes from the root of the hub's log at a moment named in the sealed list and, where the list says
so, from a value the world publishes after it; the drawing is a sort: docs/decisions/patrols.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256

from yunzhang.terms.document import Document, Natural, digest, encode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.signed import Signed

KIND = "sample/1"

LIST_OTHER = FaultKind(
    "sample.list_other",
    422,
    Text(
        "名单的摘要是 {found}，封存的是 {sealed}。",
        "The list has the digest {found}; {sealed} was sealed.",
    ),
    Text("取得封存时的名单后重新核对。", "Check with the list as it was sealed."),
)
SEED_OTHER = FaultKind(
    "sample.seed_other",
    422,
    Text("由日志根和名单摘要算出的种子不同。", "Root and list make another seed."),
    Text("抽样结果不可采信，请主办单位说明。", "Do not rely on it; ask who drew it to explain."),
)
DRAWN_OTHER = FaultKind(
    "sample.drawn_other",
    422,
    Text("按种子重新抽取，结果不同：{found}。", "The seed draws others: {found}."),
    Text("抽样结果不可采信，请主办单位说明。", "Do not rely on it; ask who drew it to explain."),
)


class Line(Document, frozen=True):
    """One that may be drawn: its id, its name, and the credit code of the unit it belongs to."""

    id: str
    name: str
    unit: str


class Frame(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A list sealed before anything is drawn from it, with everything that decides the drawing.

    `outside`: the value from outside that goes into the seed, by its code; `outside_on` its day.
    """

    title: str
    of: str  # what the lines are: unit, system or entry
    checklist: str
    begins_on: date
    draw_at: datetime
    size: Natural
    lines: tuple[Line, ...]
    salt: str
    outside: str = ""
    outside_on: date | None = None

    @property
    def digest(self) -> str:
        """What is put on record when it is sealed."""
        return digest(encode(self))


class Drawing(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A drawing as the hub signs it: from which list, by which root of the log, who was drawn."""

    frame: str  # the sealed list's digest
    log: str
    entries: Natural  # so many of the log's first entries are under the root
    root: str
    seed: str
    drawn: tuple[str, ...]
    drawn_at: datetime
    outside: str = ""  # the numbers that were published, as `numbers` writes them
    outside_source: str = ""  # where anyone finds them


class Kept(Document, frozen=True, kw_only=True):
    """What anyone needs to draw again: the list as it was sealed, the drawing as it was signed."""

    frame: Frame
    drawing: Signed


def seed(root: str, frame: str, outside: str = "") -> str:
    """SHA-256 over the log's root (hex), a line feed and the list's digest (hex).

    A value from outside follows after another line feed.
    """
    parts = (root, frame, outside) if outside else (root, frame)
    return sha256("\n".join(parts).encode()).hexdigest()


def numbers(text: str) -> str:
    """Published numbers in one form: in their order, whatever stands between or before them."""
    return " ".join(str(int(one)) for one in re.findall(r"[0-9]+", text))


def draw(lines: Iterable[Line], seed: str, size: int) -> tuple[Line, ...]:
    """The first `size` lines in the order of SHA-256 over seed, line feed and the line's id."""
    return tuple(sorted(lines, key=lambda line: (_rank(seed, line.id), line.id))[:size])


def check(frame: Frame, drawing: Drawing) -> None:
    """Raise Refused with the first step of the drawing that does not follow from the one before."""
    if frame.digest != drawing.frame:
        raise Refused(LIST_OTHER(found=frame.digest, sealed=drawing.frame))
    told = bool(frame.outside) == bool(drawing.outside)
    if not told or seed(drawing.root, drawing.frame, drawing.outside) != drawing.seed:
        raise Refused(SEED_OTHER())
    found = tuple(line.id for line in draw(frame.lines, drawing.seed, frame.size))
    if found != drawing.drawn:
        raise Refused(DRAWN_OTHER(found=", ".join(found)))


def _rank(seed: str, id: str) -> str:
    return sha256(f"{seed}\n{id}".encode()).hexdigest()
