"""The command `yunzhang hub map`: boundaries of divisions, loaded in the name of a person."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from yunzhang.hub.import_command import person_of


def add_arguments(commands: Any) -> None:
    """Add `map` to the hub's commands."""
    command = commands.add_parser("map", help="load the boundaries of divisions from GeoJSON")
    command.add_argument("file", type=Path, help="names and GB/T 2260 codes, CGCS2000 degrees")
    command.add_argument("--as", dest="username", required=True, help="who loads them")
    command.add_argument("--source", required=True, help="where they come from")
    command.add_argument("--licence", required=True, help="under which licence")
    command.add_argument("--review-number", default="", help="审图号; empty: never published")
    command.add_argument("--dated", type=date.fromisoformat, help="the day they are of, YYYY-MM-DD")
    command.add_argument("--within", default="", help="only what lies in this division (code)")
    command.add_argument("--sound-only", action="store_true", help="leave out what has faults")
    command.add_argument("--why", default="载入行政区划界线", help="the reason put on record")


def run(arguments: argparse.Namespace) -> None:
    """Load a file of boundaries; raises Refused with every fault in it."""
    from yunzhang.oversee.mapping import boundaries
    from yunzhang.oversee.mapping.boundaries import Origin

    loaded = boundaries.load(
        person_of(arguments.username),
        arguments.file.read_bytes(),
        Origin(arguments.source, arguments.licence, arguments.review_number, arguments.dated),
        within=arguments.within,
        sound_only=arguments.sound_only,
        why=arguments.why,
    )
    for fault in loaded.left_out:
        sys.stdout.write(f"✗ {fault.sentence('zh')} {fault.sentence('en')}\n")
    sys.stdout.write(f"✓ {loaded.areas}\n")
