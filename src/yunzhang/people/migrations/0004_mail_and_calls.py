from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_clock_marks"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="mail_tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="webhookcall",
            name="tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RemoveField(model_name="webhook", name="secret"),
        migrations.AddField(
            model_name="webhook",
            name="salt",
            field=models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
    ]
