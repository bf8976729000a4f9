"""Units, persons, posts; the calendar; clocks, courses and turns; notices; tallies; facts."""

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
    kind = models.CharField(max_length=40, blank=True)  # the id of a unit kind of the pack
    # The id of the unit's row of the pack; the documents name it so in tasks and reports.
    row = models.CharField(max_length=60, blank=True)
    sharing_body = models.CharField(max_length=100, blank=True)  # 共享工作机构, Order 809 Art. 9
    # GB/T 2260: the region, city or county it serves; by default that of its credit code.
    division = models.CharField(max_length=6, blank=True, db_index=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name


class Person(AbstractUser):
    """Someone who signs in. `full_name` is shown; the log only ever says "person:<id>"."""

    full_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, default="zh-hans")
    password_once = models.BooleanField(default=False)  # to be changed at the first sign-in

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


class Delegation(models.Model):
    """A post done by someone else while its holder is away, from one day to another."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    from_date = models.DateField()
    to_date = models.DateField()
    ended_on = models.DateField(null=True, blank=True)  # called back early


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

    rule = models.CharField(max_length=60)  # C1..C8, or whose date it is: "task", "report"
    subject = models.CharField(max_length=120)  # "request:12", "entry:7"
    reference = models.CharField(max_length=60, blank=True)  # what the subject's page is found by
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)  # who must act
    days = models.PositiveSmallIntegerField()
    # working_day or calendar_day after `started_on`; or `until` itself: named_day, next_workday.
    counted_in = models.CharField(max_length=12, default="working_day")
    until = models.DateField(null=True, blank=True)  # the date the pack names, for the last two
    extension_days = models.PositiveSmallIntegerField(default=0)
    document = models.CharField(max_length=100)
    clause = models.CharField(max_length=100)
    started_on = models.DateField()
    due_on = models.DateField()
    provisional = models.BooleanField(default=False)
    extended = models.BooleanField(default=False)
    rested_on = models.DateField(null=True, blank=True)  # since the one-time notice, Art. 21
    ended_on = models.DateField(null=True, blank=True)
    warn_days = models.PositiveSmallIntegerField(null=True, blank=True)  # None: the pack's limit
    at_end = models.CharField(max_length=12, blank=True)  # "overdue" or "escalate", of its rule
    # What the worker has told already, each once whatever happens: see people/watch.py.
    moved_from = models.DateField(null=True, blank=True)  # by the calendar, and not yet told
    warned_on = models.DateField(null=True, blank=True)
    expired_on = models.DateField(null=True, blank=True)
    escalated_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "ended_on", "due_on"]),
            models.Index(fields=["subject", "rule"]),
            # The queue over all units, by deadline.
            models.Index(
                fields=["due_on"], condition=models.Q(ended_on=None), name="clock_running"
            ),
            # What the worker still has to tell of, by date: its sweep reads nothing else.
            models.Index(
                fields=["due_on"],
                condition=models.Q(ended_on=None, rested_on=None, escalated_on=None),
                name="clock_watched",
            ),
            models.Index(
                fields=["moved_from"],
                condition=models.Q(moved_from__isnull=False),
                name="clock_moved",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=models.Q(ended_on=None),
                name="clock_runs_once",
            )
        ]


class Turn(models.Model):
    """Whose turn it is: a matter that waits for the holders of a role, in a unit or in any.

    One row for each role that may act; kept by `people.turns` in the deed's own transaction, so
    that a desk is one query whatever the matter is.
    """

    subject = models.CharField(max_length=120)  # "request:12", "case:7"
    reference = models.CharField(max_length=60)  # what the page of the subject is found by
    procedure = models.CharField(max_length=60)
    step = models.CharField(max_length=60)
    deed_zh = models.CharField(max_length=100)  # what there is to do
    deed_en = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    other = models.CharField(max_length=200, blank=True)  # the unit at the other side
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="turns")
    clock = models.ForeignKey("Clock", null=True, on_delete=models.SET_NULL, related_name="turns")
    since = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "role"]),
            models.Index(fields=["role", "unit"]),
            models.Index(fields=["step", "unit"]),  # failing checks and drifts, unit by unit
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "role", "unit"], name="turn_once"),
            models.UniqueConstraint(
                fields=["subject", "role"], condition=models.Q(unit=None), name="turn_of_any_once"
            ),
        ]


class Course(models.Model):
    """A procedure as a pack had it when a case began with it: the case keeps it."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()  # canonical JSON of the pack's Procedure row


class Case(models.Model):
    """A matter that goes a procedure's way, step by step, to its end."""

    number = models.CharField(max_length=30, unique=True)
    procedure = models.CharField(max_length=60)
    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    step = models.CharField(max_length=60)
    about = models.CharField(
        max_length=120
    )  # its kind and reference: "resource:3001/12", "grant:x"
    title = models.CharField(max_length=300)
    opened_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    closed_on = models.DateField(null=True, blank=True)
    content = models.TextField(default="{}")  # JSON of what the procedure's own verbs keep

    class Meta:
        indexes = [
            models.Index(fields=["procedure", "closed_on"]),
            models.Index(fields=["about"]),
        ]


class CaseParty(models.Model):
    """A unit's part in a case: applicant, provider, authority …; several units may share one."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    party = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "party", "unit"], name="party_once")]


class CaseMove(models.Model):
    """One move of a case, or one unit's consent to a move that needs several."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    from_step = models.CharField(max_length=60)
    move = models.CharField(max_length=60)
    to_step = models.CharField(max_length=60, blank=True)  # blank: a consent, the step stays
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.TextField()


class CasePaper(models.Model):
    """What was written or handed in with a move; a file is held whole, with its digest."""

    move = models.ForeignKey(CaseMove, on_delete=models.PROTECT, related_name="papers")
    paper = models.CharField(max_length=60)  # the id of a code of the list "paper"
    text = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)


class Notice(models.Model):
    """Something a person should know; `key` keeps it from being said twice."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    key = models.CharField(max_length=160)  # "clock:12:warned", "case:7:open"
    kind = models.CharField(max_length=30)  # turn, warned, expired, escalated, told
    subject = models.CharField(max_length=120)
    reference = models.CharField(max_length=60, blank=True)
    zh = models.CharField(max_length=400)
    en = models.CharField(max_length=600)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True)  # when it may go; None: not by mail
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "read_at", "-at"]),
            models.Index(fields=["mailed_at", "mail_at"]),
            models.Index(
                fields=["subject"], condition=models.Q(read_at=None), name="notice_unread_of"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]


class NoticeChoice(models.Model):
    """How a person wants to be told outside the pages."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="notice_choice"
    )
    mail = models.CharField(max_length=10, default="digest")  # none, each, digest
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)


class Webhook(models.Model):
    """Where a unit's own system is told of what concerns the unit, signed with a shared secret.

    The secret itself is not kept: it follows from the salt and a key beside the hub's own.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="webhooks")
    address = models.URLField(max_length=300)
    salt = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)


class WebhookCall(models.Model):
    """One thing to tell a webhook, tried until it is taken or given up."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="calls")
    key = models.CharField(max_length=160)
    body = models.TextField()
    next_at = models.DateTimeField(null=True)  # None: taken or given up
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"])]
        constraints = [models.UniqueConstraint(fields=["webhook", "key"], name="call_once")]


class DailyJob(models.Model):
    """A day's job that a worker has taken on, and whether it was done.

    A job not done within its lease is taken on by another worker, or by this one started again.
    """

    name = models.CharField(max_length=40)
    day = models.DateField()
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="job_once_a_day")]


class Tally(models.Model):
    """How often something was tried within a time; a used code is a tally of one.

    In the database, so that all processes of a hub count together and none forgets too early.
    """

    key = models.CharField(max_length=64, primary_key=True)  # a digest: it names nobody
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)  # from then on it does not count any more


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


class RecordRow(models.Model):
    """How a deed left a record that scores count: the text its fact bears a mark of."""

    fact = models.ForeignKey(FactRow, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=20)
    record = models.CharField(max_length=80)
    unit = models.CharField(max_length=20, blank=True)  # its credit code; "" counts for all
    text = models.TextField()  # canonical JSON of the Record

    class Meta:
        indexes = [
            models.Index(fields=["kind", "record", "fact"]),
            models.Index(fields=["unit", "fact"]),
        ]
