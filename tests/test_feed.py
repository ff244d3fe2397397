"""The feed of changes: what each did to which records, told so that a mirror needs nothing else."""

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.core.history import record
from app.core.settings import Settings
from app.headcounts.models import HeadcountIn
from app.headcounts.store import HEADCOUNTS
from app.recording.feed import list_acts, touched_records
from app.recording.feed_rows import act_of
from app.recording.kinds import KINDS
from tests.conftest import Databases, serving
from tests.feeds import KAZ_UNDOF, PLEDGE, REPORT, SEEDS, keep_busy, keys_of_report, tables, write
from tests.statements import noted

Mirror = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def busy(databases: Databases) -> Iterator[httpx.Client]:
    """A service whose record was changed in every way, and which works out every answer. Tests only read."""
    url = databases.seeded()
    database = Database(Settings(database_url=url))
    keep_busy(database)
    database.close()
    with serving(Settings(database_url=url, cache_bytes=0)) as client:
        yield client


def read(client: httpx.Client, address: str, **params: object) -> Any:
    answer = client.get(address, params=params or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def change(client: httpx.Client, number: int) -> dict:
    return read(client, f"/v1/changes/{number}")


# --- what was done ---


def differences(mirror: dict, held: dict) -> list:
    """The first records that are not the same; comparing all at once would take pytest gigabytes to tell."""
    found = [
        (kind, key, mirror.get(kind, {}).get(key), one)
        for kind in held
        for key, one in held[kind].items()
        if mirror.get(kind, {}).get(key) != one
    ]
    found += [(kind, key, one, None) for kind in mirror for key, one in mirror[kind].items() if key not in held[kind]]
    return found[:3]


@pytest.mark.parametrize(
    ("before", "after", "act"),
    [
        (None, "reported", "create"),
        (None, "disputed", "create"),
        ("reported", None, "retract"),
        ("disputed", None, "retract"),
        ("reported", "disputed", "dispute"),
        ("disputed", "reported", "resolve"),
        ("reported", "reported", "correct"),
        ("disputed", "disputed", "correct"),
        ("stands", "stands", "correct"),
        ("stands", None, "retract"),
    ],
)
def test_an_act_is_told_by_what_stood_before_and_after(before: str | None, after: str | None, act: str):
    assert act_of(before, after) == act


@pytest.mark.parametrize(
    ("number", "acts"),
    [
        (120, [("headcounts", "correct", 1)]),
        (121, [("headcounts", "dispute", 1)]),
        (122, [("headcounts", "resolve", 1)]),
        (123, [("missions", "correct", 1)]),
        (124, [("pledges", "retract", 1)]),
        (125, [("pledges", "create", 1)]),
        (126, [("reports", "retract", 1), ("headcounts", "retract", 871), ("printed-totals", "retract", 21)]),
        (127, [("reports", "create", 1), ("headcounts", "create", 2)]),
        (128, []),
        (129, [("sources", "create", 1)]),
        (
            130,
            [
                ("sources", "create", 1),
                ("sources", "correct", 1),
                ("headcounts", "retract", 1),
                ("headcounts", "dispute", 1),
            ],
        ),
    ],
)
def test_every_change_counts_its_records_by_noun_and_act(busy: httpx.Client, number: int, acts: list):
    records = change(busy, number)["records"]
    assert [(one["noun"], one["act"], one["count"]) for one in records["acts"]] == acts
    assert records["count"] == sum(count for *_, count in acts)
    assert records["complete"] is True
    told = [(one["noun"], one["act"]) for one in records["data"]]
    assert sorted(told) == sorted((noun, act) for noun, act, count in acts for _ in range(count))


def test_a_correction_is_told_with_both_sides(busy: httpx.Client):
    [act] = change(busy, 120)["records"]["data"]
    before, after = act.pop("before"), act.pop("after")
    assert act == {"noun": "headcounts", "record": str(KAZ_UNDOF), "act": "correct", "revision": 2}
    assert (before["women"], before["men"], before["total"]) == (7, 132, 139)
    assert (after["women"], after["men"], after["total"]) == (8, 131, 139)
    assert list(after) == list(HeadcountIn.model_fields)
    assert {name for name in after if after[name] != before[name]} == {"women", "men"}


def test_lists_inside_a_record_are_those_of_their_revision(busy: httpx.Client):
    [mission] = change(busy, 123)["records"]["data"]
    assert mission["before"]["hosts"] == [{"country": "SYR", "contested": False}]
    assert mission["after"]["hosts"] == [
        {"country": "ISR", "contested": True},
        {"country": "SYR", "contested": False},
    ]
    assert "aliases" not in mission["after"]
    [retracted], [renewed] = (change(busy, number)["records"]["data"] for number in (124, 125))
    assert (retracted["revision"], retracted["after"]) == (1, None)
    assert (renewed["revision"], renewed["before"]) == (2, None)
    assert len(retracted["before"]["unit_kinds"]) > 1
    assert renewed["after"]["unit_kinds"] == ["medical"]


def test_what_stood_at_no_time_is_not_told(busy: httpx.Client):
    [source] = change(busy, 129)["records"]["data"]
    assert (source["record"], source["act"], source["revision"]) == ("a-paper", "create", 2)
    assert source["after"]["title"] == "Printed"
    _, fresh = change(busy, 130)["records"]["data"][:2]
    assert (fresh["record"], fresh["act"]) == ("c-paper", "create")


def test_a_record_retracted_and_recorded_by_one_change_is_corrected(busy: httpx.Client):
    source = change(busy, 130)["records"]["data"][0]
    assert (source["record"], source["act"], source["revision"]) == ("a-paper", "correct", 3)
    assert (source["before"]["title"], source["after"]["title"]) == ("Printed", "Printed again")


def test_a_second_pair_of_eyes_is_named(busy: httpx.Client):
    assert change(busy, 123)["accepted_by"] == "daniyar"
    assert change(busy, 124)["accepted_by"] is None


# --- a mirror ---


def apply(mirror: Mirror, act: dict[str, Any]) -> None:
    """One act; what it says stood before has to be what the mirror holds."""
    records = mirror[act["noun"]]
    assert records.pop(act["record"], None) == act["before"], act
    if act["after"] is not None:
        records[act["record"]] = act["after"]


def lines(client: httpx.Client, address: str, **params: object) -> list[dict]:
    answer = client.get(address, params={**params, "format": "ndjson"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def pages(client: httpx.Client, address: str, limit: int) -> Iterator[dict]:
    next_page: str | None = f"{address}?limit={limit}"
    while next_page:
        page = read(client, next_page)
        yield from page["data"]
        next_page = page["links"]["next"]


def follow(client: httpx.Client, mirror: Mirror, since: int, until: int, batch: int) -> None:
    """As a client does that knows nothing but the addresses."""
    while since < until:
        for one in read(client, "/v1/changes", since=since, limit=min(batch, until - since))["data"]:
            records = one["records"]
            acts = records["data"] if records["complete"] else list(pages(client, records["all"], limit=1000))
            assert len(acts) == records["count"]
            for act in acts:
                apply(mirror, act)
            since = one["number"]


def follow_lines(client: httpx.Client, mirror: Mirror, since: int) -> None:
    for one in lines(client, "/v1/changes", since=since):
        records = one["records"]
        for act in records["data"] if records["complete"] else lines(client, records["all"]):
            apply(mirror, act)


def empty_mirror() -> Mirror:
    return {kind.path: {} for kind in KINDS}


def test_a_mirror_made_of_the_feed_holds_what_the_tables_hold(busy: httpx.Client):
    mirror = empty_mirror()
    follow(busy, mirror, 0, 130, batch=20)
    assert differences(mirror, tables(busy.app.state.database)) == []
    assert sum(map(len, mirror.values())) > 15_000


def test_a_mirror_that_stops_half_way_goes_on_where_it_was(busy: httpx.Client):
    mirror = empty_mirror()
    follow(busy, mirror, 0, 103, batch=1000)
    kept = json.loads(json.dumps(mirror))
    for since in range(103, 130):
        follow(busy, kept, since, since + 1, batch=1)
    assert differences(kept, tables(busy.app.state.database)) == []


def test_a_mirror_made_of_lines_holds_what_the_tables_hold(busy: httpx.Client):
    mirror = empty_mirror()
    follow_lines(busy, mirror, 0)
    assert differences(mirror, tables(busy.app.state.database)) == []


@pytest.mark.parametrize("kind", KINDS, ids=[kind.path for kind in KINDS])
def test_a_mirror_holds_what_the_lists_show(busy: httpx.Client, kind):
    held = tables(busy.app.state.database)[kind.path]
    shown = {str(row[kind.key]): row for row in lines(busy, f"/v1/{kind.path}")}
    assert shown.keys() == held.keys()
    for key, fields in held.items():
        for name, value in fields.items():
            seen = shown[key][name]
            if name == "hosts":
                seen = [{member: host[member] for member in ("country", "contested")} for host in seen]
            assert seen == value, (kind.path, key, name)


def test_the_mirror_in_the_documents_works(busy: httpx.Client):
    page = (Path(__file__).parent.parent / "docs" / "history.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^    import httpx\n(?:    .*\n|\n)+", page, re.MULTILINE)
    names: dict[str, Any] = {}
    exec(textwrap.dedent(code), names)
    records: dict[tuple[str, str], dict | None] = {}
    assert names["follow"](busy, records, 0) == 130
    held: Mirror = empty_mirror()
    for (noun, key), fields in records.items():
        if fields is not None:
            held[noun][key] = fields
    assert held == tables(busy.app.state.database)
    assert names["follow"](busy, records, 130) == 130


# --- pages ---


def test_a_page_of_changes_shows_at_most_a_thousand_records_in_all(busy: httpx.Client):
    rows = read(busy, "/v1/changes", since=99, limit=31)["data"]
    assert sum(len(row["records"]["data"]) for row in rows) <= 1000
    first, second = rows[:2]
    assert (first["number"], first["records"]["count"], first["records"]["complete"]) == (100, 900, True)
    assert (second["records"]["count"], second["records"]["complete"], second["records"]["data"]) == (900, False, [])
    assert second["records"]["all"] == "/v1/changes/101/records"
    assert change(busy, 101)["records"]["complete"] is True


def test_records_of_a_change_come_in_pages_by_noun_and_key(busy: httpx.Client):
    whole = list(pages(busy, "/v1/changes/126/records", limit=1000))
    assert len(whole) == 893
    for limit in (7, 100, 892, 893):
        assert list(pages(busy, "/v1/changes/126/records", limit=limit)) == whole
    assert whole == change(busy, 126)["records"]["data"]
    assert whole[0]["record"] == REPORT
    keys = [int(act["record"]) for act in whole if act["noun"] == "headcounts"]
    assert keys == keys_of_report(busy.app.state.database, REPORT)[:871]
    first = read(busy, "/v1/changes/126/records", limit=1)
    assert first["meta"] == {"change": 126}
    assert read(busy, first["links"]["next"])["data"] == whole[1:2]
    assert busy.get("/v1/changes/126/records", params={"limit": 5}).headers["link"].endswith('rel="next"')
    assert len(read(busy, "/v1/changes/126/records")["data"]) == 100


def test_records_of_a_change_come_as_lines(busy: httpx.Client):
    whole = lines(busy, "/v1/changes/126/records")
    assert len(whole) == 893
    assert lines(busy, "/v1/changes/126/records", limit=3) == whole[:3]
    accepted = busy.get("/v1/changes/126/records?limit=1", headers={"accept": "application/x-ndjson"})
    assert accepted.json() == whole[0]
    assert read(busy, "/v1/changes/128/records")["data"] == []
    assert lines(busy, "/v1/changes/128/records") == []


@pytest.mark.parametrize(
    "number", ["0", "131", "999999999999999999", "9999999999999999999999", "x", "-1", "%00", "1.0"]
)
def test_records_of_an_unknown_change_are_not_found(busy: httpx.Client, number: str):
    answer = busy.get(f"/v1/changes/{number}/records")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["errors"][0]["parameter"] == "number"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "invalid_request"),
        ("limit=1001", 422, "invalid_request"),
        ("format=csv", 422, "invalid_request"),
        ("sort=record", 422, "unknown_parameter"),
        ("limit=1&limit=2", 422, "invalid_request"),
        ("cursor=nonsense", 422, "bad_cursor"),
    ],
)
def test_records_of_a_change_refuse_what_they_cannot_do(busy: httpx.Client, query: str, status: int, code: str):
    answer = busy.get(f"/v1/changes/126/records?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_cursor_belongs_to_one_change_and_is_never_made_up(busy: httpx.Client):
    from app.core.queries import Cursor

    address = read(busy, "/v1/changes/126/records", limit=2)["links"]["next"]
    cursor = httpx.URL(address).params["cursor"]
    assert busy.get("/v1/changes/127/records", params={"cursor": cursor}).json()["code"] == "bad_cursor"
    query = Cursor.decode(cursor).query
    for keys in ([], ["headcounts"], ["headcounts", "x"], ["nouns", 1], ["reports", 1], ["headcounts", 2**70], [1, 2]):
        made_up = Cursor(126, query, keys).encode()
        answer = busy.get("/v1/changes/126/records", params={"cursor": made_up})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor"), keys
    refused = busy.get("/v1/changes/126/records", headers={"accept": "text/csv"})
    assert refused.status_code == 406


# --- filters ---


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"since": 125}, [126, 127, 128, 129, 130]),
        ({"since": 130}, []),
        ({"since": -5, "limit": 2}, [1, 2]),
        ({"author": "daniyar"}, [121, 124]),
        ({"origin": "api", "since": 128}, [129, 130]),
        ({"noun": "pledges"}, [10, 124, 125]),
        ({"noun": "missions"}, [4, 123]),
        ({"noun": "headcounts", "since": 118}, [120, 121, 122, 126, 127, 130]),
        ({"noun": "printed-totals"}, [119, 126]),
        ({"noun": "headcounts", "record": str(KAZ_UNDOF)}, [102, 120, 121, 122, 130]),
        ({"noun": "headcounts", "record": str(KAZ_UNDOF), "since": 120, "author": "daniyar"}, [121]),
        ({"noun": "headcounts", "record": "x"}, []),
        ({"noun": "headcounts", "record": "999999"}, []),
        ({"noun": "pledges", "record": PLEDGE}, [10, 124, 125]),
        ({"noun": "missions", "record": "undof"}, [4, 123]),
        ({"noun": "missions", "record": "UNTSO"}, [4]),
        ({"noun": "sources", "record": "b-paper"}, []),
        ({"noun": "sources", "record": "a-paper", "sort": "-number"}, [130, 129]),
    ],
)
def test_changes_are_found_by_what_they_touched(busy: httpx.Client, params: dict, numbers: list[int]):
    found = read(busy, "/v1/changes", **params, count="exact")
    assert [row["number"] for row in found["data"]] == numbers
    if "limit" not in params:
        assert found["meta"]["count"] == len(numbers)


def test_filters_that_mean_nothing_are_refused(busy: httpx.Client):
    alone = busy.get("/v1/changes", params={"record": "10334"})
    assert (alone.status_code, alone.json()["errors"][0]["parameter"]) == (422, "record")
    assert "noun" in alone.json()["detail"]
    unknown = busy.get("/v1/changes", params={"noun": "headcount"})
    assert (unknown.status_code, unknown.json()["errors"][0]["parameter"]) == (422, "noun")
    assert unknown.json()["errors"][0]["near"] == ["headcounts"]
    assert busy.get("/v1/changes", params={"number__gt": 1}).json()["code"] == "unknown_parameter"


def test_a_csv_of_changes_has_no_records(busy: httpx.Client):
    head, *rows = busy.get("/v1/changes", params={"format": "csv", "since": 122, "limit": 1}).text.splitlines()
    assert head == "number,author,accepted_by,reason,origin,recorded_at"
    assert rows[0].startswith("123,aigerim,daniyar,also there,api,")


def test_known_at_hides_later_changes_and_not_what_earlier_ones_did(busy: httpx.Client):
    moment = change(busy, 121)["recorded_at"]
    rows = read(busy, "/v1/changes", known_at=moment, since=119)["data"]
    assert [row["number"] for row in rows] == [120, 121]
    assert rows[0]["records"]["data"] == change(busy, 120)["records"]["data"]


# --- cost ---


def statements_of(engine: Any, act: Callable[[], object]) -> list[tuple[str, Any]]:
    with noted(engine) as found:
        act()
    return [one for one in found if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]


def test_a_page_of_changes_takes_one_statement_more_for_each_noun_shown(busy: httpx.Client):
    engine = busy.app.state.database.reader
    read(busy, "/v1/changes", limit=1)  # names and facts are in memory from here on

    def count(**params: object) -> int:
        return len(statements_of(engine, lambda: read(busy, "/v1/changes", **params)))

    # Which state, the changes, what they did; then one a noun.
    assert count(since=127, limit=1) == 3
    assert count(since=119, limit=1) == 4
    assert count(since=119, limit=3) == 4
    assert count(since=119, limit=7) == 8
    assert count(since=0, limit=1000) <= 3 + len(KINDS)


def test_a_page_of_records_takes_one_statement_more_for_each_noun_shown(busy: httpx.Client):
    engine = busy.app.state.database.reader

    def count(number: int, limit: int) -> int:
        with busy.app.state.database.read() as session:
            return len(statements_of(engine, lambda: list_acts(session, number, limit)))

    assert count(126, 1) == 2
    assert count(126, 100) == 3
    assert count(126, 1000) == 4


@pytest.mark.parametrize(
    "params",
    [
        {"since": 119},
        {"since": 99, "limit": 1},
        {"noun": "headcounts", "record": str(KAZ_UNDOF)},
        {"noun": "headcounts", "since": 118},
        {"records": 100},
        {"records": 126},
    ],
)
def test_the_feed_never_scans_all_headcounts(busy: httpx.Client, params: dict):
    engine = busy.app.state.database.reader
    number = params.get("records")
    address, asked = (f"/v1/changes/{number}/records", {"limit": 300}) if number else ("/v1/changes", params)
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    asked_for = statements_of(engine, lambda: read(busy, address, **asked))
    assert any("headcount" in statement for statement, _ in asked_for)
    with engine.connect() as connection:
        for statement, parameters in asked_for:
            plan = [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters)]
            assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], plan


def test_a_change_of_many_records_is_read_in_pages_of_bounded_size(database: Database):
    from app.countries.store import COUNTRIES
    from app.missions.store import MISSIONS
    from app.reports.store import REPORTS
    from app.sources.store import SOURCES
    from tests.rows import make_country, make_mission, make_report, make_source

    letters = "ABCDEFGHIJ"
    codes = [f"{a}{b}{c}" for a in letters for b in letters for c in letters]
    kinds = ["troops", "staff_officer", "military_observer"]
    rows = [
        HeadcountIn(report="paper", country=code, mission="UNDOF", personnel_type=kind, total=1)
        for code in codes
        for kind in kinds
    ]

    def fill(session: Any, change: Any) -> None:
        record(session, change, COUNTRIES, [make_country(iso3=code, name=code) for code in codes])
        record(session, change, MISSIONS, [make_mission()])
        record(session, change, SOURCES, [make_source()])
        record(session, change, REPORTS, [make_report()])
        record(session, change, HEADCOUNTS, rows)

    number = write(database, "an import", fill)
    with database.read() as session:
        told = touched_records(session, [number])[number]
        assert (told.count, told.complete, told.data) == (4003, False, [])
        found, behind, most = [], None, 0
        while True:
            acts, behind = list_acts(session, number, 1000, behind)
            found += [(act.noun, act.record) for act in acts]
            most = max(most, len(acts))
            if behind is None:
                break
    assert (most, len(found), len(set(found))) == (1000, 4003, 4003)
    assert [noun for noun, _ in found[:1002:1000]] == ["countries", "missions"]
    assert [int(key) for noun, key in found if noun == "headcounts"] == list(range(1, 3001))


def test_the_seeds_are_the_first_changes(busy: httpx.Client):
    assert change(busy, SEEDS)["reason"] == "Seed file printed_totals.csv"
