"""Ceilings against people: the seeds with their numbers written out, and made-up worlds, on both engines."""

import csv
import io
import json

import httpx
import pytest

from app.answers.gaps import GapRow, GapsQuery, gaps
from app.ceilings.models import CeilingIn
from app.ceilings.rules import Category, ceiling_in_force
from app.ceilings.store import CEILINGS
from app.core.database import Database
from app.core.history import record
from app.headcounts.store import HEADCOUNTS
from app.missions.store import MISSIONS
from app.sources.store import SOURCES
from tests.rows import make_change, make_headcount, make_mission, make_source
from tests.statements import reads_among, statements_of
from tests.worlds import make_places, rows_of, state, un_table

DAY = "2024-01-31"
MILITARY = ["troops", "staff_officer", "military_observer"]
POLICE = ["individual_police", "formed_police", "police_unspecified"]


def asked(client: httpx.Client, **params: object) -> list[dict]:
    answer = client.get("/v1/gaps", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def told(client: httpx.Client, **params: object) -> dict[str, tuple]:
    """Ceiling, people, gap and reason of each category of one mission."""
    rows = asked(client, **params)
    return {row["category"]: (row["ceiling"], row["deployed"], row["gap"], row["reason"]) for row in rows}


def steps(row: dict) -> list[tuple]:
    return [(step["effective_from"], step["ceiling"], step["record"]) for step in row["scheduled"]]


# --- the seeds ---


def test_unmiss_has_13851_military_of_17000(seeded: httpx.Client):
    military, police = asked(seeded, mission="UNMISS", as_of=DAY)
    assert military["rows"].startswith("/v1/deployments?")
    assert {**military, "rows": ""} == {
        "mission": "UNMISS",
        "mission_name": "United Nations Mission in the Republic of South Sudan",
        "category": "military",
        "ceiling": 17000,
        "deployed": 13851,
        "gap": 3149,
        "at_least": False,
        "reason": None,
        "deployed_reason": None,
        "ceiling_record": "unmiss-2023-03-15",
        "decision": "S/RES/2677 (2023)",
        "effective_from": "2023-03-15",
        "effective_to": None,
        "basis": "absolute",
        "confidence": "confirmed",
        "ceiling_note": "Resolution number from general knowledge.",
        "scheduled": [],
        "counted_types": MILITARY,
        "sources": ["s-res-2677-2023", "un-dpo-2024-01-31"],
        "rows": "",
    }
    assert (police["category"], police["ceiling"], police["deployed"], police["gap"]) == ("police", 2101, 1541, 560)
    assert police["counted_types"] == POLICE


def test_monusco_has_a_ceiling_for_each_part(seeded: httpx.Client):
    rows = asked(seeded, mission="MONUSCO", as_of=DAY)
    assert [(row["category"], row["ceiling"], row["deployed"], row["gap"]) for row in rows] == [
        ("military", 13500, 12385, 1115),
        ("observers_staff", 660, 485, 175),
        ("police", 2001, 1608, 393),
        ("individual_police", 591, 386, 205),
        ("formed_police", 1410, 1222, 188),
    ]
    assert [row["counted_types"] for row in rows] == [
        ["troops"],
        ["staff_officer", "military_observer"],
        POLICE,
        ["individual_police"],
        ["formed_police"],
    ]


def test_minusca_counts_observers_and_staff_inside_the_military(seeded: httpx.Client):
    assert told(seeded, mission="MINUSCA", as_of=DAY) == {
        "military": (14400, 14107, 293, None),
        "police": (3020, 2994, 26, None),
        "individual_police": (600, 581, 19, None),
        "formed_police": (2420, 2413, 7, None),
    }


@pytest.mark.parametrize(
    ("day", "numbers", "scheduled"),
    [
        ("2023-12-18", (13500, 660, 2001, 591, 1410), []),
        ("2023-12-19", (13500, 660, 2001, 591, 1410), [11500, 600, 1713, 443, 1270]),
        ("2024-06-30", (13500, 660, 2001, 591, 1410), [11500, 600, 1713, 443, 1270]),
        ("2024-07-01", (11500, 600, 1713, 443, 1270), []),
    ],
)
def test_monusco_goes_down_by_a_step_of_one_resolution(seeded: httpx.Client, day: str, numbers: tuple, scheduled: list):
    rows = asked(seeded, mission="MONUSCO", as_of=day)
    assert tuple(row["ceiling"] for row in rows) == numbers
    assert [step["ceiling"] for row in rows for step in row["scheduled"]] == scheduled
    for row in rows:
        for step in row["scheduled"]:
            assert {**step, "ceiling": 0} == {
                "effective_from": "2024-07-01",
                "ceiling": 0,
                "decision": "S/RES/2717 (2023)",
                "record": "monusco-2024-07-01",
                "basis": "scheduled",
            }


def test_the_people_of_june_are_held_against_the_step_of_july(seeded: httpx.Client):
    june, july = (asked(seeded, mission="MONUSCO", as_of=day)[0] for day in ("2024-06-30", "2024-07-01"))
    assert (june["deployed"], june["gap"], june["effective_to"]) == (10354, 3146, "2024-07-01")
    assert (july["deployed"], july["gap"], july["effective_to"]) == (10354, 1146, None)
    assert june["ceiling_note"] == "First step of the resolution, to 2024-06-30."
    assert (june["decision"], june["ceiling_record"]) == ("S/RES/2717 (2023)", "monusco-2023-12-19")
    assert (july["decision"], july["ceiling_record"]) == ("S/RES/2717 (2023)", "monusco-2024-07-01")


def test_untso_has_people_and_no_ceiling(seeded: httpx.Client):
    assert told(seeded, mission="UNTSO", as_of=DAY) == {
        "military": (None, 152, None, "no_ceiling"),
        "police": (None, 0, None, "no_ceiling"),
    }
    for row in asked(seeded, mission="UNTSO", as_of=DAY):
        assert (row["ceiling_record"], row["decision"], row["basis"], row["scheduled"]) == (None, None, None, [])
        assert row["sources"] == ["un-dpo-2024-01-31"]


def test_minusca_waits_for_its_first_ceiling(seeded: httpx.Client):
    military, police = asked(seeded, mission="MINUSCA", as_of="2014-06-01")
    for row in (military, police):
        assert (row["ceiling"], row["gap"], row["reason"]) == (None, None, "not_yet_effective")
        assert (row["deployed"], row["deployed_reason"], row["sources"]) == (None, "no_report", [])
    assert steps(military) == [("2014-09-15", 10000, "minusca-2014-09-15")]
    assert steps(police) == [("2014-09-15", 1800, "minusca-2014-09-15")]
    assert asked(seeded, mission="MINUSCA", as_of="2014-04-09")[0]["reason"] == "no_ceiling"
    assert asked(seeded, mission="MINUSCA", as_of="2014-09-15")[0]["ceiling"] == 10000


def test_unoci_keeps_the_old_ceiling_until_the_step(seeded: httpx.Client):
    row = asked(seeded, mission="UNOCI", as_of="2014-01-01", category="military")[0]
    assert (row["ceiling"], row["ceiling_record"]) == (8837, "unoci-2012-07-26")
    assert steps(row) == [("2014-06-30", 7137, "unoci-2014-06-30")]
    assert (row["deployed"], row["gap"], row["reason"]) == (None, None, "no_report")
    row = asked(seeded, mission="UNOCI", as_of="2014-06-30", category="military")[0]
    assert (row["ceiling"], steps(row)) == (7137, [("2015-06-30", 5437, "unoci-2015-06-30")])


def test_a_part_ends_with_a_decision_that_states_the_whole_anew(seeded: httpx.Client):
    # The 320 observers and staff of 2004 are inside the 8,837 of 2012.
    assert "observers_staff" in told(seeded, mission="UNOCI", as_of="2012-07-25")
    row, police = asked(seeded, mission="UNOCI", as_of="2014-01-01")
    assert (row["category"], row["counted_types"], police["category"]) == ("military", MILITARY, "police")


@pytest.mark.parametrize(
    ("mission", "day", "category", "numbers"),
    [
        ("UNDOF", "2024-03-31", "military", (1250, 1261, -11)),
        ("UNISFA", "2024-05-31", "military", (3250, 3443, -193)),
        ("MINUSCA", "2024-04-30", "police", (3020, 3026, -6)),
    ],
)
def test_more_people_than_allowed_is_a_gap_below_zero(
    seeded: httpx.Client, mission: str, day: str, category: str, numbers: tuple
):
    [row] = asked(seeded, mission=mission, as_of=day, category=category)
    assert (row["ceiling"], row["deployed"], row["gap"]) == numbers
    assert (row["at_least"], row["reason"]) == (False, None)


def test_a_mission_that_has_ended_has_people_and_no_ceiling(seeded: httpx.Client):
    ended = {
        "2023-12-31": (440, 176),  # the withdrawal was to be done by this day
        "2024-01-31": (439, 174),
        "2024-06-30": (219, 150),
        "2024-12-31": (0, 0),
    }
    for day, (military, police) in ended.items():
        assert told(seeded, mission="MINUSMA", as_of=day) == {
            "military": (None, military, None, "mission_ended"),
            "police": (None, police, None, "mission_ended"),
        }
    shown = {day: "MINUSMA" in {row["mission"] for row in asked(seeded, as_of=day)} for day in ended}
    assert shown == {"2023-12-31": True, "2024-01-31": True, "2024-06-30": True, "2024-12-31": False}


def test_a_ceiling_of_zero_is_a_number(seeded: httpx.Client):
    assert told(seeded, mission="MINUJUSTH", as_of="2017-12-31") == {
        "military": (0, 0, 0, None),
        "police": (1275, 1199, 76, None),
    }


def test_a_mission_that_waits_for_its_start_is_told(seeded: httpx.Client):
    rows = [row for row in asked(seeded, as_of="2017-06-01") if row["mission"] == "MINUJUSTH"]
    assert [(row["reason"], row["deployed_reason"]) for row in rows] == [
        ("not_yet_effective", "mission_not_started"),
        ("not_yet_effective", "mission_not_started"),
    ]
    assert steps(rows[1]) == [("2017-10-16", 1275, "minujusth-2017-10-16")]
    assert "MINUJUSTH" not in {row["mission"] for row in asked(seeded, as_of="2017-04-12")}


def test_before_a_mission_began_nothing_binds_it(seeded: httpx.Client):
    for row in asked(seeded, mission="UNIFIL", as_of="1970-06"):
        assert (row["ceiling"], row["reason"]) == (None, "no_ceiling")
        assert (row["deployed"], row["deployed_reason"]) == (None, "mission_not_started")


def test_of_a_future_date_only_the_ceiling_is_told(seeded: httpx.Client):
    military, police = asked(seeded, mission="UNIFIL", as_of="2126-06-01")
    assert (military["ceiling"], military["deployed"], military["gap"]) == (13000, None, None)
    assert (military["reason"], military["deployed_reason"]) == ("future_date", "future_date")
    assert (police["reason"], police["deployed_reason"]) == ("no_ceiling", "future_date")
    assert military["sources"] == ["s-res-2539-2020"]


def test_counts_of_one_contributor_alone_make_no_gap(seeded: httpx.Client):
    # After June 2024 the seeds hold only what Kazakhstan sent, until December.
    military, police = asked(seeded, mission="UNIFIL", as_of="2024-10-31")
    assert (military["ceiling"], military["deployed"], military["at_least"]) == (13000, 9, True)
    assert (military["gap"], military["reason"]) == (None, "no_observation")
    assert (police["deployed"], police["at_least"], police["deployed_reason"]) == (None, False, "stale")


def test_staff_officers_hidden_among_troops_blur_both_parts(seeded: httpx.Client):
    # The tables of 2015 and 2016 name no staff officers.
    military, staff, *_ = asked(seeded, mission="MONUSCO", as_of="2016-12-31")
    assert (military["ceiling"], military["deployed"], military["at_least"]) == (19815, 16957, False)
    assert (staff["ceiling"], staff["deployed"], staff["at_least"]) == (760, 446, True)
    for row in (military, staff):
        assert (row["gap"], row["reason"], row["deployed_reason"]) == (None, "not_split_by_type", "not_split_by_type")
    # Where both parts are under one ceiling it does not matter.
    assert told(seeded, mission="UNMISS", as_of="2016-12-31")["military"] == (17000, 11384, 5616, None)


def test_without_names_the_missions_at_work_are_told(seeded: httpx.Client):
    rows = asked(seeded, as_of=DAY)
    missions = list(dict.fromkeys(row["mission"] for row in rows))
    assert missions == sorted(missions)
    assert {"UNMISS", "UNTSO", "MINUSMA", "BINUH", "UNSOS"} <= set(missions)
    assert not {"UNOCI", "UNEF II", "UNSMA", "IPTF", "MNF-I", "UNTMIS"} & set(missions)
    pairs = [(row["mission"], row["category"]) for row in rows]
    assert [pair for pair in pairs if pair[0] == "UNMISS"] == [("UNMISS", "military"), ("UNMISS", "police")]
    assert len(pairs) == len(set(pairs))


def test_people_of_all_rows_are_all_people(seeded: httpx.Client):
    rows = asked(seeded, as_of=DAY)
    parts = ("military", "police", "observers_staff")
    separate = [row for row in rows if row["category"] in parts]
    [total] = seeded.get("/v1/totals", params={"as_of": DAY}).json()["data"]
    assert sum(row["deployed"] for row in separate) == total["total"]


def test_the_latest_report_gives_the_date_unless_it_is_given(seeded: httpx.Client):
    answer = seeded.get("/v1/gaps", params={"mission": "UNIFIL"}).json()
    assert answer["meta"]["as_of"] == "2025-07-31"
    assert answer["meta"]["scope"]["missions"] == ["UNIFIL"]
    assert answer["data"][0]["gap"] == 2956
    assert answer["meta"]["at_least"] is False


def test_coverage_counts_a_country_in_a_mission_once(seeded: httpx.Client):
    answer = seeded.get("/v1/gaps", params={"mission": "UNMISS", "as_of": DAY}).json()
    counts = seeded.get("/v1/deployments", params={"mission": "UNMISS", "as_of": DAY, "limit": 1000}).json()["data"]
    assert len({row["country"] for row in counts}) == 76
    assert answer["meta"]["coverage"] == {
        "cells": 76,
        "unknown": 0,
        "oldest": "2024-01-31",
        "all_complete": True,
    }


@pytest.mark.parametrize("category", ["military", "observers_staff", "police", "individual_police", "formed_police"])
def test_the_counts_behind_a_number_add_up_to_it(seeded: httpx.Client, category: str):
    [row] = asked(seeded, mission="MONUSCO", as_of="2024-07-01", category=category, max_age=30)
    counts = seeded.get(row["rows"], params={**httpx.URL(row["rows"]).params, "limit": 1000}).json()["data"]
    assert sum(count["total"] for count in counts) == row["deployed"]


# --- what is asked ---


def test_filters_pick_missions_and_categories(seeded: httpx.Client):
    assert {row["mission"] for row in asked(seeded, as_of=DAY, host="SYR")} == {"UNDOF", "UNTSO", "OSE Syria"}
    kinds = {row["mission"] for row in asked(seeded, as_of=DAY, mission_kind="peacekeeping")}
    assert len(kinds) == 12
    assert "MINUSMA" in kinds
    assert "BINUH" not in kinds
    police = asked(seeded, as_of=DAY, category="police,individual_police", mission_kind="peacekeeping")
    assert [row["mission"] for row in police if row["category"] == "individual_police"] == ["MINUSCA", "MONUSCO"]
    assert {row["category"] for row in police} == {"police", "individual_police"}


def test_a_part_that_is_named_with_its_mission_is_told_without_a_number_too(seeded: httpx.Client):
    [row] = asked(seeded, as_of=DAY, mission="UNMISS", category="formed_police")
    assert (row["ceiling"], row["gap"], row["reason"], row["counted_types"]) == (
        None,
        None,
        "no_ceiling",
        ["formed_police"],
    )
    assert row["deployed"] > 0


def test_sources_and_completeness_pick_counts_and_no_ceilings(seeded: httpx.Client):
    military, _ = asked(seeded, as_of=DAY, mission="UNIFIL", source="caspian-news-2024-01-20")
    assert (military["ceiling"], military["deployed"], military["at_least"]) == (13000, None, False)
    assert (military["gap"], military["reason"]) == (None, "not_split_by_type")
    military, _ = asked(seeded, as_of="2024-10-31", mission="UNIFIL", completeness="complete")
    assert (military["deployed"], military["reason"]) == (None, "stale")
    military, _ = asked(seeded, as_of="2024-10-31", mission="UNIFIL", completeness="complete", max_age=200)
    assert (military["deployed"], military["gap"]) == (9605, 3395)


def test_the_answer_is_that_of_the_moment_asked_about(seeded: httpx.Client):
    assert asked(seeded, known_at="2001-01-01", as_of=DAY) == []
    [row] = asked(seeded, known_at="2100-01-01", as_of=DAY, mission="UNMISS", category="military")
    assert (row["gap"], "known_at=2100-01-01" in row["rows"]) == (3149, True)


@pytest.mark.parametrize("name", ["country", "region", "personnel_type", "sex", "lineage"])
def test_what_picks_people_is_no_parameter(seeded: httpx.Client, name: str):
    answer = seeded.get("/v1/gaps", params={name: "KAZ"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert f"'{name}'" in answer.json()["detail"]


def test_bad_values_are_refused_with_what_is_near(seeded: httpx.Client):
    answer = seeded.get("/v1/gaps", params={"mission": "UNDOFF"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_code")
    assert "UNDOF" in answer.json()["errors"][0]["near"]
    for params in ({"category": "civilians"}, {"as_of": "2024-02-30"}, {"max_age": "-1"}, {"mission": ""}):
        answer = seeded.get("/v1/gaps", params=params)
        assert answer.status_code == 422, params
        assert answer.headers["content-type"] == "application/problem+json"
    assert "formed_police" in seeded.get("/v1/gaps", params={"category": "civilians"}).json()["detail"]


def test_csv_has_a_column_for_every_field_and_a_header_even_when_empty(seeded: httpx.Client):
    params = {"mission": "MONUSCO", "as_of": DAY, "format": "csv"}
    rows = list(csv.DictReader(io.StringIO(seeded.get("/v1/gaps", params=params).text)))
    assert list(rows[0]) == [name for name in GapRow.model_fields if name != "rows"]
    assert rows[0]["scheduled"] == "2024-07-01: 11500"
    assert (rows[0]["gap"], rows[0]["reason"], rows[2]["counted_types"]) == ("1115", "", ";".join(POLICE))
    text = seeded.get("/v1/gaps?mission=UNDOF&as_of=2024-03-31&format=csv").text
    [undof, _] = csv.DictReader(io.StringIO(text))
    assert undof["gap"] == "-11"
    empty = seeded.get("/v1/gaps?known_at=2001-01-01&format=csv").text
    assert empty == ",".join(rows[0]) + "\r\n"


def test_ndjson_has_the_rows_of_json(seeded: httpx.Client):
    lines = seeded.get("/v1/gaps", params={"as_of": DAY, "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == asked(seeded, as_of=DAY)


def test_the_number_of_statements_does_not_grow_with_missions(seeded: httpx.Client):
    asked(seeded, as_of=DAY)  # names and facts are in memory from here on
    with statements_of(seeded) as found:
        numbers = []
        for params in ({"mission": "UNMISS"}, {}, {"mission_kind": "peacekeeping,special_political"}):
            found.clear()
            asked(seeded, as_of=DAY, **params)
            numbers.append(reads_among(found))
    # The state looked at, reports, people by kind, people once, ceilings.
    assert numbers == [4, 4, 4]


# --- made-up worlds ---


def make_ceiling(start: str, **values: object) -> CeilingIn:
    defaults = {
        "id": f"c-{start}",
        "mission": "UNDOF",
        "decision": f"decision of {start}",
        "effective_from": start,
        "basis": "absolute",
        "confidence": "confirmed",
        "source": "law",
    }
    return CeilingIn.model_validate({**defaults, **values})


@pytest.fixture
def world(database: Database) -> Database:
    """UNDOF may have 10 military and 4 police since 2020."""
    make_places(database)
    decide(database, make_ceiling("2020-01-01", military=10, police=4))
    return database


def decide(database: Database, *ceilings: CeilingIn) -> None:
    with database.write() as session:
        change = make_change(session)
        if ceilings[0].id == "c-2020-01-01":
            record(session, change, SOURCES, [make_source(id="law", kind="un_resolution")])
        record(session, change, CEILINGS, list(ceilings))


def table(database: Database, *counts: tuple[str, int], country: str = "KAZ") -> None:
    un_table(database, DAY, *({"country": country, "personnel_type": kind, "total": n} for kind, n in counts))


def found(database: Database, **values: object) -> dict[str, tuple]:
    query = GapsQuery.model_validate({"mission": ["UNDOF"], "as_of": DAY, **values})
    return {
        row.category.value: (row.deployed, row.gap, row.at_least, row.reason) for row in rows_of(database, gaps, query)
    }


def test_kinds_are_added_up_and_sexes_do_not_matter(world: Database):
    table(world, ("troops", 5), ("staff_officer", 1), ("military_observer", 1), ("police_unspecified", 3))
    assert found(world) == {"military": (7, 3, False, None), "police": (3, 1, False, None)}


def test_a_complete_report_without_the_mission_is_zero(world: Database):
    un_table(world, DAY)
    assert found(world) == {"military": (0, 10, False, None), "police": (0, 4, False, None)}


def test_people_of_whom_only_the_number_is_known_blur_both_categories(world: Database):
    table(world, ("troops", 5))
    state(world, "paper", "2024-01-30", {"country": "FJI", "personnel_type": "unspecified", "total": 2})
    assert found(world)["military"] == (5, 5, False, None)  # the table is later, and says zero of Fiji
    state(
        world,
        "paper2",
        "2024-01-31",
        {"country": "FJI", "personnel_type": "unspecified", "total": 2},
        kind="government",
    )
    assert found(world)["military"] == (5, 5, False, None)  # on one date the table stands
    state(world, "paper3", "2024-02-01", {"country": "FJI", "personnel_type": "unspecified", "total": 2})
    assert found(world, as_of="2024-02-01") == {
        "military": (5, None, True, "not_split_by_type"),
        "police": (None, None, False, "not_split_by_type"),
    }


def test_unmapped_kinds_blur_both_categories(world: Database):
    table(world, ("troops", 5), ("individual_police", 1), ("other_uniformed", 1))
    assert found(world) == {
        "military": (5, None, True, "not_split_by_type"),
        "police": (1, None, True, "not_split_by_type"),
    }


def test_police_of_an_unknown_kind_blur_the_kinds_alone(world: Database):
    decide(world, make_ceiling("2021-01-01", police=4, individual_police=3, formed_police=1))
    table(world, ("individual_police", 2), ("police_unspecified", 1))
    assert found(world) == {
        "military": (0, 10, False, None),
        "police": (3, 1, False, None),
        "individual_police": (2, None, True, "not_split_by_type"),
        "formed_police": (None, None, False, "not_split_by_type"),
    }


def test_disputed_counts_are_no_people(world: Database):
    un_table(world, DAY, {"total": 5}, {"personnel_type": "formed_police", "total": 9, "status": "disputed"})
    assert found(world) == {"military": (5, 5, False, None), "police": (None, None, False, "disputed")}


def test_partial_reports_give_lower_bounds_and_no_gap(world: Database):
    state(world, "paper", DAY, {"total": 5})
    assert found(world) == {
        "military": (5, None, True, "no_observation"),
        "police": (None, None, False, "no_observation"),
    }
    assert found(world, as_of="2025-01-31")["military"] == (None, None, False, "stale")


def test_observers_with_a_ceiling_of_their_own_are_not_military(world: Database):
    decide(world, make_ceiling("2021-01-01", observers_staff=2))
    table(world, ("troops", 12), ("staff_officer", 1), ("military_observer", 0))
    assert found(world)["military"] == (12, -2, False, None)
    assert found(world)["observers_staff"] == (1, 1, False, None)
    decide(world, make_ceiling("2022-01-01", military=20))
    assert found(world)["military"] == (13, 7, False, None)
    assert "observers_staff" not in found(world)
    assert found(world, category=["observers_staff"])["observers_staff"] == (1, None, False, "no_ceiling")


def test_without_any_report_the_ceilings_of_today_are_told(world: Database):
    query = GapsQuery(mission=["UNDOF"])
    [military, _] = rows_of(world, gaps, query)
    assert (military.ceiling, military.deployed, military.reason) == (10, None, "no_report")


def test_people_are_shown_even_where_no_mission_is_known_to_be_at_work(world: Database):
    with world.write() as session:
        change = make_change(session)
        record(session, change, MISSIONS, [make_mission(code="UNX", name="Unknown start", status="unknown")])
    everywhere = GapsQuery(as_of=DAY)
    assert {row.mission for row in rows_of(world, gaps, everywhere)} == {"UNDOF"}
    un_table(
        world, DAY, {"mission": "UNX", "total": 1}, {"mission": "IPTF", "total": 1}, {"mission": "MNF", "total": 1}
    )
    assert {row.mission for row in rows_of(world, gaps, everywhere)} == {"UNDOF", "UNX"}
    named = GapsQuery(as_of=DAY, mission=["IPTF"])
    assert {row.mission for row in rows_of(world, gaps, named)} == {"IPTF"}


def test_plans_and_contingents_are_no_people(world: Database):
    table(world, ("troops", 5))
    with world.write() as session:
        counts = [make_headcount(report=f"un-{DAY}", country="FJI", total=3, bound="up_to")]
        record(session, make_change(session), HEADCOUNTS, counts)
    assert found(world)["military"] == (5, None, True, "not_exact")


# --- rules ---


def in_force(category: str, day: str, *ceilings: CeilingIn, ended_on: str | None = None) -> tuple:
    answer = ceiling_in_force(ceilings, Category(category), ended_on, day)
    decided = None if answer.decision is None else answer.decision.id
    return answer.ceiling, answer.reason, decided, [one.id for one in answer.scheduled]


def test_a_part_stays_with_a_renewal_and_with_a_decision_about_another_whole():
    rows = [
        make_ceiling("2020", military=10, police=4, formed_police=3),
        make_ceiling("2021", basis="renewal_no_number"),
        make_ceiling("2022", military=12),
    ]
    assert in_force("formed_police", "2023-01-01", *rows) == (3, None, "c-2020", [])
    rows.append(make_ceiling("2023", police=5))
    assert in_force("formed_police", "2023-01-01", *rows) == (None, "no_ceiling", None, [])
    assert in_force("formed_police", "2022-12-31", *rows) == (3, None, "c-2020", [])


def test_a_part_comes_back_when_what_stated_the_whole_has_run_out():
    rows = [make_ceiling("2020", police=4, formed_police=3), make_ceiling("2021", police=9, effective_to="2022")]
    assert in_force("formed_police", "2021-06-01", *rows)[:2] == (None, "no_ceiling")
    assert in_force("formed_police", "2022-01-01", *rows)[:2] == (3, None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2013-07-29", (8, None, "c-2012", [])),
        ("2013-07-30", (8, None, "c-2012", ["c-2014-06-30"])),
        ("2014-06-25", (8, None, "c-2012", ["c-2014-06-30", "c-2015-06-30"])),
        ("2014-06-30", (7, None, "c-2014-06-30", ["c-2015-06-30"])),
        ("2015-06-30", (5, None, "c-2015-06-30", [])),
        ("2017-07-01", (None, "mission_ended", None, [])),
        ("2011-12-31", (None, "no_ceiling", None, [])),
    ],
)
def test_steps_are_scheduled_from_their_adoption_to_their_effect(day: str, expected: tuple):
    rows = [
        make_ceiling("2015-06-30", military=5, adopted_on="2014-06-25"),
        make_ceiling("2014-06-30", military=7, adopted_on="2013-07-30"),
        make_ceiling("2012", military=8),
        make_ceiling("2016-06-30", police=1, adopted_on="2012"),
    ]
    assert in_force("military", day, *rows, ended_on="2017-06-30") == expected


def test_only_a_step_of_the_category_is_awaited():
    rows = [make_ceiling("2020-06-01", police=1, adopted_on="2020-01-01")]
    assert in_force("military", "2020-02-01", *rows)[1] == "no_ceiling"
    assert in_force("police", "2020-02-01", *rows)[1] == "not_yet_effective"
