"""Share requests, callers' keys and grants."""

from __future__ import annotations

from django.db import models

from yunzhang.gather.models import Node, Resource
from yunzhang.people.models import Person, Unit


class CallerKey(models.Model):
    """A consumer's verifier key: who a node will take a call from."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="caller_keys")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)  # C2SP verifier key text
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    registered_at = models.DateTimeField()


class ShareRequest(models.Model):
    """共享申请, Order 809 Arts. 20-22."""

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"  # for the consumer's sharing-body head, Art. 20
        APPLIED = "applied"  # with the provider: clock C3 or C4 runs
        NOTICED = "noticed"  # one-time notice given, Art. 21: the clock rests
        AGREED = "agreed"  # the grant is to be issued: clock C5 runs
        GRANTED = "granted"  # issued; the node has not fetched it yet: C5 runs on
        DELIVERED = "delivered"
        UNDELIVERED = "undelivered"  # the grant was ended before its node fetched it
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    number = models.CharField(max_length=30, unique=True)
    consumer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="requests_made")
    provider = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="requests_received")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="requests")
    # Of the pack, by the share type asked for.
    procedure = models.CharField(max_length=60, default="request_conditional")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    legal_basis = models.TextField()
    scenario = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    priority_field = models.CharField(max_length=40, blank=True)  # code list "priority_field"
    items = models.TextField()  # JSON list of item names
    rows = models.TextField(default="[]")  # JSON list of Condition
    delivery = models.CharField(max_length=20)
    duration_days = models.PositiveIntegerField()
    key = models.ForeignKey(CallerKey, null=True, blank=True, on_delete=models.PROTECT)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    replied_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    notice = models.TextField(blank=True)  # what is missing, all of it, once
    reply = models.TextField(blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)  # code list "refusal"
    refusal_law = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider", "state"]),
            models.Index(fields=["consumer", "state"]),
        ]


class GrantRow(models.Model):
    """A grant as signed, and its present state."""

    class State(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"

    id = models.CharField(max_length=40, primary_key=True)
    request = models.ForeignKey(ShareRequest, on_delete=models.PROTECT, related_name="grants")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="grants")
    consumer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants_held")
    provider = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants_given")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="grants")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    state_at = models.DateTimeField()
    state_reason = models.TextField(blank=True)
    issued_at = models.DateTimeField()
    until = models.DateTimeField()
    signed = models.TextField()  # Signed Grant, exact text
    first_fetched_at = models.DateTimeField(null=True, blank=True)  # by the node: delivery, C5


class RevocationNumber(models.Model):
    """The last number of a node's revocation list: it only rises."""

    node = models.OneToOneField(Node, on_delete=models.PROTECT, primary_key=True)
    last = models.BigIntegerField(default=0)


class ListIssue(models.Model):
    """A list as it was published: numbered, signed, never changed (共享清单 and the other four)."""

    list = models.CharField(max_length=30)  # the kind of the pack's list row
    number = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="lists")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lines = models.PositiveIntegerField()
    signed = models.TextField()  # Signed list document, exact text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "number"], name="list_numbered")]
