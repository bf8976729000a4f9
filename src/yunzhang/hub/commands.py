"""The hub's commands: `yunzhang hub up` serves pages and nodes, and runs the worker beside them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from yunzhang.hub import import_command, map_command

SERVED_BY = "YUNZHANG_SERVED_BY"  # tells a web process its parent; set here, never by a person


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the hub's commands and their options."""
    parser.add_argument("--home", type=Path, help="the hub's folder, as YUNZHANG_HOME")
    commands = parser.add_subparsers(dest="hub_command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="bring the database up to date and serve until stopped")
    up.add_argument("--host", default="127.0.0.1")
    up.add_argument("--port", type=int, default=8000)
    up.add_argument("--processes", type=int, default=1, help="web processes")
    up.add_argument("--no-worker", action="store_true", help="a worker runs elsewhere")
    commands.add_parser("migrate", help="bring the database up to date, and nothing else")
    begin = commands.add_parser("found", help="enter the first units and people of an empty hub")
    begin.add_argument("file", type=Path, help="TOML; see docs/operating.md")
    commands.add_parser("key", help="print the hub's verifier key, which nodes are given")
    import_command.add_arguments(commands)
    map_command.add_arguments(commands)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run one of the hub's commands; 0 when it ended in order."""
    if arguments.home:
        os.environ["YUNZHANG_HOME"] = str(arguments.home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
    django.setup()
    _insist()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    DOES.get(arguments.hub_command, _nothing)(arguments)
    return 0


def _insist() -> None:
    from yunzhang.people import pack_verbs

    pack_verbs.insist(settings.PACK)


def _nothing(_arguments: argparse.Namespace) -> None:
    """The database is up to date, and that was all."""


def _found(arguments: argparse.Namespace) -> None:
    from yunzhang.hub.founding_file import found

    print("用户名与初始密码，只显示这一次 user names and first passwords, shown this once:")
    for username, password in found(arguments.file).items():
        print(f"{username}\t{password}")


def _key(_arguments: argparse.Namespace) -> None:
    from yunzhang.people.hub_key import hub_key

    print(hub_key().public.text)


def _up(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; then requests under way are answered and the worker ends."""
    from yunzhang.hub.companion import Companion
    from yunzhang.people.permissions import pack

    limit = pack().limit
    if arguments.no_worker:
        _serve(arguments, limit("hub.threads"), limit("worker.stop_seconds"))
        return
    with Companion(limit("worker.restart_seconds"), limit("worker.stop_seconds")):
        _serve(arguments, limit("hub.threads"), limit("worker.stop_seconds"))


def _serve(arguments: argparse.Namespace, threads: int, stop_seconds: int) -> None:
    os.environ[SERVED_BY] = str(os.getpid())
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "yunzhang.hub.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=arguments.processes,
        blocking_threads=threads,
        workers_kill_timeout=stop_seconds,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


DOES = {
    "up": _up,
    "found": _found,
    "import": import_command.run,
    "map": map_command.run,
    "key": _key,
}
