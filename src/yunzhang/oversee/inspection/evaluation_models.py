"""第三方评估: who evaluates, until when the evidence room is open, and the signed result."""

from __future__ import annotations

from django.db import models

from yunzhang.oversee.reports.circular_models import Circular
from yunzhang.people.models import Case, Person, Unit


class Evaluation(models.Model):
    """A yearly evaluation by an organisation that is no part of the administration."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evaluations")
    evaluator = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evaluating")
    title = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=300)  # the evaluator's public key, as it was put on record
    opens_on = models.DateField()
    closes_on = models.DateField()
    cases = models.ManyToManyField(Case, related_name="+")  # whose packages lie in the room
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    signed = models.TextField(blank=True)  # the evaluator's Signed result, its exact text
    file_name = models.CharField(max_length=200, blank=True)
    file = models.BinaryField(null=True)
    circular = models.ForeignKey(
        Circular, null=True, on_delete=models.PROTECT, related_name="evaluations"
    )
