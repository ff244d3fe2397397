"""Answers are given again while the record stays as it is, and never once it has changed, in any process."""

import asyncio
import gzip
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.core.database import Database
from app.core.settings import Settings
from app.web.mark import mark_of
from tests.conftest import Databases, serving
from tests.desks import Desk, count, desk_at, report, source
from tests.rows import make_change
from tests.statements import statements_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    with desk_at(databases.seeded()) as made:
        wait_until(lambda: keeps(made.client))
        yield made


def keeps(client: httpx.Client) -> bool:
    """True once answers are kept: on PostgreSQL the first request begins to listen for changes."""
    return "cache-control" in client.get("/v1/missions/UNDOF").headers


def wait_until(is_so) -> None:
    for _ in range(400):
        if is_so():
            return
        time.sleep(0.025)
    raise AssertionError("it never came to be")


ADDRESSES = [
    "/v1/headcounts?limit=100",
    "/v1/totals?by=mission&as_of=2024-03-31",
    "/v1/series?country=KAZ&from=2015-01&to=2025-07",
    "/v1/missions/UNDOF",
    "/v1/rankings?month=2024-03&format=csv",
    "/v1/headcounts?country=KAZ&format=ndjson",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_request_is_answered_without_a_statement(desk: Desk, address: str):
    first = desk.client.get(address, headers=PLAIN)
    assert first.status_code == 200
    with statements_of(desk.client) as statements:
        second = desk.client.get(address, headers=PLAIN)
    assert len(statements) == 0
    assert second.content == first.content
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["cache-control"] == "public, no-cache"
    assert {"Accept", "Accept-Encoding"} <= set(second.headers["vary"].split(", "))


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_the_answer_is_told_so_and_sent_nothing(desk: Desk, address: str):
    answer = desk.client.get(address)
    for told in (answer.headers["etag"], f"W/{answer.headers['etag']}", f'"x", {answer.headers["etag"]}', "*"):
        again = desk.client.get(address, headers={"If-None-Match": told})
        assert (again.status_code, again.content) == (304, b"")
        assert set(again.headers) == {"date", "etag", "cache-control", "vary"}
    assert desk.client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_parameters_in_another_order_are_the_same_request_and_values_are_not(desk: Desk):
    desk.client.get("/v1/totals?by=mission&as_of=2024-02-29&country=KAZ")
    with statements_of(desk.client) as statements:
        desk.client.get("/v1/totals?country=KAZ&as_of=2024-02-29&by=mission")
    assert len(statements) == 0
    one = desk.client.get("/v1/headcounts?report=un-dpo-2024-03-31&sort=-total&sort=country&limit=1").json()
    other = desk.client.get("/v1/headcounts?report=un-dpo-2024-03-31&sort=country&sort=-total&limit=1").json()
    assert one["data"] != other["data"]


def test_forms_and_origins_are_told_apart(desk: Desk):
    address = "/v1/missions?status=active"
    assert desk.client.get(address).headers["content-type"] == "application/json"
    assert desk.client.get(address, headers={"Accept": "text/csv"}).headers["content-type"].startswith("text/csv")
    assert "access-control-allow-origin" not in desk.client.get(address).headers
    told = desk.client.get(address, headers={"Origin": "https://example.org"})
    assert told.headers["access-control-allow-origin"] == "*"


def test_answers_are_packed_once_and_unpack_to_the_same(desk: Desk):
    address = "/v1/headcounts?limit=50"
    plain = desk.client.get(address, headers=PLAIN)
    packed = desk.client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    assert packed.headers["etag"] == plain.headers["etag"].replace('"', "", 1).join(['"', ""])[:-1] + '-gzip"'
    assert "content-encoding" not in desk.client.get(address, headers={"Accept-Encoding": "gzip;q=0"}).headers
    assert "content-encoding" not in desk.client.get(address, headers={"Accept-Encoding": "gzip; q=0.0"}).headers
    weighed = desk.client.get(address, headers={"Accept-Encoding": "zstd;q=0, gzip;q=0.5"})
    assert weighed.headers["content-encoding"] == "gzip"
    with desk.client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as raw:
        assert gzip.decompress(b"".join(raw.iter_raw())) == plain.content


def test_zstd_is_sent_to_who_takes_it(desk: Desk):
    address = "/v1/headcounts?limit=50"
    plain = desk.client.get(address, headers=PLAIN)
    with desk.client.stream("GET", address, headers={"Accept-Encoding": "gzip, deflate, br, zstd"}) as packed:
        assert zstd.decompress(b"".join(packed.iter_raw())) == plain.content
    assert packed.headers["content-encoding"] == "zstd"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding, Origin"
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-zstd"'
    told = {"If-None-Match": packed.headers["etag"], "Accept-Encoding": "zstd"}
    assert desk.client.get(address, headers=told).status_code == 304
    refused = desk.client.get(address, headers={"Accept-Encoding": "gzip, zstd;q=0"})
    assert refused.headers["content-encoding"] == "gzip"


def test_head_is_answered_from_what_is_kept(desk: Desk):
    answer = desk.client.get("/v1/missions/UNTSO", headers=PLAIN)
    with statements_of(desk.client) as statements:
        head = desk.client.head("/v1/missions/UNTSO", headers=PLAIN)
    assert (len(statements), head.content) == (0, b"")
    assert head.headers["content-length"] == str(len(answer.content))


def test_refusals_and_what_is_for_one_alone_are_not_kept(desk: Desk):
    for address in ("/v1/missions/NOWHERE", "/v1/totals?as_of=yesterday"):
        assert desk.client.get(address).status_code in (404, 422)
        with statements_of(desk.client) as statements:
            answer = desk.client.get(address)
        assert answer.status_code in (404, 422)
        assert "etag" not in answer.headers
        assert len(statements) > 0 or "yesterday" in address
    answer = desk.send("GET", "/v1/missions/UNDOF")
    assert "cache-control" not in answer.headers
    tokens = desk.send("GET", "/v1/tokens", who="eve")
    assert tokens.status_code == 200
    assert "etag" not in tokens.headers


def test_a_write_is_seen_by_the_next_request(desk: Desk):
    question = {"country": "FJI", "mission": "UNTSO", "as_of": "2025-08-20"}
    desk.post("/v1/sources", source("front"))
    made = desk.post("/v1/reports", report("front", headcounts=[count(3, country="FJI", mission="UNTSO")]))
    address = f"/v1/headcounts/{made.json()['data']['headcounts'][0]['id']}"
    for total in range(10, 30):
        etag = desk.client.get(address).headers["etag"]
        assert desk.patch(address, {"total": total, "reason": "x"}, etag).status_code == 200
        assert desk.read(address)["total"] == total
        assert desk.read("/v1/totals", **question)["data"][0]["total"] == total
        assert desk.client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_a_write_elsewhere_is_seen_here(desk: Desk):
    url = desk.database.url.render_as_string(hide_password=False)
    with serving(Settings(database_url=url, cache_bytes=64_000_000)) as other:
        address = "/v1/sources?id=elsewhere"
        assert desk.client.get(address).json()["data"] == []
        headers = {"Authorization": f"Bearer {desk.tokens['ann']}"}
        assert other.post("/v1/sources", json=source("elsewhere"), headers=headers).status_code == 201
        wait_until(lambda: desk.client.get(address).json()["data"] != [])


def test_changes_are_looked_for_once_in_a_turn_of_the_event_loop(on_sqlite: Databases):
    database, looks = Database(Settings(database_url=on_sqlite.migrated())), []
    mark = mark_of(database)

    async def look(times: int = 1) -> list[int]:
        async def once() -> int:
            return mark.last().number

        return await asyncio.gather(*[once() for _ in range(times)])

    async def ask() -> None:
        assert await look() == [0]
        mark._connection.exec_trace = lambda _cursor, statement, _values: looks.append(statement) or True
        assert await look(20) == [0] * 20
        assert looks == ["PRAGMA data_version"]
        with database.write() as session:
            number = make_change(session).number
        assert await look(20) == [number] * 20
        assert looks[1] == "PRAGMA data_version"
        assert len(looks) == 3  # and which change it was
        await look()
        await look()
        assert looks[3:] == ["PRAGMA data_version"] * 2

    asyncio.run(ask())
    mark.close()
    database.close()


def test_the_past_is_said_to_last_and_the_present_is_not(desk: Desk):
    moment = desk.read("/v1/changes", sort="-number", limit=1)["data"][0]["recorded_at"]
    past = desk.get("/v1/totals", country="KAZ", known_at=moment)
    assert past.headers["cache-control"] == "public, max-age=31536000, immutable"
    later = desk.get("/v1/totals", country="KAZ", known_at="2999-01-01")
    assert later.headers["cache-control"] == "public, no-cache"


def test_many_who_ask_the_same_at_once_are_answered_by_one_computation(desk: Desk):
    address = "/v1/discrepancies?from=2020-01&to=2020-12"
    front = desk.client.app.state.front
    misses = front.misses
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: desk.client.get(address), range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert front.misses == misses + 1


def test_what_is_kept_stays_within_its_room(databases: Databases):
    with serving(Settings(database_url=databases.seeded(), cache_bytes=200_000)) as client:
        wait_until(lambda: keeps(client))
        for limit in range(1, 60):
            assert client.get(f"/v1/headcounts?limit={limit}").status_code == 200
            assert client.app.state.front.size <= 200_000
        assert client.app.state.front.size > 100_000
        large = client.get("/v1/headcounts?limit=1000")
        assert large.status_code == 200
        assert len(large.json()["data"]) == 1000
        assert "etag" not in large.headers
        everything = client.get("/v1/headcounts?format=csv")
        assert everything.text.count("\r\n") > 15_000


def test_nothing_is_kept_where_no_room_is_given(databases: Databases):
    with serving(Settings(database_url=databases.seeded(), cache_bytes=0)) as client:
        client.get("/v1/missions/UNDOF")
        with statements_of(client) as statements:
            assert client.get("/v1/missions/UNDOF").status_code == 200
        assert len(statements) > 0
