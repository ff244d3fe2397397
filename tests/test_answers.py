"""Answers as clients get them: traces that lead to the source, formats, refusals, few statements that use indexes."""

import csv
import io
import json
import re
from collections.abc import Iterator

import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import Engine

from app.answers.questions import QUESTIONS
from app.core.database import Database
from app.core.settings import Settings
from tests.conftest import ARTICLE, SHARED, Databases, serving
from tests.real_data import record_un_tables, rows_of
from tests.statements import noted

PATHS = [question.path for question in QUESTIONS]
BY_DAY = [question.path for question in QUESTIONS if "as_of" in question.query.model_fields]


def data(client: httpx.Client, path: str, **params: object) -> list[dict]:
    answer = client.get(f"/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


# --- every number leads to its source ---


def follow(client: httpx.Client, address: str) -> dict:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text)
    return answer.json()


@pytest.mark.parametrize(
    "address",
    [
        "/v1/totals?country=KAZ&as_of=2024-01-31",
        "/v1/totals?by=region,personnel_type&as_of=2024-01-31",
        "/v1/totals?by=host&host=LBN&as_of=2024-01-31&sex=women",
        f"/v1/totals?country=KAZ&source={ARTICLE}&as_of=2024-01-20",
        "/v1/series?country=KAZ&by=mission&from=2024-01&to=2024-03",
        "/v1/series?mission=MINUJUSTH&lineage=true&from=2019-12&to=2019-12",
        "/v1/rankings?month=2024-01&country=KAZ",
    ],
)
def test_a_number_leads_to_rows_that_add_up_to_it_and_to_their_source(seeded: httpx.Client, address: str):
    for row in follow(seeded, address)["data"]:
        counts = follow(seeded, row["rows"] + "&limit=1000")["data"]
        assert sum(count["total"] for count in counts) == row["total"], row
        assert {count["source"] for count in counts} <= set(row["sources"])
        for count in counts[:3]:
            record = follow(seeded, count["trace"])
            assert record["source_record"]["id"] == count["source"]
            if count["headcount"] is not None:
                stated = record["women"] if "sex=women" in address else record["total"]
                assert (stated, record["report_record"]["id"]) == (count["total"], count["report"])


def test_missions_left_out_do_not_make_the_others_of_their_host_uncertain(seeded: httpx.Client):
    rows = {row["host"]: row for row in data(seeded, "totals", by="host", as_of="2024-01-31")}
    assert rows["IRQ"]["at_least"] is False
    assert "MNF-I" not in rows["IRQ"]["rows"]


def test_a_count_of_the_article_leads_to_its_sentence(seeded: httpx.Client):
    [row] = data(seeded, "deployments", country="KAZ", mission="MINURSO", as_of="2024-01-20", source=ARTICLE)
    claims = follow(seeded, f"/v1/claims?source={row['source']}&mission=MINURSO&kind=headcount")["data"]
    assert [(claim["value"], claim["locator"]) for claim in claims] == [(6, "statement 17 of 32")]
    report = follow(seeded, f"/v1/reports/{row['report']}?include=source_record,claims")
    assert report["source_record"]["url"].startswith("https://caspiannews.com/")


# --- shapes and formats ---


@pytest.mark.parametrize("question", QUESTIONS, ids=PATHS)
def test_an_answer_has_the_shape_it_promises_in_every_format(seeded: httpx.Client, question):
    params = {"country": "KAZ"} if "country" in question.query.model_fields else {}
    answer = seeded.get(f"/v1/{question.path}", params=params)
    body = answer.json()
    question.meta.model_validate(body["meta"])
    rows = body["data"]
    assert rows or question.path == "fatality-totals"  # no deaths are seeded
    for row in rows:
        question.row.model_validate(row)
        assert set(row) <= set(question.row.model_fields)
    assert body["links"]["self"].startswith(f"/v1/{question.path}")
    lines = seeded.get(f"/v1/{question.path}", params={**params, "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines[: len(rows)]] == rows
    table = seeded.get(f"/v1/{question.path}", params={**params, "format": "csv", "hxl": "1"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(io.StringIO(table.text)))
    assert len(found) == 1 + len(lines)
    for row, shown in zip(found[1:], lines, strict=True):
        for column, text in row.items():
            value = json.loads(shown).get(column)
            expected = ";".join(value) if isinstance(value, list) else "" if value is None else value
            assert text == (str(expected).lower() if isinstance(expected, bool) else str(expected)), column


def test_a_table_without_rows_has_its_header(seeded: httpx.Client):
    answer = seeded.get("/v1/deployments", params={"country": "KAZ", "as_of": "2000-01-01", "format": "csv"})
    assert answer.text.splitlines() == [
        "country,country_name,mission,mission_name,personnel_type,as_of,total,women,men,reason,report,source,headcount"
    ]


def test_deployments_come_in_pages_of_one_state(seeded: httpx.Client):
    address = "/v1/deployments?as_of=2024-01-31&limit=400"
    rows: list[dict] = []
    while address:
        body = follow(seeded, address)
        rows += body["data"]
        address = body["links"]["next"]
    whole = seeded.get("/v1/deployments?as_of=2024-01-31&format=ndjson").text.splitlines()
    assert rows == [json.loads(line) for line in whole]
    assert len(rows) == 899
    wrong = seeded.get("/v1/deployments?as_of=2024-02-29&limit=400&cursor=" + body["links"]["self"].split("cursor=")[1])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_cursor")


def test_reports_looked_at_and_scope_are_echoed(seeded: httpx.Client):
    meta = follow(seeded, "/v1/totals?country=kazakhstan&mission=FNUOD&as_of=2024-02")["meta"]
    assert meta["as_of"] == "2024-02-29"
    assert (meta["scope"]["countries"], meta["scope"]["missions"]) == (["KAZ"], ["UNDOF"])
    assert [report["id"] for report in meta["reports"]] == ["un-dpo-2024-02-29"]
    assert meta["coverage"] == {"cells": 1, "unknown": 0, "oldest": "2024-02-29", "all_complete": True}
    assert follow(seeded, "/v1/totals")["meta"]["as_of"] == "2025-07-31"


# --- bad input ---


@pytest.mark.parametrize("path", [path for path in PATHS if path != "gaps"])
def test_an_unknown_country_is_refused_with_near_matches(seeded: httpx.Client, path: str):
    answer = seeded.get(f"/v1/{path}", params={"country": "KAX"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_code")
    assert answer.json()["errors"][0]["parameter"] == "country"
    assert "KAZ" in answer.json()["errors"][0]["near"]


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_mission_or_parameter_is_refused(seeded: httpx.Client, path: str):
    answer = seeded.get(f"/v1/{path}", params={"mission": "UNDOFF"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_code")
    assert "UNDOF" in answer.json()["errors"][0]["near"]
    answer = seeded.get(f"/v1/{path}", params={"mision": "UNDOF"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert "mission" in answer.json()["errors"][0]["near"]


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("totals?personnel_type=troop", "personnel_type"),
        ("totals?by=planet", "by"),
        ("totals?as_of=2024-02-30", "as_of"),
        ("totals?as_of=yesterday", "as_of"),
        ("totals?max_age=-1", "max_age"),
        ("totals?max_age=99999", "max_age"),
        ("totals?region=Atlantis", "region"),
        ("totals?sex=female", "sex"),
        ("totals?completeness=partial", "completeness"),
        ("totals?explain=perhaps", "explain"),
        ("totals?host=Atlantis", "host"),
        ("totals?source=nobody", "source"),
        ("totals?mission=IPTF,UNMIBH", "mission"),
        ("totals?personnel_type=troops,unspecified", "personnel_type"),
        ("totals?as_of=2024-01-31&as_of=2024-02-29", "as_of"),
        ("series?from=2024-13", "from"),
        ("series?from=2024-03&to=2024-01", "from"),
        ("series?from=2024", "from"),
        ("series?to=2024-0٣", "to"),
        ("series?to=20٢٤-03", "to"),
        ("series?to=1899-12", "to"),
        ("rankings?month=2024-1", "month"),
        ("rankings?by=men", "by"),
        ("rankings?by=women&sex=men", "sex"),
        ("rankings?completeness=any", "completeness"),
        ("deployments?limit=0", "limit"),
        ("deployments?limit=1001", "limit"),
    ],
)
def test_a_bad_value_is_refused_by_name(seeded_sqlite: httpx.Client, address: str, parameter: str):
    answer = seeded_sqlite.get(f"/v1/{address}")
    assert answer.status_code == 422, answer.text
    assert parameter in [error.get("parameter") for error in answer.json()["errors"]]


def test_a_bad_month_is_told_how_to_write_one(seeded_sqlite: httpx.Client):
    for address, parameter in (("series?from=March", "from"), ("rankings?month=2024-13", "month")):
        answer = seeded_sqlite.get(f"/v1/{address}")
        assert answer.json()["detail"] == f"{parameter}: write a month as 2024-03, between 1900-01 and 2099-12."


def test_a_month_without_a_complete_report_has_no_ranking(seeded: httpx.Client):
    for month in ("2024-09", "1999-01", "2030-01"):
        answer = seeded.get("/v1/rankings", params={"month": month})
        assert (answer.status_code, answer.json()["code"]) == (404, "no_report")
        assert answer.json()["errors"][0]["parameter"] == "month"
    answer = seeded.get("/v1/rankings", params={"month": "2024-01", "against": "2024-09"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (404, "against")


@pytest.mark.parametrize("path", BY_DAY)
def test_a_future_date_is_answered_with_the_reason(seeded: httpx.Client, path: str):
    body = follow(seeded, f"/v1/{path}?mission=UNDOF&as_of=2999-12-31")
    assert '"total":' not in json.dumps(body["data"]) or "future_date" in json.dumps(body["data"])


@pytest.mark.parametrize("path", PATHS)
def test_before_anything_was_recorded_nothing_is_known(seeded: httpx.Client, path: str):
    answer = seeded.get(f"/v1/{path}", params={"known_at": "2001-01-01"})
    if path == "rankings":
        assert (answer.status_code, answer.json()["code"]) == (404, "no_report")
    else:
        assert answer.status_code == 200, answer.text
        assert all(row.get("total") is None for row in answer.json()["data"])


def test_too_many_rows_are_refused(seeded_sqlite: httpx.Client):
    answer = seeded_sqlite.get("/v1/series?by=country,mission&from=1950-01&to=2026-01")
    assert (answer.status_code, answer.json()["code"]) == (422, "answer_too_large")


# --- few statements, and indexes ---


NARROW = {
    "deployments": "country=KAZ&as_of=2024-01-31",
    "totals": "mission=UNDOF&as_of=2024-01-31&by=country",
    "series": "country=KAZ&mission=UNIFIL&from=2023-01&to=2024-12",
    "rankings": "month=2024-01",
    "gaps": "mission=UNMISS&as_of=2024-01-31",
    "shares": "country=KAZ&as_of=2024-01-31",
    "reconciliation": "country=KAZ&as_of=2024-03-31&timeline=true",
    "differences": "country=KAZ&from=2024-01-31&to=2024-03-31",
    "presences": "country=KAZ&mission=UNDOF",
    "discrepancies": "mission=UNDOF&from=2024-01&to=2024-03",
    "fatality-totals": "mission=UNDOF&by=year",
}
MOST_STATEMENTS = {"discrepancies": 14, "reconciliation": 9, "differences": 8}


def plan_of(engine: Engine, statement: str, parameters: object) -> list[str]:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters)]


def assert_cheap(client: httpx.Client, path: str, query: str) -> None:
    """A small number of statements, none of which looks at all headcounts."""
    engine = client.app.state.database.reader
    assert client.get(f"/v1/{path}?{query}").status_code == 200  # loads names and facts
    with noted(engine) as asked:
        assert client.get(f"/v1/{path}?{query}").json()["data"] is not None
    assert 1 < len(asked) <= MOST_STATEMENTS.get(path, 6), [statement[:80] for statement, _ in asked]
    for statement, parameters in asked:
        plan = plan_of(engine, statement, parameters)
        assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], (statement, plan)


@pytest.mark.parametrize("path", PATHS)
def test_a_narrow_question_takes_few_statements_and_never_scans_all_headcounts(seeded: httpx.Client, path: str):
    assert_cheap(seeded, path, NARROW[path])


@pytest.mark.parametrize("path", ["deployments", "totals", "series", "rankings"])
def test_the_past_is_asked_as_cheaply_as_the_present(seeded: httpx.Client, path: str):
    moment = follow(seeded, "/v1/changes?sort=-number&limit=2")["data"][1]["recorded_at"]
    assert_cheap(seeded, path, f"{NARROW[path]}&known_at={moment}")


# --- the UN's tables of ten years ---


@pytest.fixture(scope="module")
def ten_years(databases: Databases) -> Iterator[httpx.Client]:
    """107,149 headcounts: 103 months by mission and 19 by country."""
    if not (SHARED / "data").exists():
        pytest.skip("the real tables are not at hand")
    url = databases.seeded_places()
    database = Database(Settings(database_url=url))
    assert record_un_tables(database) == 107_149
    database.close()
    with serving(Settings(database_url=url)) as client:
        yield client


def test_every_month_adds_up_to_what_the_un_published(ten_years: httpx.Client):
    summary = rows_of(SHARED / "data" / "un-dpo_monthly_summary_2015-01_2025-07.csv")
    published = {row["last_reporting_date"][:7]: int(row["total_personnel"]) for row in summary}
    found = {row["month"]: row["total"] for row in data(ten_years, "series", **{"from": "2015-01", "to": "2025-07"})}
    assert {month: total for month, total in found.items() if total is not None} == published
    assert sorted(month for month, total in found.items() if total is None) == [
        "2015-03", "2016-03", "2017-03", "2020-06", "2022-07",
    ]  # fmt: skip


def test_months_by_country_alone_answer_no_question_by_mission(ten_years: httpx.Client):
    rows = data(ten_years, "series", **{"mission": "UNIFIL", "from": "2018-01", "to": "2019-10"})
    reasons = {row["month"]: row["reason"] for row in rows if row["total"] is None}
    assert len(reasons) == 18
    assert set(reasons.values()) == {"not_published_by_mission"}
    [row] = data(ten_years, "totals", country="KAZ", as_of="2018-10-31")
    assert row["total"] > 120


def test_the_ranking_of_january_2021_is_that_of_the_un(ten_years: httpx.Client):
    published = rows_of(SHARED / "data" / "un-dpo_rank_2021-01.csv")
    ranks = {row["ISOCode3"]: int(row["Personnel_Contribution_Rank"]) for row in published if row["ISOCode3"]}
    found = {row["country"]: row["rank"] for row in data(ten_years, "rankings", month="2021-01")}
    assert len(ranks) == 122
    assert {country: rank for country, rank in ranks.items() if country in found} == found


@pytest.mark.parametrize("path", PATHS)
def test_a_narrow_question_stays_cheap_among_a_hundred_thousand_counts(ten_years: httpx.Client, path: str):
    query = NARROW[path].replace("UNIFIL&from=2023-01&to=2024-12", "UNIFIL&from=2015-01&to=2025-07")
    assert_cheap(ten_years, path, query)


def test_rows_are_models_with_described_fields():
    for question in QUESTIONS:
        for shape in (question.row, question.meta, *question.beside.values()):
            assert issubclass(shape, BaseModel)
            for name, field in shape.model_fields.items():
                assert field.description, (question.path, name)
