"""通报 and 满意度调查: circulars from draft to issue; surveys and what anyone answered."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Person, Unit


class Survey(models.Model):
    """A survey open to anyone from one day to another."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="surveys")
    title = models.CharField(max_length=200)
    opens_on = models.DateField()
    closes_on = models.DateField()
    questions = models.TextField()  # JSON: the questions in their order


class SurveyAnswer(models.Model):
    """One answer: which choice of each question, and nothing of whoever gave it."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    token = models.CharField(max_length=64)  # digest of the form's one-time token
    day = models.DateField()
    choices = models.TextField()  # JSON: a code of the scale for each question

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "token"], name="survey_answered_once")
        ]


class Circular(models.Model):
    """A circular: drafted from figures, looked at by another, published numbered and signed."""

    class State(models.TextChoices):
        DRAFT = "draft"
        REVIEW = "review"
        REVIEWED = "reviewed"
        PUBLISHED = "published"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="circulars")
    number = models.PositiveIntegerField(null=True, unique=True)  # once it is published
    title = models.CharField(max_length=200)
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    text = models.TextField()
    praised = models.TextField(blank=True)  # 红榜
    criticised = models.TextField(blank=True)  # 黑榜
    figures = models.TextField()  # JSON of the figures, each with its rows
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    remark = models.TextField(blank=True)  # why it was sent back
    issued_at = models.DateTimeField(null=True, blank=True)
    signed = models.TextField(blank=True)  # Signed circular, its exact text

    class Meta:
        indexes = [models.Index(fields=["state", "-issued_at"])]
