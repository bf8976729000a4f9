"""The Django application of this folder."""

from django.apps import AppConfig


class UseConfig(AppConfig):
    name = "yunzhang.use"
    label = "use"
    default_auto_field = "django.db.models.BigAutoField"
