"""Score evidence: all that a score follows from, to be counted again on any machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from yunzhang.oversee.models import Score
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import FactRow, RecordRow
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.protect import evidence, logs
from yunzhang.portal.protect.evidence import Package
from yunzhang.portal.protect.logs import Log
from yunzhang.protect.log_folder import LogFolder
from yunzhang.protect.replay_folder import RECORDS, basis_file, entry_file, score_file
from yunzhang.protect.replay_source import Told
from yunzhang.terms.basis import HUB, Basis, Leaf
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed


@require_GET
@door("score.see")
def of_score(request: Visit, period: str, unit: str) -> HttpResponse:
    """A unit's scores of a period, their bases, and every log entry these stand on, proven."""
    held = Score.objects.select_related("unit").filter(period=period, unit__code=unit)
    # What the facts tell is the unit's own affair, and its overseers'.
    seen.one(held.filter(seen.within(request.actor, "score.see", "unit")))
    return evidence.sent(package(list(held.order_by("version"))))


def package(held: list[Score]) -> Package:
    """The package of these scores, every entry with its proof."""
    first = held[0]
    made = Package(f"{first.unit.name} {first.period}", f"{first.period}-{first.unit.code}")
    made.files["hub.key"] = f"{hub_key().public.text}\n".encode()
    hub = hub_log()
    for row in held:
        named = (row.period, row.unit.code, row.version)
        made.files[score_file(*named)] = row.signed.encode()
        if row.basis:
            made.files[basis_file(*named)] = row.basis.encode()
    wanted = {str(id) for id in _frozen(held)} | set(_places(held, HUB))
    for fact in FactRow.objects.filter(id__in=wanted).exclude(index=None).order_by("number"):
        _fact(made, hub, fact)
    for name in sorted({leaf.log for row in held for leaf in _leaves(row)} - {HUB}):
        log = logs.named(name)
        made.files[f"nodes/{name}.key"] = f"{log.key.text}\n".encode()
        for place in _places(held, name):
            _receipt(made, log, int(place))
    made.files[RECORDS] = _records({row.unit.code for row in held})
    made.counts.append(f"scores: {len(held)}")
    command = f"yunzhang score replay {first.period} --from . --key hub.key"
    made.commands += [command, f"{command} --log LOG_FOLDER"]
    return made


def _records(codes: set[str]) -> bytes:
    """Every record of these units, and what counts for all: what facts bear marks of."""
    told = RecordRow.objects.filter(unit__in=codes | {""}).order_by("pk")
    return "".join(f"{text}\n" for text in told.values_list("text", flat=True)).encode()


def hub_log() -> LogFolder:
    """The hub's own log as it is published."""
    return LogFolder(Path(settings.LEDGER) / "public", hub_key().public)


def told(fact: FactRow) -> Told:
    """What the leaf of a fact digests."""
    return Told(salt=fact.salt, why=fact.why, content=fact.content)


def frozen(period: str, unit: str, version: int) -> FactRow | None:
    """The fact that froze this version of a score, once the log holds it."""
    subject = f"score:{period}" if version == 1 else f"score:{period}/{unit}/{version}"
    deed = Deed.SCORE_FROZEN if version == 1 else Deed.SCORE_CORRECTED
    found = FactRow.objects.filter(subject=subject, deed=deed).exclude(index=None)
    return found.order_by("number").first()


def _frozen(held: Iterable[Score]) -> Iterable[object]:
    for row in held:
        fact = frozen(row.period, row.unit.code, row.version)
        if fact is not None:
            yield fact.id


def _leaves(row: Score) -> tuple[Leaf, ...]:
    if not row.basis:
        return ()
    return tuple(leaf for one in decode(row.basis, Basis).rows for leaf in one.leaves)


def _places(held: Iterable[Score], log: str) -> list[str]:
    return sorted({leaf.place for row in held for leaf in _leaves(row) if leaf.log == log})


def _fact(made: Package, hub: LogFolder, fact: FactRow) -> None:
    index = fact.index
    body = None if index is None else hub.entry(index)
    stem = entry_file(HUB, str(fact.id))
    if index is None or body is None:
        made.counts.append(f"{stem}: 尚未写入签名的检查点 / not yet under a signed checkpoint")
        return
    made.files[f"{stem}.json"] = body
    made.files[f"{stem}.proof"] = hub.proof(index).encode()
    made.files[f"{stem}.told.json"] = encode(told(fact))


def _receipt(made: Package, log: Log, index: int) -> None:
    stem = entry_file(log.name, str(index))
    made.files[f"{stem}.json"] = logs.leaf(log, index)
    made.files[f"{stem}.proof"] = logs.proof(log, index).encode()
