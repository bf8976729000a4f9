"""Cited: where a text says it, for the reader; what no text says is called our own default."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import gettext

from yunzhang.terms.pack_rows import Citation

OWN = "Yunzhang"  # the document that rows of our own choice cite


class Cited(Protocol):
    """Whatever says by document and clause on what it stands."""

    @property
    def document(self) -> str: ...

    @property
    def clause(self) -> str: ...


def place(cited: Cited) -> str:
    """Document and clause in one line."""
    if cited.document == OWN:
        return gettext("a default of this software")
    return f"{cited.document} {cited.clause}".strip()


def quoted(cite: Citation) -> str:
    """The same with the words it quotes."""
    return f"{place(cite)} “{cite.quote}”" if cite.quote else place(cite)
