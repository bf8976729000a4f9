"""Serving a node: uvicorn on its address, its tasks beside it, a graceful end on SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
import uvloop

from yunzhang.node.app import App
from yunzhang.node.home import Home
from yunzhang.node.post import Post
from yunzhang.node.spool import send_up
from yunzhang.node.sync import fetch_grants, renew_tables, repeat
from yunzhang.node.transport import HubLine

# A tuning of the interpreter and not policy: container objects between two looks.
GC_ALLOCATIONS = 50_000


def serve(home: Home) -> None:
    """Serve until SIGTERM or SIGINT; calls under way are answered first. Raises Refused."""
    post = Post.open(home)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(post))
    finally:
        post.close()


class Server(uvicorn.Server):
    """uvicorn, but a signal ends it in order instead of ending the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


async def _serve(post: Post) -> None:
    settings, limit = post.home.settings, post.pack.limit
    server = Server(
        config(
            App(post),
            settings.listen_host,
            settings.listen_port,
            limit("node.connections"),
            limit("node.stop_seconds"),
        )
    )
    tasks = [asyncio.create_task(renew_tables(post, limit("node.publish_seconds")))]
    async with HubLine(settings.hub, post.home.key, limit("node.hub_seconds")) as line:
        if settings.hub:
            for work in (partial(fetch_grants, post, line), partial(send_up, post, line)):
                often, longest = settings.poll_seconds, limit("node.backoff_seconds")
                tasks.append(asyncio.create_task(repeat(post, work, often, longest)))
        _spare_the_collector()
        try:
            await server.serve()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _spare_the_collector() -> None:
    """Look for cyclic garbage seldom: a call leaves none, and each look costs all calls time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS)


def config(
    app: object, host: str, port: int, connections: int, stop_seconds: int
) -> uvicorn.Config:
    """uvicorn without what a node does not need: access log, proxies, websockets, lifespan."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        limit_concurrency=connections,
        timeout_graceful_shutdown=stop_seconds,
    )
