"""The stream of changes, with real servers, clients that leave, and clients that do not read."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from app.core.database import Database
from app.core.history import record
from app.core.settings import Settings
from app.main import create_app
from app.sources.store import SOURCES
from app.web.server import server_config
from app.web.watch import Watch
from tests.conftest import Databases, serving
from tests.feeds import SEEDS, begin, write
from tests.rows import make_source
from tests.statements import Asked, statements_of

STREAM = "/v1/changes/stream"


@pytest.fixture
def client(databases: Databases) -> Iterator[httpx.Client]:
    """A client of a seeded service of one's own."""
    with serving(Settings(database_url=databases.seeded())) as made:
        yield made


@pytest.fixture
def elsewhere(client: httpx.Client) -> Iterator[Database]:
    """The same database, as another process holds it."""
    url = client.app.state.database.url.render_as_string(hide_password=False)
    made = Database(Settings(database_url=url))
    yield made
    made.close()


@contextmanager
def following(client: httpx.Client, last: int | None = None, **params: object) -> Iterator[Iterator[tuple[int, dict]]]:
    """The events of an open stream: their ids, and the rows they carry."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", STREAM, headers=headers, params=params or None) as answer:
        assert answer.status_code == 200
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[tuple[int, dict]]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            assert fields["event"] == "change"
            yield int(fields["id"]), json.loads(fields["data"])
            fields = {}
        else:
            fields = {}


def record_source(database: Database, name: str) -> int:
    return write(database, name, lambda session, change: record(session, change, SOURCES, [make_source(id=name)]))


def eventually(condition: Callable[[], bool]) -> bool:
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.02)
    return False


def watch_of(client: httpx.Client) -> Watch:
    return client.app.state.watch


# --- what is sent ---


def test_a_client_goes_on_where_it_broke_off(client: httpx.Client):
    rows = client.get("/v1/changes", params={"since": 100}).json()["data"]
    with following(client, 100) as found:
        first = list(islice(found, 12))
    with following(client, first[-1][0]) as found:
        rest = list(islice(found, 7))
    assert [number for number, _ in first + rest] == list(range(101, SEEDS + 1))
    told = [data for _, data in first + rest]
    for data, row in zip(told, rows, strict=True):
        data["records"].pop("data"), row["records"].pop("data")
        assert {**data["records"], "complete": None} == {**row["records"], "complete": None}
        assert {**data, "records": None} == {**row, "records": None}


def test_an_event_is_the_row_of_the_list(client: httpx.Client):
    with following(client, since=13) as found:
        number, data = next(found)
    assert number == 14
    assert data == client.get("/v1/changes", params={"since": 13}).json()["data"][0]
    assert data["records"]["complete"] is True


def test_the_header_wins_over_the_parameter(client: httpx.Client):
    with following(client, 117, since=3) as found:
        assert next(found)[0] == 118


def lists_among(asked: Asked) -> int:
    return len([one for one, _ in asked if "FROM change" in one and "LIMIT" in one])


def test_all_changes_are_replayed_in_batches(client: httpx.Client):
    client.get("/v1/changes?limit=1")
    with statements_of(client) as asked, following(client, 0) as found:
        assert [number for number, _ in islice(found, SEEDS)] == list(range(1, SEEDS + 1))
    assert lists_among(asked) == 3


def test_what_another_process_writes_is_sent_at_once(client: httpx.Client, elsewhere: Database):
    with following(client) as found:
        assert record_source(elsewhere, "fresh") == 120
        number, data = next(found)
        assert (number, data["reason"], data["author"]) == (120, "fresh", "aigerim")
        [act] = data["records"]["data"]
        assert (act["noun"], act["record"], act["act"]) == ("sources", "fresh", "create")
        record_source(elsewhere, "fresher")
        assert next(found)[0] == 121


def test_nothing_is_lost_or_sent_twice_while_others_write_and_clients_come_back(
    client: httpx.Client, elsewhere: Database
):
    def follow(breaks: int) -> list[int]:
        seen: list[int] = []
        while len(seen) < 30:
            with following(client, seen[-1] if seen else SEEDS) as found:
                seen += [number for number, _ in islice(found, min(breaks, 30 - len(seen)))]
        return seen

    with ThreadPoolExecutor(5) as pool:
        followers = [pool.submit(follow, breaks) for breaks in (30, 7, 1, 12)]
        written = pool.submit(lambda: [record_source(elsewhere, f"source-{number}") for number in range(30)])
        assert written.result() == list(range(120, 150))
        for follower in followers:
            assert follower.result() == list(range(120, 150))


def test_who_hears_of_a_change_finds_it_at_once(databases: Databases):
    settings = Settings(database_url=databases.seeded(), cache_bytes=64_000_000)
    other = Database(settings)
    with serving(settings) as client, following(client) as found:
        for number in range(120, 126):
            asked = {"since": number - 1}
            assert client.get("/v1/changes", params=asked).json()["data"] == []
            record_source(other, f"source-{number}")
            assert next(found)[0] == number
            assert [row["number"] for row in client.get("/v1/changes", params=asked).json()["data"]] == [number]
    other.close()


def test_a_quiet_stream_gives_signs_of_life(client: httpx.Client, elsewhere: Database):
    watch_of(client).quiet_at_most = 0.05
    with client.stream("GET", STREAM) as answer:
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(6)] == ["retry: 2000", "", ": nothing new", "", ": nothing new", ""]
        record_source(elsewhere, "fresh")
        assert next(events(lines))[0] == 120


def test_nobody_on_the_way_is_to_keep_a_stream(client: httpx.Client):
    with client.stream("GET", STREAM, headers={"origin": "https://frontend.example"}) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "content-length" not in answer.headers


def test_head_is_answered_at_once(client: httpx.Client):
    answer = client.head(STREAM)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert eventually(lambda: watch_of(client).streams == 0)
    assert client.get("/readyz").status_code == 200


# --- what is refused ---


@pytest.mark.parametrize("value", ["120", "9223372036854775807", "9223372036854775808", "-1", "x", "1.5", ""])
@pytest.mark.parametrize("place", ["Last-Event-ID", "since"])
def test_a_place_that_is_not_in_the_record_is_refused(seeded: httpx.Client, place: str, value: str):
    if place == "since":
        answer = seeded.get(STREAM, params={"since": value})
    else:
        answer = seeded.get(STREAM, headers={"Last-Event-ID": value})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["parameter"] == place
    if value == "120":
        assert "not in the record, whose last one is 119" in answer.json()["detail"]


def test_unknown_and_repeated_parameters_are_refused(seeded: httpx.Client):
    assert seeded.get(f"{STREAM}?sinse=1").json()["code"] == "unknown_parameter"
    assert seeded.get(f"{STREAM}?since=1&since=2").status_code == 422
    assert seeded.post(STREAM).status_code == 405


def test_there_are_only_so_many_streams(client: httpx.Client):
    watch_of(client).most_streams = 2
    with following(client), following(client):
        assert eventually(lambda: watch_of(client).streams == 2)
        refused = client.get(STREAM)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["retry-after"] == "2"
    assert eventually(lambda: watch_of(client).streams == 0)
    with following(client, 118) as found:
        assert next(found)[0] == 119


# --- what it takes ---


def test_clients_that_leave_leave_nothing_behind(client: httpx.Client):
    watch = watch_of(client)
    with following(client) as _, following(client, 100) as found:
        next(found)
        assert eventually(lambda: watch.streams == 2)
        assert watch._looking is not None
        loop = watch._looking.get_loop()
    assert eventually(lambda: watch.streams == 0)
    assert watch._looking is None

    def streaming() -> list[str]:
        told = [str(task.get_coro()) for task in asyncio.all_tasks(loop)]
        return [one for one in told if "Watch" in one or "EventStream" in one or "StreamingResponse" in one]

    assert eventually(lambda: streaming() == [])


def test_an_open_stream_holds_no_connection(client: httpx.Client, elsewhere: Database):
    pool = client.app.state.database.reader.pool
    with following(client) as found, following(client, 100) as other:
        record_source(elsewhere, "fresh")
        assert next(found)[0] == 120
        assert next(other)[0] == 101
        assert eventually(lambda: pool.checkedout() == 0)


def test_streams_share_one_look_and_one_reading(client: httpx.Client, elsewhere: Database):
    with following(client) as one, following(client) as other, following(client) as third:
        assert eventually(lambda: watch_of(client).streams == 3)
        with statements_of(client) as asked:
            record_source(elsewhere, "fresh")
            assert [next(found)[0] for found in (one, other, third)] == [120, 120, 120]
    assert lists_among(asked) == 1


def test_a_stream_outlives_a_database_that_cannot_be_read(client: httpx.Client, elsewhere: Database):
    with client.stream("GET", STREAM) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        assert next(lines) == ""
        with elsewhere.writer.begin() as connection:
            connection.execute(text("ALTER TABLE claim RENAME TO hidden"))
        record_source(elsewhere, "fresh")
        assert next(lines) == ": the record cannot be read now"
        with elsewhere.writer.begin() as connection:
            connection.execute(text("ALTER TABLE hidden RENAME TO claim"))
        assert next(events(lines))[0] == 120


def many_large_changes(database: Database) -> int:
    """160 changes of 20 sources with long notes, some 14 MB when they are sent."""
    with database.write() as session:
        for number in range(160):
            change = begin(session, "aigerim", "large")
            sources = [make_source(id=f"s{number}-{one}", note="x" * 4000) for one in range(20)]
            record(session, change, SOURCES, sources)
            last = change.number
    return last


@contextmanager
def not_reading(client: httpx.Client) -> Iterator[socket.socket]:
    """A client that asks for all large changes, takes little at a time, and reads nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(30)
    sock.connect((client.base_url.host, client.base_url.port))
    sock.sendall(f"GET {STREAM}?since={SEEDS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    yield sock
    sock.close()


def settled(count: Callable[[], int]) -> int:
    """A number once it has stopped growing."""
    before = -1
    while before != count():
        before = count()
        time.sleep(1)
    return before


def test_a_client_that_does_not_read_is_waited_for(client: httpx.Client, elsewhere: Database):
    last = many_large_changes(elsewhere)
    with statements_of(client) as asked, not_reading(client) as sock:
        assert eventually(lambda: lists_among(asked) > 0)
        assert settled(lambda: lists_among(asked)) < 4
        # Others are served meanwhile, and the slow one gets all of it when it reads.
        with following(client, last - 1) as found:
            assert next(found)[0] == last
        received = b""
        while f"\nid: {last}\n".encode() not in received:
            received = received[-100:] + sock.recv(1_000_000)
    assert eventually(lambda: watch_of(client).streams == 0)


@pytest.mark.parametrize("is_read", [True, False], ids=["that reads", "that does not read"])
def test_a_server_stops_with_a_client_on_the_line(databases: Databases, is_read: bool):
    settings = Settings(database_url=databases.seeded(), log_level="critical")
    app = create_app(settings)
    many_large_changes(app.state.database)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app, settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    host, port = listener.getsockname()
    with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
        client.app = app
        assert eventually(lambda: server.started)
        with following(client) if is_read else not_reading(client):
            assert eventually(lambda: app.state.watch.streams == 1)
            if not is_read:
                protocol = next(iter(server.server_state.connections))
                assert eventually(lambda: protocol.transport.get_write_buffer_size() > 0)
            server.should_exit = True
            thread.join(10)  # requests under way get 30 seconds
            assert not thread.is_alive()
    assert app.state.watch.streams == 0
    listener.close()
