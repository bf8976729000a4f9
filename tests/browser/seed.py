"""Found an empty hub for the browser's walk; prints the hub's public key. Run as a process."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.portal import town  # noqa: E402
from yunzhang.people.hub_key import hub_key  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    town.found()
    sys.stdout.write(hub_key().public.text)
