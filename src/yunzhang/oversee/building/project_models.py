"""Projects with what the gate said of them, their conditions and contractors; plans; budgets."""

from __future__ import annotations

from django.db import models

from yunzhang.gather.models import InformationSystem, Resource
from yunzhang.people.models import Person, Unit


class Project(models.Model):
    """信息化项目: what a unit wants to build, from the proposal to the evaluation of its use."""

    class State(models.TextChoices):
        DRAFT = "draft"
        REVIEW = "review"  # with those who approve
        BUILDING = "building"  # approved
        OPERATING = "operating"  # accepted
        EVALUATED = "evaluated"
        DECLINED = "declined"
        STOPPED = "stopped"  # given up while it was built

    number = models.CharField(max_length=30, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="projects")
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="projects_owned")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # code list "build_kind"
    money_source = models.CharField(max_length=20)  # code list "money_source"
    amount_yuan = models.BigIntegerField()
    from_year = models.PositiveSmallIntegerField()
    to_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    # What the gate said of the proposal as it stands; blank once it is changed.
    verdict = models.CharField(max_length=12, blank=True)
    proposal = models.TextField()  # Proposal, canonical JSON
    begun_on = models.DateField()
    accepted_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "from_year"])]

    def __str__(self) -> str:
        return self.name


class GateResult(models.Model):
    """One answer of the gate, frozen with the proposal as it saw it; and who overrode a no."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="results")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=12)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    judgement = models.TextField()  # Judgement, canonical JSON
    digest = models.CharField(max_length=64)  # SHA-256 of the proposal it judged
    overridden_at = models.DateTimeField(null=True, blank=True)
    overridden_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    overridden_role = models.CharField(max_length=40, blank=True)
    override_reason = models.TextField(blank=True)


class ProjectCondition(models.Model):
    """What a project must have met before it is accepted, and the proof that it was."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="conditions")
    rule = models.CharField(max_length=60)  # the id of the gate's row; "" of those who approve
    zh = models.TextField()
    en = models.TextField()
    document = models.CharField(max_length=100)
    clause = models.CharField(max_length=100)
    met_on = models.DateField(null=True, blank=True)
    met_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proof = models.TextField(blank=True)


class Contractor(models.Model):
    """承建、运维企业: who works on a project, bound to keep no data, and cleared at the end."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contractors")
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=18)  # GB 32100
    part = models.CharField(max_length=20)  # code list "contractor_part"
    contract = models.CharField(max_length=200)  # its number: it binds to keep and use no data
    pledged_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    cleared_on = models.DateField(null=True, blank=True)  # nothing is kept, as checked
    proof = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "code", "part"], name="contractor_once")
        ]


class Produced(models.Model):
    """A published entry that an accepted project's pre-compiled catalog has become."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="produced")
    title = models.CharField(max_length=200)  # of the pre-compiled entry
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="projects")


class ProjectPlan(models.Model):
    """规划和年度计划: the projects of a unit, or of its whole jurisdiction, over some years."""

    class State(models.TextChoices):
        DRAFT = "draft"
        REVIEW = "review"
        APPROVED = "approved"
        DECLINED = "declined"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plans")
    procedure = models.CharField(max_length=60)  # code list "plan_kind": how it is decided
    name = models.CharField(max_length=200)
    from_year = models.PositiveSmallIntegerField()
    to_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    approved_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "procedure", "from_year", "to_year"], name="plan_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanLine(models.Model):
    """A project in a plan: planned with it, added later, or rolled forward from an earlier one."""

    class Way(models.TextChoices):
        PLANNED = "planned"
        ADDED = "added"  # by the procedure of additions
        ROLLED = "rolled"

    plan = models.ForeignKey(ProjectPlan, on_delete=models.PROTECT, related_name="lines")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lines")
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.PLANNED)
    rolled_from = models.ForeignKey(
        ProjectPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="rolled"
    )
    reason = models.TextField(blank=True)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "project"], name="planned_once")]


class Budget(models.Model):
    """运维年度预算: what a unit asks for running its systems for a year, beside what they gave."""

    class State(models.TextChoices):
        REVIEW = "review"
        ARRANGED = "arranged"
        DECLINED = "declined"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="budgets")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.REVIEW)
    asked_on = models.DateField()
    results = models.TextField()  # Results as the registers told when it was asked, canonical JSON

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"],
                condition=~models.Q(state="declined"),
                name="budget_once",
            )
        ]


class BudgetLine(models.Model):
    """What is asked for one system."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    system = models.ForeignKey(
        InformationSystem, on_delete=models.PROTECT, related_name="budget_lines"
    )
    amount_yuan = models.BigIntegerField()
    reason = models.TextField(blank=True)
