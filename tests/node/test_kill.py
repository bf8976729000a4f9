"""kill -9 at random moments under load: what was acknowledged is in the log, once, for ever."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import suppress

import pytest

from tests.node.staging import VILLAGES, Stage, start, wait_until_up
from yunzhang.node.caller import Answer
from yunzhang.protect import merkle
from yunzhang.protect.ledger import Ledger
from yunzhang.protect.notes import verify_checkpoint
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused
from yunzhang.terms.receipt import Receipt

KILLS = 50
CONNECTIONS = 4
LONGEST_ROUND = 0.25  # seconds of load before the kill


def call_until_killed(stage: Stage, address: str, answers: list[Answer], first: threading.Event):
    """Call again and again; ends when the node no longer answers."""
    with suppress(Refused), stage.caller(address, stage.issued[0]) as caller:
        while True:
            answers.append(caller.call(key={"代码": random.choice(VILLAGES)[0]}))
            first.set()


def kill_under_load(stage: Stage, chance: random.Random) -> list[Answer]:
    """One life of the node: started, called over several connections, killed."""
    address = f"http://127.0.0.1:{stage.home.settings.listen_port}"
    process = start(stage.home)
    answers: list[Answer] = []
    first = threading.Event()
    wait_until_up(address, process)
    arguments = (stage, address, answers, first)
    threads = [
        threading.Thread(target=call_until_killed, args=arguments) for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    assert first.wait(20)
    threading.Event().wait(chance.uniform(0, LONGEST_ROUND))
    process.kill()
    process.wait()
    for thread in threads:
        thread.join(20)
    return answers


def root(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash as RFC 6962 2.1 writes it, apart from the ledger's own arithmetic."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return merkle.node_hash(root(hashes[:half]), root(hashes[half:]))


@pytest.mark.slow
def test_no_acknowledged_call_is_lost_or_doubled_by_fifty_kills(stage: Stage):
    stage.grant()
    chance = random.Random(451024103)

    acknowledged = [answer for _ in range(KILLS) for answer in kill_under_load(stage, chance)]

    with Ledger.open(stage.home.log, stage.home.key) as ledger:
        entries = ledger.entries(0, ledger.size)
        head = verify_checkpoint(ledger.head(), stage.home.key.public)
    lost = [a.index for a in acknowledged if entries[a.index].decode() != a.receipt_text]
    receipts = [decode(entry, Receipt) for entry in entries]
    times = Counter((receipt.session, receipt.call) for receipt in receipts)
    assert len(acknowledged) > KILLS
    assert lost == []
    assert max(times.values()) == 1
    assert (head.size, head.root) == (
        len(entries),
        root([merkle.leaf_hash(entry) for entry in entries]),
    )
