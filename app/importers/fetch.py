"""Downloads a file for an import, from the public internet only.

A name is resolved once, its addresses are judged, and the connection goes to an address that was judged: an answer of
the name server that changes in between has no effect. TLS still checks the name. Redirects go through all of it again.
"""

import hashlib
import re
import ssl
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpcore
import httpx

from app.importers.addresses import resolve
from app.importers.fetch_rules import BY_HAND, FetchFailed, FetchRefused, FetchRules, checked_address
from app.importers.limits import CHUNK
from app.importers.network import Network, Resolver

__all__ = ["FetchFailed", "FetchRefused", "FetchRules", "Fetched", "digest_of", "fetch"]

_MEDIA_TYPES = (
    "application/csv",
    "application/gzip",
    "application/json",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-gzip",
    "application/x-ndjson",
    "text/csv",
    "text/plain",
)
_HEADERS = [(b"Accept", ", ".join(_MEDIA_TYPES).encode()), (b"Accept-Encoding", b"identity")]
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, zlib.error)


@dataclass(frozen=True)
class Fetched:
    """What was downloaded; `url` is where it was in the end, after redirects."""

    name: str
    media_type: str
    size: int
    sha256: str
    url: str


def fetch(
    url: str,
    target: Path,
    rules: FetchRules,
    opener: httpcore.NetworkBackend | None = None,
    resolver: Resolver = resolve,
    pause: Callable[[], None] = lambda: None,
) -> Fetched:
    """Write what is at an address to a file; on FetchRefused and FetchFailed no file is left.

    `opener` opens connections, to addresses and never to names. `pause` is called for each piece that comes; what it
    raises breaks off.
    """
    try:
        return _follow(url, target, rules, Network(rules, opener or httpcore.SyncBackend(), resolver), pause)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, _FAILURES):
            raise FetchFailed(f"{_reason(error)} {BY_HAND}") from error
        raise


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Where from


def _follow(url: str, target: Path, rules: FetchRules, network: Network, pause: Callable[[], None]) -> Fetched:
    """Go where the address leads; every stop is judged like the first."""
    # Nothing is taken from the environment: no proxy, no password out of a file.
    context = rules.tls or httpcore.default_ssl_context()
    with httpcore.ConnectionPool(context, network_backend=network, max_keepalive_connections=0) as pool:
        for _ in range(_MOST_REDIRECTS + 1):
            place = checked_address(url, rules)
            address = httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path)
            with pool.stream("GET", address, headers=_HEADERS, extensions=network.timeouts) as response:
                if response.status not in _REDIRECTS:
                    return _save(response, place, target, rules, pause)
                location = _header(response, b"location")
            if not location:
                raise FetchFailed("The server points to another address, but names none.")
            url = _joined(place, location)
    raise FetchFailed(f"The address leads on to another one more than {_MOST_REDIRECTS} times. Give the last one.")


def _joined(place: httpx.URL, location: str) -> str:
    try:
        return str(place.join(location))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchFailed(f"The server points to what is no address. {BY_HAND}") from error


# What came


def _save(
    response: httpcore.Response, place: httpx.URL, target: Path, rules: FetchRules, pause: Callable[[], None]
) -> Fetched:
    if response.status != 200:
        raise FetchFailed(f"The server answered with status {response.status}. Check the address. {BY_HAND}")
    media_type = _header(response, b"content-type").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        shown = ascii(media_type[:80]) if media_type else "nothing"
        raise FetchRefused(f"The server says that this is {shown}, which is no kind of table. {BY_HAND}")
    length = _header(response, b"content-length")
    if length.isdigit() and int(length[:20]) > rules.max_bytes:
        raise _too_large(rules)
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        for piece in _decoded(response, rules):
            pause()
            size += len(piece)
            if size > rules.max_bytes:
                raise _too_large(rules)
            digest.update(piece)
            file.write(piece)
    return Fetched(_name(place), media_type, size, digest.hexdigest(), str(place))


def _decoded(response: httpcore.Response, rules: FetchRules) -> Iterator[bytes]:
    """The bytes of the file, unpacked if they were packed for the way, though that was not asked for."""
    coding = _header(response, b"content-encoding").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchFailed(f"The server packed the file in a way that was not asked for. {BY_HAND}")
    unpacker = zlib.decompressobj(31) if coding.endswith("gzip") else None
    taken = 0
    for piece in response.iter_stream():
        taken += len(piece)
        if taken > rules.max_bytes:
            raise _too_large(rules)
        if unpacker is None:
            yield piece
            continue
        packed = piece
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, CHUNK)
            packed = unpacker.unconsumed_tail
    if unpacker and not unpacker.eof:
        raise FetchFailed("The file was cut off on its way. Try again.")


def _too_large(rules: FetchRules) -> FetchRefused:
    return FetchRefused(
        f"The file is larger than the {rules.max_bytes:,} bytes that are fetched. Split it and upload it."
    )


def _header(response: httpcore.Response, name: bytes) -> str:
    """The first header of a name; empty without one."""
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


def _name(place: httpx.URL) -> str:
    """What to call the file: the end of its address, in harmless characters."""
    last = place.path.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w .()-]", "_", last)[:100].lstrip(".") or "download"


def _reason(error: BaseException) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return "The server did not answer or deliver in time. Try later."
    # The pool raises its errors anew "from None", which leaves the context.
    if isinstance(error.__context__, ssl.SSLCertVerificationError):
        return "The server has no valid certificate for its name. Check the address."
    if isinstance(error, httpcore.ConnectError):
        return "The server cannot be reached. Check the address or try later."
    return "The server broke off or sent what is no HTTP. Try later."
