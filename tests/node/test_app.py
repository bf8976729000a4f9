"""The node's doors, over real connections: sizes, paths, languages, proofs."""

from __future__ import annotations

import socket
import time

import httpx
import pytest

from tests.node.staging import VILLAGES, Stage, make_stage, running
from yunzhang.clock import seconds
from yunzhang.node.asked import Call
from yunzhang.node.session import call_header
from yunzhang.protect import merkle
from yunzhang.protect.notes import parse_proof, verify_checkpoint
from yunzhang.terms.document import encode
from yunzhang.terms.faults import Refused


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A running node with a grant: its stage and address."""
    stage = make_stage(tmp_path_factory.mktemp("node"))
    stage.grant()
    with running(stage.home) as (address, _):
        yield stage, address


def raw(address: str, data: bytes, *, patience: float = 10) -> bytes:
    """What the node answers to these very bytes."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=patience) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "path",
    [
        "/call/",
        "//call",
        "/./call",
        "/%63all",
        "/status/../call",
        "/log/../node.toml",
        "/log/tile/../../../key",
        "/log/%2e%2e/journal",
        "/log/tile/0/000/../../checkpoint",
        "/log/tile/9/000",
        "/log/journal/0",
        "/call?grant=G-1",
        "/log/proof/-1",
        "/LOG/checkpoint",
    ],
)
def test_a_path_is_what_it_says_or_nothing(node, path):
    _, address = node

    answer = raw(address, f"GET {path} HTTP/1.1\r\nhost: n\r\nconnection: close\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 404")
    assert b'"code":"path.unknown"' in answer


def test_a_body_of_100_megabytes_is_refused_while_it_arrives(node):
    _, address = node
    sent = 0

    def flood():
        nonlocal sent
        for _ in range(100):
            sent += 1 << 20
            yield bytes(1 << 20)

    try:
        answer = httpx.post(f"{address}/session", content=flood(), trust_env=False)
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (413, "body.too_large")
    except httpx.WriteError:
        # The node closed the line in the middle of the flood, before its answer was read.
        pass

    assert sent < 100 << 20
    assert httpx.get(f"{address}/status", trust_env=False).status_code == 200


def test_a_body_said_to_be_too_large_is_refused_before_it_comes(node):
    _, address = node

    answer = raw(address, b"POST /session HTTP/1.1\r\nhost: n\r\ncontent-length: 104857600\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"body.too_large" in answer


def test_a_stranger_gets_no_further_than_the_header(node):
    _, address = node

    answers = [
        httpx.post(f"{address}/call", content=b"{}", headers=headers, trust_env=False)
        for headers in ({}, {"Yunzhang-Call": "0" * 32}, {"Yunzhang-Call": "x y z"})
    ]

    codes = [answer.json()["faults"][0]["code"] for answer in answers]
    assert codes == ["session.missing", "session.unknown", "session.unknown"]
    assert {answer.status_code for answer in answers} == {401}


def test_faults_are_told_in_the_callers_language_with_a_next_step(node):
    _, address = node

    def told(language):
        headers = {"Accept-Language": language}
        return httpx.put(f"{address}/status", headers=headers, trust_env=False).json()["faults"]

    assert told("en-GB")[0]["sentence"] == "This address takes GET only."
    assert "只接受 GET" in told("zh-CN")[0]["sentence"]
    assert told("")[0]["next_step"]


def test_a_call_is_taken_once_and_no_other_body_passes_for_it(node):
    stage, address = node
    grant = stage.issued[0]
    with stage.caller(address, grant) as caller:
        caller.session()
        session, secret = caller._session, caller._secret
    asked = encode(
        Call(grant=grant.id, purpose=grant.purpose, items=("名称",), key={"代码": VILLAGES[0][0]})
    )
    header = {
        "Yunzhang-Call": call_header(session, secret, b"POST", b"/call", asked, int(seconds()))
    }

    def post(body):
        answer = httpx.post(f"{address}/call", content=body, headers=header, trust_env=False)
        return answer.json().get("faults", [{"code": "none"}])[0]["code"]

    assert post(asked.replace("名称".encode(), "电话".encode())) == "session.mac_wrong"
    assert post(asked) == "none"
    assert post(asked) == "call.replayed"


def test_the_log_is_served_as_tiles_with_proofs_that_convince(node):
    stage, address = node
    with stage.caller(address, stage.issued[0]) as caller:
        answer = caller.call(key={"代码": VILLAGES[1][0]})

    proof = parse_proof(httpx.get(f"{address}/log/proof/{answer.index}", trust_env=False).text)
    head = verify_checkpoint(proof.checkpoint, stage.home.key.public)

    leaf = merkle.leaf_hash(answer.receipt_text.encode())
    assert merkle.verify_inclusion(proof.index, head.size, leaf, proof.path, head.root)
    assert proof.index == answer.index


def test_tiles_and_checkpoint_appear_a_moment_after_the_calls(node):
    stage, address = node
    with stage.caller(address, stage.issued[0]) as caller:
        answer = caller.call(key={"代码": VILLAGES[2][0]})
    ends = time.monotonic() + 20
    size = 0
    while size <= answer.index and time.monotonic() < ends:
        note = httpx.get(f"{address}/log/checkpoint", trust_env=False).text
        size = (
            verify_checkpoint(note, stage.home.key.public).size
            if note.startswith(stage.home.name)
            else 0
        )
        time.sleep(0.1)

    tile = httpx.get(f"{address}/log/tile/entries/000.p/{size}", trust_env=False)

    assert size > answer.index
    assert answer.receipt_text.encode() in tile.content


def test_the_status_tells_sizes_and_ages_and_no_secret(node):
    stage, address = node

    status = httpx.get(f"{address}/status", trust_env=False)

    told = status.json()
    assert told["tables"]["villages"]["rows"] == 1000
    assert told["grants"] == 1
    assert told["revocations_age_seconds"] < 600
    private = (stage.home.folder / "key").read_text().strip()
    assert private not in status.text
    assert str(stage.home.folder) not in status.text


def test_a_refused_call_is_told_with_all_its_faults(node):
    stage, address = node
    with stage.caller(address, stage.issued[0]) as caller, pytest.raises(Refused) as refused:
        caller.call(("名称", "密码"), key={"代码": "1"}, purpose="营销")

    assert refused.value.codes == ("purpose.other", "items.outside")
    assert refused.value.status == 403


def test_a_session_lost_by_a_restart_is_opened_again_without_being_asked(tmp_path):
    stage: Stage = make_stage(tmp_path)
    grant = stage.grant()
    with running(stage.home) as (address, _):
        caller = stage.caller(address, grant)
        caller.call(key={"代码": VILLAGES[0][0]})
    with running(stage.home):
        answer = caller.call(key={"代码": VILLAGES[1][0]})
        caller.close()

    assert answer.index == 1
