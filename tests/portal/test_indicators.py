"""Indicators: every figure opens to rows that recount to it; who stands where, for those who see."""

from __future__ import annotations

import csv
import io

import pytest

from yunzhang import clock
from yunzhang.oversee import indicators
from yunzhang.people.models import Unit
from yunzhang.terms.score import Figure


def recounted(client, address: str) -> tuple[int, int, int]:
    """Hits, misses and rows, counted from the file that the page of a figure gives."""
    sign = "&" if "?" in address else "?"
    answer = client.get(f"{address}{sign}export=csv")
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content])
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    amounts = [int(row.get("Counts for", 1)) for row in rows]
    holds = [row["Outcome"] == "holds" for row in rows]
    right = sum(a for a, yes in zip(amounts, holds, strict=True) if yes)
    return right, sum(amounts) - right, len(rows)


@pytest.mark.parametrize("id", sorted(indicators.INDICATORS))
def test_every_figure_opens_to_rows_that_recount_to_it(town, visit, id) -> None:
    client, today = visit("reviewer", "en"), clock.today()
    units = list(Unit.objects.all())
    whole, parts = indicators.INDICATORS[id].split(units, today)

    found = {unit.code: recounted(client, f"/indicators/{id}?of={unit.code}") for unit in units}
    all_rows = recounted(client, f"/indicators/{id}")

    def told(figure: Figure) -> tuple[int, int, int]:
        return figure.hits, figure.misses, len(figure.held) + len(figure.failed)

    assert found == {unit.code: told(parts[unit.pk]) for unit in units}
    assert all_rows == told(whole)
