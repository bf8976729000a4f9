"""Bad days: a full disk, a hub that is down, a failure nobody foresaw."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.node.staging import VILLAGES, Stage, running
from yunzhang.node.app import App
from yunzhang.node.post import Post
from yunzhang.node.store import open_table
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.faults import Refused

MEBIBYTE = 1 << 20


def limit_files(process: subprocess.Popen[bytes], size: int) -> None:
    """From now on no file of this process may grow beyond `size` bytes: its disk is full."""
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Processes started meanwhile cannot make a file of more than `size` bytes."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


def test_a_full_disk_stops_the_answers_and_room_brings_them_back(stage: Stage):
    grant = stage.grant()
    key = {"代码": VILLAGES[0][0]}

    with running(stage.home) as (address, process), stage.caller(address, grant) as caller:
        before = caller.call(key=key)
        limit_files(process, 1)
        refusals = []
        for _ in range(3):
            with pytest.raises(Refused) as refused:
                caller.call(key=key)
            refusals.append((refused.value.status, *refused.value.codes))
        limit_files(process, 64 * MEBIBYTE)
        after = caller.call(key=key)

    assert refusals == [(503, "ledger.unwritable")] * 3
    assert after.index == before.index + 1
    with Ledger.open(stage.home.log, stage.home.key) as ledger:
        assert ledger.entry(after.index).decode() == after.receipt_text


def test_a_load_that_fills_the_disk_leaves_the_former_table(stage: Stage, tmp_path):
    before = open_table(stage.home.store, "villages")
    file = tmp_path / "villages.csv"
    lines = "\n".join(f"{n:012d},村{n},138,45" for n in range(50_000))
    file.write_text(f"code,name,tel,county\n{lines}\n", encoding="utf-8")

    items = ("代码=code", "名称=name", "电话=tel", "县=county")
    command = [
        sys.executable,
        "-m",
        "yunzhang.cli",
        "node",
        "load",
        str(stage.home.folder),
        "villages",
        "--kind",
        "csv",
        "--location",
        str(file),
        "--key",
        "代码",
        *(part for item in items for part in ("--item", item)),
    ]
    with small_files(MEBIBYTE):
        loaded = subprocess.run(command, capture_output=True, check=False)

    assert loaded.returncode == 1
    assert "装载表" in loaded.stderr.decode()
    assert b"Traceback" not in loaded.stderr
    assert open_table(stage.home.store, "villages").version == before.version
    assert len(list(before.path.parent.iterdir())) == 2


def test_a_node_answers_while_its_hub_is_down(stage: Stage):
    settings = stage.home.folder / "node.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('hub = ""', 'hub = "http://127.0.0.1:9"'),
        encoding="utf-8",
    )
    grant = stage.grant()
    (stage.home.folder / "revocations").unlink()
    stage.revoke(age_seconds=3600)

    with running(stage.home) as (address, _), stage.caller(address, grant) as caller:
        answer = caller.call(key={"代码": VILLAGES[0][0]})

    assert 3600 <= answer.revocations_age_seconds < 3700


def test_a_failure_nobody_foresaw_is_told_as_a_number_and_kept_at_home(stage: Stage):
    stage.grant()
    post = Post.open(stage.home)

    def broken(_now):
        raise RuntimeError("李四 110101199003070134")

    post.status = broken  # type: ignore[method-assign]
    said: list[dict[str, Any]] = []

    async def send(event):
        said.append(event)

    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/status",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(App(post)(scope, None, send))
    post.close()

    fault = json.loads(said[1]["body"])["faults"][0]
    kept = (stage.home.folder / "incidents.log").read_text()
    assert (said[0]["status"], fault["code"]) == (500, "node.failed")
    assert fault["details"]["incident"] in kept
    assert "李四" not in kept + json.dumps(fault, ensure_ascii=False)


def test_a_body_that_dribbles_in_is_given_up(stage: Stage):
    post = Post.open(stage.home)
    app = App(post)
    app._patience = 0
    said: list[dict[str, Any]] = []

    async def send(event):
        said.append(event)

    async def never():
        await asyncio.Event().wait()

    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": b"/session",
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
    }
    asyncio.run(app(scope, never, send))
    post.close()

    assert said[0]["status"] == 408
    assert b"body.too_slow" in said[1]["body"]


def test_a_node_stops_in_order_when_asked(stage: Stage):
    with running(stage.home) as (_, process):
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0
