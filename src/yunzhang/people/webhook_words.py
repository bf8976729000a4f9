"""Webhook words: what became of a call, as an officer is told of it in either language."""

from __future__ import annotations

from yunzhang.terms.faults import Text

UNREACHABLE, LATE, UNTRUSTED, BROKEN, CLOSED = (
    "unreachable",
    "late",
    "untrusted",
    "broken",
    "closed",
)
WHY_NOT: dict[str, Text] = {
    UNREACHABLE: Text("连接不上对方系统", "The system cannot be reached"),
    LATE: Text("对方系统没有按时应答", "The system did not answer in time"),
    UNTRUSTED: Text("对方系统的证书不受信任", "The system's certificate is not trusted"),
    BROKEN: Text("连接中断，或应答无法读取", "The connection broke, or its answer is unreadable"),
    CLOSED: Text("运维没有开放这个主机", "The operator has not opened this host"),
}
# The first digit of a status, by HTTP (RFC 9110).
OF_STATUS: dict[str, Text] = {
    "2": Text("对方系统已接收", "The system took it"),
    "3": Text("对方系统要求转到别处，未予跟随", "The system pointed elsewhere; not followed"),
    "4": Text("对方系统拒绝接收", "The system refused it"),
    "5": Text("对方系统内部出错", "The system failed inside"),
}


def noted(status: int, why_not: str, text: str) -> str:
    """An answer as its call keeps it: the status, or why there is none, and what was said."""
    return f"{status or why_not} {text}".strip()


def told(note: str) -> Text:
    """A noted answer in words; the status stays beside them. What is not known is told as is."""
    word = note.partition(" ")[0]
    if word in WHY_NOT:
        return WHY_NOT[word]
    words = OF_STATUS.get(word[:1]) if word.isdecimal() else None
    return Text(f"{words.zh}（{word}）", f"{words.en} ({word})") if words else Text(note, note)
