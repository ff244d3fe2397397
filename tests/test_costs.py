"""What answers cost, told by causes that a test can count: statements, plans, rows made, and never by the clock."""

import asyncio
import re
import threading
from itertools import groupby

import httpx
import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from app.answers.facts import load_facts
from app.answers.rules import fill_bucket, window_start
from app.answers.scope import Scope, ScopeQuery, resolve
from app.answers.statements import find_statements, latest_day, load_reports
from app.core.database import Database
from app.core.history import open_view
from app.core.settings import Settings
from app.headcounts.models import HeadcountOut
from app.headcounts.store import HEADCOUNT_LIST
from app.main import create_app
from app.missions.store import load_names
from app.web.rows import writer_of
from tests.conftest import serving
from tests.statements import statements_of, watched

# With the statements each takes once names, facts and reports are in memory: one opens the view, the others read.
HOT = {
    "/v1/headcounts?mission=UNDOF&total__gte=1": 2,
    "/v1/headcounts/1": 2,
    "/v1/headcounts?limit=5&count=exact": 3,
    "/v1/deployments?as_of=2024-01-31": 2,
    "/v1/totals?by=mission&as_of=2024-01-31": 2,
    "/v1/series?country=KAZ&from=2015-01&to=2025-07": 2,
    "/v1/rankings?month=2024-01": 2,
    "/v1/gaps?as_of=2024-03-31": 4,
}


def plan_of(client: httpx.Client, statement: str, parameters: object) -> list[str]:
    engine = client.app.state.database.reader
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters)]


@pytest.mark.parametrize("address", HOT)
def test_what_is_read_most_takes_few_statements_that_are_put_together_once(seeded: httpx.Client, address: str):
    first = seeded.get(address)
    assert first.status_code == 200, first.text
    compiled: list[object] = []
    engine = seeded.app.state.database.reader
    event.listen(engine, "before_execute", note := lambda _connection, clause, *_rest: compiled.append(clause))
    try:
        with statements_of(seeded) as found:
            assert seeded.get(address).content == first.content
    finally:
        event.remove(engine, "before_execute", note)
    statements = [one for one, _ in found if re.match(r"\s*(SELECT|WITH)", one)]
    assert len(statements) == HOT[address], statements
    # The ceilings of a gap are few, and the only rows read through a statement that is put together anew.
    assert len(compiled) == (1 if address.startswith("/v1/gaps") else 0), compiled


@pytest.mark.parametrize("address", HOT)
def test_what_is_read_most_loads_no_objects(seeded_sqlite: httpx.Client, address: str):
    loaded: list[object] = []

    def note(_session: Session, instance: object) -> None:
        loaded.append(instance)

    event.listen(Session, "loaded_as_persistent", note)
    try:
        assert seeded_sqlite.get(address).status_code == 200
    finally:
        event.remove(Session, "loaded_as_persistent", note)
    assert loaded == []


def test_other_values_of_the_same_form_are_the_same_statement(seeded_sqlite: httpx.Client):
    texts = set()
    for address in ("country=KAZ,GHA&total__gte=3", "country=IND,NPL&total__gte=70"):
        with statements_of(seeded_sqlite) as found:
            assert seeded_sqlite.get(f"/v1/headcounts?{address}").json()["data"]
        texts.add(found[-1][0])
    assert len(texts) == 1


def test_an_address_without_filters_has_no_empty_one(seeded_sqlite: httpx.Client):
    [row] = seeded_sqlite.get("/v1/series?from=2024-03&to=2024-03").json()["data"]
    assert row["rows"] == "/v1/deployments?as_of=2024-03-31&max_age=30"


@pytest.mark.parametrize(
    "scope",
    [
        "country=KAZ,NPL",
        "mission=UNDOF,UNIFIL",
        "region=Asia,Africa",
        "personnel_type=troops",
        "host=LBN",
    ],
)
def test_several_values_are_asked_for_in_every_form(seeded: httpx.Client, scope: str):
    by_region = "series?from=2015-01&to=2025-07&by=region,sex"
    for question in ("totals?as_of=2024-02-15", "totals?as_of=2024-02-15&by=country", by_region):
        answer = seeded.get(f"/v1/{question}&{scope}")
        assert answer.status_code == 200, answer.text
        assert any(row["total"] for row in answer.json()["data"])


@pytest.mark.parametrize("narrow", ["mission=UNDOF", "country=NPL", "mission=UNDOF&sort=-id"])
def test_a_page_of_a_mission_or_country_is_read_in_order_and_not_sorted(seeded_sqlite: httpx.Client, narrow: str):
    with statements_of(seeded_sqlite) as found:
        page = seeded_sqlite.get(f"/v1/headcounts?{narrow}&limit=10").json()
        assert len(seeded_sqlite.get(page["links"]["next"]).json()["data"]) == 10
    pages = [one for one in found if "FROM headcount" in one[0]]
    assert len(pages) == 2
    for statement, parameters in pages:
        plan = plan_of(seeded_sqlite, statement, parameters)
        assert not [line for line in plan if "TEMP B-TREE" in line or "SCAN headcount" in line], plan


@pytest.mark.parametrize("narrow", ["country=NPL", "mission=UNDOF", "format=json", "region=Asia", "by=mission"])
def test_a_long_series_is_read_off_the_sums_that_are_kept(seeded: httpx.Client, narrow: str):
    with statements_of(seeded) as found:
        rows = seeded.get(f"/v1/series?{narrow}&from=2015-01&to=2025-07").json()["data"]
    assert len(rows) >= 127
    statement, parameters = found[-1]
    assert "FROM headcount_sum" in statement
    plan = plan_of(seeded, statement, parameters)
    assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], plan


@pytest.mark.parametrize("address", ["/v1/totals?by=mission&as_of=2024-01-31", "/v1/deployments?as_of=2024-01-31"])
def test_an_answer_about_one_date_reads_the_counts_of_its_reports_alone(seeded: httpx.Client, address: str):
    with statements_of(seeded) as found:
        assert seeded.get(address).json()["data"]
    plan = plan_of(seeded, *found[-1])
    assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], plan
    assert any("headcount" in line and "INDEX" in line.upper() for line in plan), plan


def test_reports_in_memory_are_those_that_a_statement_finds(seeded_database: Database):
    with seeded_database.read() as session:
        view = open_view(session)
        facts = load_facts(session, view, load_names(session, view))
        reports = load_reports(session, view)
        for asked_for in (
            {},
            {"completeness": "complete"},
            {"source": ["caspian-news-2024-01-20"]},
            {"source": ["un-dpo-2024-01-31", "caspian-news-2024-01-20"], "completeness": "complete"},
        ):
            scope: Scope = resolve(session, ScopeQuery.model_validate(asked_for), view, facts)
            for first, last in (
                ("0001-01-01", "9999-12-31"),
                ("2024-01-01", "2024-01-31"),
                ("2030-01-01", "2030-12-31"),
            ):
                by_id = {one.report: one for one in find_statements(session, scope, first, last)}
                assert {one.report: one for one in reports.find(scope, first, last)} == by_id
            for until in (None, "2024-01-25", "2015-01-30", "1900-01-01"):
                assert reports.latest_day(scope, until) == latest_day(session, scope, until)
            for until, max_age in (("2024-01-31", 0), ("2024-01-31", 92), ("2024-02-15", 400), ("1990-01-01", 92)):
                found = find_statements(session, scope, window_start(until, max_age), until)
                bucket = fill_bucket(until, until, found, carries_over=True)
                assert [reports.day(scope, until, max_age) for _ in range(2)] == [bucket] * 2


def test_rows_of_plain_values_are_written_without_their_model(seeded_sqlite: httpx.Client):
    fields = tuple(HEADCOUNT_LIST.selected(open_view_of(seeded_sqlite)))
    assert writer_of(HeadcountOut, fields) is not None
    shown = seeded_sqlite.get("/v1/headcounts/1").json()
    assert HeadcountOut.model_validate(shown).model_dump(mode="json") == shown


def open_view_of(client: httpx.Client):
    with client.app.state.database.read() as session:
        return open_view(session)


BRIEF = (
    "/v1/headcounts/1",
    "/v1/headcounts/1?include=report_record",
    "/v1/missions/UNDOF",
    "/v1/headcounts?mission=UNDOF",
    "/v1/totals?as_of=2024-01-31&by=mission",
    "/v1/series?country=NPL&from=2015-01&to=2025-07",
)
LONG = (
    "/v1/missions",  # with its hosts, parts and ceilings
    "/v1/headcounts?count=exact",
    "/v1/headcounts?mission=UNDOF&format=csv",
    "/v1/totals?by=mission&format=svg",
    "/v1/gaps",
)


@pytest.mark.parametrize("address", [*BRIEF, *LONG])
def test_an_embedded_database_is_read_without_a_thread_where_that_is_soon_done(seeded: httpx.Client, address: str):
    is_embedded = seeded.app.state.database.reader.dialect.name == "sqlite"
    assert seeded.get("/v1/totals").status_code == 200  # which may have to read facts and reports
    assert readers_of(seeded, address) == {"loop" if is_embedded and address in BRIEF else "thread"}


def test_a_statement_that_takes_long_is_broken_off_and_asked_again_in_a_thread(seeded_sqlite: httpx.Client):
    found = seeded_sqlite.get("/v1/headcounts?total__gte=999999").json()
    assert found["data"] == []
    assert readers_of(seeded_sqlite, "/v1/headcounts?total__gte=999998") == {"loop", "thread"}
    assert readers_of(seeded_sqlite, "/v1/series?country=NPL&from=1900-01") == {"loop", "thread"}
    largest = seeded_sqlite.get("/v1/headcounts?sort=-total&limit=1").json()["data"][0]["total"]
    with seeded_sqlite.app.state.database.read() as session:  # no loop waits here
        assert session.execute(text("SELECT max(total) FROM headcount")).scalar_one() == largest


def test_between_answers_the_event_loop_turns_to_all_else(seeded_sqlite: httpx.Client):
    app = create_app(seeded_sqlite.app.state.settings)
    seen: list[str] = []

    async def others() -> None:
        while True:
            seen.append("other")
            await asyncio.sleep(0)

    async def ask_all() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            await client.get("/v1/headcounts")  # after which names are in memory
            beside = asyncio.create_task(others())
            with watched(app.state.database.reader, lambda statement, _: seen.append(statement)):
                await asyncio.gather(*[client.get(f"/v1/headcounts?limit={number}") for number in range(51, 100)])
            beside.cancel()

    asyncio.run(ask_all())
    app.state.database.close()
    runs = [len(list(run)) for is_other, run in groupby(one == "other" for one in seen) if not is_other]
    assert sum(runs) == 2 * 49
    assert len(runs) > 4, runs  # in one run they would take some twenty turns of a loop


def readers_of(client: httpx.Client, address: str) -> set[str]:
    """Who ran the statements of an answer: the event loop itself, or one of the threads that read."""
    readers: set[str] = set()

    def look(_statement: str, _values: object) -> None:
        readers.add("thread" if threading.current_thread().name.startswith("read") else "loop")

    with watched(client.app.state.database.reader, look):
        assert client.get(address).status_code == 200
    return readers


def test_what_is_misspelt_needs_no_document(databases):
    with serving(Settings(database_url=databases.seeded_places())) as client:
        [fault] = client.get("/v1/headcounts?countri=KAZ").json()["errors"]
        assert fault["near"][0] == "country"
        [fault] = client.get("/v1/imports?stat=x").json()["errors"]
        assert fault["near"][0] == "state"
        [fault] = client.get("/v1/headcount").json()["errors"]
        assert fault["near"][0] == "/v1/headcounts"
        assert client.put("/v1/headcounts").headers["allow"] == "GET, HEAD, POST"
        assert client.app.openapi_schema is None


def test_months_without_end_are_not_kept(seeded_sqlite: httpx.Client):
    asked = {"country": "KAZ", "from": "1950-01", "to": "2025-07"}
    assert len(seeded_sqlite.get("/v1/series", params=asked).json()["data"]) == 907
    database = seeded_sqlite.app.state.database
    with database.read() as session:
        kept = seeded_sqlite.app.state.reports.of(session, open_view(session))
    assert kept.days[0] == "2015-01-31"
    assert 127 <= len(kept._months) <= 127 + 1
    assert min(kept._months) == "2015-01"
