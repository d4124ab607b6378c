"""A small HTTP client that costs little itself: what it measures is the server."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Request = tuple[str, str, bytes]
"""Method, path and body."""


_ATTEMPTS = 5


def timed(port: int, requests: list[Request], headers: Mapping[str, str]) -> list[float]:
    """Send requests one after another over one connection; return the milliseconds of each answer.

    A connection that the server closes is opened again, and the request sent anew is timed alone.

    Raises:
        RuntimeError: one was not answered with success.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    found = []
    for method, path, body in requests:
        for attempt in range(_ATTEMPTS):
            start = time.perf_counter()
            try:
                connection.request(method, path, body or None, dict(headers))
                answer = connection.getresponse()
                content = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                connection.close()
                if attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(1)
        found.append((time.perf_counter() - start) * 1000)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300].decode(errors='replace')}")
    connection.close()
    return found


def asked(port: int, path: str, headers: Mapping[str, str]) -> Any:
    """Return the JSON that a path answers with, once it does."""
    timed(port, [("GET", path, b"")], headers)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, None, dict(headers))
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return content


def a_second(
    port: int, requests: Iterator[Request], headers: Mapping[str, str], *, connections: int, seconds: float
) -> float:
    """Send requests over several connections at once for a time; return how many were answered a second.

    Raises:
        RuntimeError: one was not answered with success.
    """
    return asyncio.run(_many(port, requests.__next__, headers, connections, seconds))


async def _many(
    port: int, following: Callable[[], Request], headers: Mapping[str, str], connections: int, seconds: float
) -> float:
    start = time.perf_counter()
    counts = await asyncio.gather(
        *(_one(port, following, headers, start + seconds) for _ in range(connections))
    )
    return sum(counts) / (time.perf_counter() - start)


async def _one(port: int, following: Callable[[], Request], headers: Mapping[str, str], end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    n = 0
    while time.perf_counter() < end:
        method, path, body = following()
        head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}content-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        try:
            answer = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            # closed by the server; what it answered before counts, this one does not
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        if not answer[9:12].startswith(b"2"):
            raise RuntimeError(f"{method} {path}: {answer[:12].decode()} {content[:300].decode()}")
        n += 1
    writer.close()
    return n
