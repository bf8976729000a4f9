"""What units hold: systems, tables, nodes, catalog entries, drifts, checks and verdicts."""

from __future__ import annotations

from django.db import models

from yunzhang.people.models import Person, Unit

TITLE_LENGTH = 200  # characters of a resource's name


class Node(models.Model):
    """The data plane beside a unit's data, known by its verifier key."""

    name = models.SlugField(max_length=60, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="nodes")
    address = models.URLField()
    key = models.CharField(max_length=200)  # C2SP verifier key text
    seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Cloud(models.Model):
    """政务云: a cloud of the 1+N+14, the larger one that leads it, and who sells what of it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="clouds")
    name = models.CharField(max_length=200, unique=True)
    level = models.CharField(max_length=20)  # code list "cloud_level"
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="led"
    )
    trade = models.CharField(max_length=60, blank=True)  # of an industry's cloud: which one
    vendor = models.CharField(max_length=200, blank=True)
    service = models.CharField(max_length=200, blank=True)  # what is bought of the vendor
    built_on = models.DateField()
    approval = models.CharField(max_length=200, blank=True)  # what let it be built nevertheless
    recovery_place = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Network(models.Model):
    """业务专网: a network a unit runs for itself, and how far it has come on its way to an end."""

    class State(models.TextChoices):
        IN_USE = "in_use"
        MIGRATING = "migrating"
        MERGED = "merged"  # into the extranet
        CLOSED = "closed"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="networks")
    name = models.CharField(max_length=200)
    secret = models.BooleanField(default=False)  # counts for no rate, and is never merged
    state = models.CharField(max_length=12, choices=State.choices, default=State.IN_USE)
    state_since = models.DateField()
    built_on = models.DateField()
    approval = models.CharField(max_length=200, blank=True)  # what let it be built nevertheless

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="network_once")]

    def __str__(self) -> str:
        return self.name


class InformationSystem(models.Model):
    """信息系统: where tables live, what it runs on, and what has become of it."""

    class State(models.TextChoices):
        IN_USE = "in_use"
        MIGRATING = "migrating"
        MERGED = "merged"
        CLOSED = "closed"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="systems")
    name = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)
    users = models.CharField(max_length=200, blank=True)  # who works with it
    cloud = models.ForeignKey(
        Cloud, null=True, blank=True, on_delete=models.PROTECT, related_name="systems"
    )
    network = models.ForeignKey(
        Network, null=True, blank=True, on_delete=models.PROTECT, related_name="systems"
    )
    protection = models.CharField(max_length=1, blank=True)  # code list "protection"
    sensitivity = models.CharField(max_length=10, default="plain")  # code list "sensitivity"
    vertical = models.BooleanField(default=False)  # a ministry runs it throughout the country
    platform = models.BooleanField(default=False)  # the unit's data platform
    approval = models.CharField(max_length=200, blank=True)  # what lets a second platform be
    built_on = models.DateField(null=True, blank=True)  # None: before anyone wrote it down
    state = models.CharField(max_length=12, choices=State.choices, default=State.IN_USE)
    state_since = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="took_in"
    )
    needs = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="needed_by")
    # 统分结合: what sort of system it is, and who had it built where that is not its unit.
    build_kind = models.CharField(max_length=20, blank=True)  # code list "build_kind"
    owner = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="systems_owned"
    )
    livelihood = models.BooleanField(default=False)  # 政务民生服务系统: it must offer an interface
    interface = models.URLField(max_length=300, blank=True)  # where its interface is described
    recovery_place = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="system_once")]

    def __str__(self) -> str:
        return self.name


class DataTable(models.Model):
    """A live table of a system, reached through a source, and its last gathered copy."""

    system = models.ForeignKey(InformationSystem, on_delete=models.PROTECT, related_name="tables")
    name = models.SlugField(max_length=60, unique=True)  # the node's name of the table
    title = models.CharField(max_length=200)
    source = models.TextField()  # SourceSpec, canonical JSON
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.PROTECT)
    gathered_at = models.DateTimeField(null=True, blank=True)
    rows = models.BigIntegerField(null=True, blank=True)
    rejected = models.BigIntegerField(default=0)
    row_faults = models.TextField(default="[]")  # a bounded sample, JSON of RowFault
    repairs = models.TextField(default="[]")  # headers put right, JSON of Repair
    encoding = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    profile = models.TextField(blank=True)  # TableProfile, canonical JSON

    @property
    def unit(self) -> Unit:
        return self.system.unit


class ResourceSequence(models.Model):
    """The last sequence given under a classification: codes are never used again."""

    classification = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Resource(models.Model):
    """信息资源: one catalog entry through all its versions."""

    code = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="resources")
    table = models.ForeignKey(
        DataTable, null=True, blank=True, on_delete=models.PROTECT, related_name="resources"
    )
    auto_reply = models.BooleanField(default=False)  # the head's standing consent, C3
    # From this day on the service is stopped, as filed with the authority (Order 809 Art. 27).
    stops_on = models.DateField(null=True, blank=True)
    stop_reason = models.TextField(blank=True)


class EntryVersion(models.Model):
    """One version of an entry: edited, approved by the head, reviewed, published, superseded."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"  # waits for the head of the unit, Order 809 Art. 13
        APPROVED = "approved"  # with the authority, Arts. 16-17: clock C2 runs
        RETURNED = "returned"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"
        FORBIDDEN = "forbidden"  # secret by its assessment: never catalogued, Arts. 3 and 13

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    draft = models.TextField()  # EntryDraft, canonical JSON
    title = models.CharField(max_length=TITLE_LENGTH)
    classification = models.CharField(max_length=20, blank=True)
    share_type = models.CharField(max_length=1, blank=True)
    grade = models.PositiveSmallIntegerField(default=1)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    return_reason = models.TextField(blank=True)
    published_on = models.DateField(null=True, blank=True)
    signed = models.TextField(blank=True)  # Signed Entry, exact text
    rows = models.BigIntegerField(null=True, blank=True)  # of the table when it was published
    title_key = models.TextField(blank=True)  # the title as search compares it
    searched = models.TextField(blank=True)  # all that search looks at, one piece a line

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["resource"], condition=models.Q(state="published"), name="one_published"
            ),
        ]
        indexes = [models.Index(fields=["state", "published_on"])]


class SearchGram(models.Model):
    """Two neighbouring characters of a published entry's searched text: the index of search."""

    gram = models.CharField(max_length=2)
    version = models.ForeignKey(EntryVersion, on_delete=models.CASCADE, related_name="grams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gram", "version"], name="gram_once")]


class Drift(models.Model):
    """A difference found between a published entry and its live table."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="drifts")
    kind = models.CharField(max_length=20)  # engines.drift.DriftKind, or unreadable
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["resource", "cleared_at"])]


class CheckSet(models.Model):
    """The quality checks set for a table."""

    table = models.OneToOneField(DataTable, on_delete=models.PROTECT, related_name="checks")
    checks = models.TextField()  # tuple of engines.checks.Check, canonical JSON


class VerdictRow(models.Model):
    """The result of one run of a table's checks: scores, exact counts, bounded failing rows."""

    table = models.ForeignKey(DataTable, on_delete=models.PROTECT, related_name="verdicts")
    ran_at = models.DateTimeField()
    rows = models.BigIntegerField()
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # X = A/B, GB/T 36344
    passed = models.BooleanField()
    verdict = models.TextField()  # engines Verdict, canonical JSON

    class Meta:
        indexes = [models.Index(fields=["table", "-ran_at"])]
