"""The Django application of this folder."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "yunzhang.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
