"""The Django application of this folder."""

from importlib import import_module

from django.apps import AppConfig

# They register what cases carry out here as they are read.
VERBS = ("opening", "cage_cases", "incidents")


class UseConfig(AppConfig):
    name = "yunzhang.use"
    label = "use"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the verbs of this folder, in the web server, the worker and the tests alike."""
        for name in VERBS:
            import_module(f"{self.name}.{name}")
