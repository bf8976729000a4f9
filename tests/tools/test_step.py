"""A step of set-up is taken once, again when something changed, and says when it is stuck."""

from __future__ import annotations

import sys

import pytest

from tools.step import Step, Stuck, run


@pytest.fixture
def step(tmp_path):
    """A step made of `input` that leaves `output`, and counts its deeds in it."""
    output = tmp_path / "output"

    def do():
        before = output.read_text() if output.exists() else ""
        output.write_text(before + "done ")

    given = tmp_path / "input"
    return Step("trial", "Trying", (given,), (output,), do, stamps=tmp_path / "stamps")


def test_a_step_is_taken_once(step, capsys):
    step.take()
    step.take()

    assert step.leaves[0].read_text() == "done "
    assert capsys.readouterr().out.count("Trying") == 1


def test_a_step_is_taken_again_when_its_input_changes(step):
    step.take()
    step.made_of[0].write_text("other")
    step.take()

    assert step.leaves[0].read_text() == "done done "


def test_a_step_is_taken_again_when_what_it_left_is_gone(step):
    step.take()
    step.leaves[0].unlink()
    step.take()

    assert step.leaves[0].read_text() == "done "


def test_a_step_that_leaves_nothing_is_stuck_and_not_stamped(tmp_path):
    idle = Step("idle", "Idling", (), (tmp_path / "never",), lambda: None, stamps=tmp_path / "s")

    with pytest.raises(Stuck) as stuck:
        idle.take()

    assert "never" in stuck.value.sentence
    assert not (tmp_path / "s").exists()


def test_a_failed_command_shows_its_last_lines_and_the_next_step():
    failing = "print('first'); print('the reason'); raise SystemExit(3)"

    with pytest.raises(Stuck) as stuck:
        run([sys.executable, "-c", failing], next_step="Do this.")

    assert "the reason" in stuck.value.sentence
    assert stuck.value.next_step == "Do this."


def test_a_missing_program_is_named():
    with pytest.raises(Stuck, match="no-such-program"):
        run(["no-such-program"], next_step="Install it.")
