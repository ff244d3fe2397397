"""Which addresses files may be fetched from: of the public internet, and of no network that only this machine sees."""

import socket
from ipaddress import IPv4Address, ip_address, ip_network

_NOT_PUBLIC = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind the translation of a provider
        "127.0.0.0/8",
        "168.63.129.16/32",  # the inside of a cloud, at a public number
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",  # tunnels and tests
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
]
# Nothing else of IPv6 is given out: local, mapped (::ffff:0:0/96) and translated (64:ff9b::/96) ones lie outside.
_GIVEN_OUT = ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Whether an address is one that everybody on the internet reaches alike."""
    parsed = ip_address(address)
    if not isinstance(parsed, IPv4Address) and parsed not in _GIVEN_OUT:
        return False
    return parsed.is_global and not any(parsed in network for network in _NOT_PUBLIC)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, best first; none if the name is unknown. Only the system bounds how long this takes."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(place[0]) for *_, place in found))
