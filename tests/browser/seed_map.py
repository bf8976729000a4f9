"""A town at work on a map of squares, scored in two periods. Run as a process."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.hub_world import credit_code  # noqa: E402
from tests.oversee import squares  # noqa: E402
from tests.portal import town as towns  # noqa: E402
from tests.portal.test_map import ORIGIN, freeze  # noqa: E402
from yunzhang.oversee.mapping import boundaries  # noqa: E402
from yunzhang.people import units  # noqa: E402

# The total score of each county's unit in both periods: the colours of two areas change places.
TOTALS = {"450102": (20, 95), "450103": (95, 20)}

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    town = towns.build()
    boundaries.load(town.reviewer, squares.WHOLE, ORIGIN, why=towns.WHY)
    for number, (division, totals) in enumerate(TOTALS.items(), 70):
        name = f"{division}民政局"
        unit = units.register(
            town.reviewer,
            credit_code(number),
            name,
            name,
            "county",
            division=division,
            why=towns.WHY,
        )
        for period, total in zip(("2026Q3", "2026Q4"), totals, strict=True):
            freeze(unit, period, 1, 2, total)
