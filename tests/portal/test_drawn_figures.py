"""A figure picked at random opens to rows that recount to it: every indicator, every drawn unit."""

from __future__ import annotations

import pytest

from tests.portal import drawn_province
from tests.portal.drawn_province import Drawn
from tests.portal.test_indicators import recounted
from yunzhang.oversee import indicators
from yunzhang.terms.score import Figure

SEEDS, UNITS = (7, 809), 6


@pytest.fixture(params=SEEDS)
def drawn(town, request) -> Drawn:
    return drawn_province.draw(town, request.param, UNITS)


def told(figure: Figure) -> tuple[int, int, int]:
    return figure.hits, figure.misses, len(figure.held) + len(figure.failed)


def test_every_figure_of_a_drawn_province_recounts_from_the_file_behind_its_link(
    drawn, visit
) -> None:
    client, wrong, idle = visit("reviewer", "en"), [], []

    for one in indicators.INDICATORS.values():
        whole, parts = one.split(drawn.units, drawn.today)
        for unit in drawn.units:
            found = recounted(client, f"/indicators/{one.id}?of={unit.code}")
            if found != told(parts[unit.pk]):
                wrong.append((one.id, unit.code, found, told(parts[unit.pk])))
        if not whole.hits or (one.measure == "percent" and not whole.misses):
            idle.append((one.id, whole.hits, whole.misses))

    assert wrong == []
    assert idle == [], f"what nothing was drawn for is not tested: {idle}"
