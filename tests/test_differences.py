"""What changed between two dates and between two states of the record, on both engines."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.answers.differences import differences
from app.answers.movements import DifferencesQuery, delta_of, movement_of
from app.answers.values import Reason, Value
from app.core.database import Database
from app.core.history import record
from app.core.settings import Settings
from app.countries.store import COUNTRIES
from tests.conftest import serving
from tests.rows import make_change, make_country
from tests.statements import noted
from tests.worlds import ask, make_places, state, un_table

UNKNOWN = Value(None, reason=Reason.NO_REPORT)


def body(client: httpx.Client, **params: object) -> dict:
    answer = client.get("/v1/differences", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def between(client: httpx.Client, first: str, last: str, **params: object) -> dict:
    return body(client, **{"from": first, "to": last, **params})


def told(rows: list[dict]) -> list[tuple]:
    return [(row["country"], row["mission"], row["change"], row["before"], row["after"], row["delta"]) for row in rows]


def compare(database: Database, **asked: object) -> dict[tuple, tuple]:
    """(country, mission) to (change, before, after, delta, reason before, reason after)."""
    with database.read() as session:
        answer = differences(ask(session), DifferencesQuery(**asked))
        return {
            (row.country, row.mission): (
                row.change.value, row.before, row.after, row.delta, row.reason_before, row.reason_after,
            )
            for row in answer.rows
        }  # fmt: skip


# --- the rule ---


@pytest.mark.parametrize(
    ("before", "after", "change", "delta"),
    [
        (Value(0), Value(139), "joined", 139),
        (Value(139), Value(0), "left", -139),
        (Value(20), Value(139), "up", 119),
        (Value(139), Value(20), "down", -119),
        (Value(6), Value(6), None, 0),
        (Value(0), Value(0), None, 0),
        (UNKNOWN, Value(6), "unknown", None),
        (Value(6), UNKNOWN, "unknown", None),
        (UNKNOWN, UNKNOWN, "unknown", None),
        # A lower bound tells a direction only where the true number cannot lie on the other side.
        (Value(6), Value(7, at_least=True), "up", None),
        (Value(0), Value(7, at_least=True), "joined", None),
        (Value(7), Value(6, at_least=True), "unknown", None),
        (Value(6), Value(6, at_least=True), "unknown", None),
        (Value(7, at_least=True), Value(6), "down", None),
        (Value(7, at_least=True), Value(0), "left", None),
        (Value(6, at_least=True), Value(7), "unknown", None),
        (Value(6, at_least=True), Value(7, at_least=True), "unknown", None),
    ],
)
def test_what_a_change_is_called(before: Value, after: Value, change: str | None, delta: int | None):
    assert (movement_of(before, after), delta_of(before, after)) == (change, delta)


# --- two dates ---


def test_kazakhstan_joined_undof_and_nothing_else_changed(seeded: httpx.Client):
    answer = between(seeded, "2024-01-31", "2024-03-31", country="KAZ")
    assert answer["data"] == [
        {
            "country": "KAZ",
            "country_name": "Kazakhstan",
            "mission": "UNDOF",
            "mission_name": "United Nations Disengagement Observer Force",
            "change": "joined",
            "before": 0,
            "after": 139,
            "delta": 139,
            "at_least_before": False,
            "at_least_after": False,
            "reason_before": None,
            "reason_after": None,
            "reports_before": ["un-dpo-2024-01-31"],
            "reports_after": ["un-dpo-2024-03-31"],
            "sources": ["un-dpo-2024-01-31", "un-dpo-2024-03-31"],
            "rows_before": "/v1/deployments?country=KAZ&as_of=2024-01-31&mission=UNDOF",
            "rows_after": "/v1/deployments?country=KAZ&as_of=2024-03-31&mission=UNDOF",
        }
    ]
    meta = answer["meta"]
    assert (meta["from"], meta["to"], meta["as_of"]) == ("2024-01-31", "2024-03-31", None)
    assert meta["summary"] == {"joined": 1, "left": 0, "up": 0, "down": 0, "unknown": 0}
    assert (meta["total_before"], meta["total_after"], meta["delta"]) == (19, 158, 139)
    assert (meta["reports_before"], meta["reports_after"]) == (["un-dpo-2024-01-31"], ["un-dpo-2024-03-31"])
    assert [report["id"] for report in meta["reports"]] == ["un-dpo-2024-01-31", "un-dpo-2024-03-31"]
    assert meta["at_least"] is False


def test_a_month_or_year_means_its_last_day(seeded: httpx.Client):
    days = between(seeded, "2023-12-31", "2024-03-31", country="KAZ")
    assert between(seeded, "2023", "2024-03", country="KAZ")["data"] == days["data"]


def test_the_differences_add_up_to_those_of_the_totals_of_the_un(seeded: httpx.Client):
    for by in ("country,mission", "mission", "region,personnel_type", "host"):
        answer = between(seeded, "2024-01-31", "2024-03-31", by=by)
        meta = answer["meta"]
        assert (meta["total_before"], meta["total_after"], meta["delta"]) == (64_513, 64_382, -131), by
        assert sum(row["after"] - row["before"] for row in answer["data"]) == -131, by
    for day, total in (("2024-01-31", 64_513), ("2024-03-31", 64_382)):
        assert seeded.get("/v1/totals", params={"as_of": day}).json()["data"][0]["total"] == total
    answer = between(seeded, "2024-01-31", "2024-03-31")
    assert answer["meta"]["summary"] == {"joined": 7, "left": 7, "up": 83, "down": 100, "unknown": 0}
    assert len(answer["data"]) == 197


def test_the_addresses_of_both_sides_add_up_to_their_numbers(seeded: httpx.Client):
    for row in between(seeded, "2024-01-31", "2024-03-31", by="region,host", sex="women")["data"]:
        for side in ("before", "after"):
            counts = seeded.get(row[f"rows_{side}"] + "&limit=1000").json()["data"]
            assert sum(count["total"] for count in counts) == row[side], row


def test_without_dates_the_last_two_reported_months_are_compared(seeded: httpx.Client):
    meta = body(seeded, country="KAZ")["meta"]
    assert (meta["from"], meta["to"]) == ("2025-06-30", "2025-07-31")
    assert told(body(seeded, country="KAZ")["data"]) == [("KAZ", "MINURSO", "down", 4, 2, -2)]
    complete = body(seeded, completeness="complete")["meta"]
    assert (complete["from"], complete["to"]) == ("2024-12-31", "2025-07-31")
    by_date = body(seeded, country="KAZ", to="2024-03")
    assert (by_date["meta"]["from"], by_date["meta"]["to"]) == ("2024-02-29", "2024-03-31")
    assert told(by_date["data"]) == [("KAZ", "UNDOF", "up", 20, 139, 119)]
    # `as_of` alone is the later date.
    assert body(seeded, country="KAZ", as_of="2024-03")["data"] == by_date["data"]


def test_a_date_before_any_report_is_unknown_with_its_reason(seeded: httpx.Client):
    answer = between(seeded, "2014-01-31", "2024-01-31", country="KAZ")
    reasons = {row["mission"]: (row["change"], row["reason_before"], row["before"]) for row in answer["data"]}
    assert reasons == {
        "MINURSO": ("unknown", "no_report", None),
        "MINUSCA": ("unknown", "mission_not_started", None),
        "MONUSCO": ("unknown", "no_report", None),
        "UNIFIL": ("unknown", "no_report", None),
    }
    assert {row["rows_before"] for row in answer["data"]} == {None}
    meta = answer["meta"]
    assert (meta["total_before"], meta["reason_before"], meta["total_after"], meta["delta"]) == (
        None, "no_report", 19, None,
    )  # fmt: skip


def test_a_future_date_is_unknown_with_its_reason(seeded: httpx.Client):
    [row] = between(seeded, "2024-03-31", "2999-12-31", country="KAZ", mission="UNDOF")["data"]
    assert (row["change"], row["before"], row["after"], row["reason_after"]) == ("unknown", 139, None, "future_date")


def test_a_country_that_only_partial_reports_count_has_lower_bounds(seeded: httpx.Client):
    [row] = between(seeded, "2024-06-30", "2024-10-31", country="KAZ", by="country")["data"]
    assert (row["change"], row["before"], row["after"], row["delta"]) == ("up", 155, 160, None)
    assert (row["at_least_before"], row["at_least_after"]) == (False, True)


def test_a_pair_named_is_told_where_both_sides_are_unknown_and_others_are_not(seeded: httpx.Client):
    asked = {"country": "KAZ", "mission": "UNISFA"}
    [row] = between(seeded, "2010-01", "2012-01", **asked)["data"]
    assert (row["change"], row["reason_before"], row["reason_after"]) == (
        "unknown", "mission_not_started", "no_report",
    )  # fmt: skip
    assert between(seeded, "2010-01", "2012-01")["data"] == []


def test_lineage_takes_missions_that_followed_one_another_as_one(seeded: httpx.Client):
    asked = {"mission": "MINUSTAH,MINUJUSTH", "by": "mission"}
    rows = between(seeded, "2016-12-31", "2017-12-31", **asked)["data"]
    assert {row["mission"]: (row["change"], row["reason_before"]) for row in rows} == {
        "MINUSTAH": ("left", None),
        "MINUJUSTH": ("unknown", "mission_not_started"),
    }
    rows = between(seeded, "2016-12-31", "2017-12-31", **asked, lineage="true")["data"]
    assert [row["change"] for row in rows] == ["down"]


# --- made-up worlds ---


def test_what_is_too_old_on_one_side_is_stale(database: Database):
    make_places(database)
    state(database, "paper", "2024-01-31", {"total": 6})
    state(database, "late", "2024-09-30", {"country": "FJI", "total": 5})
    found = compare(database, **{"from": "2024-01-31", "to": "2024-09-30"})
    assert found == {
        ("FJI", "UNDOF"): ("unknown", None, 5, None, "no_observation", None),
        ("KAZ", "UNDOF"): ("unknown", 6, None, None, None, "stale"),
    }
    found = compare(database, **{"from": "2024-01-31", "to": "2024-09-30", "country": ["KAZ"], "max_age": 400})
    assert found == {}


def test_each_change_is_told_by_its_word(database: Database):
    make_places(database)
    un_table(database, "2024-01-31", {"total": 6}, {"country": "FJI", "total": 5})
    un_table(database, "2024-02-29", {"total": 7}, {"country": "FJI", "mission": "UNMIBH", "total": 5})
    dates = {"from": "2024-01-31", "to": "2024-02-29"}
    assert compare(database, **dates) == {
        ("FJI", "UNDOF"): ("left", 5, 0, -5, None, None),
        ("FJI", "UNMIBH"): ("joined", 0, 5, 5, None, None),
        ("KAZ", "UNDOF"): ("up", 6, 7, 1, None, None),
    }
    un_table(database, "2024-03-31", {"total": 4}, {"country": "FJI", "mission": "UNMIBH", "total": 5})
    assert compare(database, to="2024-03") == {("KAZ", "UNDOF"): ("down", 7, 4, -3, None, None)}


def test_an_empty_record_has_no_differences(database: Database):
    make_places(database)
    assert compare(database) == {}
    assert compare(database, country=["KAZ"], mission=["UNDOF"]) == {
        ("KAZ", "UNDOF"): ("unknown", None, None, None, "no_report", "no_report")
    }


# --- two states of the record ---


def moments(client: httpx.Client, report: str) -> tuple[str, str]:
    """The moments right before and at the change that recorded a report."""
    number = client.get(f"/v1/reports/{report}").json()["recorded_in"]
    changes = client.get("/v1/changes", params={"since": number - 2, "limit": 2}).json()["data"]
    assert [change["number"] for change in changes] == [number - 1, number]
    return changes[0]["recorded_at"], changes[1]["recorded_at"]


def test_when_the_un_report_came_unknown_became_zero(seeded: httpx.Client):
    known_from, known_to = moments(seeded, "un-dpo-2024-01-31")
    asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-01-31"}
    # The complete report of December says zero too, and stands until it is too old.
    assert body(seeded, **asked, known_from=known_from, known_to=known_to)["data"] == []
    [row] = body(seeded, **asked, known_from=known_from, known_to=known_to, max_age=30)["data"]
    assert (row["change"], row["before"], row["reason_before"], row["after"]) == ("unknown", None, "stale", 0)
    assert (row["reports_before"], row["reports_after"]) == ([], ["un-dpo-2024-01-31"])


def test_with_the_article_alone_undof_was_unknown_and_the_un_made_it_zero(seeded: httpx.Client):
    _, known_from = moments(seeded, "astana-times-2024-01-19")
    asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-01-31", "known_from": known_from}
    answer = body(seeded, **asked)
    [row] = answer["data"]
    assert (row["change"], row["before"], row["after"], row["delta"]) == ("unknown", None, 0, None)
    assert (row["reason_before"], row["reason_after"]) == ("no_observation", None)
    then, now = (seeded.get(row[side]).json()["data"][0] for side in ("rows_before", "rows_after"))
    assert (then["total"], then["reason"], now["total"]) == (None, "no_observation", 0)
    assert f"known_at={known_from.replace(':', '%3A')}" in row["rows_before"]
    meta = answer["meta"]
    assert (meta["as_of"], meta["from"], meta["to"], meta["known_to"]) == ("2024-01-31", None, None, None)
    assert meta["known_from"] == known_from
    assert meta["revision_before"] < meta["revision_after"] == meta["revision"]
    whole = body(seeded, country="KAZ", as_of="2024-01-31", known_from=known_from)
    # What the article counts is what the UN counts: only their ground is another.
    assert (whole["data"], whole["meta"]["total_before"], whole["meta"]["total_after"]) == ([], 19, 19)
    assert whole["meta"]["delta"] is None


def test_without_known_from_the_change_before_is_compared(seeded: httpx.Client):
    known_from, known_to = moments(seeded, "un-dpo-2024-03-31")
    asked = {"country": "KAZ", "as_of": "2024-03-31", "known_to": known_to}
    assert body(seeded, **asked)["meta"]["known_from"] == known_from
    assert body(seeded, **asked)["data"] == body(seeded, **asked, known_from=known_from)["data"]
    assert told(body(seeded, **asked)["data"]) == [("KAZ", "UNDOF", "up", 20, 139, 119)]


def test_before_everything_was_recorded_nothing_is_known_and_codes_are_those_of_the_later_state(seeded: httpx.Client):
    asked = {"country": "KAZ", "mission": "UNDOF", "source": "un-dpo-2024-03-31", "known_from": "2001-01-01"}
    answer = body(seeded, **asked)
    [row] = answer["data"]
    assert (row["country_name"], row["before"], row["reason_before"], row["after"]) == (
        "Kazakhstan", None, "no_report", 139,
    )  # fmt: skip
    assert row["rows_before"] is None
    assert (answer["meta"]["revision_before"], answer["meta"]["total_before"]) == (0, None)
    for by in ("country", "mission", "host", "region", "personnel_type"):
        [row] = body(seeded, **asked, by=by)["data"]
        assert (row["before"], row["reason_before"], row["after"]) == (None, "no_report", 139), by


def test_a_sum_with_a_country_that_was_not_known_then_is_unknown(database: Database):
    make_places(database)
    un_table(database, "2024-01-31", {"total": 6})
    with database.write() as session:
        change = make_change(session)
        record(session, change, COUNTRIES, [make_country(iso3="IRL", name="Ireland")])
    un_table(database, "2024-02-29", {"total": 6}, {"country": "IRL", "total": 4})
    with database.read() as session:
        now = ask(session)
    first = datetime(2026, 1, 2, 3, 4, 5, 1, tzinfo=UTC)
    asked = {"known_from": first, "as_of": "2024-02-29", "mission": ["UNDOF"]}
    assert now.view.revision == 4
    assert compare(database, **asked, country=["KAZ", "IRL"]) == {
        ("IRL", "UNDOF"): ("unknown", None, 4, None, "no_observation", None)
    }
    with database.read() as session:
        answer = differences(ask(session), DifferencesQuery(**asked, country=["KAZ", "IRL"], by=["mission"]))
        [row] = answer.rows
    assert (row.before, row.reason_before, row.after) == (None, "no_observation", 10)


# --- refusals ---


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2024-03-31&to=2024-01-31", "from"),
        ("from=2024-03&to=2024-02-29", "from"),
        ("from=2999-01-01", "from"),
        ("known_from=2024-02-01&known_to=2024-01-01", "known_from"),
        ("known_from=2999-01-01", "known_from"),
        ("from=2024-01-31&known_from=2024-01-01", "known_from"),
        ("to=2024-01-31&known_to=2024-01-01", "known_to"),
        ("from=2024-01-31&as_of=2024-03-31", "as_of"),
        ("to=2024-01-31&as_of=2024-03-31&known_from=2024-01-01", "known_from"),
        ("known_from=2024-01-01&known_at=2024-01-01", "known_at"),
        ("from=2024-02-30", "from"),
        ("from=0000", "from"),
        ("to=soon", "to"),
        ("known_from=soon", "known_from"),
        ("by=sex", "by"),
        ("by=planet", "by"),
        ("host=Atlantis", "host"),
        ("mission=IPTF,UNMIBH", "mission"),
        ("from=2024-01-31&from=2024-02-29", "from"),
    ],
)
def test_a_bad_value_is_refused_by_name(seeded_sqlite: httpx.Client, query: str, parameter: str):
    answer = seeded_sqlite.get(f"/v1/differences?{query}")
    assert answer.status_code == 422, answer.text
    assert parameter in [error.get("parameter") for error in answer.json()["errors"]]


@pytest.mark.parametrize("query", ["country=KAX", "country=KAX&known_from=2001-01-01"])
def test_an_unknown_country_is_refused_with_near_matches(seeded: httpx.Client, query: str):
    answer = seeded.get(f"/v1/differences?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_code")
    assert "KAZ" in answer.json()["errors"][0]["near"]


def test_the_first_year_there_is_has_nothing_before_it(seeded: httpx.Client):
    meta = body(seeded, to="0001-01-01")["meta"]
    assert (meta["from"], meta["to"], meta["total_after"], meta["reason_after"]) == (
        None, "0001-01-01", None, "no_report",
    )  # fmt: skip


# --- formats and cost ---


def test_csv_and_ndjson_hold_the_same_rows(seeded: httpx.Client):
    params = {"from": "2024-01-31", "to": "2024-03-31", "by": "mission,personnel_type"}
    rows = body(seeded, **params)["data"]
    lines = seeded.get("/v1/differences", params={**params, "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = seeded.get("/v1/differences", params={**params, "format": "csv"}).text
    assert table.splitlines()[0] == (
        "mission,mission_name,personnel_type,change,before,after,delta,at_least_before,at_least_after,"
        "reason_before,reason_after,reports_before,reports_after,sources"
    )
    found = list(csv.DictReader(io.StringIO(table)))
    assert [(row["mission"], int(row["delta"].lstrip("'"))) for row in found] == [
        (row["mission"], row["delta"]) for row in rows
    ]
    empty = seeded.get("/v1/differences", params={"from": "2000", "to": "2001", "format": "csv"}).text
    assert empty.splitlines() == [
        "country,country_name,mission,mission_name,change,before,after,delta,at_least_before,at_least_after,"
        "reason_before,reason_after,reports_before,reports_after,sources"
    ]


def test_the_number_of_statements_does_not_grow_with_the_answer(seeded: httpx.Client):
    known_from, _ = moments(seeded, "un-dpo-2024-01-31")
    for query, most in (
        ("from=2024-01-31&to=2024-03-31", 5),
        ("country=KAZ&from=2024-01-31&to=2024-03-31", 5),
        ("country=KAZ", 7),
        ("from=2014-01-31&to=2024-11-30", 11),
        (f"known_from={known_from}&as_of=2024-03-31", 35),
        (f"known_from={known_from}&as_of=2024-03-31&country=KAZ", 35),
    ):
        address = f"/v1/differences?{query}"
        seeded.get(address)
        with noted(seeded.app.state.database.reader) as asked:
            assert seeded.get(address).status_code == 200
        assert len(asked) <= most, (query, len(asked), [statement[:60] for statement, _ in asked])


def test_a_correction_shows_up_between_two_moments(databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        before = client.get("/v1/changes", params={"sort": "-number", "limit": 1}).json()["data"][0]["recorded_at"]
        database = client.app.state.database
        values = {"kind": "un_monthly_report", "scope": "all_missions", "published_on": "2026-01-01"}
        state(database, "corrected", "2024-03-31", {"women": 8, "men": 132, "total": 140}, **values)
        asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-03-31", "known_from": before}
        assert told(body(client, **asked)["data"]) == [("KAZ", "UNDOF", "up", 139, 140, 1)]
        later = datetime.now(UTC) + timedelta(days=1)
        assert body(client, **asked, known_to=later.isoformat())["meta"]["total_after"] == 140
