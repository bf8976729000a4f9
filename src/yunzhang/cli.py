"""The command line: `yunzhang hub | node | call | key | pack | verify | score | demo`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from yunzhang.terms.faults import FaultKind, Language, Refused, Text

FILE_UNUSABLE = FaultKind(
    "command.file_unusable",
    400,
    Text("文件 {file} 无法使用：{reason}", "The file {file} cannot be used: {reason}"),
    Text("核对路径和权限后重试。", "Check the path and its permissions, then try again."),
)

INTERRUPTED = 130  # what a shell expects of a program ended by Ctrl-C

# Each command's module is imported only when it is the one asked for: `verify` must work where
# neither Django nor a node's libraries are wanted. Its function mounts the arguments and sets
# `run`, which takes what was parsed and gives the exit status.
COMMANDS = {
    "hub": ("yunzhang.hub.commands:add_arguments", "run a hub: catalog, requests, scores, pages"),
    "node": ("yunzhang.node.commands:add_node_arguments", "run a node beside a department's data"),
    "call": ("yunzhang.node.commands:add_call_arguments", "call a node under a grant"),
    "key": ("yunzhang.protect.key_command:add_arguments", "make a key for a calling system"),
    "pack": ("yunzhang.engines.pack_import:add_arguments", "check, compare, import policy packs"),
    "verify": (
        "yunzhang.protect.verify_command:add_arguments",
        "check a receipt, a proof or a log; needs no hub, no node",
    ),
    "score": (
        "yunzhang.hub.score_commands:add_arguments",
        "replay a frozen period from the log, simulate other weights",
    ),
    "demo": ("yunzhang.demo.commands:add_arguments", "walk one table's whole life on real data"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when refused, 2 when misspelt."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = _parser(arguments[:1]).parse_args(arguments)
    try:
        return int(args.run(args))
    except Refused as refused:
        return _explain(refused)
    except OSError as error:
        return _explain(Refused(FILE_UNUSABLE(file=error.filename, reason=error.strerror)))
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser(wanted: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yunzhang", description="An open hub, nodes and policy packs (云长制)."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (place, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name in wanted:
            module, _, mount = place.partition(":")
            getattr(import_module(module), mount)(sub)
    return parser


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
