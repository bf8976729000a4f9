"""Faults: what is wrong, said to the person, with the next step, in two languages.

Each folder declares its own kinds as module constants; `GRANT_ENDED(until=...)` makes one
fault of a kind. A refusal carries every fault found, never only the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Text:
    """One sentence in Chinese and English; `{name}` stands for a detail of the fault."""

    zh: str
    en: str

    def say(self, language: Language, details: Mapping[str, str]) -> str:
        return (self.zh if language == "zh" else self.en).format_map(details)


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: code for machines, HTTP status, sentence and next step for people."""

    code: str
    status: int
    sentence: Text
    next_step: Text

    def __call__(self, **details: Any) -> Fault:
        return Fault(self, tuple((name, str(value)) for name, value in details.items()))


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    kind: FaultKind
    details: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        return self.kind.code

    def sentence(self, language: Language = "zh") -> str:
        return self.kind.sentence.say(language, dict(self.details))

    def next_step(self, language: Language = "zh") -> str:
        return self.kind.next_step.say(language, dict(self.details))

    def plain(self, language: Language = "zh") -> dict[str, Any]:
        """The fault as JSON: code, sentence, next_step, details."""
        return {
            "code": self.code,
            "sentence": self.sentence(language),
            "next_step": self.next_step(language),
            "details": dict(self.details),
        }


class Refused(Exception):
    """A deed refused, with all its faults."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.code}: {fault.sentence('en')}" for fault in faults))
        self.faults = faults

    @property
    def status(self) -> int:
        """The HTTP status to answer with: the gravest of the faults'."""
        return max(fault.kind.status for fault in self.faults)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(fault.code for fault in self.faults)

    def plain(self, language: Language = "zh") -> dict[str, Any]:
        return {"faults": [fault.plain(language) for fault in self.faults]}


def refuse_if(faults: Iterable[Fault]) -> None:
    """Raise Refused with all of them when there is any."""
    found = tuple(faults)
    if found:
        raise Refused(*found)
