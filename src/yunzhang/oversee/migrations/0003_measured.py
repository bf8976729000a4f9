"""How many indicators a score measured stands beside it, so that places are found by one query."""

from __future__ import annotations

import json
from typing import Any

from django.db import migrations, models


def fill(apps: Any, _schema: Any) -> None:
    for score in apps.get_model("oversee", "Score").objects.iterator():
        figures = json.loads(score.figures)
        score.measured = sum(one["percent"] is not None for one in figures)
        score.save(update_fields=["measured"])


class Migration(migrations.Migration):
    dependencies = [("oversee", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="score",
            name="measured",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
