"""Codes: gives each resource its code, once and for ever."""

from __future__ import annotations

from yunzhang.gather.models import ResourceSequence
from yunzhang.terms.identifiers import resource_code

LAST = 1 << 31  # no sequence counts that far


def next_code(classification: str) -> str:
    """A code never given before, of a classification of the pack.

    Called inside a deed: the sequence's row stays locked until the deed is done, so that two
    deeds at once get two codes; a deed that fails gives its code back before anyone saw it.
    """
    ResourceSequence.objects.get_or_create(classification=classification)
    row = ResourceSequence.objects.select_for_update().get(classification=classification)
    row.last += 1
    row.save(update_fields=["last"])
    return resource_code(classification, row.last)


def keep(code: str) -> str:
    """Keep a code that an older catalog gave; the sequence never gives it again."""
    classification, _, number = code.partition("/")
    if number.isdigit() and f"{int(number):06d}" == number and int(number) < LAST:
        ResourceSequence.objects.get_or_create(classification=classification)
        row = ResourceSequence.objects.select_for_update().get(classification=classification)
        row.last = max(row.last, int(number))
        row.save(update_fields=["last"])
    return code
