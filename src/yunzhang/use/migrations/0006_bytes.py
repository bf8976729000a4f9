"""The bytes of a day's calls stand beside its rows; those of the past are added up once."""

from typing import Any

from django.db import migrations, models
from django.db.models import Sum
from django.db.models.functions import TruncDate

from yunzhang.clock import BEIJING


def add_up(apps: Any, _schema: Any) -> None:
    """Sum what the receipts held say, by the day in China."""
    receipts, days = apps.get_model("use", "Usage"), apps.get_model("use", "UsageDay")
    names = ("grant", "consumer", "purpose", "scenario")
    sums = receipts.objects.annotate(day=TruncDate("at", tzinfo=BEIJING)).values("day", *names)
    for row in sums.annotate(sum=Sum("bytes")).iterator():
        known = {name: row[name] for name in ("day", *names)}
        if known["consumer"] is None:
            del known["consumer"]
            known["consumer__isnull"] = True
        days.objects.filter(**known).update(bytes=row["sum"])


class Migration(migrations.Migration):
    """A day's bytes."""

    dependencies = [("use", "0005_discounted")]

    operations = [
        migrations.AddField("usageday", "bytes", models.BigIntegerField(default=0)),
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]
