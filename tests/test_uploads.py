"""Forms and addresses that bring files: what is taken, what is refused, and that nothing of it stays behind."""

import gzip
import io
import json
import socket
import tracemalloc
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.conftest import Databases
from tests.desks import Desk, desk_at
from tests.sending import (
    NEW,
    ended,
    month,
    own_temporary_folder,  # noqa: F401  (a fixture)
    post_file,
    problem_of,
    send,
    told,
)
from tests.test_workbooks import parts, row, sheet

FORM = "multipart/form-data; boundary=frontier"


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    """One service for the tests of this file; each imports a month of its own."""
    with desk_at(databases.seeded_places(), import_wait=30, max_import_bytes=300_000) as made:
        yield made


def post_form(desk: Desk, content: bytes | Iterator[bytes], kind: str = FORM) -> httpx.Response:
    return desk.send("POST", "/v1/imports", content=content, headers={"Content-Type": kind})


def part(text: str, name: str = "file", more: str = '; filename="file.csv"') -> bytes:
    return f'--frontier\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{text}\r\n'.encode()


END = b"--frontier--\r\n"


# Forms


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (END, "invalid_request", "send the file in a part named `file`"),
        (b"", "bad_request", "The form is cut off"),
        (part("x", "fyle") + END, "invalid_request", "send the file in a part named `file`"),
        (part("x", more="") + END, "invalid_request", "with a file name"),
        (part("x") + part("y") + END, "bad_request", "Too many files"),
        (part("x") + part("y", "other") + END, "bad_request", "Too many files"),
        (part("x") + part("validate", "mode", "") * 2 + END, "invalid_request", "stands in the form twice"),
        (part("x") + part("1", "colour", "") + END, "invalid_request", "/colour: there is no such field"),
        (part("x") + part("try", "mode", "") + END, "invalid_request", "/mode: input should be 'validate'"),
        (part("x") + part("y" * 301, "reason", "") + END, "invalid_request", "/reason: string should have at most 300"),
        (part("x") + part("http://a/b", "url", "") + END, "invalid_request", "/url: there is no such field"),
        (b"".join(part("1", f"f{n}", "") for n in range(21)) + END, "bad_request", "Too many fields"),
        (b"--frontier\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END, "bad_request", '"name" must be provided'),
        (b"--frontier\r\n\r\nx\r\n" + END, "bad_request", "The form cannot be read"),
        (b"\x00\xff" * 500, "bad_request", "The form cannot be read"),
        (b"--frontier\r\nno header\r\n\r\nx\r\n" + END, "bad_request", "The form cannot be read"),
        (b'--frontier\r\nContent-Disposition: form-data; name="file"; fil', "bad_request", "The form is cut off"),
        (part(month("2010-01-31"))[:-400], "bad_request", "rows of the file may be, too"),
    ],
)
def test_a_form_that_brings_no_file_or_says_what_cannot_be_is_refused(
    desk: Desk, content: bytes, code: str, words: str
):
    before = desk.read("/v1/imports", limit=1)
    answer = post_form(desk, content)
    assert problem_of(answer) == (400 if code == "bad_request" else 422, code)
    assert words in answer.json()["detail"]
    assert desk.read("/v1/imports", limit=1) == before


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_without_a_boundary_is_refused(desk: Desk, kind: str):
    assert problem_of(post_form(desk, part("x") + END, kind)) == (400, "bad_request")


@pytest.mark.parametrize("kind", ["text/csv", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x", ""])
def test_what_is_neither_a_form_nor_json_is_415(desk: Desk, kind: str):
    answer = post_form(desk, month("2010-01-31").encode(), kind)
    assert problem_of(answer) == (415, "unsupported_media_type")
    assert "multipart/form-data" in answer.json()["detail"]


def test_a_file_that_is_too_large_is_413_with_and_without_a_length(desk: Desk):
    large = part("x" * 400_000) + END
    assert problem_of(post_form(desk, large)) == (413, "body_too_large")
    pieces = (large[start : start + 9000] for start in range(0, len(large), 9000))
    answer = post_form(desk, pieces)
    assert problem_of(answer) == (413, "body_too_large")
    assert answer.json()["detail"] == "The file has more than 300,000 bytes, the most that is taken."


def test_an_upload_that_stops_on_the_way_is_given_up(databases: Databases):
    with desk_at(databases.seeded_places(), body_timeout=0.3) as desk:
        place = desk.client.base_url
        with socket.create_connection((place.host, place.port), timeout=20) as line:
            head = f"POST /v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.tokens['ann']}\r\n"
            head += f"Content-Type: {FORM}\r\nContent-Length: 5000\r\n\r\n"
            line.sendall(head.encode() + part("x" * 1000)[:-2])
            answer = line.recv(65536)
            assert b"408 Request Timeout" in answer
            assert b"body_too_slow" in answer
        assert desk.read("/v1/imports")["data"] == []


def test_who_is_unknown_does_not_make_the_service_read_a_file(desk: Desk):
    answer = desk.client.post("/v1/imports", content=part("x" * 200_000) + END, headers={"Content-Type": FORM})
    assert problem_of(answer) == (401, "unauthorised")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\reports\\July 2025.csv", "July 2025.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\u202eb\u00adc\u200b.csv", "abc.csv"),
        ("a\tb\x7fc.csv", "abc.csv"),
        ("...", "..."),
        ("/", "file"),
        ("x" * 300, "x" * 200),
        ("Übersicht “Juli”.csv", "Übersicht “Juli”.csv"),
    ],
)
def test_names_of_files_are_kept_without_folders_and_signs_nobody_sees(desk: Desk, sent: str, kept: str):
    answer = post_form(desk, part(month("2010-01-31"), more=f'; filename="{sent}"') + END)
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["file_name"] == kept


# Contents


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "The file is empty"),
        ("\n \n", "The file is empty"),
        (month("2010-01-31").replace("mission_acronym", "personnel_type"), "column 'personnel_type' twice"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "NUL|no text|picture"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "gzip|packed"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(desk: Desk, content: str | bytes, words: str):
    found = send(desk, content)
    assert told(found, "state", "change", "rows_read") == ("refused", None, 0)
    assert any(word in found["problem"] for word in words.split("|")), found["problem"]


def test_a_header_alone_is_a_file_without_rows(desk: Desk):
    found = send(desk, month("2010-01-31").partition("\n")[0])
    assert told(found, "state", "rows_read", "created", "change") == ("committed", 0, 0, None)
    assert found["notes"] == ["The file has a header and no rows: there is nothing to record."]


def test_the_header_among_the_rows_is_a_fault(desk: Desk):
    found = send(desk, month("2010-01-31") + month("2010-02-28"))
    assert told(found, "state", "rejected", "faults") == ("refused", 1, 1)
    [fault] = desk.read(f"/v1/imports/{found['id']}/faults")["data"]
    assert (fault["row"], fault["code"]) == (26, "header_repeated")


def workbook(lines: list[str]) -> bytes:
    """A workbook with these lines of cells."""
    rows = "".join(row(number, *line.split(",")) for number, line in enumerate(lines, 1))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts(sheet(rows)).items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_workbook_is_a_file_like_others(desk: Desk):
    rows = month("2010-03-31").splitlines()
    found = send(desk, workbook(rows), "July.xlsx")
    assert (told(found), found["file_name"]) == (NEW, "July.xlsx")
    damaged = send(desk, workbook(rows)[:-200], "July.xlsx")
    assert damaged["problem"].startswith("The workbook is damaged.")


def test_packed_and_json_files_are_files_like_others(desk: Desk):
    assert told(send(desk, gzip.compress(month("2010-04-30").encode()), "a.csv.gz")) == NEW
    header, *rows = [line.split(",") for line in month("2010-05-31").splitlines()]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert told(send(desk, json.dumps({"records": records}), "a.json")) == NEW
    assert told(send(desk, "\n".join(map(json.dumps, records)), "a.ndjson")) == ("committed", 0, 24, 0, 0)


def test_a_gzip_bomb_is_refused_and_takes_no_memory(desk: Desk):
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb") as packed:
        for _ in range(200):
            packed.write(b"a,b\n" * 250_000)
    tracemalloc.start()
    found = send(desk, bomb.getvalue(), "a.csv.gz")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found["state"] == "refused"
    assert found["problem"].startswith("The file unpacks to more than")
    assert most < 20_000_000


# Addresses


@contextmanager
def delivering(content: bytes, kind: str = "text/csv") -> Iterator[str]:
    """A server of one file, and the address of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tables/July 2025.csv?version=2"
    server.shutdown()
    server.server_close()
    thread.join()


def post_address(desk: Desk, url: object, **more: object) -> httpx.Response:
    return desk.post("/v1/imports", {"url": url, **more})


def test_a_file_is_fetched_from_its_address(databases: Databases):
    content = month("2024-01-31").encode()
    with delivering(content) as url, delivering(b"<html>", "text/html") as page:
        hosts = ",".join(place.partition("//")[2].partition("/")[0] for place in (url, page))
        allowed = {"import_from_private": True, "import_over_http": True, "import_hosts": hosts}
        with desk_at(databases.seeded_places(), import_wait=30, **allowed) as desk:
            answer = post_address(desk, url, reason="Fetched.")
            assert answer.status_code == 201, answer.text
            found = answer.json()["data"]
            assert told(found) == NEW
            assert told(found, "url", "size", "file_name") == (url, len(content), "July 2025.csv")
            again = ended(desk, post_address(desk, url).json()["data"]["id"])
            assert again["notes"] == [
                f"All of it stands in the record already; nothing was recorded. It is the file of import {found['id']}."
            ]
            refused = ended(desk, post_address(desk, page).json()["data"]["id"])
            assert "'text/html', which is no kind of table" in refused["problem"]
            assert told(refused, "state", "importer", "change") == ("refused", None, None)
            keyed = [desk.post("/v1/imports", {"url": url, "mode": "validate"}, Idempotency_Key="k") for _ in "ab"]
            assert keyed[0].json() == keyed[1].json()


def test_what_listens_on_private_addresses_is_not_told(databases: Databases):
    with delivering(b"a,b\n1,2\n") as url, desk_at(databases.seeded_places(), import_over_http=True) as desk:
        port = url.rpartition(":")[2].partition("/")[0]
        sentences = set()
        for place in ("127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "no-such-host.invalid", "[::1]"):
            found = ended(desk, post_address(desk, f"http://{place}/a.csv").json()["data"]["id"])
            assert found["state"] == "refused"
            sentences.add(found["problem"])
        assert sentences == {
            "The host of the address is not on the public internet. Check its name. "
            "Or download the file yourself and upload it."
        }
        other_port = ended(desk, post_address(desk, f"http://127.0.0.1:{port}/a.csv").json()["data"]["id"])
        assert other_port["problem"].startswith("Files are fetched from port 80 only.")


def test_files_are_fetched_over_https_only(desk: Desk):
    found = ended(desk, post_address(desk, "http://example.org/a.csv").json()["data"]["id"])
    assert found["problem"].startswith("Files are fetched over https only.")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": "file:///etc/passwd"}, "/url"),
        ({"url": "https:/example.org/a.csv"}, "/url"),
        ({"url": "https://ann:secret@example.org/a.csv"}, "/url"),
        ({"url": 5}, "/url"),
        ({"url": "https://example.org/" + "x" * 2000}, "/url"),
        ({"url": "https://example.org/a.csv", "uri": "x"}, "/uri"),
        ({"url": "https://example.org/a.csv", "mode": "try"}, "/mode"),
        ({"url": "https://example.org/a.csv", "source": "A Source"}, "/source"),
    ],
)
def test_an_address_or_a_field_that_cannot_be_is_refused(desk: Desk, body: dict, pointer: str):
    before = desk.read("/v1/imports", limit=1)
    answer = desk.post("/v1/imports", body)
    assert problem_of(answer) == (422, "invalid_request")
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert "secret" not in answer.text
    assert desk.read("/v1/imports", limit=1) == before


def test_files_sent_at_the_same_time_keep_apart(desk: Desk, own_temporary_folder: Path):  # noqa: F811
    months = [f"2009-{number:02}-15" for number in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda as_of: post_file(desk, month(as_of), f"{as_of}.csv"), months))
    assert {answer.status_code for answer in answers} == {201}
    assert [told(answer.json()["data"]) for answer in answers] == [NEW] * 8
    assert [answer.json()["data"]["file_name"] for answer in answers] == [f"{as_of}.csv" for as_of in months]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 8
    changes = {answer.json()["data"]["change"] for answer in answers}
    assert max(changes) - min(changes) == 7
