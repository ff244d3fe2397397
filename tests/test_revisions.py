"""The history of one record over HTTP, on both engines."""

from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from app.core.database import Database
from app.core.history import correct, retract
from app.core.settings import Settings
from app.headcounts.models import HeadcountIn
from app.missions.store import MISSIONS
from app.recording.kinds import KINDS
from app.reports.store import REPORTS
from tests.conftest import Databases, serving
from tests.feeds import KAZ_UNDOF, PLEDGE, REPORT, keep_busy, shape_of, write
from tests.statements import reads_among, statements_of

ADDRESS = f"/v1/headcounts/{KAZ_UNDOF}/revisions"


@pytest.fixture(scope="module")
def busy(databases: Databases) -> Iterator[httpx.Client]:
    """A service whose record was changed in every way. Tests only read."""
    url = databases.seeded()
    database = Database(Settings(database_url=url))
    keep_busy(database)
    database.close()
    with serving(Settings(database_url=url, cache_bytes=0)) as client:
        yield client


def read(client: httpx.Client, address: str, **params: object) -> dict:
    answer = client.get(address, params=params or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def revisions(client: httpx.Client, address: str, **params: object) -> list[dict]:
    return read(client, address, **params)["data"]


def test_every_revision_tells_what_was_done_by_whom_and_why(busy: httpx.Client):
    rows = revisions(busy, ADDRESS)
    told = [(row["revision"], row["act"], row["recorded_in"], row["recorded_by"], row["reason"]) for row in rows]
    assert told == [
        (1, "create", 102, "seed", "Seed report un-dpo-2024-03-31"),
        (2, "correct", 120, "aigerim", "misread"),
        (3, "dispute", 121, "daniyar", "two sources"),
        (4, "resolve", 122, "aigerim", "settled"),
        (5, "dispute", 130, "aigerim", "all at once"),
    ]
    assert [(row["women"], row["men"], row["status"]) for row in rows] == [
        (7, 132, "reported"),
        (8, 131, "reported"),
        (8, 131, "disputed"),
        (8, 131, "reported"),
        (8, 131, "disputed"),
    ]
    assert [row["superseded_in"] for row in rows] == [120, 121, 122, 130, None]
    for row, following in pairwise(rows):
        assert row["superseded_at"] == following["recorded_at"]
    assert {(row["retracted_by"], row["retraction_reason"]) for row in rows} == {(None, None)}
    assert list(rows[0])[: len(HeadcountIn.model_fields)] == list(HeadcountIn.model_fields)


def test_the_last_revision_is_the_record_as_it_stands(busy: httpx.Client):
    record = read(busy, f"/v1/headcounts/{KAZ_UNDOF}")
    last = revisions(busy, ADDRESS)[-1]
    for name in (*HeadcountIn.model_fields, "revision", "recorded_in", "recorded_at"):
        assert last[name] == record[name], name


def test_a_record_that_was_retracted_and_recorded_again_begins_anew(busy: httpx.Client):
    first, second = revisions(busy, f"/v1/pledges/{PLEDGE}/revisions")
    assert (first["act"], first["superseded_in"]) == ("create", 124)
    assert (first["retracted_by"], first["retraction_reason"]) == ("daniyar", "withdrawn")
    assert (second["act"], second["revision"], second["superseded_in"]) == ("create", 2, None)
    assert (second["retracted_by"], second["retraction_reason"]) == (None, None)
    assert len(first["unit_kinds"]) > 1
    assert second["unit_kinds"] == ["medical"]


def test_lists_inside_a_revision_are_its_own(busy: httpx.Client):
    first, second = revisions(busy, "/v1/missions/undof/revisions")
    assert first["hosts"] == [{"country": "SYR", "contested": False}]
    assert second["hosts"] == [{"country": "ISR", "contested": True}, {"country": "SYR", "contested": False}]
    assert (first["accepted_by"], second["accepted_by"]) == (None, "daniyar")


def test_a_source_keeps_its_author_beside_who_recorded_it(busy: httpx.Client):
    [row] = revisions(busy, "/v1/sources/caspian-news-2024-01-20/revisions")
    assert row["author"] == read(busy, "/v1/sources/caspian-news-2024-01-20")["author"]
    assert row["recorded_by"] == "seed"


def test_a_revision_that_no_state_ever_showed_is_none(busy: httpx.Client):
    rows = revisions(busy, "/v1/sources/a-paper/revisions")
    assert [(row["revision"], row["act"], row["title"]) for row in rows] == [
        (2, "create", "Printed"),
        (3, "correct", "Printed again"),
    ]
    assert busy.get("/v1/sources/b-paper/revisions").status_code == 404


def test_a_retracted_record_keeps_its_history_and_its_address_says_so(busy: httpx.Client):
    [row] = revisions(busy, "/v1/headcounts/1/revisions")
    assert (row["superseded_in"], row["retracted_by"], row["retraction_reason"]) == (130, "aigerim", "all at once")
    gone = busy.get("/v1/headcounts/1")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert gone.json()["detail"] == (
        "The headcount '1' was retracted in change 130. Its history is at /v1/headcounts/1/revisions."
    )
    moment = row["recorded_at"]
    assert busy.get("/v1/headcounts/1", params={"known_at": moment}).status_code == 200


def test_a_record_that_never_was_has_no_history(busy: httpx.Client):
    for address in ("headcounts/99999999", "headcounts/x", "missions/NOPE", "countries/ZZZ", "reports/nope"):
        record, history = busy.get(f"/v1/{address}"), busy.get(f"/v1/{address}/revisions")
        assert (record.status_code, history.status_code) == (404, 404), address
        assert record.json() == history.json()
        assert "retracted" not in record.json()["detail"]
    assert busy.get("/v1/changes/1/revisions").status_code == 404


@pytest.mark.parametrize("key", ["%00", "%F0%9F%95%8A", "a%20b", "%ED%A0%80", "x" * 100])
def test_odd_keys_have_no_history(busy: httpx.Client, key: str):
    for path in ("sources", "missions", "headcounts"):
        assert busy.get(f"/v1/{path}/{key}/revisions").status_code == 404


@pytest.mark.parametrize("kind", KINDS, ids=[kind.path for kind in KINDS])
def test_every_kind_of_record_has_a_history(busy: httpx.Client, kind):
    rows = read(busy, f"/v1/{kind.path}", limit=1)["data"]
    if not rows:
        return
    record = rows[0]
    row = revisions(busy, f"/v1/{kind.path}/{record[kind.key]}/revisions")[-1]
    assert row[kind.key] == record[kind.key]
    assert (row["revision"], row["recorded_in"]) == (record["revision"], record["recorded_in"])
    assert set(kind.shape.model_fields) <= row.keys()


def test_known_at_shows_the_history_as_known_then(busy: httpx.Client):
    whole = revisions(busy, ADDRESS)
    then = revisions(busy, ADDRESS, known_at=whole[2]["recorded_at"])
    assert [row["revision"] for row in then] == [1, 2, 3]
    assert then[:2] == whole[:2]
    assert (then[2]["superseded_in"], then[2]["superseded_at"]) == (None, None)
    assert {**then[2], "superseded_in": 122, "superseded_at": whole[2]["superseded_at"]} == whole[2]
    first = revisions(busy, f"/v1/pledges/{PLEDGE}/revisions", known_at=whole[2]["recorded_at"])
    assert [(row["retracted_by"], row["retraction_reason"]) for row in first] == [(None, None)]
    assert busy.get(ADDRESS, params={"known_at": "2001-01-01"}).status_code == 404


def test_a_long_history_comes_in_pages(busy: httpx.Client):
    whole = revisions(busy, ADDRESS)
    for limit in (1, 2, 3, 4, 5):
        found, address = [], f"{ADDRESS}?limit={limit}"
        while address:
            page = read(busy, address)
            assert len(page["data"]) <= limit
            found += page["data"]
            address = page["links"]["next"]
        assert found == whole, limit
    assert busy.get(ADDRESS, params={"limit": 2}).headers["link"].endswith('rel="next"')
    page = read(busy, ADDRESS)
    assert page["meta"] == {"revision": 130, "known_at": None, "key": str(KAZ_UNDOF)}
    assert page["links"] == {"self": ADDRESS, "next": None}


def test_a_cursor_of_revisions_belongs_to_one_record(busy: httpx.Client):
    cursor = httpx.URL(read(busy, ADDRESS, limit=2)["links"]["next"]).params["cursor"]
    for address in ("/v1/headcounts/2/revisions", "/v1/missions/UNDOF/revisions"):
        refused = busy.get(address, params={"cursor": cursor})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "sort=revision", "cursor=x", "limit=1&limit=2", "format=csv"]
)
def test_what_a_history_cannot_do_is_refused(busy: httpx.Client, query: str):
    assert busy.get(f"{ADDRESS}?{query}").status_code == 422


def test_the_history_takes_the_same_number_of_statements_however_long(busy: httpx.Client):
    # Which state, whether the record ever was, its revisions.
    for key in (KAZ_UNDOF, 2):
        with statements_of(busy) as found:
            revisions(busy, f"/v1/headcounts/{key}/revisions")
        assert reads_among(found) == 3, found


def test_a_retracted_mission_is_found_by_its_code(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        database = client.app.state.database
        shape = shape_of(database, "missions", "UNTAG", name="New name")
        write(database, "renamed", lambda s, c: correct(s, c, MISSIONS, shape))
        write(database, "never was", lambda s, c: retract(s, c, MISSIONS, "UNTAG"))
        for code in ("UNTAG", "untag"):
            first, second = revisions(client, f"/v1/missions/{code}/revisions")
            assert (first["act"], second["act"], second["retraction_reason"]) == ("create", "correct", "never was")
            gone = client.get(f"/v1/missions/{code}").json()["detail"]
            assert gone == (
                "The mission 'UNTAG' was retracted in change 121. Its history is at /v1/missions/UNTAG/revisions."
            )
        found = read(client, "/v1/changes", noun="missions", record="untag")["data"]
        assert [row["number"] for row in found] == [4, 120, 121]


def test_a_count_whose_report_alone_was_retracted_says_why_it_does_not_stand(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        database = client.app.state.database
        write(database, "gone", lambda s, c: retract(s, c, REPORTS, "caspian-news-2024-01-20"))
        gone = client.get("/v1/headcounts/1").json()["detail"]
        assert gone == (
            "The headcount '1' does not stand, because its report does not. "
            "Its history is at /v1/headcounts/1/revisions."
        )


def test_the_report_that_was_read_anew_tells_all_of_it(busy: httpx.Client):
    first, second = revisions(busy, f"/v1/reports/{REPORT}/revisions")
    assert (first["retraction_reason"], first["superseded_in"]) == ("reissued", 126)
    assert (second["act"], second["recorded_in"], second["reason"]) == ("create", 127, "read anew")
