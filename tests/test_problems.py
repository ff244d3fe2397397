"""Every failure is one clear problem body; nothing hostile gives a 500."""

import json
import socket
from contextlib import closing

import httpx
import pytest

from app.core import sqlite
from app.core.errors import error_classes
from app.core.queries import Cursor
from app.core.settings import Settings
from app.nouns import NOUNS
from tests.conftest import Databases, serving

PATHS = [noun.path for noun in NOUNS]


def problem(answer: httpx.Response, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"/problems/{code}"
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in answer.text
    return body


def test_a_mistyped_filter_is_refused_with_near_matches(seeded_sqlite: httpx.Client):
    body = problem(seeded_sqlite.get("/v1/headcounts?mision=UNDOF"), 422, "unknown_parameter")
    assert body["errors"][0]["parameter"] == "mision"
    assert "mission" in body["errors"][0]["near"]
    problem(seeded_sqlite.get("/v1/missions/UNDOF?as_of=2024"), 422, "unknown_parameter")


def test_unknown_codes_name_near_matches_and_all_of_them(seeded: httpx.Client):
    body = problem(seeded.get("/v1/headcounts?country=KAX,FRA,Absurdistan&mission=UNDOF"), 422, "unknown_code")
    assert [error["parameter"] for error in body["errors"]] == ["country", "country"]
    assert body["errors"][0]["near"][0] == "KAZ"
    body = problem(seeded.get("/v1/headcounts?mission=UNDOV"), 422, "unknown_code")
    assert "UNDOF" in body["errors"][0]["near"]


def test_a_name_is_never_guessed(seeded: httpx.Client):
    for name in ("Korea", "Guine", "Kazakh", "Sudann"):
        problem(seeded.get("/v1/headcounts", params={"country": name}), 422, "unknown_code")


def test_several_faults_are_named_together(seeded_sqlite: httpx.Client):
    body = problem(seeded_sqlite.get("/v1/headcounts?limit=0&as_of=2024-13&count=all"), 422, "invalid_request")
    assert {error["parameter"] for error in body["errors"]} == {"limit", "as_of", "count"}


@pytest.mark.parametrize("path", PATHS)
def test_a_record_that_is_not_there_is_404(seeded: httpx.Client, path: str):
    for key in ("no-such-record", "%00", "%EF%BF%BF", "9" * 90, "-1", "1e3", "%F0%9F%92%A9", "..%2F..", "x" * 100):
        problem(seeded.get(f"/v1/{path}/{key}"), 404, "not_found")
    problem(seeded.get(f"/v1/{path}/{'x' * 101}"), 422, "invalid_request")


def test_a_missing_mission_names_near_ones(seeded_sqlite: httpx.Client):
    body = problem(seeded_sqlite.get("/v1/missions/UNDOV"), 404, "not_found")
    assert "UNDOF" in body["errors"][0]["near"]
    body = problem(seeded_sqlite.get("/v1/mission"), 404, "not_found")
    assert "/v1/missions" in body["errors"][0]["near"]


HOSTILE = [
    "limit=99999999999999999999999999",
    "limit=-1",
    "limit=1.5",
    "limit=NaN",
    "limit=1001",
    "limit=1&limit=2",
    "known_at=0000-01-01T00:00:00Z",
    "known_at=9999-12-31T23:59:59-14:00",
    "known_at=10000-01-01",
    "known_at=yesterday",
    "known_at=0",
    "known_at=NaN",
    "known_at=2024-02-30",
    "cursor=abc",
    "cursor=%00",
    "cursor=W10",
    "cursor=" + "A" * 4001,
    "cursor=bnVsbA",
    "sort=nothing",
    "sort=--id",
    "sort=%00",
    "count=many",
    "format=xml",
    "include=everything",
    "hxl=2",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_controls_are_refused_on_every_list(seeded: httpx.Client, query: str):
    for path in PATHS:
        answer = seeded.get(f"/v1/{path}?{query}")
        assert answer.status_code == 422, (path, query, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        "country=%00",
        "country=" + "K" * 400,
        "country=%ED%A0%80",
        "country=%E2%80%AEKAZ",
        "country=",
        "country=,",
        "report=%00",
        "total__gte=99999999999999999999",
        "total__gte=-1",
        "total__gte=true",
        "as_of=0000",
        "as_of=2024-00",
        "as_of=2023-02-29",
        "as_of=20240101",
        "as_of__gte=9999-99",
        "as_of__gte=NaN",
        "personnel_type=generals",
        "source_kind=rumour",
        "source=" + ",".join(["x"] * 301),
    ],
)
def test_hostile_filters_are_refused(seeded: httpx.Client, query: str):
    answer = seeded.get(f"/v1/headcounts?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "as_of__lte=9999",
        "as_of=9999-12-31",
        "as_of__gte=0001-01-01",
        "known_at=9999-12-31T23:59:59Z",
        "known_at=0001-01-01",
        "known_at=2026-01-01T00:00:00+14:00",
        "source=%27%3B%20DROP%20TABLE%20headcount%3B--",
        "source=%25",
        "country=kaz%20",
    ],
)
def test_odd_but_lawful_values_are_answered(seeded: httpx.Client, query: str):
    assert seeded.get(f"/v1/headcounts?{query}&limit=1").status_code == 200


def test_a_cursor_of_another_query_or_made_up_is_refused(seeded: httpx.Client):
    cursor = seeded.get("/v1/missions?limit=1").json()["links"]["next"].split("cursor=")[1]
    problem(seeded.get(f"/v1/missions?cursor={cursor}&kind=peacekeeping"), 422, "bad_cursor")
    problem(seeded.get(f"/v1/countries?cursor={cursor}"), 422, "bad_cursor")
    real = Cursor.decode(cursor)
    for keys in ([1], [], ["a", "b"], ["\x00"], [2**70]):
        made = Cursor(real.revision, real.query, keys).encode()
        problem(seeded.get(f"/v1/missions?cursor={made}"), 422, "bad_cursor")
    for revision in (2**70, -1, real.revision + 1):
        made = Cursor(revision, real.query, ["UNDOF"]).encode()
        problem(seeded.get(f"/v1/missions?cursor={made}"), 422, "bad_cursor")


def test_unknown_addresses_and_methods(seeded_sqlite: httpx.Client):
    problem(seeded_sqlite.get("/v2/missions"), 404, "not_found")
    problem(seeded_sqlite.get("/v1/missions/"), 404, "not_found")
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
        answer = seeded_sqlite.request(method, "/v1/totals")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD"
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        problem(seeded_sqlite.request(method, "/v1/missions"), 405, "method_not_allowed")


def test_types_that_cannot_be_made_are_406(seeded_sqlite: httpx.Client):
    problem(seeded_sqlite.get("/v1/missions", headers={"accept": "image/png"}), 406, "not_acceptable")
    problem(seeded_sqlite.get("/v1/missions/UNDOF", headers={"accept": "text/csv"}), 406, "not_acceptable")
    problem(seeded_sqlite.get("/v1/missions?format=csv&include=claims"), 422, "invalid_request")


def test_a_very_long_address_is_414(seeded_sqlite: httpx.Client):
    assert seeded_sqlite.get("/v1/missions?host=" + "A" * 8187).status_code == 422
    problem(seeded_sqlite.get("/v1/missions?host=" + "A" * 8188), 414, "uri_too_long")
    answer = seeded_sqlite.get("/?" + "A" * 9000, headers={"origin": "https://frontend.example"})
    problem(answer, 414, "uri_too_long")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_body_with_a_get_is_ignored(seeded_sqlite: httpx.Client):
    for body in (b'{"a":' * 5000, b"\x00\xff", b'{"a":1,"a":NaN}'):
        assert seeded_sqlite.request("GET", "/v1/missions/UNDOF", content=body).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /v1/missions?country=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/missions/\xed\xa0\x80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/missions HTTP/1.1\r\nHost: x\r\nAccept: \xff\xff\r\nConnection: close\r\n\r\n",
        b"GET //v1/missions HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\r\n\r\n",
        b"GET /?" + b"A" * 70_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_raw_bytes_never_give_a_500(seeded_sqlite: httpx.Client, raw: bytes):
    with socket.create_connection((seeded_sqlite.base_url.host, seeded_sqlite.base_url.port), 5) as connection:
        connection.sendall(raw)
        answer = connection.recv(4000)
    status = answer.split(b" ")[1]
    assert status in (b"200", b"400", b"404", b"406", b"422"), answer
    assert status == b"200" or b"content-type: application/problem+json" in answer


def test_every_error_code_is_explained_by_the_service(seeded_sqlite: httpx.Client):
    for kind in error_classes():
        body = seeded_sqlite.get(f"/problems/{kind.code}").json()
        assert (body["code"], body["status"]) == (kind.code, kind.status)
        assert body["help"]
    problem(seeded_sqlite.get("/problems/none"), 404, "not_found")


def test_a_database_that_is_not_migrated_is_unready_and_gives_503(databases: Databases):
    with serving(Settings(database_url=databases.empty())) as client:
        assert client.get("/healthz").json() == {"status": "ok", "revision": None}
        body = problem(client.get("/readyz"), 503, "unavailable")
        assert "migrate" in body["detail"]
        for path in ("/v1/missions", "/v1/missions/UNDOF", "/v1/totals"):
            body = problem(client.get(path), 503, "unavailable")
            assert "`peacekeeping migrate`" in body["detail"]


def test_a_migrated_database_without_rows_answers_empty_lists(databases: Databases):
    with serving(Settings(database_url=databases.migrated())) as client:
        assert client.get("/readyz").json() == {"status": "ok", "revision": 0}
        for path in PATHS:
            assert client.get(f"/v1/{path}").json()["data"] == []
            assert client.get(f"/v1/{path}?format=csv").text.count("\n") == 1
            assert client.get(f"/v1/{path}?format=ndjson").text == ""


def test_a_database_out_of_reach_gives_503_with_a_time_to_retry():
    with serving(Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing")) as client:
        for path in ("/v1/missions", "/v1/missions/UNDOF", "/v1/missions?format=csv", "/readyz"):
            answer = client.get(path)
            problem(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "2"


def test_a_stream_that_fails_half_way_says_so(on_sqlite: Databases):
    url = on_sqlite.seeded()  # a file can be broken by hand
    with serving(Settings(database_url=url)) as client:
        client.get("/v1/missions?limit=1")
        # The 5,000th row becomes one that cannot be shown.
        with closing(sqlite.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("UPDATE headcount SET recorded_at = 'broken' WHERE id = 5000")
        lines = read_lines(client)
        assert json.loads(lines[-1])["code"] == "internal_error"
        assert len(lines) == 4001
        with pytest.raises(httpx.RemoteProtocolError), client.stream("GET", "/v1/headcounts?format=csv") as answer:
            answer.read()


def read_lines(client: httpx.Client) -> list[str]:
    """What arrives before the connection is cut."""
    received = b""
    try:
        with client.stream("GET", "/v1/headcounts?format=ndjson") as answer:
            for chunk in answer.iter_bytes():
                received += chunk
    except httpx.RemoteProtocolError:
        pass
    return received.decode().splitlines()
