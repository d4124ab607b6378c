"""Sends the same request over kept-alive connections for some seconds; prints what it saw as JSON.

Only the standard library, so that its own cost is small and the same for every server.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


class Connection(asyncio.Protocol):
    """One connection: the next request goes out when the last answer is in."""

    def __init__(self, request: bytes, until: float, times: list[float], faults: list[str]) -> None:
        self._request = request
        self._until = until
        self._times = times
        self._faults = faults
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lowered = self._buffer[:head].lower()
        start = lowered.find(b"content-length:") + 15
        length = int(lowered[start:].split(b"\r\n", 1)[0])
        if len(self._buffer) < head + 4 + length:
            return
        self._times.append(time.perf_counter() - self._sent)
        if not lowered.startswith(b"http/1.1 200"):
            self._faults.append(self._buffer.decode(errors="replace")[:500])
        self._buffer = b""
        if time.perf_counter() < self._until:
            self._send()
        else:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._faults.append(f"the connection broke: {exc}")
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        self._transport.close()


async def main(order: dict) -> dict:
    host, port = order["host"], order["port"]
    body = order["body"].encode()
    headers = {"host": f"{host}:{port}", "content-type": "application/json", "content-length": len(body)}
    lines = [f"{k}: {v}" for k, v in (headers | order["headers"]).items()]
    request = "\r\n".join([f"POST {order['path']} HTTP/1.1", *lines, "", ""]).encode() + body
    times: list[float] = []
    faults: list[str] = []
    started = time.perf_counter()
    until = started + order["seconds"]
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(request, until, times, faults), host, port))[1]
        for _ in range(order["connections"])
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    spent = time.perf_counter() - started
    ordered = sorted(times)
    return {
        "a_second": len(times) / spent,
        "p95_ms": ordered[int(len(ordered) * 0.95)] * 1000 if ordered else None,
        "faults": len(faults),
        "fault": faults[0] if faults else "",
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
