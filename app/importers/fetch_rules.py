"""What may be fetched from where: rules for the text of an address, and the two ways in which fetching ends badly."""

import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import TrackerError

if TYPE_CHECKING:
    import httpx

BY_HAND = "Or download the file yourself and upload it."
_LONGEST_URL = 2_000
_HOST = re.compile(r"[A-Za-z0-9_.:-]+")


class FetchRefused(TrackerError):
    code = "fetch_refused"
    status = 422
    title = "Fetching refused"
    help = "The service does not fetch from there, or not such a file. Download it yourself and upload it."


class FetchFailed(TrackerError):
    # Not a 502: the address came with the request, and proxies put pages of their own in the place of a 502.
    code = "fetch_failed"
    status = 422
    title = "Fetching failed"
    help = "The other server did not deliver the file. Check the address, try later, or upload the file yourself."


@dataclass(frozen=True)
class FetchRules:
    """Where from, how much and how long. `hosts` are exact names, or `.example.org` for all names below that one."""

    max_bytes: int = 100_000_000
    hosts: tuple[str, ...] = ()  # none: any host; `host:port` allows a port beside the usual one
    allow_http: bool = False
    allow_private: bool = False  # for tests and a service on one's own machine
    connect_seconds: float = 5.0
    total_seconds: float = 120.0
    tls: ssl.SSLContext | None = None  # None: the usual certificate authorities


def checked_address(url: str, rules: FetchRules) -> "httpx.URL":
    """An address that may be asked, as far as its text tells."""
    import httpx  # most services never fetch, and it takes its time to load

    if len(url) > _LONGEST_URL:
        raise FetchRefused(f"The address is longer than {_LONGEST_URL:,} characters.")
    try:
        place = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchRefused("This is no address of a file. It should start with https://.") from error
    if place.scheme != "https" and not (rules.allow_http and place.scheme == "http"):
        raise FetchRefused(f"Files are fetched over https only. Give an address with https://. {BY_HAND}")
    if not _HOST.fullmatch(place.raw_host.decode("ascii")):
        raise FetchRefused("The address names no host, or one that cannot be.")
    if place.userinfo:
        raise FetchRefused("The address holds a user name or password. Leave it out.")
    host, usual = place.raw_host.decode("ascii").lower().rstrip("."), 443 if place.scheme == "https" else 80
    port = place.port or usual
    allowed = [_host_and_port(entry, usual) for entry in rules.hosts]
    if allowed and not any(_matches(host, name) for name, _ in allowed):
        raise FetchRefused(f"Files may be fetched from {', '.join(rules.hosts)} only. {BY_HAND}")
    if port != usual and not any(_matches(host, name) and port == number for name, number in allowed):
        raise FetchRefused(f"Files are fetched from port {usual} only. {BY_HAND}")
    return place


def _host_and_port(entry: str, usual: int) -> tuple[str, int]:
    name, colon, port = entry.lower().rpartition(":")
    return (name, int(port)) if colon and port.isdigit() else (entry.lower(), usual)


def _matches(host: str, name: str) -> bool:
    return host.endswith(name) if name.startswith(".") else host == name
