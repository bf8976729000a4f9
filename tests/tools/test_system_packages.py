"""What set-up could not get is written down, for pytest to say."""

from __future__ import annotations

import json

import pytest

from tools import system_packages
from tools.system_packages import Need, gather, in_folder, on_path, write_left_out

PROGRAM = Need("Nothing", "nothing", on_path("no-such-program"), "the tests of nothing")


def test_what_is_left_out_names_the_package(tmp_path, capsys):
    listed = tmp_path / "left-out.json"

    write_left_out([PROGRAM], "you are not root", listed)

    assert json.loads(listed.read_text()) == [
        {
            "what": "the tests of nothing (Nothing)",
            "because": "you are not root",
            "next_step": "apt-get install nothing",
        }
    ]
    assert "LEFT OUT: the tests of nothing" in capsys.readouterr().out


def test_programs_are_found_on_the_path_and_fonts_in_folders(tmp_path):
    (tmp_path / "noto").mkdir()
    (tmp_path / "noto" / "SomeCJK.ttc").touch()

    assert on_path("no-such-program", "sh")()
    assert not PROGRAM.found()
    assert in_folder(str(tmp_path), "**/*CJK*")()
    assert not in_folder(str(tmp_path / "absent"), "*")()


@pytest.mark.parametrize(("stands_in", "count"), [(True, 0), (False, 1)])
def test_what_stands_in_for_a_program_counts(monkeypatch, tmp_path, stands_in, count):
    need = Need("Nothing", "nothing", on_path("no-such-program"), "tests", lambda: stands_in)
    listed = tmp_path / "left-out.json"
    monkeypatch.setattr(system_packages, "can_install", lambda: False)

    gather([need], listed)

    assert len(json.loads(listed.read_text())) == count
