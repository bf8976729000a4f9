"""Appeals: a unit disputes its score; upheld, a later version corrects it and the first stays."""

from __future__ import annotations

from collections import Counter

from yunzhang.people.models import Case

PROCEDURE = "score_appeal"


def pending(period: str) -> dict[str, int]:
    """How many appeals of a period are under way, by the unit's code."""
    start = f"score:{period}/"
    found = Case.objects.filter(procedure=PROCEDURE, closed_on=None, about__startswith=start)
    abouts = Counter(found.values_list("about", flat=True))
    return {about.removeprefix(start): count for about, count in abouts.items()}
