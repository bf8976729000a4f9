"""Every unit gets its division; those there are, the one of their credit code."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from yunzhang.terms import divisions


def derive(apps: Any, _schema: Any) -> None:
    """The division of each unit's credit code."""
    units = list(apps.get_model("people", "Unit").objects.all())
    for unit in units:
        unit.division = divisions.of_credit_code(unit.code)
    apps.get_model("people", "Unit").objects.bulk_update(units, ["division"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_tallies"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="division",
            field=models.CharField(blank=True, db_index=True, max_length=6),
        ),
        migrations.RunPython(derive, migrations.RunPython.noop),
    ]
