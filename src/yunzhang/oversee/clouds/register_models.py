"""Registers beside clouds and networks: log-ins, internet exits, equipment, services bought."""

from __future__ import annotations

from django.db import models

from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.people.models import Unit


class SystemLogin(models.Model):
    """The last day people signed in to a system, as its unit reports it; nobody attests it."""

    system = models.OneToOneField(
        InformationSystem, on_delete=models.PROTECT, related_name="login", primary_key=True
    )
    last_on = models.DateField()
    people = models.PositiveIntegerField(null=True, blank=True)  # in the days before, if known
    told_at = models.DateTimeField()


class InternetExit(models.Model):
    """互联网出口: a way of a unit out to the internet, until it is merged with the common one."""

    class State(models.TextChoices):
        IN_USE = "in_use"
        MERGED = "merged"
        CLOSED = "closed"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="exits")
    name = models.CharField(max_length=200)
    carrier = models.CharField(max_length=100, blank=True)
    megabits = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.IN_USE)
    state_since = models.DateField()
    built_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="exit_once")]


class RoomItem(models.Model):
    """机房设备: what stands in a machine room, since when, and when it was taken out."""

    room = models.ForeignKey("oversee.DataRoom", on_delete=models.PROTECT, related_name="items")
    name = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1)
    put_in_on = models.DateField()
    taken_out_on = models.DateField(null=True, blank=True)
    approval = models.CharField(max_length=200, blank=True)


class ServiceBought(models.Model):
    """购买服务: what a unit buys of a vendor, for which cloud, by which contract, until when."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="services_bought")
    vendor = models.CharField(max_length=200)
    service = models.CharField(max_length=200)
    cloud = models.ForeignKey(
        Cloud, null=True, blank=True, on_delete=models.PROTECT, related_name="services_bought"
    )
    contract = models.CharField(max_length=100, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    yuan = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "vendor", "service", "since"], name="service_bought_once"
            )
        ]
