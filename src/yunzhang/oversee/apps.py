"""The Django application of this folder."""

from django.apps import AppConfig


class OverseeConfig(AppConfig):
    name = "yunzhang.oversee"
    label = "oversee"
    default_auto_field = "django.db.models.BigAutoField"
