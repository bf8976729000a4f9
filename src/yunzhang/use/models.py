"""What nodes' logs say was called, and how far the hub has taken them in."""

from __future__ import annotations

from django.db import models

from yunzhang.gather.models import Node
from yunzhang.people.models import Case, Unit
from yunzhang.use.cage_models import CageBinding, CageHit, CageRun

__all__ = ["CageBinding", "CageHit", "CageRun", "NodeLog", "PublicAsk", "Usage", "UsageDay"]


class NodeLog(models.Model):
    """How far the hub holds a node's log, and the compact tree that the next batch must fit."""

    node = models.OneToOneField(Node, on_delete=models.PROTECT, related_name="log")
    size = models.BigIntegerField(default=0)
    frontier = models.TextField(default="[]")  # JSON list of hex hashes, RFC 6962 subtrees
    checkpoint = models.TextField(blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    fault = models.TextField(blank=True)  # the last batch refused, and why


class Usage(models.Model):
    """One receipt: the `index`-th leaf of a node's log."""

    log = models.ForeignKey(NodeLog, on_delete=models.PROTECT, related_name="receipts")
    index = models.BigIntegerField()
    at = models.DateTimeField()
    grant = models.CharField(max_length=40, blank=True)
    consumer = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    resource_code = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    scenario = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10)
    reasons = models.CharField(max_length=400, blank=True)
    rows = models.IntegerField()
    bytes = models.BigIntegerField()
    leaf = models.TextField()  # the exact text of the leaf
    discounted = models.BooleanField(default=False)  # confirmed to have only raised a score

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="receipt_once")]
        indexes = [
            models.Index(fields=["grant", "at"]),
            models.Index(fields=["consumer", "at"]),
            models.Index(
                fields=["at"], condition=models.Q(outcome="refused"), name="usage_refused"
            ),
        ]


class UsageDay(models.Model):
    """Calls and rows of one grant on one day in China: kept up with each batch, never recounted."""

    day = models.DateField()
    grant = models.CharField(max_length=40, blank=True)
    consumer = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    resource_code = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    scenario = models.CharField(max_length=200, blank=True)
    answered = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    # Of the answered calls, those confirmed to have only raised a score: no figure counts them.
    discounted = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "grant", "consumer", "purpose", "scenario"], name="usage_day_once"
            )
        ]
        indexes = [models.Index(fields=["grant", "answered"])]  # whether a grant was ever used


class PublicAsk(models.Model):
    """What someone of the public asked, and how they may look at it again: a digest of their word.

    The contact is sealed, outside every fact and log, and forgotten some time after the answer.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="public_ask")
    salt = models.CharField(max_length=64)
    word = models.CharField(max_length=64)  # SHA-256 of salt and word
    contact = models.TextField(blank=True)  # sealed
