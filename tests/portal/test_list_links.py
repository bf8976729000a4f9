"""Links of the demand list: they lead only where the reader may go."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize(
    ("who", "some"), [("consumer", True), ("provider", True), ("reviewer", True), ("stats", False)]
)
def test_a_line_leads_to_its_matter_for_those_who_may_open_it(town, visit, who, some) -> None:
    client = visit(who)
    page = client.get("/lists/demand").content.decode()

    leading = re.findall(r'href="(/(?:requests|cases)/[A-Z]{2}[0-9-]+)"', page)

    assert bool(leading) is some
    assert town.requests["granted"].number in page
    assert {client.get(address).status_code for address in leading} <= {200}
