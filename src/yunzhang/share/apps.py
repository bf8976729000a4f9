"""The Django application of this folder."""

from django.apps import AppConfig


class ShareConfig(AppConfig):
    name = "yunzhang.share"
    label = "share"
    default_auto_field = "django.db.models.BigAutoField"
