"""The Django application of this folder."""

from importlib import import_module

from django.apps import AppConfig

# They register as they are read: the verbs of cases, and what follows a deed by itself.
VERBS = ("corrections", "disposals", "misuse", "needs", "replies", "services")


class ShareConfig(AppConfig):
    name = "yunzhang.share"
    label = "share"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the verbs of this folder, in the web server, the worker and the tests alike."""
        for name in VERBS:
            import_module(f"{self.name}.{name}")
