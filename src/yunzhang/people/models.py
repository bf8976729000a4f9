"""Units, persons and posts; the working calendar; running clocks; facts waiting for the log."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Unit(models.Model):
    """A department or other organisation, known by its credit code (GB 32100)."""

    code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=60)
    tier = models.CharField(max_length=20, default="province")  # code list "tier"
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    is_authority = models.BooleanField(default=False)  # 政务数据共享主管部门, Order 809 Art. 8

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name


class Person(AbstractUser):
    """Someone who signs in. `full_name` is shown; the log only ever says "person:<id>"."""

    full_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, default="zh-hans")

    def __str__(self) -> str:
        return self.full_name


class Post(models.Model):
    """A role a person holds in a unit, from one day to another."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)  # the id of a role row of the pack
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "role", "from_date"], name="post_once"
            )
        ]


class CalendarDay(models.Model):
    """An exception to the plain week: a holiday, or a weekend made a working day."""

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)


class CalendarYear(models.Model):
    """A year whose State Council notice is in the table; any other year is provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)


class Clock(models.Model):
    """One running legal limit. It keeps the row it started with, whatever the pack says later."""

    rule = models.CharField(max_length=20)  # C1..C8
    subject = models.CharField(max_length=80)  # "request:12", "entry:7"
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)  # who must act
    days = models.PositiveSmallIntegerField()
    counted_in = models.CharField(max_length=12, default="working_day")  # or "calendar_day"
    extension_days = models.PositiveSmallIntegerField(default=0)
    document = models.CharField(max_length=100)
    clause = models.CharField(max_length=100)
    started_on = models.DateField()
    due_on = models.DateField()
    provisional = models.BooleanField(default=False)
    extended = models.BooleanField(default=False)
    rested_on = models.DateField(null=True, blank=True)  # since the one-time notice, Art. 21
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "ended_on", "due_on"]),
            models.Index(fields=["subject", "rule"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=models.Q(ended_on=None),
                name="clock_runs_once",
            )
        ]


class DailyJob(models.Model):
    """A day's job that a worker has taken on: no other worker takes it the same day."""

    name = models.CharField(max_length=40)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="job_once_a_day")]


class FactRow(models.Model):
    """A fact, with the salted texts its leaf only digests; `index` once the log holds it.

    Filled in the deed's own transaction (the outbox); the worker appends it to the log.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT)
    deed = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    why = models.TextField()
    content = models.TextField()  # canonical JSON of what was done
    salt = models.CharField(max_length=64)
    leaf = models.TextField()  # the exact text of the log's leaf
    index = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"]), models.Index(fields=["deed", "at"])]
