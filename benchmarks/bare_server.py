"""The peer of the node benchmark: a bare ASGI handler on the node's own server, one fixed answer.

`python -m benchmarks.bare_server PORT FILE` answers every request with the bytes of FILE.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvloop

from yunzhang.node.serve import Server, config


def handler(body: bytes) -> Any:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start)
        await send(end)

    return app


if __name__ == "__main__":
    app = handler(Path(sys.argv[2]).read_bytes())
    server = Server(config(app, "127.0.0.1", int(sys.argv[1]), 1000, 1))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve())
