"""Word files: circulars, reports and the handbook leave as documents that offices go on with."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import gettext

from yunzhang.engines.official_paper import WORD, Block, Linked, Table, written
from yunzhang.portal.doors import Visit
from yunzhang.portal.templatetags.said import grouped, said
from yunzhang.terms.counted import Counted


def as_file(blocks: Sequence[Block], name: str) -> HttpResponse:
    """The document as a download."""
    response = HttpResponse(written(blocks), content_type=WORD)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return response


def figures(request: Visit, counted: Sequence[Counted], addresses: Sequence[str]) -> Table:
    """The figures, each number leading to the rows it was counted from."""
    rows = [
        (said(one), linked(request, grouped(one.n), address))
        for one, address in zip(counted, addresses, strict=True)
    ]
    return Table((gettext("What was counted"), gettext("Number")), rows, (7, 2))


def linked(request: Visit, text: str, address: str) -> Linked:
    """Words that lead to a page of this hub, from wherever the document is opened."""
    return Linked(text, request.build_absolute_uri(address) if address else "")
