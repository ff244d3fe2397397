"""Downloading files for imports: from real servers on this machine, and never from where it must not be."""

import gzip
import hashlib
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpcore
import pytest

from app.importers.addresses import is_public, resolve
from app.importers.fetch import Fetched, FetchFailed, FetchRefused, FetchRules, digest_of, fetch
from tests.certificates import AUTHORITY, SERVER

TABLE = b"Country,Total\nKenya,1\n"
PUBLIC = "93.184.216.34"
TLS = ssl.create_default_context(cadata=AUTHORITY)
NOT_PUBLIC = "The host of the address is not on the public internet."


class Server:
    """A server that answers a path by what was set for it, and remembers what it was asked."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers)))
                try:
                    outer.answers[self.path.partition("?")[0]](self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_said: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.handle_error = lambda *_said: None  # type: ignore[method-assign]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Server]:
    """A server that can prove to be files.example.org."""
    certificate = tmp_path / "server.pem"
    certificate.write_text(SERVER)
    made = Server(certificate)
    yield made
    made.close()


class Wires(httpcore.NetworkBackend):
    """Leads every connection to a server of the tests, and remembers which address it was meant for."""

    def __init__(self, port: int, unreachable: tuple[str, ...] = ()) -> None:
        self.meant: list[tuple[str, int]] = []
        self._port = port
        self._unreachable = unreachable

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None) -> httpcore.NetworkStream:
        self.meant.append((host, port))
        if host in self._unreachable:
            raise httpcore.ConnectTimeout
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self._port, timeout)


def answer(body: bytes = TABLE, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer with a length, as text/csv unless told otherwise."""
    told = {"Content-Type": "text/csv", "Content-Length": str(len(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in told.items():
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def leading_to(location: str, status: int = 302) -> Callable[[BaseHTTPRequestHandler], None]:
    return answer(b"", status, Location=location)


def raw(*pieces: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Exactly these bytes, and then the end of the connection."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        handler.close_connection = True

    return send


def local(server: Server, **rules: object) -> FetchRules:
    """Rules under which the server of the tests may be asked."""
    told = {"tls": TLS, "allow_http": True, "allow_private": True, "hosts": (f"127.0.0.1:{server.port}",)} | rules
    return FetchRules(**told)  # type: ignore[arg-type]


def fetched(server: Server, target: Path, path: str = "/table.csv", **rules: object) -> Fetched:
    return fetch(f"http://127.0.0.1:{server.port}{path}", target, local(server, **rules))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


def refused(url: str, target: Path, rules: FetchRules | None = None, **options) -> str:
    target.write_text("what was there before")
    with pytest.raises(FetchRefused) as caught:
        fetch(url, target, rules or FetchRules(tls=TLS), **options)
    assert not target.exists()
    return caught.value.detail


def failed(server: Server, target: Path, **rules: object) -> str:
    with pytest.raises(FetchFailed) as caught:
        fetched(server, target, **rules)
    assert not target.exists()
    return caught.value.detail


# What goes well


def test_a_file_is_written_and_told(server: Server, target: Path):
    server.answers["/data/un table.csv"] = server.answers["/data/un%20table.csv"] = answer()
    told = fetched(server, target, "/data/un%20table.csv?month=2024-01#top")
    assert target.read_bytes() == TABLE
    digest = hashlib.sha256(TABLE).hexdigest()
    url = f"http://127.0.0.1:{server.port}/data/un%20table.csv?month=2024-01"
    assert told == Fetched("un table.csv", "text/csv", 22, digest, url)
    assert digest_of(target) == digest
    path, headers = server.asked[0]
    assert path == "/data/un%20table.csv?month=2024-01"
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in headers
    assert "Authorization" not in headers


def test_the_digest_of_a_large_file_is_that_of_all_of_it(tmp_path: Path):
    path = tmp_path / "large"
    path.write_bytes(b"kenya" * 1_000_000)
    assert digest_of(path) == hashlib.sha256(b"kenya" * 1_000_000).hexdigest()


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "download"), ("/a/..%2f..%2fetc%2fpasswd", "passwd"), ("/.%00x%22", "_x_"), ("/" + "n" * 150, "n" * 100)],
)
def test_the_name_of_a_file_is_harmless(server: Server, target: Path, path: str, name: str):
    server.answers[path] = answer()
    assert fetched(server, target, path).name == name


def test_tls_is_spoken_with_the_name_and_the_connection_goes_to_the_address(secure: Server, target: Path):
    secure.answers["/table.csv"] = answer()
    wires = Wires(secure.port)
    rules = FetchRules(tls=TLS)
    told = fetch("https://files.example.org/table.csv", target, rules, wires, lambda _host, _port: [PUBLIC])
    assert told.url == "https://files.example.org/table.csv"
    assert wires.meant == [(PUBLIC, 443)]
    assert secure.asked[0][1]["Host"] == "files.example.org"


def test_a_certificate_for_another_name_or_of_nobody_known_is_refused(secure: Server, target: Path):
    trusting = FetchRules(tls=TLS)
    for url, rules in (("https://other.example.org/", trusting), ("https://files.example.org/", FetchRules())):
        with pytest.raises(FetchFailed, match="no valid certificate"):
            fetch(url, target, rules, Wires(secure.port), lambda _host, _port: [PUBLIC])
    assert secure.asked == []


def test_the_next_address_is_tried_when_one_is_not_reached(server: Server, target: Path):
    server.answers["/t"] = answer()
    rules, addresses = FetchRules(tls=TLS, allow_http=True), ["2606:2800:220:1::1", PUBLIC]
    wires = Wires(server.port, unreachable=("2606:2800:220:1::1",))
    fetch("http://files.example.org/t", target, rules, wires, lambda _host, _port: addresses)
    assert wires.meant == [("2606:2800:220:1::1", 80), (PUBLIC, 80)]
    with pytest.raises(FetchFailed, match="in time"):
        fetch("http://files.example.org/t", target, rules, Wires(0, (PUBLIC,)), lambda _host, _port: [PUBLIC] * 9)


def test_proxies_of_the_environment_are_ignored(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers["/table.csv"] = answer()
    assert fetched(server, target).size == 22


# Addresses that are not asked


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/a.csv", "over https only"),
        ("ftp://example.org/a.csv", "over https only"),
        ("file:///etc/passwd", "over https only"),
        ("//example.org/a.csv", "over https only"),
        ("table.csv", "over https only"),
        ("", "over https only"),
        ("https://", "names no host"),
        ("https:///a.csv", "names no host"),
        ("https://me:secret@example.org/", "Leave it out"),
        ("https://example.org@example.com/", "Leave it out"),
        ("https://example.org:8443/", "port 443 only"),
        ("https://example.org:80/", "port 443 only"),
        ("https://example.org:99999/", "port 443 only"),
        ("https://exa mple.org/", "one that cannot be"),
        ("https://example.org/\n", "no address of a file"),
        ("https://[::1/", "no address of a file"),
        ("https://example.org/" + "a" * 2_000, "longer than 2,000"),
    ],
)
def test_an_address_that_breaks_a_rule_is_refused_and_no_name_looked_up(target: Path, url: str, words: str):
    looked_up: list[str] = []
    detail = refused(url, target, opener=Wires(0), resolver=lambda host, _port: [looked_up.append(host) or PUBLIC])
    assert words in detail
    assert looked_up == []


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("example.org", True),
        ("EXAMPLE.ORG", True),
        ("example.org.", True),
        ("data.un.org", True),
        ("a.b.un.org", True),
        ("un.org", False),
        ("notun.org", False),
        ("example.org.evil.com", False),
        ("sub.example.org", False),
    ],
)
def test_a_list_of_hosts_allows_exact_names_and_those_below_a_dot(
    server: Server, target: Path, host: str, is_allowed: bool
):
    server.answers["/t"] = answer()
    rules = FetchRules(tls=TLS, allow_http=True, hosts=("example.org", ".un.org"))
    url, wires = f"http://{host}/t", Wires(server.port)
    if is_allowed:
        assert fetch(url, target, rules, wires, lambda _host, _port: [PUBLIC]).size == 22
    else:
        assert "from example.org, .un.org only" in refused(url, target, rules, opener=wires)


def test_a_port_beside_the_usual_one_has_to_be_named(server: Server, target: Path):
    server.answers["/t"] = answer()
    rules = FetchRules(tls=TLS, allow_http=True, hosts=("example.org:8080", "example.com"))
    wires, lookup = Wires(server.port), lambda _host, _port: [PUBLIC]
    fetch("http://example.org:8080/t", target, rules, wires, lookup)
    assert wires.meant == [(PUBLIC, 8080)]
    for url in ("http://example.org:8081/t", "http://example.com:8080/t"):
        assert "from port 80 only" in refused(url, target, rules, opener=wires, resolver=lookup)


PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::7f00:1",
    "64:ff9b::5db8:d822",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_connection_is_opened_to_an_address_that_is_not_public(target: Path, address: str):
    wires = Wires(0)
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        detail = refused(
            "https://inner.example.org/", target, opener=wires, resolver=lambda _host, _port, found=found: found
        )
        assert detail.startswith(NOT_PUBLIC)
    assert wires.meant == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1", "2a00:1450::1"]
)
def test_addresses_of_the_public_internet_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_refused_in_every_spelling(target: Path, host: str):
    wires = Wires(0)
    assert refused(f"https://{host}/", target, opener=wires).startswith(NOT_PUBLIC)
    assert wires.meant == []


def test_the_refusal_is_the_same_whether_something_listens_or_a_name_exists(server: Server, target: Path):
    server.answers["/"] = answer()
    rules = FetchRules(tls=TLS, allow_http=True, hosts=(f"127.0.0.1:{server.port}", "127.0.0.1:1", "gone.example.org"))
    details = {
        refused(f"http://127.0.0.1:{server.port}/", target, rules),
        refused("http://127.0.0.1:1/", target, rules),
        refused("http://gone.example.org/", target, rules, resolver=lambda _host, _port: []),
    }
    assert len(details) == 1
    assert server.asked == []


def test_names_that_cannot_be_looked_up_have_no_address():
    assert resolve("a" * 300, 443) == []
    assert resolve("nothing.invalid", 443) == []
    assert resolve("127.0.0.1", 443) == ["127.0.0.1"]


def test_a_name_that_changes_its_address_gains_nothing(server: Server, target: Path):
    server.answers["/t"] = answer()
    found = [[PUBLIC], ["127.0.0.1"]]
    wires = Wires(server.port)
    fetch(
        "http://rebind.example.org/t",
        target,
        FetchRules(tls=TLS, allow_http=True),
        wires,
        lambda _host, _port: found.pop(0),
    )
    assert wires.meant == [(PUBLIC, 80)]
    assert found == [["127.0.0.1"]]


# Redirects


def lookup(host: str, _port: int) -> list[str]:
    return ["10.0.0.1"] if host.startswith("inner") else [PUBLIC]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_the_last_address_told(server: Server, target: Path, status: int):
    server.answers |= {"/a": leading_to("/b/table.csv?x=1", status), "/b/table.csv": answer()}
    told = fetched(server, target, "/a")
    assert told.url == f"http://127.0.0.1:{server.port}/b/table.csv?x=1"
    assert (told.name, target.read_bytes()) == ("table.csv", TABLE)


def test_three_redirects_are_followed_and_four_are_not(server: Server, target: Path):
    server.answers |= {f"/{n}": leading_to(f"/{n + 1}") for n in range(4)} | {"/4": answer()}
    assert fetched(server, target, "/1").size == 22
    with pytest.raises(FetchFailed, match="more than 3 times"):
        fetched(server, target, "/0")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://inner.example.org/", NOT_PUBLIC),
        ("//inner.example.org/", NOT_PUBLIC),
        ("http://127.0.0.1/", "may be fetched from"),
        ("ftp://files.example.org/", "over https only"),
        ("http://me@files.example.org/", "Leave it out"),
        ("http://files.example.org:22/", "port 80 only"),
        ("http://evil.example.com/", "may be fetched from"),
        ("/" + "a" * 2_000, "longer than"),
    ],
)
def test_every_stop_is_judged_like_the_first(server: Server, target: Path, location: str, words: str):
    server.answers["/"] = leading_to(location)
    wires = Wires(server.port)
    rules = FetchRules(tls=TLS, allow_http=True, hosts=("files.example.org", "inner.example.org"))
    assert words in refused("http://files.example.org/", target, rules, opener=wires, resolver=lookup)
    assert wires.meant == [(PUBLIC, 80)]


def test_a_redirect_from_https_to_http_is_refused(secure: Server, target: Path):
    secure.answers["/"] = leading_to("http://files.example.org/t")
    wires, rules = Wires(secure.port), FetchRules(tls=TLS)
    assert "over https only" in refused("https://files.example.org/", target, rules, opener=wires, resolver=lookup)
    assert len(wires.meant) == 1


@pytest.mark.parametrize(("location", "words"), [("", "names none"), ("http://[::1", "no address")])
def test_a_redirect_to_nowhere_fails(server: Server, target: Path, location: str, words: str):
    server.answers["/table.csv"] = leading_to(location)
    assert words in failed(server, target)


# What comes


@pytest.mark.parametrize(
    "kind",
    [
        "text/csv; charset=utf-8",
        "Text/Plain",
        "application/csv",
        "application/gzip",
        "application/x-gzip",
        "application/json;odata.metadata=minimal",
        "application/x-ndjson",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
    ],
)
def test_media_types_of_tables_are_taken(server: Server, target: Path, kind: str):
    server.answers["/table.csv"] = answer(Content_Type=kind)
    assert fetched(server, target).media_type == kind.partition(";")[0].lower()


@pytest.mark.parametrize(
    ("kind", "shown"), [("text/html; charset=utf-8", "'text/html'"), ("", "nothing"), ("ü/csv", "'\\xfc/csv'")]
)
def test_other_media_types_are_refused_by_their_name(server: Server, target: Path, kind: str, shown: str):
    server.answers["/table.csv"] = answer(Content_Type=kind)
    detail = refused(f"http://127.0.0.1:{server.port}/table.csv", target, local(server))
    assert f"says that this is {shown}" in detail


@pytest.mark.parametrize("status", [204, 206, 401, 404, 500])
def test_an_answer_that_is_no_file_fails(server: Server, target: Path, status: int):
    server.answers["/table.csv"] = answer(b"" if status == 204 else TABLE, status)
    assert f"status {status}" in failed(server, target)


def chunked(body: bytes, times: int = 1) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer that does not tell its length."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
    return raw(head, *[b"%x\r\n%s\r\n" % (len(body), body)] * times, b"0\r\n\r\n")


def test_a_file_may_have_as_many_bytes_as_allowed_and_no_more(server: Server, target: Path):
    for way in (answer(), chunked(TABLE), chunked(b"ab", 11)):
        server.answers["/table.csv"] = way
        assert fetched(server, target, max_bytes=22).size == 22
        url = f"http://127.0.0.1:{server.port}/table.csv"
        assert "larger than the 21 bytes" in refused(url, target, local(server, max_bytes=21))


def test_a_length_that_is_too_large_is_refused_before_anything_is_read(server: Server, target: Path):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 99999999999\r\n\r\n"
    server.answers["/table.csv"] = raw(head)
    assert "larger than" in refused(f"http://127.0.0.1:{server.port}/table.csv", target, local(server))


def test_a_file_packed_for_the_way_is_unpacked(server: Server, target: Path):
    server.answers["/table.csv"] = answer(gzip.compress(TABLE), Content_Encoding="gzip")
    assert fetched(server, target).sha256 == hashlib.sha256(TABLE).hexdigest()
    assert target.read_bytes() == TABLE


def test_a_bomb_packed_for_the_way_is_stopped(server: Server, target: Path):
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(b"\n" * 1_000_000) for _ in range(50)) + packer.flush()
    assert len(body) < 60_000
    server.answers["/table.csv"] = answer(body, Content_Encoding="gzip")
    url = f"http://127.0.0.1:{server.port}/table.csv"
    assert "larger than" in refused(url, target, local(server, max_bytes=10_000_000))
    assert fetched(server, target, max_bytes=50_000_000).size == 50_000_000


def test_what_follows_a_packed_file_is_counted(server: Server, target: Path):
    body = gzip.compress(TABLE) + b"x" * 5_000
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Encoding: gzip\r\n\r\n"
    server.answers["/table.csv"] = raw(head, body)
    assert fetched(server, target, max_bytes=len(body)).size == 22
    rules = local(server, max_bytes=len(body) - 1)
    assert "larger than" in refused(f"http://127.0.0.1:{server.port}/table.csv", target, rules)


def test_a_file_packed_otherwise_or_badly_fails(server: Server, target: Path):
    server.answers["/table.csv"] = answer(Content_Encoding="br")
    assert "not asked for" in failed(server, target)
    server.answers["/table.csv"] = answer(gzip.compress(TABLE)[:-4], Content_Encoding="gzip")
    assert "cut off" in failed(server, target)
    server.answers["/table.csv"] = answer(b"no gzip at all", Content_Encoding="gzip")
    assert "broke off" in failed(server, target)


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 100\r\n\r\nCountry",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"",
    ],
)
def test_an_answer_that_breaks_off_or_is_no_http_fails(server: Server, target: Path, sent: bytes):
    server.answers["/table.csv"] = raw(sent)
    assert "broke off" in failed(server, target)


def test_a_server_that_is_not_there_fails(server: Server, target: Path):
    rules = FetchRules(tls=TLS, allow_http=True, allow_private=True, hosts=("127.0.0.1:1",))
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetch("http://127.0.0.1:1/", target, rules)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X: x\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b""),
    ],
)
def test_a_server_that_drips_is_left_at_the_deadline(server: Server, target: Path, head: bytes, drop: bytes):
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while not server.closing.is_set():  # it never ends by itself
            handler.wfile.write(drop)
            time.sleep(0.01)

    server.answers["/table.csv"] = drip
    assert "in time" in failed(server, target, total_seconds=0.3)


def test_redirects_share_one_deadline(server: Server, target: Path):
    def late(handler: BaseHTTPRequestHandler) -> None:
        server.closing.wait(0.2)
        leading_to("/table.csv")(handler)

    server.answers["/table.csv"] = late
    assert "in time" in failed(server, target, total_seconds=0.3)
    assert len(server.asked) < 4
