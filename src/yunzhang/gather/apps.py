"""The Django application of this folder."""

from django.apps import AppConfig


class GatherConfig(AppConfig):
    name = "yunzhang.gather"
    label = "gather"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the verbs that cases carry out here."""
        from yunzhang.gather import assessments

        assert assessments
