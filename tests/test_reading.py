"""Lists and records as clients see them, on both engines."""

import csv
import io
import json
import re
from datetime import UTC, datetime

import httpx
import pytest

from app.core.history import correct, record, retract
from app.core.queries import Include
from app.core.settings import Settings
from app.headcounts.models import HeadcountIn
from app.headcounts.store import HEADCOUNTS
from app.missions.models import MissionIn
from app.missions.store import MISSIONS
from app.nouns import NOUNS
from app.sources.store import SOURCES
from tests.conftest import ARTICLE, Databases, serving
from tests.rows import make_change, make_source
from tests.statements import noted, reads_among, statements_of

PATHS = [noun.path for noun in NOUNS]
# The seeds hold none of these; tests of their own show that they can be read.
NOT_SEEDED = {"fatalities"}
TODAY = datetime.now(UTC).date().isoformat()


def data(client: httpx.Client, path: str, **params: object) -> list[dict]:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


# --- the requests the service was begun for ---


def test_undof_has_its_host_dates_and_ceiling(seeded: httpx.Client):
    mission = seeded.get("/v1/missions/UNDOF").json()
    assert mission["kind"] == "peacekeeping"
    assert [host["country"] for host in mission["hosts"]] == ["SYR"]
    assert mission["hosts"][0]["country_name"] == "Syrian Arab Republic"
    assert (mission["started_on"], mission["ended_on"], mission["headquarters"]) == ("1974-05-31", None, "Camp Faouar")
    assert mission["ceilings_in_force"]["as_of"] == TODAY
    assert mission["ceilings_in_force"]["military"] == {
        "ceiling": 1250,
        "reason": None,
        "record": "undof-1974-05-31",
        "decision": "S/RES/350 (1974)",
        "effective_from": "1974-05-31",
        "source": "s-res-350-1974",
    }


def test_untso_has_no_ceiling_and_says_so(seeded: httpx.Client):
    mission = seeded.get("/v1/missions/UNTSO").json()
    assert [host["country"] for host in mission["hosts"]] == ["EGY", "ISR", "JOR", "LBN", "SYR"]
    for category in ("military", "police"):
        assert mission["ceilings_in_force"][category]["ceiling"] is None
        assert mission["ceilings_in_force"][category]["reason"] == "no_ceiling"


def test_unmiss_and_unisfa_have_hosts_dates_and_ceilings(seeded: httpx.Client):
    unmiss = seeded.get("/v1/missions/UNMISS").json()
    assert [host["country"] for host in unmiss["hosts"]] == ["SSD"]
    assert unmiss["started_on"] == "2011-07-09"
    assert (unmiss["ceilings_in_force"]["military"]["ceiling"], unmiss["ceilings_in_force"]["police"]["ceiling"]) == (
        17000,
        2101,
    )
    unisfa = seeded.get("/v1/missions/UNISFA").json()
    assert [(host["country"], host["contested"]) for host in unisfa["hosts"]] == [("SDN", True), ("SSD", True)]
    assert unisfa["ceilings_in_force"]["military"]["ceiling"] == 3250
    assert unisfa["ceilings_in_force"]["police"]["ceiling"] == 640


def test_the_reserve_company_is_a_plan_with_its_events_and_sentences(seeded: httpx.Client):
    found = data(seeded, "/v1/contingents", country="KAZ", mission="UNDOF")
    company = found[0]
    assert [one["id"] for one in found] == ["kaz-undof-2024", "kaz-undof-2025"]
    assert (company["unit_kind"], company["planned_persons"], company["planned_from"]) == (
        "reserve_company",
        139,
        "2024-03",
    )
    assert company["authorisation_record"]["max_persons"] == 430
    assert company["authorisation_record"]["bound"] == "up_to"
    events = [(event["kind"], event["on"]) for event in company["events"]]
    assert events == sorted(events, key=lambda event: event[1])
    assert [kind for kind, _ in events][:4] == ["proposed", "approved", "agreement_signed", "departed"]
    assert ("took_over", "2024-03-18") in events
    assert [kind for kind, _ in events][-2:] == ["rotated", "repatriated"]
    sentences = [claim for claim in company["claims"] if claim["source"] == ARTICLE]
    assert any(claim["value"] == 139 and "139" in claim["statement"] for claim in sentences)
    assert any(claim["about"] == "2024-03" for claim in sentences)


def test_kazakhstan_authorises_up_to_430_over_four_missions(seeded: httpx.Client):
    [authorisation] = data(seeded, "/v1/authorisations", country="KAZ")
    assert (authorisation["max_persons"], authorisation["bound"]) == (430, "up_to")
    assert authorisation["missions"] == ["UNDOF", "UNISFA", "UNMISS", "UNTSO"]
    assert authorisation["approved_on"] == "2024-01-19"


def test_the_article_states_four_counts_and_the_un_report_the_same(seeded: httpx.Client):
    article = data(seeded, "/v1/headcounts", country="KAZ", source=ARTICLE)
    four = {"MINURSO": 6, "MINUSCA": 2, "MONUSCO": 2, "UNIFIL": 9}
    assert {row["mission"]: row["total"] for row in article} == four
    un = data(seeded, "/v1/headcounts", country="KAZ", as_of="2024-01-31")
    sums: dict[str, int] = {}
    for row in un:
        sums[row["mission"]] = sums.get(row["mission"], 0) + row["total"]
    assert sums == four


def test_the_un_counted_139_in_march(seeded: httpx.Client):
    params = {"mission": "UNDOF", "country": "KAZ", "as_of": "2024-03-31", "format": "csv"}
    answer = seeded.get("/v1/headcounts", params=params)
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["men"], row["women"], row["total"]) == ("132", "7", "139")
    assert (row["country_name"], row["source"]) == ("Kazakhstan", "un-dpo-2024-03-31")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


# --- filters ---


@pytest.mark.parametrize(
    "country", ["KAZ", "kaz", "Kazakhstan", "KAZAKHSTAN", "398", "KZ", ["KAZ", "KAZ"], "kaz,Kazakhstan"]
)
def test_a_country_may_be_written_in_many_ways(seeded: httpx.Client, country: object):
    assert len(data(seeded, "/v1/headcounts", country=country, source=ARTICLE)) == 4


@pytest.mark.parametrize(
    ("value", "code"),
    [("ONUCI", "UNOCI"), ("unef-i", "UNEF I"), ("FNUOD", "UNDOF"), ("MONUSCO", "MONUSCO"), ("ose syria", "OSE Syria")],
)
def test_a_mission_may_be_written_in_many_ways(seeded: httpx.Client, value: str, code: str):
    assert [mission["code"] for mission in data(seeded, "/v1/missions", mission=value)] == [code]
    assert seeded.get(f"/v1/missions/{value}").json()["code"] == code


@pytest.mark.parametrize("name", ["Türkiye", "TURKIYE", "Turkey", "tur"])
def test_turkey_is_found_by_old_and_new_names(seeded: httpx.Client, name: str):
    assert seeded.get(f"/v1/countries/{name}").json()["iso3"] == "TUR"


def test_a_name_with_a_comma_is_one_name(seeded: httpx.Client):
    found = data(seeded, "/v1/countries", country="Tanzania, United Republic of")
    assert [country["iso3"] for country in found] == ["TZA"]


@pytest.mark.parametrize(("value", "codes"), [("MA,LI", ["LIE", "MAR"]), ("Serbia,Montenegro", ["MNE", "SRB"])])
def test_a_comma_between_known_names_means_or(seeded: httpx.Client, value: str, codes: list[str]):
    assert [country["iso3"] for country in data(seeded, "/v1/countries", country=value)] == codes


def test_values_mean_or_and_fields_mean_and(seeded: httpx.Client):
    rows = data(seeded, "/v1/headcounts", country="KAZ,IRL", mission=["UNDOF", "UNIFIL"], as_of="2024-01-31")
    assert {(row["country"], row["mission"]) for row in rows} == {
        ("IRL", "UNDOF"),
        ("IRL", "UNIFIL"),
        ("KAZ", "UNIFIL"),
    }


def test_a_month_as_a_value_means_its_whole_span(seeded: httpx.Client):
    whole = data(seeded, "/v1/reports", as_of="2024")
    assert [report["as_of"] for report in whole] == [
        "2024-01-19",
        "2024-01-20",
        *("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30", "2024-07-31"),
        *("2024-08-31", "2024-09-30", "2024-10-31", "2024-11-30", "2024-12-31"),
    ]
    assert [r["as_of"] for r in data(seeded, "/v1/reports", as_of="2024-02,2024-03-31")] == ["2024-02-29", "2024-03-31"]
    later = data(seeded, "/v1/reports", as_of__gt="2024-01", as_of__lte="2024-03")
    assert [report["as_of"] for report in later] == ["2024-02-29", "2024-03-31"]
    assert data(seeded, "/v1/reports", as_of__gte="2024-01-31", as_of__lt="2024-02")[0]["id"] == "un-dpo-2024-01-31"


def test_a_planned_month_is_met_by_the_month_and_never_by_its_first_day_alone(seeded: httpx.Client):
    assert [c["planned_from"] for c in data(seeded, "/v1/contingents", planned_from="2024-03")] == ["2024-03"]
    assert [c["planned_from"] for c in data(seeded, "/v1/contingents", planned_from="2024")] == ["2024-03"]
    for day in ("2024-03-01", "2024-03-02"):
        assert data(seeded, "/v1/contingents", planned_from=day) == []


def test_ranges_lists_regions_and_text_filter(seeded: httpx.Client):
    big = data(seeded, "/v1/headcounts", as_of="2024-01-31", total__gte=1500, personnel_type="troops")
    assert all(row["total"] >= 1500 for row in big)
    assert len(big) > 3
    asia = data(seeded, "/v1/headcounts", as_of="2024-01-31", region="Asia", mission="UNDOF", limit=1000)
    assert {row["country"] for row in asia} >= {"NPL", "IND"}
    assert "IRL" not in {row["country"] for row in asia}
    assert "KAZ" in {c["iso3"] for c in data(seeded, "/v1/countries", name__contains="STAN")}
    assert data(seeded, "/v1/sources", title__contains="%") == []
    hosts = data(seeded, "/v1/missions", host="Sudan", status="active")
    assert [mission["code"] for mission in hosts] == ["UNISFA"]
    assert {r["source"] for r in data(seeded, "/v1/headcounts", source_kind="news")} >= {ARTICLE}


def test_an_empty_result_is_an_empty_list(seeded: httpx.Client):
    answer = seeded.get("/v1/headcounts", params={"country": "KAZ", "mission": "UNDOF", "as_of": "2024-01-20"})
    assert answer.status_code == 200
    assert answer.json()["data"] == []
    assert seeded.get("/v1/sources", params={"id": "none"}).json()["data"] == []


# --- pages ---


@pytest.mark.parametrize("sort", [None, "-total,country", "as_of,-mission,personnel_type", "women", "-women"])
def test_a_crawl_meets_every_row_once_and_in_order(seeded: httpx.Client, sort: str | None):
    params = {"country": "KAZ,IRL,FJI", "mission": "UNDOF,UNIFIL", "limit": 37, "count": "exact"}
    if sort:
        params["sort"] = sort
    answer = seeded.get("/v1/headcounts", params=params).json()
    total = answer["meta"]["count"]
    rows = answer["data"]
    while answer["links"]["next"]:
        response = seeded.get(answer["links"]["next"])
        answer = response.json()
        rows += answer["data"]
    assert len(rows) == len({row["id"] for row in rows}) == total
    whole = data(seeded, "/v1/headcounts", **{**params, "limit": 1000})
    assert [row["id"] for row in rows] == [row["id"] for row in whole]
    if sort == "-total,country":
        keys = [(-row["total"], row["country"], row["id"]) for row in rows]
        assert keys == sorted(keys)


@pytest.mark.parametrize("path", PATHS)
def test_every_list_can_be_sorted_both_ways_by_every_field_it_offers(seeded: httpx.Client, path: str):
    noun = next(noun for noun in NOUNS if noun.path == path)
    for field in noun.listing.sorts:
        for sort in (field, f"-{field}"):
            first = seeded.get(f"/v1/{path}", params={"sort": sort, "limit": 2}).json()
            assert first["data"] or path in NOT_SEEDED, path
            if first["links"]["next"]:
                assert seeded.get(first["links"]["next"]).status_code == 200, (path, sort)


def test_the_next_page_is_named_in_the_link_header_too(seeded: httpx.Client):
    answer = seeded.get("/v1/missions", params={"limit": 5})
    assert answer.headers["link"] == f'<{answer.json()["links"]["next"]}>; rel="next"'
    assert answer.links["next"]["url"] == answer.json()["links"]["next"]
    last = seeded.get("/v1/missions", params={"limit": 1000})
    assert "link" not in last.headers
    assert last.json()["links"]["next"] is None


def test_one_crawl_shows_one_state_of_the_record(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        database = client.app.state.database
        first = client.get("/v1/missions", params={"limit": 50}).json()
        with database.write() as session:
            change = make_change(session, datetime.now(UTC))
            retract(session, change, MISSIONS, "UNTSO")
            correct(session, change, MISSIONS, MissionIn(code="UNTAG", name="New", kind="component", status="ended"))
        second = client.get(first["links"]["next"]).json()
        third = client.get(second["links"]["next"]).json()
        codes = [mission["code"] for mission in first["data"] + second["data"] + third["data"]]
        assert "UNTSO" in codes
        assert len(codes) == 108
        assert {m["name"] for m in third["data"] if m["code"] == "UNTAG"} <= {
            "United Nations Transition Assistance Group"
        }
        assert client.get("/v1/missions", params={"count": "exact"}).json()["meta"]["count"] == 107
        assert client.get("/v1/missions/UNTSO").status_code == 404


# --- states ---


def test_known_at_reaches_every_table(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        database = client.app.state.database
        before = client.get("/v1/changes", params={"sort": "-number", "limit": 1}).json()["data"][0]["recorded_at"]
        [row] = data(client, "/v1/headcounts", country="KAZ", mission="UNDOF", as_of="2024-03-31")
        with database.write() as session:
            change = make_change(session, datetime.now(UTC))
            corrected = {name: row[name] for name in HeadcountIn.model_fields} | {"women": 8, "men": 131}
            correct(session, change, HEADCOUNTS, HeadcountIn.model_validate(corrected))
            correct(session, change, MISSIONS, MissionIn(code="UNDOF", name="New", kind="peacekeeping", status="ended"))
        asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-03-31"}
        [now] = data(client, "/v1/headcounts", **asked)
        [then] = data(client, "/v1/headcounts", **asked, known_at=before)
        assert (now["women"], now["revision"], now["mission_name"]) == (8, 2, "New")
        assert (then["women"], then["revision"]) == (7, 1)
        assert then["mission_name"] == "United Nations Disengagement Observer Force"
        assert client.get(f"/v1/headcounts/{row['id']}", params={"known_at": before}).json()["women"] == 7
        assert client.get("/v1/missions/UNDOF").json()["hosts"] == []
        mission = client.get("/v1/missions/UNDOF", params={"known_at": before}).json()
        assert [host["country"] for host in mission["hosts"]] == ["SYR"]
        for path in PATHS:
            answer = client.get(f"/v1/{path}", params={"known_at": "2001-01-01", "count": "exact"}).json()
            assert (answer["data"], answer["meta"]["count"]) == ([], 0), path


def test_ceilings_in_force_are_those_of_the_day_asked_about(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        mission = client.get("/v1/missions/UNDOF?known_at=9000-05-06T07:08:09Z").json()
        assert mission["ceilings_in_force"]["as_of"] == "9000-05-06"


def test_pages_go_on_behind_any_lawful_text(databases: Databases):
    with serving(Settings(database_url=databases.migrated())) as client:
        titles = ["A\u00a0B", "A\tB", "A\U0001f54aB", "Ä"]
        with client.app.state.database.write() as session:
            sources = [make_source(id=f"s{number}", title=title) for number, title in enumerate(titles)]
            record(session, make_change(session), SOURCES, sources)
        found, address = [], "/v1/sources?sort=title&limit=1"
        while address:
            answer = client.get(address).json()
            found += [row["title"] for row in answer["data"]]
            address = answer["links"]["next"]
        assert found == sorted(titles, key=str.encode)


def test_the_announcement_was_known_before_the_count(seeded: httpx.Client):
    report = seeded.get("/v1/reports/un-dpo-2024-01-31").json()
    changes = data(seeded, "/v1/changes", since=report["recorded_in"] - 2, limit=1)
    asked = {"country": "KAZ", "known_at": changes[0]["recorded_at"]}
    assert data(seeded, "/v1/headcounts", **asked, source=ARTICLE) != []
    assert data(seeded, "/v1/headcounts", **asked, as_of="2024-01-31") == []


# --- formats ---


def test_csv_and_ndjson_of_a_whole_table_hold_every_row(seeded: httpx.Client):
    number = seeded.get("/v1/headcounts", params={"count": "exact", "limit": 1}).json()["meta"]["count"]
    assert number == 15_361
    table = seeded.get("/v1/headcounts", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert len(rows) == number
    assert sum(int(row["total"]) for row in rows if row["report"] == "un-dpo-2024-01-31") == 64_513
    lines = seeded.get("/v1/headcounts", params={"format": "ndjson"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [int(row["id"]) for row in rows]


@pytest.mark.parametrize("path", PATHS)
def test_every_noun_comes_in_every_format(seeded: httpx.Client, path: str):
    rows = data(seeded, f"/v1/{path}", limit=3)
    lines = seeded.get(f"/v1/{path}", params={"limit": 3, "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = list(csv.DictReader(io.StringIO(seeded.get(f"/v1/{path}", params={"limit": 3, "format": "csv"}).text)))
    key = next(noun.listing.key for noun in NOUNS if noun.path == path)
    assert [row[key] for row in table] == [str(row[key]) for row in rows]
    for row in rows:
        item = seeded.get(f"/v1/{path}/{row[key]}")
        assert item.json() == row


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/json;q=0.5, text/csv", "text/csv; charset=utf-8"),
        ("text/html, */*;q=0.8", "application/json"),
        ("application/json;q=0, */*", "text/csv; charset=utf-8"),
    ],
)
def test_accept_chooses_the_format(seeded_sqlite: httpx.Client, accept: str, media: str):
    answer = seeded_sqlite.get("/v1/missions", params={"limit": 2}, headers={"accept": accept})
    assert answer.headers["content-type"] == media
    assert "Accept" in answer.headers["vary"]


def test_an_empty_csv_still_has_its_header_and_hxl_tags_on_demand(seeded_sqlite: httpx.Client):
    params = {"country": "KAZ", "as_of": "1999", "format": "csv", "hxl": "1"}
    lines = seeded_sqlite.get("/v1/headcounts", params=params).text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("id,report,country,country_name,mission,mission_name,personnel_type,women,men,total,")
    assert lines[1].startswith(",#meta+report,#country+code,#country+name,#org+code,#org+name,#indicator+type,")


def test_text_that_a_spreadsheet_would_run_is_neutralised(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        with client.app.state.database.write() as session:
            mission = MissionIn(code="UNDOF", name='=HYPERLINK("x")', kind="peacekeeping", status="active", note="-1")
            correct(session, make_change(session, datetime.now(UTC)), MISSIONS, mission)
        [row] = csv.DictReader(io.StringIO(client.get("/v1/missions?mission=UNDOF&format=csv").text))
        assert (row["name"], row["note"]) == ('\'=HYPERLINK("x")', "'-1")
        assert client.get("/v1/missions/UNDOF").json()["name"] == '=HYPERLINK("x")'
        [row] = csv.DictReader(io.StringIO(client.get("/v1/missions?mission=MINURSO&format=csv").text))
        assert row["longitude"].startswith("-13.2")


# --- related records ---


@pytest.mark.parametrize(
    ("path", "include"),
    [(noun.path, include.name) for noun in NOUNS for include in noun.includes if noun.path not in NOT_SEEDED],
)
def test_every_include_is_shown_in_lists_and_records(seeded: httpx.Client, path: str, include: str):
    rows = data(seeded, f"/v1/{path}", include=include, limit=200)
    assert all(include in row for row in rows)
    assert any(row[include] for row in rows), "no seeded record shows it"
    key = next(noun.listing.key for noun in NOUNS if noun.path == path)
    row = next(row for row in rows if row[include])
    assert seeded.get(f"/v1/{path}/{row[key]}", params={"include": include}).json() == row


def test_includes_that_are_not_asked_for_are_left_out(seeded: httpx.Client):
    mission = seeded.get("/v1/missions/MONUSCO").json()
    assert "ceilings" not in mission
    mission = seeded.get("/v1/missions/MONUSCO", params={"include": "ceilings,predecessors"}).json()
    assert [link["predecessor"] for link in mission["predecessors"]] == ["MONUC"]
    starts = [ceiling["effective_from"] for ceiling in mission["ceilings"]]
    assert starts == sorted(starts)
    assert mission["ceilings"][0]["mission_name"] == mission["name"]


def test_claims_of_a_record_are_its_own(seeded: httpx.Client):
    claims = data(seeded, "/v1/claims", limit=1000)
    for path, noun in (("contingents", "contingents"), ("missions", "missions"), ("status-events", "status-events")):
        for row in data(seeded, f"/v1/{path}", include="claims", limit=200):
            key = row.get("id") or row["code"]
            wanted = {c["id"] for c in claims if {"noun": noun, "record": key} in c["subjects"]}
            assert {claim["id"] for claim in row["claims"]} == wanted


# --- HTTP ---


@pytest.mark.parametrize("path", ["/", "/v1/missions", "/v1/missions/UNDOF", "/v1/headcounts?format=csv", "/healthz"])
def test_head_answers_as_get_without_a_body(seeded_sqlite: httpx.Client, path: str):
    head, get = seeded_sqlite.head(path), seeded_sqlite.get(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "link"):
        assert head.headers.get(name) == get.headers.get(name)


def test_pages_of_other_origins_may_read_answers(seeded_sqlite: httpx.Client):
    headers = {"origin": "https://frontend.example"}
    answer = seeded_sqlite.get("/v1/missions/UNDOF", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Link" in answer.headers["access-control-expose-headers"]
    asked = {**headers, "access-control-request-method": "GET"}
    assert seeded_sqlite.options("/v1/missions", headers=asked).status_code == 200
    error = seeded_sqlite.get("/v1/missions/NOPE", headers=headers)
    assert error.headers["access-control-allow-origin"] == "*"


# --- cost ---


@pytest.mark.parametrize(
    "params",
    [
        {"country": "KAZ"},
        {"mission": "UNDOF"},
        {"country": "KAZ", "mission": "UNDOF"},
        {"as_of": "2024-03-31"},
        {"as_of": "2024-03", "region": "Asia"},
        {"source": ARTICLE},
        {"source_kind": "news"},
        {"report": "un-dpo-2024-03-31"},
        {"country": "KAZ", "known_at": "2100-01-01"},
        {"mission": "UNDOF", "known_at": "2100-01-01"},
        {"as_of": "2024-03-31", "known_at": "2100-01-01"},
        {"as_of": "2024-03", "region": "Asia", "known_at": "2100-01-01"},
    ],
)
def test_a_narrow_question_never_scans_all_headcounts(seeded: httpx.Client, params: dict):
    engine = seeded.app.state.database.reader
    with noted(engine) as asked:
        assert seeded.get("/v1/headcounts", params={**params, "limit": 1000}).json()["data"]
    statement, parameters = asked[-1]
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        plan = [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters)]
    assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], plan


def test_a_whole_table_is_read_in_batches_of_bounded_size(seeded: httpx.Client):
    with statements_of(seeded) as found, seeded.stream("GET", "/v1/headcounts?format=csv") as answer:
        sizes = [len(chunk) for chunk in answer.iter_raw()]
    fetched = [statement.count("LIMIT") for statement, _ in found if "FROM headcount" in statement]
    assert fetched == [1] * 8  # 15,361 rows in batches of 2,000
    assert max(sizes) < 1_000_000
    assert sum(sizes) > 3_000_000


@pytest.mark.parametrize("path", [path for path in PATHS if path != "changes"])
def test_a_list_takes_two_statements_whatever_the_page_holds(databases: Databases, seeded: httpx.Client, path: str):
    noun = next(noun for noun in NOUNS if noun.path == path)
    # What is worked out beside the record takes statements of its own: test_strength.py and test_feed.py count them.
    everything = ",".join(include.name for include in noun.includes if isinstance(include, Include))
    seeded.get("/v1/missions?limit=1")  # the names of the current state are in memory from here on
    for limit in (1, 1000):
        params = {"limit": limit, **({"include": everything} if everything else {})}
        with statements_of(seeded) as found:
            assert seeded.get(f"/v1/{path}", params=params).status_code == 200
        assert reads_among(found) == 2, found
