"""Imports that fail, are killed, stopped, or have to wait: all of a file is recorded or nothing, and it is told."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, func, make_url, select, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from app.core.database import Database
from app.core.settings import Settings
from app.importers import queue, run, store
from app.importers.models import FileImport, ImportState
from app.tokens.models import Role
from app.tokens.store import create_token
from tests.conftest import Databases
from tests.desks import desk_at
from tests.sending import (
    NEW,
    ended,
    month,
    months,
    own_temporary_folder,  # noqa: F401  (a fixture)
    post_file,
    send,
    told,
)
from tests.statements import watched

BESIDE = {"file_import", "import_fault", "token", "kept_answer"}
FAILED = "The service failed on this file. Nothing was recorded; it is logged."
STOPPED = "The service was stopped. Nothing was recorded; send the file again."


def rows_in(database: Database) -> dict[str, int]:
    """Rows of every table of the record."""
    with database.read() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
            if name not in BESIDE
        }


def is_importing() -> bool:
    return threading.current_thread().name.startswith("import_")


@contextmanager
def listening(engine: object, name: str, act: Callable[..., None]) -> Iterator[None]:
    event.listen(engine, name, act)
    yield
    event.remove(engine, name, act)


# Failures


def test_whichever_statement_of_an_import_fails_nothing_of_it_is_stored(databases: Databases):
    with desk_at(databases.seeded_places(), import_wait=30) as desk:
        send(desk, month("2013-01-31"))
        content = month("2013-01-31", people={"Ghana": 9}) + month("2013-02-28").partition("\n")[2]
        fails_at, seen = [0], [0]

        def fail(*_: object) -> None:
            if is_importing():
                seen[0] += 1
                if seen[0] == fails_at[0]:
                    raise OperationalError("made to fail", None, Exception("the disk is full"))

        before = rows_in(desk.database)
        with watched(desk.client.app.state.database.writer, fail):
            while True:
                fails_at[0], seen[0] = fails_at[0] + 1, 0
                found = send(desk, content)
                if found["state"] == "committed":
                    break
                assert told(found, "state", "problem", "change") == ("failed", FAILED, None)
                assert rows_in(desk.database) == before
        assert fails_at[0] > 15
        after = rows_in(desk.database)
        added = {name: number - before[name] for name, number in after.items() if number != before[name]}
        assert added.pop("headcount_sum") == 26
        assert added == {"change": 1, "source": 1, "source_key": 1, "report": 1, "report_key": 1, "headcount": 25}
        assert told(found) == ("committed", 24, 23, 1, 0)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports do not tell how far they are: the first thing they write is what came of them."""
    monkeypatch.setattr(run, "_TELL_EVERY", math.inf)


@pytest.mark.usefixtures("silent")
def test_an_import_whose_commit_fails_is_told_to_have_failed(databases: Databases):
    with desk_at(databases.seeded_places(), import_wait=30) as desk:
        commits = [0]

        def fail(_: object) -> None:
            if is_importing():
                commits[0] += 1
                if commits[0] == 1:
                    raise OperationalError("made to fail", None, Exception("the line is cut"))

        before = rows_in(desk.database)
        with listening(desk.client.app.state.database.writer, "commit", fail):
            found = send(desk, month("2024-01-31"))
        assert told(found, "state", "problem", "change", "created") == ("failed", FAILED, None, 0)
        assert rows_in(desk.database) == before
        assert told(send(desk, month("2024-01-31"))) == NEW


def test_what_fails_after_the_commit_does_not_undo_what_is_told(databases: Databases, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "_MANY", 10)

    def fail(statement: str, _values: object) -> None:
        if statement == "ANALYZE":
            raise OperationalError("made to fail", None, Exception("busy"))

    with desk_at(databases.seeded_places(), import_wait=30) as desk:
        with watched(desk.client.app.state.database.writer, fail):
            found = send(desk, month("2024-01-31"))
        assert (told(found), found["problem"]) == (NEW, None)
        assert found["change"] == desk.revision()


def at_begin(number: int, act: Callable[[], None]) -> Callable[..., None]:
    """Does something before the import takes a connection for its write of that number."""
    begun = [0]

    def begins(*_: object) -> None:
        if is_importing():
            begun[0] += 1
            if begun[0] == number:
                act()

    return begins


@pytest.mark.usefixtures("silent")
def test_a_record_that_changes_between_the_check_and_the_write_refuses_the_file(databases: Databases):
    with desk_at(databases.seeded_places(), import_wait=30) as desk:
        send(desk, month("2024-01-31"))
        row = desk.read("/v1/headcounts", country="GHA")["data"][0]
        exported = desk.get("/v1/headcounts", format="csv").text.replace(",2,8,10,", ",2,9,11,")

        def correct() -> None:
            done = desk.patch(f"/v1/headcounts/{row['id']}", {"comment": "Asked.", "reason": "x"}, '"1"')
            assert done.status_code == 200

        with listening(desk.client.app.state.database.writer, "checkout", at_begin(1, correct)):
            found = send(desk, exported)
        assert told(found) == ("refused", 0, 0, 0, 1)
        assert found["problem"].startswith("The record changed while the file was read. Nothing was recorded")
        [fault] = desk.read(f"/v1/imports/{found['id']}/faults")["data"]
        assert (fault["column"], fault["code"]) == ("revision", "changed_since")
        assert {one["total"] for one in desk.read("/v1/headcounts")["data"]} == {10}


@pytest.mark.usefixtures("silent")
def test_an_import_that_was_given_up_records_nothing(databases: Databases):
    with desk_at(databases.seeded_places(), import_wait=30) as desk:

        def give_up() -> None:
            with desk.database.write() as session:
                session.execute(update(FileImport).values(state=ImportState.FAILED))

        before = rows_in(desk.database)
        with listening(desk.client.app.state.database.writer, "checkout", at_begin(1, give_up)):
            found = send(desk, month("2024-01-31"))
        assert told(found, "state", "change", "problem") == ("failed", None, None)
        assert rows_in(desk.database) == before


# The end of the process


@contextmanager
def running(url: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The program as a process of its own that answers at once, and a client of an analyst at it."""
    database = Database(Settings(database_url=url))
    with database.write() as session:
        _, token = create_token(session, "ann", Role.ANALYST, None, "cli", queue.datetime.now(queue.UTC))
    database.close()
    env = {**os.environ, "DATABASE_URL": url, "PORT": "0", "IMPORT_WAIT": "0", "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "app", "serve"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = next(line for line in process.stdout or [] if "start here" in line)
        try:
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=line.split()[-1], headers=headers, timeout=30) as client:
                yield process, client
        finally:
            process.kill()
            process.communicate(timeout=30)


def written(url: str, database: Database) -> int:
    """Bytes that have been written of headcounts, recorded or not."""
    if url.startswith("sqlite"):
        log = Path(f"{make_url(url).database}-wal")
        return log.stat().st_size if log.exists() else 0
    with database.read() as session:
        return int(session.execute(text("SELECT pg_relation_size('headcount')")).scalar_one())


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come to pass")


def end_amid_import(url: str, folder: Path, how: signal.Signals, *, while_recording: bool) -> int:
    """Start an import in a process of its own and end that while it reads, or records; returns its exit status."""
    database = Database(Settings(database_url=url))
    before = rows_in(database)
    with running(url, folder) as (process, client):
        answer = client.post("/v1/imports", files={"file": ("months.csv", months(80))})
        assert answer.status_code == 202, answer.text
        address = answer.headers["location"]
        wait_until(lambda: client.get(address).json()["data"]["state"] == "running")
        if while_recording:
            start = written(url, database)
            wait_until(lambda: written(url, database) > start + 1_000_000)
        assert client.get(address).json()["data"]["state"] == "running"
        process.send_signal(how)
        status = process.wait(30)
    assert rows_in(database) == before
    database.close()
    return status


def test_an_import_that_is_killed_leaves_nothing_and_is_given_up(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = databases.seeded_places()
    assert end_amid_import(url, tmp_path, signal.SIGKILL, while_recording=True) == -signal.SIGKILL
    with desk_at(url, import_wait=60) as desk:
        assert desk.read("/v1/imports/1")["data"]["state"] == "running"
        with monkeypatch.context() as soon:
            soon.setattr(store, "LOST_AFTER", timedelta(0))
            found = desk.read("/v1/imports/1")["data"]
            assert told(found, "state", "change", "created") == ("failed", None, 0)
            assert found["problem"] == "The service stopped while it was at work on this. Send the file again."
            done = desk.send("POST", "/v1/imports", files={"file": ("months.csv", months(80))}, timeout=90)
        assert told(done.json()["data"]) == ("committed", 76_800, 0, 0, 0)
        found = desk.read("/v1/imports/1")["data"]
        assert (found["state"], found["finished_at"] is not None) == ("failed", True)
        assert desk.read("/v1/reports", count="exact")["meta"]["count"] == 80


@pytest.mark.parametrize("while_recording", [False, True])
def test_an_import_that_is_stopped_records_nothing_and_says_so(
    databases: Databases, tmp_path: Path, while_recording: bool
):
    url = databases.seeded_places()
    assert end_amid_import(url, tmp_path, signal.SIGTERM, while_recording=while_recording) == 0
    assert list(tmp_path.iterdir()) == []
    with desk_at(url) as desk:
        found = desk.read("/v1/imports/1")["data"]
        assert told(found, "state", "problem", "change") == ("failed", STOPPED, None)
        assert found["finished_at"] is not None


# Waiting


def test_a_long_import_is_answered_at_once_and_tells_how_far_it_is(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run, "_TELL_EVERY", 0.0)

    def linger(*_: object) -> None:
        if is_importing():
            time.sleep(0.3)  # so that what was told last is seen

    with (
        desk_at(databases.seeded_places(), import_wait=0) as desk,
        listening(desk.client.app.state.database.writer, "checkout", linger),
    ):
        answers = [post_file(desk, months(27)), post_file(desk, month("2024-01-31"))]
        assert [answer.status_code for answer in answers] == [202, 202]
        first, second = (answer.json()["data"] for answer in answers)
        assert second["state"] == "waiting"
        seen: list[tuple[str, int, str]] = []
        while not seen or seen[-1][0] in ("waiting", "running"):
            one, other = desk.read("/v1/imports", before=second["id"] + 1, limit=2)["data"][::-1]
            seen.append((one["state"], one["rows_read"], other["state"]))
        assert told(ended(desk, second["id"])) == NEW
        assert told(ended(desk, first["id"])) == ("committed", 25_920, 0, 0, 0)
    assert {rows for state, rows, _ in seen if state == "running"} >= {10_000, 20_000}
    assert {other for state, _, other in seen if state == "running"} == {"waiting"}
    assert seen == sorted(seen, key=lambda one: one[1])


class Slow(BaseHTTPRequestHandler):
    """Delivers a file once it is let go."""

    content = b""
    go = threading.Event()

    def do_GET(self) -> None:
        self.go.wait(60)
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        return None


def test_imports_that_wait_or_have_nothing_to_tell_are_not_given_up(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store, "LOST_AFTER", timedelta(seconds=2))
    monkeypatch.setattr(queue, "_BEAT_EVERY", 0.2)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    Slow.content = month("2024-02-29").encode()
    Slow.go.clear()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    place = f"127.0.0.1:{server.server_port}"
    allowed: Mapping[str, object] = {"import_from_private": True, "import_over_http": True, "import_hosts": place}
    with desk_at(databases.seeded_places(), import_wait=0, **allowed) as desk:
        first = desk.post("/v1/imports", {"url": f"http://{place}/slow.csv"}).json()["data"]["id"]
        second = post_file(desk, month("2024-01-31")).json()["data"]["id"]
        time.sleep(3)
        post_file(desk, "a,b\n1,2\n")  # gives up what is lost
        states = [desk.read(f"/v1/imports/{number}")["data"]["state"] for number in (first, second)]
        assert states == ["running", "waiting"]
        # Nor where nothing can be noted, as while a long import has the only writer there is.
        monkeypatch.setattr(store, "LOST_AFTER", timedelta(0))
        post_file(desk, "a,b\n1,2\n")
        states = [one["state"] for one in desk.read("/v1/imports", before=second + 1)["data"]]
        assert states == ["waiting", "running"]
        Slow.go.set()
        assert [told(ended(desk, number)) for number in (first, second)] == [NEW, NEW]
    server.shutdown()
    server.server_close()
    thread.join()
