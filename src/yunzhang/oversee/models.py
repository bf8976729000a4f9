"""Frozen scores; machine rooms, the extranet and recovery drills."""

from __future__ import annotations

from django.db import models

from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.building import project_models  # noqa: F401 - tables of this folder
from yunzhang.oversee.duties import meeting_models  # noqa: F401 - tables of this folder
from yunzhang.oversee.inspection import (  # noqa: F401 - tables of this folder
    evaluation_models,
    patrol_models,
)
from yunzhang.oversee.mapping import map_models  # noqa: F401 - tables of this folder
from yunzhang.oversee.reports import circular_models  # noqa: F401 - tables of this folder
from yunzhang.oversee.seats import chief_models  # noqa: F401 - tables of this folder
from yunzhang.people.models import Person, Unit


class Score(models.Model):
    """A unit's score of a period, with every figure it was made of, signed by the hub.

    One that was corrected stays as it was; the later version says which it corrects.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="scores")
    period = models.CharField(max_length=20)  # "2026-11-22" or "2026Q4"
    frozen_at = models.DateTimeField()
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    # How many indicators had anything to measure: with too few a unit is not ranked.
    measured = models.PositiveSmallIntegerField(default=0)
    figures = models.TextField()  # JSON: indicator, hits, of, percent, weight, and the row ids
    signed = models.TextField()  # Signed score document, exact text
    version = models.PositiveSmallIntegerField(default=1)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    # The rows it was counted from as they were then, canonical JSON; "" before bases were kept.
    basis = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "period", "version"], name="score_once")
        ]
        indexes = [models.Index(fields=["period", "-total"])]


class DataRoom(models.Model):
    """机房: a machine room; none is to be built or added to any more."""

    class State(models.TextChoices):
        IN_USE = "in_use"
        FROZEN = "frozen"  # nothing new is put into it
        CLOSED = "closed"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=200)
    division = models.CharField(max_length=12)  # GB/T 2260 and 10114
    state = models.CharField(max_length=12, choices=State.choices, default=State.IN_USE)
    state_since = models.DateField()
    built_on = models.DateField()
    approval = models.CharField(max_length=200, blank=True)  # what let it be built nevertheless

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="room_once")]


class ExtranetLink(models.Model):
    """电子政务外网: since when a unit is connected; a unit without a row is not."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="extranet")
    since = models.DateField()
    mobile_since = models.DateField(null=True, blank=True)  # 移动接入: by phone as well


class Drill(models.Model):
    """灾备演练: one drill of a system's or a cloud's recovery, and whether it held."""

    system = models.ForeignKey(
        InformationSystem, null=True, on_delete=models.PROTECT, related_name="drills"
    )
    cloud = models.ForeignKey(Cloud, null=True, on_delete=models.PROTECT, related_name="drills")
    held_on = models.DateField()
    passed = models.BooleanField()
    result = models.TextField()


class BoardIssue(models.Model):
    """The ranking, the red or the black board of a period as published: numbered, signed."""

    board = models.CharField(max_length=60)  # "ranking", or the id of the pack's board row
    number = models.PositiveIntegerField()
    period = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="boards")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lines = models.PositiveIntegerField()
    signed = models.TextField()  # Signed list document, exact text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["board", "number"], name="board_numbered")]
        indexes = [models.Index(fields=["period", "board", "-number"])]


class GamingMark(models.Model):
    """What an auditor made of a sign that a score was only raised: confirmed, or unfounded.

    The clocks of a confirmed one count in no later score; its calls are marked in `use`.
    """

    rule = models.CharField(max_length=60)  # the id of the check: "self_calls", "empty_calls" …
    subject = models.CharField(max_length=120)  # "grant:x", "case:7", "unit:<code>"
    since = models.DateField()
    until = models.DateField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="gaming")
    confirmed = models.BooleanField()
    calls = models.PositiveBigIntegerField(default=0)
    clocks = models.TextField(default="[]")  # JSON: the ids of the clocks that count no more
    why = models.TextField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "since", "until"], name="marked_once"
            )
        ]
        indexes = [models.Index(fields=["confirmed", "unit"])]


class Standing(models.Model):
    """A unit's figure of one indicator as it stood on the last day of a month it was counted.

    Kept up day by day, never recounted: trends, maps and the command screen read nothing else.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="standings")
    indicator = models.CharField(max_length=60)
    month = models.DateField()  # its first day
    counted_on = models.DateField()
    hits = models.BigIntegerField()
    of = models.BigIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    reported = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "indicator", "unit"], name="standing_once")
        ]
        indexes = [models.Index(fields=["indicator", "unit", "month"])]
