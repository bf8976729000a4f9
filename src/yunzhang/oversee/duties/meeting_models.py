"""云长会议: who called it, who came, what was reported, the minutes; its decisions are tasks."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Person, Unit


class Meeting(models.Model):
    """A meeting of the chiefs, as its minutes have it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(max_length=200)
    held_on = models.DateField()
    called_by = models.CharField(max_length=100)  # the chief's post and name
    present = models.ManyToManyField(Unit, related_name="+")
    absent = models.ManyToManyField(Unit, related_name="+")
    minutes = models.TextField()
    file_name = models.CharField(max_length=200, blank=True)
    file = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)  # over minutes and file, as the fact has it
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-held_on"])]


class Heard(models.Model):
    """A report on duties that the meeting heard."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="heard")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
