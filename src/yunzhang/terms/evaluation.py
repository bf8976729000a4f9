"""Evaluations: a third party's result as it signs it, with its own key and its own file."""

from __future__ import annotations

from yunzhang.terms.document import Document

KIND = "evaluation/1"


class Given(Document, frozen=True, kw_only=True):
    """One figure of the evaluator's: of which unit (credit code; "" for all), what, how much."""

    unit: str = ""
    item: str
    value: str


class Result(Document, frozen=True, kw_only=True):
    """What an evaluator hands in: its figures, and the digest of the file that explains them."""

    evaluation: str  # "evaluation:3", as the evidence room names it
    evaluator: str
    figures: tuple[Given, ...]
    file_name: str
    file_digest: str  # SHA-256
