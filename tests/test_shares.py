"""Shares of women: the seeds with their numbers written out, and made-up worlds, on both engines."""

import csv
import io
import json

import httpx
import pytest

from app.answers.shares import TARGETS, ShareRow, SharesQuery, shares, target_of
from app.core.database import Database
from app.core.vocabulary import PersonnelType
from tests.statements import reads_among, statements_of
from tests.worlds import make_places, rows_of, state, un_table

DAY = "2024-01-31"
TROOPS = (PersonnelType.TROOPS,)


def asked(client: httpx.Client, **params: object) -> list[dict]:
    answer = client.get("/v1/shares", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


# --- the seeds ---


def test_the_share_of_women_among_troops_in_january_2024(seeded: httpx.Client):
    [row] = asked(seeded, as_of=DAY, personnel_type="troops")
    assert row == {
        "personnel_type": "troops",
        "women": 4047,
        "men": 51138,
        "counted": 55185,
        "total": 55185,
        "share_women": 0.0733,
        "target": 0.11,
        "target_year": 2024,
        "target_reason": None,
        "gap_to_target": -0.0367,
        "at_least": False,
        "reason": None,
        "sources": ["un-dpo-2024-01-31"],
        "rows": "/v1/deployments?personnel_type=troops&as_of=2024-01-31",
    }


def test_every_kind_of_people_is_told_unless_asked_otherwise(seeded: httpx.Client):
    told = {
        row["personnel_type"]: (row["women"], row["men"], row["share_women"], row["target"], row["gap_to_target"])
        for row in asked(seeded, as_of=DAY)
    }
    assert told == {
        "formed_police": (783, 3869, 0.1683, None, None),
        "individual_police": (578, 1311, 0.306, None, None),
        "military_observer": (313, 863, 0.2662, 0.21, 0.0562),
        "staff_officer": (348, 1263, 0.216, 0.21, 0.006),
        "troops": (4047, 51138, 0.0733, 0.11, -0.0367),
    }


def test_the_target_is_that_of_the_year(seeded: httpx.Client):
    told = {
        row["personnel_type"]: (row["share_women"], row["target"], row["target_year"], row["target_reason"])
        for row in asked(seeded, as_of="2021-12-31")
    }
    assert told == {
        "formed_police": (0.1441, None, None, "no_target"),
        "individual_police": (0.3003, None, None, "no_target"),
        "military_observer": (0.2394, 0.18, 2021, None),
        "staff_officer": (0.1758, 0.18, 2021, None),
        "troops": (0.0578, 0.08, 2021, None),
    }
    for row in asked(seeded, as_of="2017-12-31"):
        assert (row["target"], row["target_reason"], row["gap_to_target"]) == (None, "no_target", None)


def test_shares_can_be_split_along_other_dimensions(seeded: httpx.Client):
    rows = asked(seeded, as_of=DAY, by="mission", personnel_type="troops", mission="UNDOF,UNIFIL,UNFICYP")
    told = {row["mission"]: (row["women"], row["men"], row["share_women"], row["target"]) for row in rows}
    assert told == {
        "UNDOF": (76, 994, 0.071, 0.11),
        "UNFICYP": (92, 734, 0.1114, 0.11),
        "UNIFIL": (748, 8974, 0.0769, 0.11),
    }
    assert rows[0]["mission_name"] == "United Nations Disengagement Observer Force"
    regions = asked(seeded, as_of=DAY, by="region", personnel_type="troops")
    assert sum(row["women"] for row in regions) == 4047
    hosts = asked(seeded, as_of=DAY, by="host,personnel_type", mission="UNDOF")
    assert {(row["host"], row["personnel_type"]) for row in hosts} == {("SYR", "troops"), ("SYR", "staff_officer")}
    [kazakhstan] = asked(seeded, as_of="2024-03-31", by="country", country="KAZ", mission="UNDOF")
    assert (kazakhstan["country_name"], kazakhstan["women"], kazakhstan["men"]) == ("Kazakhstan", 7, 132)
    assert kazakhstan["share_women"] == 0.0504


def test_a_row_about_several_kinds_has_no_target(seeded: httpx.Client):
    [row] = asked(seeded, as_of=DAY, by="mission", mission="UNDOF")
    assert (row["counted"], row["target"], row["target_reason"]) == (1130, None, "no_target")
    [row] = asked(seeded, as_of=DAY, by="mission", mission="UNDOF", personnel_type="troops,staff_officer")
    assert row["target"] is None
    # Staff officers and observers are one kind to the strategy.
    [row] = asked(seeded, as_of=DAY, by="mission", mission="UNMISS", personnel_type="military_observer,staff_officer")
    assert (row["target"], row["target_year"]) == (0.21, 2024)


def test_a_share_without_people_is_null(seeded: httpx.Client):
    [row] = asked(seeded, as_of=DAY, by="mission", mission="UNOCI")
    assert (row["women"], row["men"], row["counted"], row["total"]) == (0, 0, 0, 0)
    assert (row["share_women"], row["reason"], row["sources"]) == (None, "no_people", ["un-dpo-2024-01-31"])
    rows = asked(seeded, as_of=DAY, country="KAZ", mission="UNDOF")
    assert {(row["personnel_type"], row["total"], row["reason"]) for row in rows} == {
        (kind.value, 0, "no_people") for kind in TARGETS
    }


def test_people_of_an_article_are_not_split_by_sex(seeded: httpx.Client):
    [row] = asked(seeded, as_of="2024-01-20", country="KAZ", source="caspian-news-2024-01-20")
    assert (row["personnel_type"], row["total"], row["counted"]) == ("unspecified", 19, 0)
    assert (row["women"], row["men"], row["share_women"]) == (None, None, None)
    assert (row["reason"], row["at_least"], row["target_reason"]) == ("not_split_by_sex", True, "no_target")


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"as_of": "2126-01-31"}, "future_date"),
        ({"as_of": "2014-01-31"}, "no_report"),
        ({"as_of": "1970-01-31", "mission": "UNIFIL"}, "mission_not_started"),
        ({"as_of": "2024-10-31", "country": "FRA"}, "stale"),
    ],
)
def test_where_nothing_is_known_every_kind_says_why(seeded: httpx.Client, params: dict, reason: str):
    rows = asked(seeded, **params)
    assert [row["personnel_type"] for row in rows] == sorted(kind.value for kind in TARGETS)
    for row in rows:
        numbers = [row[name] for name in ("women", "men", "counted", "total", "share_women", "gap_to_target")]
        assert numbers == [None] * 6
        assert (row["reason"], row["sources"], row["at_least"]) == (reason, [], False)


def test_coverage_counts_a_country_in_a_mission_once(seeded: httpx.Client):
    answer = seeded.get("/v1/shares", params={"country": "KAZ", "as_of": DAY}).json()
    assert answer["meta"]["coverage"]["cells"] == 4
    assert answer["meta"]["as_of"] == DAY


def test_the_latest_report_gives_the_date_unless_it_is_given(seeded: httpx.Client):
    answer = seeded.get("/v1/shares", params={"personnel_type": "troops"}).json()
    assert (answer["meta"]["as_of"], answer["data"][0]["target"]) == ("2025-07-31", 0.12)


def test_the_counts_behind_a_share_add_up_to_it(seeded: httpx.Client):
    for row in asked(seeded, as_of=DAY, by="personnel_type,mission", mission="UNDOF,UNMISS"):
        counts = seeded.get(row["rows"] + "&limit=1000").json()["data"]
        assert sum(count["women"] for count in counts) == row["women"]
        assert sum(count["total"] for count in counts) == row["total"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"mission": "UNDOFF"}, "unknown_code"),
        ({"country": "KAX"}, "unknown_code"),
        ({"by": "sex"}, "invalid_request"),
        ({"by": "month"}, "invalid_request"),
        ({"by": ""}, "invalid_request"),
        ({"sex": "women"}, "unknown_parameter"),
        ({"personnel_type": "generals"}, "invalid_request"),
        ({"as_of": "2024-13"}, "invalid_request"),
    ],
)
def test_bad_questions_are_refused(seeded: httpx.Client, params: dict, code: str):
    answer = seeded.get("/v1/shares", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "By." not in answer.json()["detail"]


def test_an_unknown_mission_is_answered_with_what_is_near(seeded: httpx.Client):
    answer = seeded.get("/v1/shares", params={"mission": "UNDOFF"}).json()
    assert "UNDOF" in answer["errors"][0]["near"]


def test_csv_has_the_columns_asked_for_and_a_header_even_when_empty(seeded: httpx.Client):
    text = seeded.get("/v1/shares", params={"as_of": DAY, "by": "mission", "mission": "UNDOF", "format": "csv"}).text
    [row] = csv.DictReader(io.StringIO(text))
    assert list(row) == [
        *("mission", "mission_name", "women", "men", "counted", "total", "share_women", "target", "target_year"),
        *("target_reason", "gap_to_target", "at_least", "reason", "sources"),
    ]
    assert (row["women"], row["share_women"], row["target"]) == ("88", "0.0779", "")
    empty = seeded.get("/v1/shares", params={"known_at": "2001-01-01", "by": "mission", "format": "csv"}).text
    assert empty == ",".join(row) + "\r\n"


def test_ndjson_has_the_rows_of_json(seeded: httpx.Client):
    lines = seeded.get("/v1/shares", params={"as_of": DAY, "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == asked(seeded, as_of=DAY)


def test_the_number_of_statements_does_not_grow_with_groups(seeded: httpx.Client):
    asked(seeded, as_of=DAY)  # names and facts are in memory from here on
    with statements_of(seeded) as found:
        numbers = []
        for by in ("personnel_type", "country,mission", "host,region,personnel_type"):
            found.clear()
            asked(seeded, as_of=DAY, by=by)
            numbers.append(reads_among(found))
    # The state looked at, reports, people by group, people once.
    assert numbers == [3, 3, 3]


# --- made-up worlds ---


@pytest.fixture
def world(database: Database) -> Database:
    make_places(database)
    return database


def told(database: Database, **values: object) -> list[tuple]:
    rows: list[ShareRow] = rows_of(database, shares, SharesQuery.model_validate({"as_of": DAY, **values}))
    return [(row.women, row.men, row.counted, row.total, row.share_women, row.reason) for row in rows]


def test_the_share_is_of_those_counted_by_sex(world: Database):
    un_table(
        world,
        DAY,
        {"women": 1, "men": 3, "total": 4},
        {"country": "FJI", "women": None, "men": None, "total": 6},
    )
    assert told(world) == [(1, 3, 4, 10, 0.25, "not_split_by_sex")]
    assert told(world, country=["KAZ"]) == [(1, 3, 4, 4, 0.25, None)]
    assert told(world, country=["FJI"]) == [(None, None, 0, 6, None, "not_split_by_sex")]


def test_before_sexes_were_counted_there_is_no_share(world: Database):
    un_table(world, "2009-10-31", {"women": None, "men": None, "total": 6})
    assert told(world, as_of="2009-10-31") == [(None, None, 0, 6, None, "not_split_by_sex")]


def test_one_sex_alone_is_no_split(world: Database):
    un_table(world, DAY, {"women": 2, "men": None, "total": 6})
    assert told(world) == [(None, None, 0, 6, None, "not_split_by_sex")]


def test_no_women_is_a_share_of_zero(world: Database):
    un_table(world, DAY, {"women": 0, "men": 7, "total": 7})
    assert told(world) == [(0, 7, 7, 7, 0.0, None)]


def test_partial_reports_give_the_share_of_whom_they_count(world: Database):
    state(world, "paper", DAY, {"women": 1, "men": 2, "total": 3})
    [row] = rows_of(world, shares, SharesQuery(as_of=DAY))
    assert (row.share_women, row.at_least, row.reason) == (0.3333, True, None)
    assert told(world, country=["FJI"], by=["country"]) == [(None, None, None, None, None, "no_observation")]


def test_a_zero_of_a_partial_report_is_no_end_of_the_search(world: Database):
    state(world, "paper", DAY, {"women": 0, "men": 0, "total": 0})
    assert told(world) == [(0, 0, 0, 0, None, "no_observation")]
    assert told(world, country=["KAZ"], mission=["UNDOF"], by=["country"]) == [(0, 0, 0, 0, None, "no_people")]


def test_disputed_counts_have_no_share(world: Database):
    un_table(world, DAY, {"women": 1, "men": 2, "total": 3, "status": "disputed"})
    assert told(world) == [(None, None, None, None, None, "disputed")]


def test_an_empty_record_says_that_there_is_no_report(database: Database):
    rows = rows_of(database, shares, SharesQuery())
    assert {(row.personnel_type, row.reason, row.target_reason) for row in rows} == {
        (kind, "no_report", "no_target") for kind in TARGETS
    }


# --- targets ---


@pytest.mark.parametrize(
    ("kinds", "year", "target"),
    [
        (TROOPS, 2017, None),
        (TROOPS, 2018, 0.05),
        (TROOPS, 2021, 0.08),
        (TROOPS, 2028, 0.15),
        (TROOPS, 2029, None),
        ((PersonnelType.STAFF_OFFICER,), 2018, 0.15),
        ((PersonnelType.STAFF_OFFICER,), 2021, 0.18),
        ((PersonnelType.MILITARY_OBSERVER,), 2028, 0.25),
        ((PersonnelType.STAFF_OFFICER, PersonnelType.MILITARY_OBSERVER), 2024, 0.21),
        ((PersonnelType.STAFF_OFFICER, PersonnelType.TROOPS), 2024, None),
        ((PersonnelType.FORMED_POLICE,), 2027, None),
        ((PersonnelType.FORMED_POLICE,), 2028, 0.2),
        ((PersonnelType.INDIVIDUAL_POLICE,), 2028, 0.3),
        ((PersonnelType.INDIVIDUAL_POLICE, PersonnelType.FORMED_POLICE), 2024, None),
        ((PersonnelType.POLICE_UNSPECIFIED,), 2028, None),
        ((PersonnelType.UNSPECIFIED,), 2028, None),
        ((), 2024, None),
    ],
)
def test_targets_are_those_of_the_strategy_and_none_is_made_up(kinds: tuple, year: int, target: float | None):
    assert target_of(kinds, year) == target
