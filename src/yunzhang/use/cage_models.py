"""What the data cage keeps: which table feeds which rule, each run, each hit as it may be shown."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Case, Unit


class CageBinding(models.Model):
    """A rule as a unit supervises by it: its tables and columns, its numbers."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cage_bindings")
    rule = models.CharField(max_length=60)  # the id of a cage rule of the pack
    tables = models.TextField()  # JSON: source of the rule -> name of the table
    columns = models.TextField()  # JSON: field of the rule -> Bound
    numbers = models.TextField(default="{}")  # JSON: threshold -> number, where tuned
    salt = models.CharField(max_length=64)  # keeps keys of hits from being guessed
    bound_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "rule"],
                condition=models.Q(ended_at=None),
                name="cage_bound_once",
            )
        ]


class CageRun(models.Model):
    """One run of a bound rule: over which versions of its tables, with which numbers."""

    binding = models.ForeignKey(CageBinding, on_delete=models.PROTECT, related_name="runs")
    at = models.DateTimeField()
    numbers = models.TextField()  # JSON: threshold -> number
    digests = models.TextField()  # JSON: source -> digest of its table
    read = models.TextField()  # JSON: source -> rows read
    unread = models.TextField()  # JSON of engines.cage.Unread
    found = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField()  # hits that no run had found before
    cut = models.BooleanField(default=False)  # more rows were found than are kept


class CageHit(models.Model):
    """What a rule found once, however often: masked, for the full rows stay in the lake.

    `key` says what it is about and `evidence` which values show it, both by keyed hashes.
    """

    class Outcome(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"  # corrected or referred
        DISMISSED = "dismissed"  # no risk: a false alarm

    binding = models.ForeignKey(CageBinding, on_delete=models.PROTECT, related_name="hits")
    key = models.CharField(max_length=64)
    evidence = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    rows = models.TextField()  # JSON of engines.cage.Evidence, masked
    count = models.PositiveIntegerField()  # rows that show it, those not kept among them
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cage_hits")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="cage_hits"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    found_at = models.DateTimeField()
    last_run = models.ForeignKey(CageRun, on_delete=models.PROTECT, related_name="hits")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["binding", "key", "evidence"], name="cage_hit_once")
        ]
        indexes = [models.Index(fields=["unit", "outcome"])]
