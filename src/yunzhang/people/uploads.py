"""Uploads: a file kept between its dry run and its import, for the person who sent it alone."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from yunzhang import clock
from yunzhang.people.imports import Plan, Source
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.document import Document, decode, encode
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.forms import Flaw

D = TypeVar("D")

UPLOAD_GONE = FaultKind(
    "import.upload_gone",
    404,
    Text("上传的文件已清除或不属于您。", "The uploaded file is gone or is not yours."),
    Text("重新上传该文件。", "Upload the file again."),
)


class Meta(Document, frozen=True, kw_only=True):
    """What is known of an uploaded file."""

    kind: str
    name: str
    digest: str
    at: datetime


class Said(Document, frozen=True, kw_only=True):
    """A fault in finished sentences."""

    zh: str
    en: str


class Report(Document, frozen=True, kw_only=True):
    """What the dry run found; it outlives the reading of the file."""

    heads: tuple[Said, ...]
    preview: tuple[tuple[str, ...], ...]
    records: int
    sound: int
    flaws: tuple[Flaw, ...]
    notes: tuple[Said, ...]


class Outcome(Document, frozen=True, kw_only=True):
    """What an import made."""

    entered: int
    left_out: int


@dataclass(frozen=True)
class Upload:
    """An uploaded file in its folder."""

    token: str
    folder: Path
    meta: Meta

    @property
    def path(self) -> Path:
        return self.folder / "file"

    @property
    def source(self) -> Source:
        return Source(self.meta.name, self.meta.digest)

    @property
    def report(self) -> Report | None:
        return _read(self.folder / "report", Report)

    @property
    def outcome(self) -> Outcome | None:
        return _read(self.folder / "outcome", Outcome)

    @contextmanager
    def taken(self) -> Iterator[Path]:
        """The file while it is entered: nobody enters it twice, however often they press.

        Raises `import.upload_gone` when it is being entered or was; a failure gives it back.
        """
        entering = self.folder / "entering"
        try:
            self.path.rename(entering)
        except FileNotFoundError as error:
            raise Refused(UPLOAD_GONE()) from error
        try:
            yield entering
        except BaseException:
            entering.rename(self.path)
            raise
        entering.unlink(missing_ok=True)

    def tell(self, plan: Plan) -> None:
        """Keep what the dry run found."""
        (self.folder / "report").write_bytes(encode(report(plan)))

    def done(self, entered: int, left_out: int) -> None:
        """Keep what came of it."""
        outcome = Outcome(entered=entered, left_out=left_out)
        (self.folder / "outcome").write_bytes(encode(outcome))


def keep(actor: Actor, kind: str, name: str, chunks: Iterable[bytes]) -> Upload:
    """Keep a file under a name nobody can guess; those kept too long are deleted."""
    sweep()
    token = secrets.token_hex(16)
    folder = _home(actor) / token
    folder.mkdir(parents=True)
    digest = hashlib.sha256()
    with (folder / "file").open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    meta = Meta(kind=kind, name=Path(name).name, digest=digest.hexdigest(), at=clock.now())
    (folder / "meta").write_bytes(encode(meta))
    return Upload(token, folder, meta)


def of(actor: Actor, token: str) -> Upload:
    """The person's own upload; raises `import.upload_gone`."""
    folder = _home(actor) / Path(token).name
    meta = _read(folder / "meta", Meta)
    if meta is None:
        raise Refused(UPLOAD_GONE())
    return Upload(token, folder, meta)


def waiting(actor: Actor) -> list[Upload]:
    """The person's uploads that are not imported yet, the latest first."""
    found = [
        Upload(folder.name, folder, meta)
        for folder in _folders(_home(actor))
        if (meta := _read(folder / "meta", Meta)) is not None
    ]
    unfinished = (one for one in found if one.outcome is None)
    return sorted(unfinished, key=lambda one: one.meta.at, reverse=True)


def forget(upload: Upload) -> None:
    """Delete an upload with all that was found of it."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def sweep() -> int:
    """Delete what has been kept longer than the pack allows; how many."""
    oldest = clock.now() - timedelta(hours=pack().limit("import.kept_hours"))
    swept = 0
    for person in _folders(_root()):
        for folder in _folders(person):
            if _since(folder) < oldest:
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
    return swept


def report(plan: Plan) -> Report:
    """The dry run in finished sentences."""
    most = pack().limit("import.preview_rows")
    return Report(
        heads=tuple(Said(zh=head.zh, en=head.en) for head in plan.heads),
        preview=tuple(record.shown for record in (plan.sound or plan.records)[:most]),
        records=len(plan.records),
        sound=len(plan.sound),
        flaws=tuple(sorted(plan.flaws, key=lambda one: (one.sheet, one.row, one.place))),
        notes=tuple(_said(note) for note in plan.notes),
    )


def _said(fault: Fault) -> Said:
    return Said(
        zh=f"{fault.sentence('zh')}{fault.next_step('zh')}",
        en=f"{fault.sentence('en')} {fault.next_step('en')}",
    )


def _root() -> Path:
    return Path(settings.HOME) / "imports"


def _since(folder: Path) -> datetime:
    """When it was sent; while it is still coming in, when its folder was made."""
    meta = _read(folder / "meta", Meta)
    if meta is not None:
        return meta.at
    try:
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    except FileNotFoundError:  # its sender, or another sweep, has just deleted it
        return clock.now()


def _home(actor: Actor) -> Path:
    return _root() / str(actor.person.pk if actor.person else 0)


def _folders(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (each for each in place.iterdir() if each.is_dir())


def _read(path: Path, form: type[D]) -> D | None:
    try:
        return decode(path.read_bytes(), form)
    except (OSError, Refused):
        return None
