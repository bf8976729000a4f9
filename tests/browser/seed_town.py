"""A hub in full work, for every page of every menu: the town, and what its data cage found."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.portal import cage_town, town  # noqa: E402
from yunzhang.people.hub_key import hub_key  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    cage_town.run(cage_town.build(town.build()))
    sys.stdout.write(hub_key().public.text)
