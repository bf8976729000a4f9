"""Frozen scores."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Unit


class Score(models.Model):
    """A unit's score of a period, with every figure it was made of, signed by the hub."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="scores")
    period = models.CharField(max_length=20)  # "2026-11-22" or "2026Q4"
    frozen_at = models.DateTimeField()
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    # How many indicators had anything to measure: with too few a unit is not ranked.
    measured = models.PositiveSmallIntegerField(default=0)
    figures = models.TextField()  # JSON: indicator, hits, of, percent, weight, and the row ids
    signed = models.TextField()  # Signed score document, exact text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "period"], name="score_once")]
        indexes = [models.Index(fields=["period", "-total"])]
