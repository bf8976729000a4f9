"""`python -m yunzhang.node`: the node's commands on a machine that runs nothing else."""

from __future__ import annotations

import argparse
import sys

from yunzhang.node.commands import add_call_arguments, add_node_arguments
from yunzhang.terms.faults import Refused


def main() -> int:
    """Run one command; faults are told as sentences."""
    parser = argparse.ArgumentParser(prog="python -m yunzhang.node")
    parts = parser.add_subparsers(required=True)
    add_node_arguments(parts.add_parser("node"))
    add_call_arguments(parts.add_parser("call"))
    arguments = parser.parse_args()
    try:
        return int(arguments.run(arguments))
    except Refused as refusal:
        for fault in refusal.faults:
            print(f"{fault.sentence()} {fault.next_step()}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
