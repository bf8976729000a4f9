"""The command line says what is wrong, never where it broke."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.node.staging import Stage, make_stage
from yunzhang.cli import main


def call(stage: Stage, grant: Path, *more: str) -> list[str]:
    key = stage.folder / "caller.key"
    if not key.exists():
        stage.consumer.save(key)
    node_key = stage.home.key.public.text
    names = ["--node-key", node_key, "--key", str(key), "--grant", str(grant)]
    return ["call", "http://127.0.0.1:9", *names, *more]


def test_a_missing_file_is_named(tmp_path: Path, capsys):
    status = main(call(make_stage(tmp_path), tmp_path / "grant.json"))

    said = capsys.readouterr().err
    assert status == 1
    assert "command.file_unusable" in said
    assert "grant.json" in said


def test_a_condition_that_is_none_is_named(tmp_path: Path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(call(make_stage(tmp_path), tmp_path / "grant.json", "--where", "name=x"))

    assert ended.value.code == 2
    assert "--where" in capsys.readouterr().err


def test_an_unknown_command_lists_the_known_ones(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fly"])

    assert ended.value.code == 2
    assert "verify" in capsys.readouterr().err
