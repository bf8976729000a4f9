"""巡云: teams, patrols with their sealed lists and drawn samples, and what was found of each."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Person, Unit


class Team(models.Model):
    """督查服务组: who looks after which units, until it is dissolved."""

    name = models.CharField(max_length=100, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # who set it up
    members = models.ManyToManyField(Person, related_name="teams")
    serves = models.ManyToManyField(Unit, related_name="served_by")
    since = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Patrol(models.Model):
    """A patrol, from the sealed list to its last rectification."""

    class State(models.TextChoices):
        SEALED = "sealed"  # the list is on record, nothing is drawn
        DRAWN = "drawn"
        BEGUN = "begun"
        CLOSED = "closed"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="patrols")
    planned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="patrols")
    patrollers = models.ManyToManyField(Person, related_name="patrols")
    scope = models.ManyToManyField(Unit, related_name="patrolled")  # whose lines the list has
    title = models.CharField(max_length=200)
    unannounced = models.BooleanField()  # the scope learns of it when it begins
    state = models.CharField(max_length=10, choices=State.choices, default=State.SEALED)
    begins_on = models.DateField()
    draw_at = models.DateTimeField()
    checklist = models.CharField(max_length=60)  # a code of the list "patrol_checklist"
    frame = models.TextField()  # the sealed list, its exact text
    digest = models.CharField(max_length=64, unique=True)
    drawn = models.TextField(blank=True)  # Signed drawing, its exact text
    begun_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    report = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "begins_on"])]


class Sampled(models.Model):
    """One line that was drawn, in the order of the drawing."""

    patrol = models.ForeignKey(Patrol, on_delete=models.PROTECT, related_name="sample")
    place = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=60)  # its id in the sealed list
    name = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patrol", "line"], name="sampled_once")]


class Mark(models.Model):
    """What was seen of one item of the checklist; the last mark of an item counts."""

    class Outcome(models.TextChoices):
        RIGHT = "right"
        WRONG = "wrong"
        APART = "apart"  # does not apply

    sampled = models.ForeignKey(Sampled, on_delete=models.PROTECT, related_name="marks")
    item = models.CharField(max_length=60)  # the code of the checklist's item
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    seen = models.TextField(blank=True)
    case = models.CharField(max_length=30, blank=True)  # the rectification's number
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
