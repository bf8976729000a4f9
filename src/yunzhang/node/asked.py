"""What a consumer asks: one call as it arrives, by key or by filter."""

from __future__ import annotations

from yunzhang.terms.document import Document
from yunzhang.terms.grant import Condition


class Page(Document, frozen=True, kw_only=True):
    """Which page: at most so many rows (as many as the grant allows when unset), after a token."""

    rows: int | None = None
    after: str = ""


class Call(Document, frozen=True, kw_only=True):
    """One call under a grant. Exactly one of `key` and `filter` is given.

    `key` names every key item of the grant with its value; `filter` is a list of conditions
    joined by "and", empty for all granted rows. Answers come in key order.
    """

    grant: str
    purpose: str
    scenario: str = ""
    items: tuple[str, ...]
    key: dict[str, str] | None = None
    filter: tuple[Condition, ...] | None = None
    page: Page = Page()

    @property
    def values(self) -> int:
        """How many values the call compares with."""
        if self.key is not None:
            return len(self.key)
        return sum(len(condition.values) for condition in self.filter or ())
