"""History: the deeds done to one subject, from the facts, newest last."""

from __future__ import annotations

from yunzhang.people.models import FactRow


def told(*subjects: str) -> list[FactRow]:
    """The facts of these subjects with who did them and why, in order."""
    found = FactRow.objects.filter(subject__in=subjects).select_related("person", "unit")
    return list(found.order_by("number"))
