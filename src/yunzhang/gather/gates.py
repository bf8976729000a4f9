"""Gates: what the pack in force wants built no more, and the approval that lets one through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.pack_rows import Duty

SHUT = FaultKind(
    "gate.shut",
    422,
    Text("按{document}{clause}，{rule_zh}。", "By {document} {clause}: {rule_en}."),
    Text(
        "原则上不再新建的，确经批准可填写批准文号后登记；其他情形改用已有的云、网络或平台。",
        "Where it holds in principle only, give the approval's number; else use what there is.",
    ),
)


def faults(gate: str, unit: Unit, built_on: date, approval: str) -> Iterator[Fault]:
    """The rules against building such a thing on that day, for a unit of this tier."""
    for rule in shutting(gate, unit, built_on, approval):
        cite = rule.cite
        yield SHUT(document=cite.document, clause=cite.clause, rule_zh=rule.zh, rule_en=rule.en)


def shutting(gate: str, unit: Unit, built_on: date, approval: str) -> Iterator[Duty]:
    """Those rules themselves, as the pack writes them."""
    for rule in pack().duties:
        if gate not in rule.gates or (rule.tiers and unit.tier not in rule.tiers):
            continue
        early = rule.from_date is not None and built_on < rule.from_date
        over = rule.to_date is not None and built_on > rule.to_date
        allowed = rule.strength == "in_principle" and approval
        if not (early or over or allowed):
            yield rule
