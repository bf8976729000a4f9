"""History: the deeds done to one subject, from the facts, newest last."""

from __future__ import annotations

from yunzhang.oversee.seats import chiefs
from yunzhang.people.models import FactRow


def told(*subjects: str) -> list[FactRow]:
    """The facts of these subjects with who did them and why, and that day's chief, in order."""
    found = FactRow.objects.filter(subject__in=subjects).select_related("person", "unit")
    return list(chiefs.with_chief(found).order_by("number"))
