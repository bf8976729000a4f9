"""Load: prepared requests over a few connections, each sent once the one before is answered."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence


def load(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    """Good answers a second over the connections, each sending its next once answered."""
    sockets = {}
    poll = select.epoll()
    waiting = iter(requests)
    for _ in range(connections):
        each = socket.create_connection(("127.0.0.1", port))
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[each.fileno()] = each
        poll.register(each, select.EPOLLIN)
        each.sendall(next(waiting))
    answered, buffers = 0, dict.fromkeys(sockets, b"")
    began = time.perf_counter()
    ends = began + seconds
    while (now := time.perf_counter()) < ends:
        for handle, _ in poll.poll():
            buffers[handle] += sockets[handle].recv(1 << 17)
            if not _whole(buffers[handle]):
                continue
            answered += 1
            buffers[handle] = b""
            request = next(waiting, None)
            if request is None:
                ends = 0.0
                break
            sockets[handle].send(request)
    elapsed = now - began
    for each in sockets.values():
        each.close()
    return answered / elapsed


def _whole(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    if not answer.startswith(b"HTTP/1.1 200"):
        raise AssertionError(answer[:500])
    place = answer[:head].lower().find(b"content-length:")
    if place < 0:
        return answer.endswith(b"0\r\n\r\n")  # chunked
    length = int(answer[place + 15 : answer.find(b"\r\n", place)])
    return len(answer) >= head + 4 + length
