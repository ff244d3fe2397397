"""Stands in for wrk where it is not installed: the same requests over as many connections, told in the same way.

It takes more of a core than wrk does, so fast servers look slower; ratios between slow ones stay.
"""

import argparse
import asyncio
import json
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import httptools


class _Connection(asyncio.Protocol):
    """One connection that sends the next request when an answer is there."""

    def __init__(self, load: "_Load") -> None:
        self.load = load
        self.transport: Any = None
        self.begun = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._next()

    def _next(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.begun = time.perf_counter()
        self.transport.write(next(self.load.requests))

    def data_received(self, chunk: bytes) -> None:
        self.parser.feed_data(chunk)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self.load.waits.append(now - self.begun)
        self.load.refused += self.parser.get_status_code() >= 400
        if now < self.load.until:
            asyncio.get_running_loop().call_soon(self._next)
        else:
            self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self.load.broken += time.perf_counter() < self.load.until
        self.load.open -= 1
        if not self.load.open:
            self.load.is_over.set()


class _Load:
    """All connections, and what came of their requests."""

    def __init__(self, requests: list[bytes], connections: int, seconds: float) -> None:
        self.requests = cycle(requests)
        self.open = connections
        self.seconds = seconds
        self.waits: list[float] = []
        self.refused = self.broken = 0
        self.is_over = asyncio.Event()

    async def run(self, port: int) -> float:
        """Drive a server; returns the seconds it took."""
        begun = time.perf_counter()
        self.until = begun + self.seconds
        loop = asyncio.get_running_loop()
        for _ in range(self.open):
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port)
        await self.is_over.wait()
        return time.perf_counter() - begun


def _formatted(line: str, port: int) -> bytes:
    method, path, etag, body = line.rstrip("\n").split("\t")
    head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if etag:
        head.append(f"If-None-Match: {etag}")
    if body:
        head.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def main() -> None:
    """Drive the server at a port and print what came of it as one line of JSON."""
    parser = argparse.ArgumentParser()
    for name, kind in (("port", int), ("connections", int), ("seconds", float), ("requests", Path)):
        parser.add_argument(name, type=kind)
    asked = parser.parse_args()
    with asked.requests.open(encoding="utf-8") as lines:
        requests = [_formatted(line, asked.port) for line in lines]

    async def drive() -> tuple[_Load, float]:
        load = _Load(requests, asked.connections, asked.seconds)
        return load, await load.run(asked.port)

    load, seconds = asyncio.run(drive())
    waits = sorted(load.waits)
    told = {
        "requests": len(waits),
        "seconds": seconds,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        "refused": load.refused,
        "broken": load.broken,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
