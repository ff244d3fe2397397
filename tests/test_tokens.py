"""Tokens over HTTP and from the command line: their whole life, every refusal, and nothing of them left behind."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import inspect, text

from app.core.database import Database
from app.core.settings import Settings
from app.tokens.models import Role
from app.tokens.secrets import digest
from app.tokens.store import create_token, list_tokens
from tests.conftest import Databases, serving
from tests.program import PROGRAM
from tests.rows import NOW
from tests.test_cli import run

DAY = timedelta(days=1)
SCANNER = re.compile(r"\bpkt_[a-z0-9]{10}_[0-9a-f]{64}_[0-9a-f]{8}\b")
MISSING = "This needs a token: send `Authorization: Bearer` with the token behind it."
NO_BEARER = "The Authorization header has to be `Bearer` with the token behind it."
MISTYPED = "The token is mistyped: its checksum does not fit, or it is no token. Copy it anew."
UNKNOWN = "The token is not known here. Ask an admin for one."
ADMIN_ONLY = {
    ("GET", "/v1/tokens"),
    ("POST", "/v1/tokens"),
    ("GET", "/v1/tokens/{id}"),
    ("DELETE", "/v1/tokens/{id}"),
    ("POST", "/v1/tokens/{id}/rotate"),
    ("DELETE", "/v1/imports/{number}"),
}


class Service:
    """A service of one's own, with the token of an admin and that of an analyst."""

    def __init__(self, client: httpx.Client, database: Database, url: str) -> None:
        self.client, self.database, self.url = client, database, url
        self.admin = self.make("Ada Admin", Role.ADMIN)
        self.analyst = self.make("Ann Analyst", Role.ANALYST)

    def make(self, name: str, role: Role, now: datetime | None = None, life: timedelta | None = None) -> str:
        now = now or datetime.now(UTC)
        with self.database.write() as session:
            return create_token(session, name, role, now + life if life else None, "cli", now)[1]

    def ask(self, method: str, path: str, token: str | None = None, **more: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.admin}"}
        return self.client.request(method, path, headers=headers, **more)

    def refused(self, authorization: list[bytes], path: str = "/v1/tokens") -> str:
        """The sentence with which a request is refused."""
        answer = self.client.get(path, headers=[(b"Authorization", value) for value in authorization])
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"] == 'Bearer realm="peacekeeping"'
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "unauthorised"
        return answer.json()["detail"]

    def refusal_of(self, token: str) -> str:
        return self.refused([b"Bearer " + token.encode()])


@pytest.fixture(scope="module")
def service(databases: Databases) -> Iterator[Service]:
    url = databases.seeded()
    database = Database(Settings(database_url=url))
    with serving(Settings(database_url=url)) as client:
        yield Service(client, database, url)
    database.close()


def id_of(token: str) -> str:
    return token.split("_")[1]


def test_the_life_of_a_token_over_http(service: Service):
    wanted = {"name": "Life Time", "role": "analyst", "expires_at": in_days(30)}
    answer = service.ask("POST", "/v1/tokens", json=wanted)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()["data"]
    token = made.pop("token")
    assert SCANNER.fullmatch(token)
    assert made["id"] == id_of(token)
    assert answer.headers["location"] == f"/v1/tokens/{made['id']}"
    assert (made["name"], made["role"], made["created_by"]) == ("Life Time", "analyst", "Ada Admin")
    assert (made["last_used_at"], made["revoked_at"], made["is_live"]) == (None, None, True)
    assert made["expires_at"] == wanted["expires_at"]

    read = service.ask("GET", answer.headers["location"])
    assert read.json() == {"data": made}
    listed = service.ask("GET", "/v1/tokens")
    assert made in listed.json()["data"]
    assert token not in listed.text
    assert digest(token) not in listed.text
    for one in (read, listed):
        assert one.headers["cache-control"] == "no-store"

    # It works for writing, not for tokens; here a write that is refused for its body alone.
    assert service.ask("POST", "/v1/sources", token, json={}).status_code == 422
    body = service.ask("GET", "/v1/tokens", token).json()
    assert (body["status"], body["code"]) == (403, "forbidden")
    assert body["detail"] == "This needs the role 'admin'; the token of 'Life Time' has the role 'analyst'."

    rotated = service.ask("POST", f"/v1/tokens/{made['id']}/rotate")
    assert rotated.status_code == 201
    assert rotated.headers["cache-control"] == "no-store"
    new = rotated.json()["data"]
    assert rotated.headers["location"] == f"/v1/tokens/{new['id']}"
    assert (new["name"], new["role"], new["is_live"]) == ("Life Time", "analyst", True)
    for live in (token, new["token"]):
        assert service.ask("GET", "/v1/tokens", live).status_code == 403
    old = service.ask("GET", f"/v1/tokens/{made['id']}").json()["data"]
    assert old["is_live"]
    assert moment(old["expires_at"]) - moment(new["created_at"]) == DAY

    gone = service.ask("DELETE", f"/v1/tokens/{made['id']}")
    assert gone.status_code == 200
    assert gone.json()["data"]["is_live"] is False
    assert service.ask("DELETE", f"/v1/tokens/{made['id']}").json() == gone.json()
    when = moment(gone.json()["data"]["revoked_at"])
    assert service.refusal_of(token) == (
        f"The token was revoked on {when:%Y-%m-%d} at {when:%H:%M} UTC. Ask an admin for a new one."
    )
    assert service.ask("GET", "/v1/tokens", new["token"]).status_code == 403


def in_days(days: int) -> str:
    return f"{datetime.now(UTC) + days * DAY:%Y-%m-%d}T00:00:00Z"


def moment(text_given: str) -> datetime:
    return datetime.fromisoformat(text_given)


def test_last_use_is_that_of_the_last_write(service: Service):
    token = service.make("User", Role.ADMIN)
    assert service.ask("GET", "/v1/tokens", token).status_code == 200
    assert service.ask("GET", f"/v1/tokens/{id_of(token)}").json()["data"]["last_used_at"] is None
    made = service.ask("POST", "/v1/tokens", token, json={"name": "Made by User", "role": "analyst"}).json()["data"]
    assert made["created_by"] == "User"
    used = service.ask("GET", f"/v1/tokens/{id_of(token)}").json()["data"]["last_used_at"]
    assert used == made["created_at"]


def test_an_admin_may_revoke_the_own_token(service: Service):
    token = service.make("Leaver", Role.ADMIN)
    answer = service.ask("DELETE", f"/v1/tokens/{id_of(token)}", token)
    assert answer.status_code == 200
    assert answer.json()["data"]["is_live"] is False
    assert service.refusal_of(token).startswith("The token was revoked on ")


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({}, 422, ["/name", "/role"]),
        ({"name": "Jane", "role": "reader"}, 422, ["/role"]),
        ({"name": "Jane", "role": 1}, 422, ["/role"]),
        ({"name": 5, "role": "admin"}, 422, ["/name"]),
        ({"name": None, "role": "admin"}, 422, ["/name"]),
        ({"name": "J" * 81, "role": "admin"}, 422, ["/name"]),
        ({"name": "Seed", "role": "admin"}, 422, ["/name"]),
        ({"name": "a\u0000b", "role": "admin"}, 422, ["/name"]),
        ({"name": "Jane", "role": "admin", "expires_at": "soon"}, 422, ["/expires_at"]),
        ({"name": "Jane", "role": "admin", "expires_at": 1}, 422, ["/expires_at"]),
        ({"name": "Jane", "role": "admin", "expires_at": "2020-01-01"}, 422, ["/expires_at"]),
        ({"name": "Jane", "role": "admin", "expires_at": "9999-12-31T23:59:59-14:00"}, 422, ["/expires_at"]),
        ({"name": "Jane", "role": "admin", "expires_at": "2099-01-01"}, 422, ["/expires_at"]),
        ({"name": "Jane", "role": "admin", "digest": "00"}, 422, ["/digest"]),
        ({"name": "Jane", "role": "admin", "id": "abcdefghij"}, 422, ["/id"]),
        ({"name": "seed", "role": "king", "expires_at": "soon"}, 422, ["/name", "/role", "/expires_at"]),
    ],
)
def test_bodies_that_make_no_token(service: Service, body: dict, status: int, pointers: list[str]):
    answer = service.ask("POST", "/v1/tokens", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == "invalid_request"
    assert [one["pointer"] for one in answer.json()["errors"]] == pointers


def test_a_day_without_a_time_ends_a_token_at_its_start(service: Service):
    day = in_days(20)
    wanted = {"name": "Day", "role": "analyst", "expires_at": day[:10]}
    assert service.ask("POST", "/v1/tokens", json=wanted).json()["data"]["expires_at"] == day


def test_an_idempotency_key_is_refused_where_a_token_would_be_shown(service: Service):
    token = service.make("Keyed", Role.ANALYST)
    for path in ("/v1/tokens", f"/v1/tokens/{id_of(token)}/rotate"):
        answer = service.client.post(
            path,
            json={"name": "Keyed", "role": "analyst"},
            headers={"Authorization": f"Bearer {service.admin}", "Idempotency-Key": "k1"},
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    listed = service.ask("GET", "/v1/tokens").json()["data"]
    assert [one["id"] for one in listed if one["name"] == "Keyed"] == [id_of(token)]


def test_unknown_parameters_of_token_routes_are_refused(service: Service):
    answer = service.ask("GET", "/v1/tokens?role=admin")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")


def test_tokens_that_do_not_exist_are_404(service: Service):
    for token_id in ("nosuchtokn", "%00", "NOSUCHTOKN", "x" * 100, "%F0%9F%92%A9", "%ED%A0%80", "..%2F.."):
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/rotate")):
            answer = service.ask(method, f"/v1/tokens/{token_id}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (token_id, answer.text)


def test_a_third_live_token_is_a_conflict_that_names_the_two(service: Service):
    ids = [id_of(service.make("Twice", Role.ANALYST)) for _ in range(2)]
    answer = service.ask("POST", "/v1/tokens", json={"name": "Twice", "role": "analyst"})
    assert (answer.status_code, answer.json()["code"]) == (409, "record_conflict")
    assert [one["record"] for one in answer.json()["errors"]] == [f"/v1/tokens/{one}" for one in ids]
    answer = service.ask("POST", f"/v1/tokens/{ids[0]}/rotate")
    assert (answer.status_code, answer.json()["code"]) == (409, "record_conflict")
    assert answer.json()["detail"] == f"'Twice' would have more than 2 live tokens. Revoke {ids[1]} first."


def test_an_expired_token_says_when_it_ended(service: Service):
    token = service.make("Past", Role.ADMIN, now=NOW, life=DAY)
    expired = "The token expired on 2026-01-03 at 03:04 UTC. Ask an admin for a new one."
    assert service.refusal_of(token) == expired


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ([], MISSING),
        ([b""], MISSING),
        ([b"Bearer"], NO_BEARER),
        ([b"Basic YWRtaW46YWRtaW4="], NO_BEARER),
        ([b"pkt_abcdefghij_" + b"0" * 64 + b"_00000000"], NO_BEARER),
        ([b"Bearer admin"], MISTYPED),
        ([b"Bearer \xff\xfe\x80"], MISTYPED),
        ([b"\xff\xfe\x80"], NO_BEARER),
        ([b"Bearer " + "пкт".encode()], MISTYPED),
        ([b"Bearer " + b"a" * 10_000], MISTYPED),
        ([b"a" * 10_000], NO_BEARER),
        ([b"Bearer pkt_abcdefghij_" + b"0" * 64 + b"_00000000"], MISTYPED),
        ([b"Bearer pkt_abcdefghij_" + b"0" * 64 + b"_065434c4"], UNKNOWN),
        ([b"Bearer a", b"Bearer a"], "There are 2 Authorization headers; send one."),
    ],
)
def test_headers_that_carry_no_good_token(service: Service, headers: list[bytes], detail: str):
    assert service.refused(headers) == detail


def test_two_headers_are_refused_even_if_both_are_good(service: Service):
    good = b"Bearer " + service.admin.encode()
    assert service.refused([good, good]) == "There are 2 Authorization headers; send one."
    assert service.refused([good, b"Basic YTph"]) == "There are 2 Authorization headers; send one."
    assert service.refused([good + b", " + good]) == MISTYPED


def test_the_scheme_is_read_in_any_case(service: Service):
    for scheme in ("bearer", "BEARER", "bEaReR", "Bearer  "):
        answer = service.client.get("/v1/tokens", headers={"Authorization": f"{scheme} {service.admin}"})
        assert answer.status_code == 200, scheme


def test_a_token_in_the_address_is_none(service: Service):
    answer = service.client.get(f"/v1/tokens?access_token={service.admin}")
    assert (answer.status_code, answer.json()["detail"]) == (401, MISSING)


def test_who_is_unknown_is_refused_before_the_body_is_sent(service: Service):
    address = (service.client.base_url.host, service.client.base_url.port)
    for path in ("/v1/tokens", "/v1/headcounts"):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n"
        with socket.create_connection(address, 10) as connection:
            connection.sendall(head.encode())
            assert connection.recv(4000).startswith(b"HTTP/1.1 401 ")


def test_a_token_revoked_while_its_request_is_under_way_writes_nothing(service: Service):
    token = service.make("Slow", Role.ADMIN)
    body = b'{"name": "Made too late", "role": "admin"}'
    head = (
        f"POST /v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((service.client.base_url.host, service.client.base_url.port), 10) as connection:
        connection.sendall(head.encode())
        # The service asks for the body once it has looked at the token.
        assert connection.recv(4000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        service.ask("DELETE", f"/v1/tokens/{id_of(token)}")
        connection.sendall(body)
        answer = connection.recv(4000)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"The token was revoked or expired while the request was under way. Nothing was written." in answer
    assert "Made too late" not in service.ask("GET", "/v1/tokens").text


def test_spaces_around_a_token_do_no_harm(service: Service):
    address = (service.client.base_url.host, service.client.base_url.port)
    for value, status in ((f"  Bearer   {service.admin}  ", 200), ("   ", 401), ("Bearer   ", 401)):
        head = f"GET /v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: {value}\r\nConnection: close\r\n\r\n"
        with socket.create_connection(address, 10) as connection:
            connection.sendall(head.encode())
            assert connection.recv(4000).startswith(f"HTTP/1.1 {status} ".encode()), value


def test_a_revocation_is_seen_at_once_by_every_server(service: Service):
    token = service.make("Watched", Role.ADMIN)
    with serving(Settings(database_url=service.url)) as other:
        headers = {"Authorization": f"Bearer {token}"}
        for client in (service.client, other):
            assert client.get("/v1/tokens", headers=headers).status_code == 200
        service.ask("DELETE", f"/v1/tokens/{id_of(token)}")
        for client in (other, service.client):
            answer = client.get("/v1/tokens", headers=headers)
            assert answer.status_code == 401
            assert answer.json()["detail"].startswith("The token was revoked on ")


def operations(client: httpx.Client) -> Iterator[tuple[str, str, dict]]:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_route_that_writes_asks_for_a_token(service: Service):
    for method, path, operation in operations(service.client):
        assert method == "GET" or operation.get("security") == [{"token": []}], (method, path)


def test_every_role_may_do_what_it_may_and_no_more(service: Service):
    guarded = [one for one in operations(service.client) if "security" in one[2]]
    assert {(method, path) for method, path, _ in guarded} >= ADMIN_ONLY
    assert len(guarded) >= 50
    for method, path, operation in guarded:
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                path_asked = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
                break
        else:
            path_asked = path
        is_for_admins = (method, path) in ADMIN_ONLY
        assert service.client.request(method, path_asked).status_code == 401, (method, path)
        answer = service.ask(method, path_asked, service.analyst)
        assert (answer.status_code == 403) is is_for_admins, (method, path, answer.text)
        assert answer.status_code != 401, (method, path)
        assert answer.status_code < 500, (method, path)
        answer = service.ask(method, path_asked, service.admin)
        assert answer.status_code not in (401, 403), (method, path, answer.text)
        assert answer.status_code < 500, (method, path)


def test_reading_needs_no_token_and_is_not_disturbed_by_a_bad_one(service: Service):
    for authorization in ("Bearer nonsense", "Basic YTph", f"Bearer {service.analyst}"):
        answer = service.client.get("/v1/missions/UNDOF", headers={"Authorization": authorization})
        assert answer.status_code == 200


def test_the_text_of_a_token_is_nowhere_in_the_database(service: Service):
    answer = service.ask("POST", "/v1/tokens", json={"name": "At Rest", "role": "analyst"})
    tokens = [answer.json()["data"]["token"], service.admin, service.analyst]
    service.ask("POST", "/v1/sources", tokens[0], json={"id": "x"})
    dumped = dump(service.database)
    assert digest(tokens[0]) in dumped
    for token in tokens:
        assert token not in dumped
        assert token.split("_")[2] not in dumped
    if service.database.url.get_backend_name() == "sqlite":
        path = service.url.removeprefix("sqlite:///")
        stored = b"".join(Path(path + end).read_bytes() for end in ("", "-wal"))
        assert digest(tokens[0]).encode() in stored
        for token in tokens:
            assert token.split("_")[2].encode() not in stored


def dump(database: Database) -> str:
    """Every value of every table."""
    with database.reader.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [row for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
    return "\n".join(map(str, rows))


# From the command line


def test_the_life_of_a_token_from_the_command_line(databases: Databases):
    url = databases.migrated()
    day = in_days(40)[:10]
    made = run("tokens", "create", "--name", "Jane Doe", "--role", "admin", "--expires", day, url=url)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(SCANNER.pattern + r"\n", made.stdout)
    token = made.stdout.strip()
    assert made.stderr == (
        f"A token for 'Jane Doe', admin, until {day} 00:00 UTC, with the id {id_of(token)}. "
        "It is shown this once: keep it as you keep a password.\n"
    )
    with serving(Settings(database_url=url)) as client:
        headers = {"Authorization": f"Bearer {token}"}
        (listed,) = client.get("/v1/tokens", headers=headers).json()["data"]
        assert (listed["name"], listed["created_by"]) == ("Jane Doe", "cli")

        rotated = run("tokens", "rotate", id_of(token), url=url)
        assert re.fullmatch(SCANNER.pattern + r"\n", rotated.stdout)
        new = rotated.stdout.strip()
        assert rotated.stderr.endswith(f"The token {id_of(token)} ends in 24 hours or before.\n")
        assert client.get("/v1/tokens", headers={"Authorization": f"Bearer {new}"}).status_code == 200

        gone = run("tokens", "revoke", id_of(token), url=url)
        assert gone.stdout == f"The token {id_of(token)} of 'Jane Doe' is revoked.\n"
        assert run("tokens", "revoke", id_of(token), url=url).returncode == 0
        assert client.get("/v1/tokens", headers=headers).status_code == 401

    lines = run("tokens", "list", url=url).stdout.splitlines()
    assert lines[0].split() == ["ID", "NAME", "ROLE", "STATE", "EXPIRES", "LAST", "USED", "MADE", "BY"]
    assert {line[: len(id_of(token))]: line.split()[4] for line in lines[1:]} == {
        id_of(token): "revoked",
        id_of(new): "live",
    }
    assert len({line.find("admin") for line in lines[1:]} | {lines[0].find("ROLE")}) == 1
    assert token.split("_")[2] not in "".join(lines)


def test_the_list_of_no_tokens_is_its_head(databases: Databases):
    listed = run("tokens", "list", url=databases.migrated())
    assert listed.stdout == "ID  NAME  ROLE  STATE  EXPIRES  LAST USED  MADE BY\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--name", "J", "--role", "king"), "--role: input should be 'analyst' or 'admin'."),
        (
            ("create", "--name", "J", "--role", "admin", "--expires", "2020-01-01"),
            "--expires: 2020-01-01 at 00:00 UTC is past; a token ends in the future.",
        ),
        (
            ("create", "--name", "J", "--role", "admin", "--expires", "soon"),
            "--expires: write a moment as 2024-03-18T12:00:00Z, or a day as 2024-03-18.",
        ),
        (
            ("create", "--name", "Seed", "--role", "admin"),
            "--name: 'Seed' is a name that the service uses itself; choose another.",
        ),
        (("rotate", "nosuchtokn"), "There is no token with the id 'nosuchtokn'. The list is at /v1/tokens."),
        (("revoke", "nosuchtokn"), "There is no token with the id 'nosuchtokn'. The list is at /v1/tokens."),
    ],
)
def test_the_program_says_what_is_wrong(databases: Databases, arguments: tuple[str, ...], said: str):
    answer = run("tokens", *arguments, url=databases.migrated())
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"peacekeeping: {said}\n"


def test_without_a_schema_the_program_says_so(databases: Databases):
    url = databases.empty()
    for arguments in (("list",), ("create", "--name", "J", "--role", "admin"), ("revoke", "abcdefghij")):
        answer = run("tokens", *arguments, url=url)
        assert (answer.returncode, answer.stdout) == (1, "")
        assert answer.stderr.startswith("peacekeeping: the database cannot be used, or is not migrated (")
        assert answer.stderr.count("\n") == 1


def test_no_token_exists_until_one_is_made(databases: Databases):
    database = Database(Settings(database_url=databases.seeded()))
    with database.read() as session:
        assert list_tokens(session) == []
    database.close()


def test_the_start_prints_how_to_make_a_token(databases: Databases):
    url = databases.seeded()
    environment = {**os.environ, "DATABASE_URL": url, "PORT": "0"}
    process = subprocess.Popen([*PROGRAM, "serve"], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "  Ctrl-C stops it\n"))
    finally:
        process.kill()
        process.communicate()
    command = next(line.partition("to write")[2].strip() for line in lines if "to write" in line)
    if databases.engine == "sqlite":
        assert command.startswith(f"DATABASE_URL={url} ")
        del environment["DATABASE_URL"]
    else:
        assert url not in "".join(lines)  # it may hold a password
        assert any(line.strip() == "(with the DATABASE_URL of this service)" for line in lines)
    copied = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment)
    assert SCANNER.fullmatch(copied.stdout.strip()), copied.stderr
    assert copied.stderr.startswith("A token for 'Your Name', analyst, until ")
