"""The command `yunzhang key`: a new key, or an evaluator's result signed with its own.

The secret never leaves its file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from yunzhang.protect.keys import SigningKey, sign
from yunzhang.terms.document import decode, digest, encode, replace
from yunzhang.terms.evaluation import KIND, Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `new` and `sign-result` to the parser of `key`."""
    kinds = parser.add_subparsers(required=True, metavar="new|sign-result")
    new = kinds.add_parser("new", help="新建密钥 make a key; prints its public line")
    new.add_argument("name", help="the calling system, such as health-api")
    new.add_argument("--out", type=Path, required=True, help="the key file, made with mode 0600")
    new.set_defaults(run=run)
    result = kinds.add_parser("sign-result", help="签署评估结果 sign an evaluation's result")
    result.add_argument("result", type=Path, help="the form of the evidence room, filled in")
    result.add_argument("--file", type=Path, required=True, help="the report it belongs to")
    result.add_argument("--key", type=Path, required=True, help="the evaluator's own key file")
    result.add_argument("--out", type=Path, required=True, help="the signed result")
    result.set_defaults(run=sign_result)


def sign_result(arguments: argparse.Namespace) -> int:
    """Put the report's digest into the result and sign both; raises `document.malformed`."""
    report = arguments.file.read_bytes()
    result = replace(
        decode(arguments.result.read_bytes(), Result),
        file_name=arguments.file.name,
        file_digest=digest(report),
    )
    signed = sign(KIND, result, SigningKey.load(arguments.key))
    arguments.out.write_bytes(encode(signed))
    print(result.file_digest)
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Make the key and print its public line; raises `key.exists`, `key.text_wrong`."""
    key = SigningKey.generate(arguments.name)
    key.save(arguments.out)
    print(key.public.text)
    return 0
