"""A calling system's key is made by one command."""

from __future__ import annotations

from pathlib import Path

from yunzhang.cli import main
from yunzhang.protect.keys import PublicKey, SigningKey


def test_a_new_key_is_kept_in_its_file_and_its_public_line_is_printed(tmp_path: Path, capsys):
    path = tmp_path / "caller.key"

    assert main(["key", "new", "health-api", "--out", str(path)]) == 0

    printed = PublicKey.parse(capsys.readouterr().out)
    assert printed == SigningKey.load(path).public
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path, capsys):
    path = tmp_path / "caller.key"
    main(["key", "new", "health-api", "--out", str(path)])
    kept = path.read_bytes()

    assert main(["key", "new", "health-api", "--out", str(path)]) == 1

    assert "key.exists" in capsys.readouterr().err
    assert path.read_bytes() == kept
