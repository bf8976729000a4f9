"""The boundaries of divisions, and where they were taken from."""

from __future__ import annotations

from django.db import models


class BoundarySheet(models.Model):
    """One file of boundaries as it was loaded: its source, licence and review number (审图号)."""

    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=100)
    review_number = models.CharField(max_length=60, blank=True)  # without one: never published
    dated = models.DateField(null=True, blank=True)  # the boundaries are those of this day
    loaded_at = models.DateTimeField()


class Boundary(models.Model):
    """A division's outline, made light for pages, in degrees (CGCS2000)."""

    code = models.CharField(max_length=6, primary_key=True)  # GB/T 2260
    name = models.CharField(max_length=60)
    above = models.CharField(max_length=6, blank=True, db_index=True)  # the one it lies in
    sheet = models.ForeignKey(BoundarySheet, on_delete=models.PROTECT, related_name="boundaries")
    lon = models.FloatField()  # its middle
    lat = models.FloatField()
    shape = models.TextField()  # JSON: the coordinates of a MultiPolygon

    class Meta:
        ordering = ["code"]
