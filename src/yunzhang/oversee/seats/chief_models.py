"""Chiefs: by which document they were appointed, the fields of government, and handovers."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Person, Post, Unit


class Appointment(models.Model):
    """任命: what the register says of a chief's post beyond its term; one for each post."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="appointment")
    number = models.CharField(max_length=100, blank=True)  # of the document
    signed_on = models.DateField(null=True, blank=True)  # the day the document bears
    file_name = models.CharField(max_length=200, blank=True)
    file = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    field = models.CharField(max_length=60, blank=True)  # one of the role's row of the pack
    office = models.CharField(max_length=100, blank=True)  # the post held besides: 厅长
    cloud = models.CharField(max_length=200, blank=True)  # as the directory calls it


class UnitField(models.Model):
    """分管领域: a field of government a unit belongs to; its sector chief answers for the unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="fields")
    field = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "field"], name="unit_field_once")]
        indexes = [models.Index(fields=["field"])]


class Handover(models.Model):
    """移交: what was open when a chief's post ended, frozen that day, for the next to confirm."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="handover")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    signed = models.TextField(blank=True)  # Signed HandoverRecord, exact text, once all is taken


class HandoverLine(models.Model):
    """One open matter of a handover, and who took it over when."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=20)  # oversee.handovers.KINDS
    subject = models.CharField(max_length=120)
    reference = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    provisional = models.BooleanField(default=False)  # as the day stood when it was listed
    document = models.CharField(max_length=100, blank=True)
    clause = models.CharField(max_length=100, blank=True)
    taken_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=300, blank=True)  # of whoever took it over

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "subject"], name="handed_over_once")
        ]
