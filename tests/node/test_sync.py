"""In step with the hub: grants come down, receipts go up, outages only delay."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from msgspec.structs import replace

from tests.node.staging import VILLAGES, Stage
from yunzhang.node.asked import Call
from yunzhang.node.call import answer
from yunzhang.node.home import open_home
from yunzhang.node.post import Post
from yunzhang.node.session import Sender
from yunzhang.node.spool import send_up
from yunzhang.node.sync import fetch_grants, repeat
from yunzhang.node.transport import HubLine
from yunzhang.protect.keys import PublicKey, open_signed, sign
from yunzhang.protect.notes import verify_checkpoint
from yunzhang.terms.document import decode, encode
from yunzhang.terms.exchange import ASK_KIND, BATCH_KIND, Ask
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import KIND, REVOCATIONS_KIND, RevocationList
from yunzhang.terms.receipt import Batch
from yunzhang.terms.signed import Signed
from yunzhang.use.batches import BATCH_GAP


class PaperHub:
    """What a hub says and takes, over real HTTP, with its memory in the open."""

    def __init__(self, node_key: PublicKey) -> None:
        self.node_key = node_key
        self.down = False
        self.taken: list[bytes] = []
        self.batches: list[Batch] = []
        self.asked: list[Ask] = []
        self.sent: dict[str, object] = {}

        self.said = b""
        self.strict = False
        self.most = 1 << 30

    def answer(self, method: str, path: str, shown: str, body: bytes) -> tuple[int, bytes]:
        if self.down:
            return 503, b"down"
        ask = open_signed(decode(base64.b64decode(shown), Signed), ASK_KIND, Ask, (self.node_key,))
        self.asked.append(ask)
        assert ask.path == path
        if method == "GET":
            return 200, encode(self.sent)
        batch = open_signed(decode(body, Signed), BATCH_KIND, Batch, (self.node_key,))
        self.batches.append(batch)
        if self.said:
            return 200, self.said
        if self.strict and batch.start > len(self.taken):
            return 409, encode(
                Refused(BATCH_GAP(start=batch.start, size=len(self.taken))).plain("zh")
            )
        if len(body) > self.most:
            return 413, b"too large"
        if batch.start <= len(self.taken):
            known = len(self.taken) - batch.start
            self.taken += [entry.encode() for entry in batch.entries[known:]]
        return 200, json.dumps({"size": len(self.taken)}).encode()


@pytest.fixture
def hub(stage: Stage) -> Iterator[PaperHub]:
    paper = PaperHub(stage.home.key.public)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            shown = self.headers["Yunzhang-Node"]
            status, said = paper.answer(self.command, self.path, shown, body)
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815  # the name http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing in the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings = stage.home.folder / "node.toml"
    address = f"http://127.0.0.1:{server.server_port}"
    told = settings.read_text(encoding="utf-8").replace('hub = ""', f'hub = "{address}"')
    settings.write_text(told, encoding="utf-8")
    stage.home = open_home(stage.home.folder)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield paper
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def post(stage: Stage, hub: PaperHub) -> Iterator[Post]:
    opened = Post.open(stage.home)
    opened.pack = replace(
        opened.pack,
        limits=tuple(
            replace(row, value=7) if row.id == "node.batch_entries" else row
            for row in opened.pack.limits
        ),
    )
    yield opened
    opened.close()


def call(post: Post, stage: Stage, times: int) -> None:
    grant = stage.issued[0]
    asked = encode(
        Call(grant=grant.id, purpose=grant.purpose, items=("名称",), key={"代码": VILLAGES[0][0]})
    )

    async def calls():
        for _ in range(times):
            sender = Sender("s", stage.consumer.public.text, os.urandom(16).hex())
            await answer(post.desk, sender, asked)

    asyncio.run(calls())


def with_line(post: Post, work) -> None:
    async def do() -> None:
        async with HubLine(post.home.settings.hub, post.home.key, 10) as line:
            await work(post, line)

    asyncio.run(do())


def test_grants_and_revocations_come_down_and_are_kept(stage, hub, post):
    grant = stage.draft()
    listed = RevocationList(node=stage.home.name, number=7, issued_at=grant.issued_at, revoked=())
    hub.sent = {
        "grants": [sign(KIND, grant, stage.hub)],
        "revocations": sign(REVOCATIONS_KIND, listed, stage.hub),
    }

    with_line(post, fetch_grants)

    assert post.desk.book.find(grant.id).grant == grant
    assert stage.book.find(grant.id).grant == grant
    assert hub.asked[0].node == stage.home.name


def test_a_bad_grant_does_not_keep_the_good_ones_away(stage, hub, post):
    good, bad = stage.draft(), stage.draft(node="other.gx")
    listed = RevocationList(node=stage.home.name, number=0, issued_at=good.issued_at, revoked=())
    hub.sent = {
        "grants": [sign(KIND, bad, stage.hub), sign(KIND, good, stage.hub)],
        "revocations": sign(REVOCATIONS_KIND, listed, stage.hub),
    }

    with pytest.raises(Refused) as refused:
        with_line(post, fetch_grants)

    assert refused.value.codes == ("revocations.rollback", "grant.other_node")
    assert post.desk.book.find(good.id)


def test_every_receipt_arrives_once_in_batches_that_prove_themselves(stage, hub, post):
    stage.grant()
    post.desk.book.receive(sign(KIND, stage.issued[0], stage.hub))
    call(post, stage, 20)

    with_line(post, send_up)

    ledger = post.desk.commit.ledger
    assert hub.taken == ledger.entries(0, 20)
    assert [len(batch.entries) for batch in hub.batches] == [7, 7, 6]
    for batch in hub.batches:
        head = verify_checkpoint(batch.checkpoint, stage.home.key.public)
        end = batch.start + len(batch.entries)
        assert (head.size, bool(batch.consistency)) == (20, end < 20)
    assert post.hub.receipts_sent == 20


def test_after_an_outage_sending_goes_on_where_the_hub_says(stage, hub, post):
    stage.grant()
    post.desk.book.receive(sign(KIND, stage.issued[0], stage.hub))
    call(post, stage, 10)
    with_line(post, send_up)
    call(post, stage, 10)
    hub.down = True
    with pytest.raises(Refused):
        with_line(post, send_up)

    hub.down = False
    del hub.taken[4:]  # the hub itself was restored from an older copy
    with_line(post, send_up)

    assert hub.taken == post.desk.commit.ledger.entries(0, 20)


def test_a_hub_restored_from_an_older_copy_gets_what_it_lost_though_it_refuses_the_gap(
    stage, hub, post
):
    stage.grant()
    post.desk.book.receive(sign(KIND, stage.issued[0], stage.hub))
    call(post, stage, 10)
    with_line(post, send_up)
    call(post, stage, 10)

    hub.strict = True
    del hub.taken[4:]
    with_line(post, send_up)

    assert hub.taken == post.desk.commit.ledger.entries(0, 20)


@pytest.mark.parametrize("said", [b'{"size":0}', b'{"size":-5}', b"<html>", b'{"size":"0"}'])
def test_a_hub_that_answers_nonsense_is_refused_and_later_sending_goes_on(stage, hub, post, said):
    stage.grant()
    post.desk.book.receive(sign(KIND, stage.issued[0], stage.hub))
    call(post, stage, 3)
    hub.said = said

    with pytest.raises(Refused):
        with_line(post, send_up)
    assert len(hub.batches) == 1

    hub.said = b""
    with_line(post, send_up)
    assert hub.taken == post.desk.commit.ledger.entries(0, 3)


def test_a_damaged_hint_of_what_was_sent_does_no_harm(stage, hub, post):
    stage.grant()
    post.desk.book.receive(sign(KIND, stage.issued[0], stage.hub))
    call(post, stage, 3)
    (stage.home.folder / "sent").write_bytes(b"\x00\xff")

    with_line(post, send_up)

    assert hub.taken == post.desk.commit.ledger.entries(0, 3)


def test_long_receipts_go_up_in_batches_the_hub_takes(stage, hub, post):
    limits = post.pack.limits
    small = 30_000
    post.pack = replace(
        post.pack,
        limits=tuple(
            replace(row, value=small) if row.id == "exchange.batch_bytes" else row for row in limits
        ),
    )
    hub.most = small
    post.desk.commit.ledger.append([b'"' + b"x" * 8000 + b'"'] * 20)

    with_line(post, send_up)

    assert len(hub.taken) == 20


def test_a_hub_that_knows_more_than_the_log_is_an_alarm(stage, hub, post):
    stage.grant()
    post.desk.book.receive(sign(KIND, stage.issued[0], stage.hub))
    call(post, stage, 3)
    hub.taken = [b"{}"] * 99

    with pytest.raises(Refused) as refused:
        with_line(post, send_up)

    assert refused.value.codes == ("spool.hub_ahead",)


def test_a_failing_task_waits_longer_and_recovers(stage, hub, post):
    turns: list[bool] = []
    enough = asyncio.Event()

    async def work() -> None:
        turns.append(post.hub.reachable_since is not None)
        if len(turns) == 6:
            enough.set()
        if len(turns) < 4:
            from yunzhang.node.transport import UNREACHABLE

            raise Refused(UNREACHABLE(address="hub", reason="down"))

    async def until_it_recovered() -> None:
        task = asyncio.create_task(repeat(post, work, 0.001, 0.01))
        await enough.wait()
        task.cancel()

    asyncio.run(until_it_recovered())

    assert turns == [False, False, False, False, True, True]


def test_a_failure_nobody_foresaw_does_not_end_the_task(stage, hub, post):
    turns = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal turns
        turns += 1
        if turns < 3:
            raise OSError(28, "No space left on device")
        enough.set()

    async def until_it_recovered() -> None:
        task = asyncio.create_task(repeat(post, work, 0.001, 0.01))
        await asyncio.wait_for(enough.wait(), 10)
        task.cancel()

    asyncio.run(until_it_recovered())

    assert "OSError" in (stage.home.folder / "incidents.log").read_text(encoding="utf-8")
