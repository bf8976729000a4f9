"""Refusals: a ground of the list, the reason, and the law that forbids (Order 809 Art. 21)."""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.pack import Pack

REFUSAL_CODE = FaultKind(
    "request.refusal_code",
    422,
    Text("“{code}”不是规定的不同意理由。", "“{code}” is no ground for refusing."),
    Text("从列表中选择理由。", "Choose the ground from the list."),
)
REASON_NEEDED = FaultKind(
    "request.reason_needed",
    422,
    Text("不同意共享必须说明理由。", "A refusal must say why."),
    Text("写明理由（条例第二十一条）。", "State the reason (Order 809 Art. 21)."),
)
LAW_NEEDED = FaultKind(
    "request.law_needed",
    422,
    Text("以法律禁止为由的，必须写明具体条款。", "A refusal by law must name the clause."),
    Text(
        "写明法律、行政法规或国务院决定的条款。",
        "Name the law, regulation or State Council decision.",
    ),
)

LAW_LONG = FaultKind(
    "request.law_long",
    422,
    Text("依据条款超过 {most} 字。", "The law is longer than {most} characters."),
    Text(
        "只写名称和条款号，理由写在答复中。",
        "Name law and clause only; put the reason in the reply.",
    ),
)

LONGEST_LAW = 200  # what the record holds
LAW_FORBIDS = "law_forbids"  # the one ground that must name its clause


def wrong(code: str, law: str, reply: str, pack: Pack) -> Iterator[Fault]:
    """Everything a refusal lacks; `code` is of the pack's list "refusal"."""
    if code not in {row.code for row in pack.codes_of("refusal")}:
        yield REFUSAL_CODE(code=code)
    if not reply.strip():
        yield REASON_NEEDED()
    if code == LAW_FORBIDS and not law.strip():
        yield LAW_NEEDED()
    if len(law) > LONGEST_LAW:
        yield LAW_LONG(most=LONGEST_LAW)
