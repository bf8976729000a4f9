"""The command `yunzhang key`: a new key for a calling system; the secret never leaves its file."""

from __future__ import annotations

import argparse
from pathlib import Path

from yunzhang.protect.keys import SigningKey


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `new` to the parser of `key`."""
    kinds = parser.add_subparsers(required=True, metavar="new")
    new = kinds.add_parser("new", help="新建密钥 make a key; prints its public line")
    new.add_argument("name", help="the calling system, such as health-api")
    new.add_argument("--out", type=Path, required=True, help="the key file, made with mode 0600")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the key and print its public line; raises `key.exists`, `key.text_wrong`."""
    key = SigningKey.generate(arguments.name)
    key.save(arguments.out)
    print(key.public.text)
    return 0
