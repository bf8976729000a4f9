"""Workers that are killed, and several at once: every limit told once, every day's job done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
OVERDUE, LONG_OVERDUE = "2026-03-17", "2026-03-19"


@dataclass
class Hub:
    """A hub of its own: each scene is another process."""

    home: Path
    database: str

    def begin(self, *scene: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "YUNZHANG_HOME": str(self.home),
            "YUNZHANG_DATABASE": self.database,
            "PYTHONPATH": str(ROOT),
        }
        return subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "hub" / "scene.py"), *scene],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def play(self, *scene: str) -> list[str]:
        process = self.begin(*scene)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return said.split("\n")[:-1]

    def kill_after(self, lines: int, *scene: str) -> None:
        """Begin a scene and kill it the moment it has said so much."""
        process = self.begin(*scene)
        for _ in range(lines):
            assert process.stdout.readline()
        process.kill()
        process.communicate()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    (tmp_path / "sources").mkdir()
    if request.param == "sqlite":
        yield Hub(tmp_path, "")
        return
    url = request.getfixturevalue("postgres_url")
    name = f"workers_{uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield Hub(tmp_path, url.rpartition("/")[0] + "/" + name)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_sweep_has_told_nothing_twice(hub: Hub) -> None:
    hub.play("prepare", "40")

    for lines in (7, 20):
        hub.kill_after(lines, "sweep", OVERDUE)
    said = hub.play("sweep", OVERDUE)

    assert said.count("expired") <= 13
    assert hub.play("count") == ["40 1", "40 1", "40"]


@pytest.mark.slow
def test_three_workers_at_once_tell_each_limit_once(hub: Hub) -> None:
    hub.play("prepare", "40")

    workers = [hub.begin("sweep", LONG_OVERDUE) for _ in range(3)]
    said = [worker.communicate(timeout=120)[0].split("\n") for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sum(lines.count("expired") for lines in said) == 40
    assert sum(lines.count("escalated") for lines in said) == 40
    # One notice of each limit's end to the head, one of its escalation to each of two reviewers.
    assert hub.play("count") == ["80 1", "120 1", "40"]


@pytest.mark.slow
def test_a_job_whose_worker_was_killed_is_done_after_its_lease(hub: Hub) -> None:
    hub.play("prepare", "0")

    hub.kill_after(1, "slow")

    assert hub.play("again") == ["early False", "late True", "tries 2"]
