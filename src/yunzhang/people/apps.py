"""The Django application of this folder."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yunzhang.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
