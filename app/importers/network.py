"""Connections to the public internet: to addresses that were judged, and for a bounded time."""

import ssl
import time
from collections.abc import Callable, Iterable

import httpcore

from app.importers.addresses import is_public
from app.importers.fetch_rules import BY_HAND, FetchRefused, FetchRules

Resolver = Callable[[str, int], list[str]]
_MOST_ADDRESSES = 4


class Network(httpcore.NetworkBackend):
    """Connects to addresses that were judged, and lets nothing last longer than the whole may."""

    def __init__(self, rules: FetchRules, opener: httpcore.NetworkBackend, resolver: Resolver) -> None:
        self._rules = rules
        self._opener = opener
        self._resolver = resolver
        self._deadline = time.monotonic() + rules.total_seconds
        self.timeouts = {"timeout": {"connect": rules.connect_seconds}}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in self._addresses(host, port):
            left = _left(self._deadline, timeout)
            try:
                stream = self._opener.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host; the refusal does not tell a name that is unknown from one of a private network."""
        addresses = self._resolver(host, port)
        if not addresses or not (self._rules.allow_private or all(is_public(address) for address in addresses)):
            raise FetchRefused(f"The host of the address is not on the public internet. Check its name. {BY_HAND}")
        return addresses[:_MOST_ADDRESSES]


class _Stream(httpcore.NetworkStream):
    """A connection whose every act ends at the deadline: a server that drips bytes gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    """Seconds that something may take."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)
