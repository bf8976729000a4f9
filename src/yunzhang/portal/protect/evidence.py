"""Evidence: all that proves what became of a grant or a case, in one file checked offline."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.people import cases
from yunzhang.people.models import Case, FactRow
from yunzhang.people.permissions import pack
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.people.cases import visible
from yunzhang.portal.protect import logs
from yunzhang.portal.protect.logs import Log
from yunzhang.share import disposals, grants
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import encode
from yunzhang.terms.faults import Refused
from yunzhang.use.models import Usage

README = """证据包 / Evidence package
{title}
{number}
生成于 / made at {at:%Y-%m-%d %H:%M %z}

怎样核验 / How to check it, on any machine and without this hub:

{commands}

hub.key 是枢纽的公钥，node.key 是节点的公钥；请从别处取得同一公钥再核对。
hub.key is the hub's public key and node.key the node's; compare them with a copy you got elsewhere.

facts/*.json     枢纽日志的条目，逐字节原样 / entries of the hub's log, byte for byte
facts/*.told.json 条目所摘要的理由和内容（加盐）/ the reason and content they digest, with the salt
receipts/*.json  节点日志的调用回执 / receipts of calls in the node's log
*.proof          该条目在已签名检查点之下的证明 / that the entry is under the signed checkpoint
SHA256SUMS       各文件的摘要 / digests of all files (sha256sum -c SHA256SUMS)

{counts}
"""


@dataclass
class Package:
    """The files of a package, with what its README tells of them."""

    title: str
    number: str
    files: dict[str, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)

    def zipped(self) -> bytes:
        """The whole of it, its digests and README included."""
        told = README.format(
            title=self.title,
            number=self.number,
            at=clock.now(),
            commands="\n".join(f"  {command}" for command in self.commands),
            counts="\n".join(self.counts),
        )
        files = {"README.txt": told.encode(), **self.files}
        sums = "".join(f"{sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, body in {**files, "SHA256SUMS": sums.encode()}.items():
                zipped.writestr(name, body)
        return held.getvalue()


@require_GET
@door("ledger.see")
def of_grant(request: Visit, id: str) -> HttpResponse:
    """What was granted, every deed on it, every call with its place in the node's log."""
    found = seen.one(seen.grants(request.actor), pk=id)
    subjects = [grants.subject_of(found), f"request:{found.request_id}"]
    disposal = disposals.case_of(found)
    if disposal is not None:
        subjects.append(cases.subject_of(disposal))
    package = Package(found.request.purpose, found.pk)
    package.files["grant.json"] = found.signed.encode()
    _facts(package, subjects)
    _receipts(package, found)
    certificate = disposals.certificate(disposal) if disposal else None
    if certificate is not None:
        package.files["certificate.json"] = bytes(certificate.file or b"")
        package.commands.append("yunzhang verify certificate certificate.json --key hub.key")
    return sent(package)


@require_GET
@door("ledger.see")
def of_case(request: Visit, number: str) -> HttpResponse:
    """Every move of a case with what was handed in, and the facts they left."""
    return sent(case_package(seen.one(visible(request), number=number)))


def case_package(found: Case) -> Package:
    """The package of a case, for whoever may have it."""
    package = Package(found.title, found.number)
    for name, body in _papers(found):
        package.files[name] = body
    _facts(package, [cases.subject_of(found)])
    return package


def _facts(package: Package, subjects: list[str]) -> None:
    """The facts on these subjects: leaf, proof, and the texts that the leaf digests."""
    hub, most = logs.named(logs.HUB), pack().limit("evidence.entries")
    rows = FactRow.objects.filter(subject__in=subjects, index__isnull=False).order_by("-index")
    for row in rows[:most]:
        assert row.index is not None
        name = f"facts/{row.index:09d}"
        told = {"salt": row.salt, "why": row.why, "content": row.content}
        package.files[f"{name}.told.json"] = encode(told)
        _entry(package, hub, row.index, name, row.leaf.encode())
    _log(package, hub, "hub")
    package.counts.append(f"facts: {min(rows.count(), most)} / {rows.count()}")
    package.commands.append(
        "yunzhang verify proof facts/<index>.json facts/<index>.proof --key hub.key"
    )


def _receipts(package: Package, grant: GrantRow) -> None:
    """The calls under the grant as its node's log has them."""
    log, most = logs.named(grant.node.name), pack().limit("evidence.entries")
    rows = Usage.objects.filter(grant=grant.pk, log__node=grant.node).order_by("-index")
    for index, text in rows.values_list("index", "leaf")[:most]:
        _entry(package, log, index, f"receipts/{index:09d}", text.encode())
    _log(package, log, "node")
    package.counts.append(f"receipts: {min(rows.count(), most)} / {rows.count()}")
    package.commands.append(
        "yunzhang verify receipt receipts/<index>.json receipts/<index>.proof --key node.key"
    )


def _entry(package: Package, log: Log, index: int, name: str, leaf: bytes) -> None:
    package.files[f"{name}.json"] = leaf
    try:
        package.files[f"{name}.proof"] = logs.proof(log, index).encode()
    except Refused as refused:
        # Not yet under a signed checkpoint: the package says so rather than leave the entry out.
        told = [f"{fault.sentence('zh')} / {fault.sentence('en')}" for fault in refused.faults]
        package.counts.append(f"{name}: {' '.join(told)}")


def _log(package: Package, log: Log, name: str) -> None:
    package.files[f"{name}.key"] = f"{log.key.text}\n".encode()
    if log.note:
        package.files[f"{name}.checkpoint"] = log.note.encode()


def _papers(found: Case) -> Iterator[tuple[str, bytes]]:
    moves = found.moves.select_related("person", "unit").prefetch_related("papers").order_by("pk")
    for at, made in enumerate(moves, start=1):
        told = {
            "move": made.move,
            "from": made.from_step,
            "to": made.to_step,
            "by": f"person:{made.person_id}" if made.person_id else "hub",
            "unit": made.unit.code if made.unit else "",
            "at": made.at.isoformat(),
            "why": made.why,
            "papers": {paper.paper: paper.digest for paper in made.papers.all()},
        }
        yield f"moves/{at:03d}.json", encode(told)
        for paper in made.papers.all():
            place = f"moves/{at:03d}-{paper.pk}"
            if paper.text:
                yield f"{place}.txt", paper.text.encode()
            if paper.file:
                yield f"{place}.file", bytes(paper.file)


def sent(package: Package) -> HttpResponse:
    """The package as a download."""
    kept = f'attachment; filename="evidence-{package.number}.zip"'
    headers = {"Content-Disposition": kept}
    return HttpResponse(package.zipped(), content_type="application/zip", headers=headers)
