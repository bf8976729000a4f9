"""The command line: `yunzhang hub | node | call | verify | demo`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from yunzhang.terms.faults import Language, Refused

# A command is a module with `add_arguments(parser)` and `run(args) -> int`, imported only when it
# is the one asked for: `verify` must work where neither Django nor a node's libraries are wanted.
COMMANDS = {
    "hub": ("yunzhang.hub.commands", "run a hub: catalog, requests, grants, scores, pages"),
    "node": ("yunzhang.node.commands", "run a node beside a department's data"),
    "call": ("yunzhang.node.call_command", "call a node under a grant"),
    "verify": (
        "yunzhang.protect.verify_command",
        "check a receipt, a proof or a log; needs no hub, no node",
    ),
    "demo": ("yunzhang.demo.commands", "walk one table's whole life on real data"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when refused, 2 when misspelt."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="yunzhang", description="An open hub, nodes and policy packs (云长制)."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run: dict[str, Callable[[argparse.Namespace], int]] = {}
    for name, (module, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name in arguments[:1]:
            command = import_module(module)
            command.add_arguments(sub)
            run[name] = command.run
    args = parser.parse_args(arguments)
    try:
        return run[args.command](args)
    except Refused as refused:
        return _explain(refused)
    except KeyboardInterrupt:
        return 130


def _explain(refused: Refused) -> int:
    languages: tuple[Language, ...] = ("zh", "en")
    for fault in refused.faults:
        for language in languages:
            print(
                f"{fault.code}: {fault.sentence(language)} {fault.next_step(language)}",
                file=sys.stderr,
            )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
