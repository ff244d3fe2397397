"""The files as they were published, imported over HTTP beside the seeds: every sum the UN printed is met."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Databases
from tests.desks import Desk, desk_at, source
from tests.layouts import DATA, real_files
from tests.sending import (
    ended,
    own_temporary_folder,  # noqa: F401  (a fixture)
    post_file,
    told,
)

BY_MISSION = "un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz"
BY_COUNTRY = "un-dpo_contributions_by_country_2018-03_2019-08_2023-09.csv"
TOTALS = "un-dpo_printed_totals_2015-01_2025-07.csv.gz"
IPI = "ipi_contributions_by_country_mission_sex_2009-11_2014-02.csv.gz"


@pytest.fixture
def desk(databases: Databases) -> Iterator[Desk]:
    with desk_at(databases.seeded(), import_wait=0) as made:
        yield made


def send_real(desk: Desk, name: str, **more: str) -> dict:
    return ended(desk, post_file(desk, (DATA / name).read_bytes(), name, **more).json()["data"]["id"])


def rows_of(name: str) -> list[dict[str, str]]:
    with Path(DATA, name).open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if any(row.values())]


def number(text: str) -> int | None:
    return int(text) if text else None


def assert_every_month_adds_up(desk: Desk) -> None:
    """All 122 months have the sums of the summary; the five that are missing have none."""
    months = {
        row["last_reporting_date"][:7]: tuple(number(row[f"{who}_personnel"]) for who in ("total", "female", "male"))
        for row in rows_of("un-dpo_monthly_summary_2015-01_2025-07.csv")
    }
    series = desk.read("/v1/series", **{"from": "2015-01", "to": "2025-07"})["data"]
    found = {row["month"]: (row["total"], row["women"], row["men"]) for row in series}
    assert len(found) == 127
    assert {month for month, numbers in found.items() if numbers[0] is None} == {
        "2015-03", "2016-03", "2017-03", "2020-06", "2022-07",
    }  # fmt: skip
    assert {month: numbers for month, numbers in found.items() if numbers[0] is not None} == months


def assert_ranked_like_the_un(desk: Desk) -> None:
    """The ranking of the month's own table is the one the UN published, country by country."""
    published = {
        row["ISOCode3"]: tuple(
            int(row[name])
            for name in (
                "Personnel_Contribution_Rank", "Total_Uniformed_Personnel", "Female_Personnel", "Male_Personnel",
            )
        )
        for row in rows_of("un-dpo_rank_2021-01.csv")
    }  # fmt: skip
    ranks = desk.read("/v1/rankings", month="2021-01")["data"]
    found = {
        row["country"]: (row["rank"], row["total"], row["women"], row["total"] - row["women"])
        for row in ranks
        if row["total"]
    }
    assert len(published) == 122
    assert found == published


@real_files
@pytest.mark.slow
def test_ten_years_of_tables_are_imported_beside_the_seeds_and_taken_back(desk: Desk):
    before = desk.read("/v1/headcounts", count="exact", limit=1)["meta"]["count"]
    tables = send_real(desk, BY_MISSION)
    # 51 rows come twice in May 2015; 15,038 stand in the seeds, those of Kazakhstan in reports of their own.
    assert told(tables) == ("committed", 84_789, 15_038, 0, 0)
    assert told(tables, "rows_read", "unknown_names", "notes") == (99_878, [], [])
    [warning] = tables["warnings"]
    assert warning.startswith("51 rows repeat a row of the same key as zero or in the same words")
    again = send_real(desk, BY_MISSION)
    assert told(again) == ("committed", 0, 99_827, 0, 0)
    assert again["change"] is None
    assert again["notes"][0].endswith(f"It is the file of import {tables['id']}.")
    by_country = send_real(desk, BY_COUNTRY)
    assert told(by_country) == ("committed", 7_322, 0, 0, 0)
    totals = send_real(desk, TOTALS)
    assert told(totals) == ("committed", 28_908, 291, 0, 0)
    assert totals["warnings"] == []

    assert_every_month_adds_up(desk)
    assert desk.read("/v1/discrepancies", kind="parts_and_printed_total")["meta"]["found"] == []
    assert_ranked_like_the_un(desk)
    assert told(send_real(desk, "un-dpo_rank_2021-01.csv")) == ("committed", 122, 0, 0, 0)
    assert_ranked_like_the_un(desk)
    # A month that was published by country alone: all of it, and nothing by mission.
    [row] = desk.read("/v1/totals", as_of="2018-06-30", country="KAZ")["data"]
    assert (row["total"], row["reason"]) == (5, None)
    [row] = desk.read("/v1/totals", as_of="2018-06-30", country="KAZ", mission="MINURSO")["data"]
    assert (row["total"], row["reason"]) == (None, "not_published_by_mission")

    def take_back(found: dict) -> int:
        return desk.send("DELETE", f"/v1/imports/{found['id']}", "eve", params={"reason": "x"}).status_code

    assert take_back(tables) == 409  # printed totals rest on its reports
    assert [take_back(totals), take_back(by_country), take_back(tables)] == [200, 200, 200]
    after = desk.read("/v1/headcounts", count="exact", limit=1)["meta"]["count"]
    assert after == before + 122  # those of the ranking
    assert desk.read("/v1/reports", as_of="2015-02-28")["data"][0]["id"] == "un-dpo-2015-02-28-kaz"


@real_files
def test_tables_of_one_country_are_part_of_the_whole_ones(desk: Desk):
    name = "un-dpo_kazakhstan_2015-01_2025-07.csv"
    refused = send_real(desk, name)
    assert refused["problem"].startswith("The file has 1 country on 2015-01-31, and a complete report states zero")
    found = send_real(desk, name, scope="partial")
    # The 41 of months without missions are new; the others are those of the seeds.
    assert told(found) == ("committed", 41, 404, 0, 0)


@real_files
def test_the_lists_of_missions_and_fatalities_are_imported(desk: Desk):
    missions = send_real(desk, "un-psdata_missions_2024-02.csv")
    assert told(missions) == ("committed", 13, 67, 0, 0)
    assert "The list has MINUSMA as active; the record has it ended." in missions["warnings"]
    assert told(send_real(desk, "un-psdata_missions_2024-02.csv")) == ("committed", 0, 80, 0, 0)
    told_otherwise = desk.read("/v1/discrepancies", kind="mission_told_otherwise", limit=100)["data"]
    assert {row["mission"] for row in told_otherwise} >= {"MINUSMA", "UNMISS", "ONUC"}
    deaths = send_real(desk, "un-psdata_fatalities_2025-04.csv")
    assert told(deaths) == ("committed", 4_423, 0, 0, 0)
    assert {one["name"] for one in deaths["unknown_names"]} == {
        "UNSecretariat", "UNPOS", "UNOWA", "UNMAO", "UNOAU", "OSESGY",
    }  # fmt: skip
    assert desk.read("/v1/fatality-totals")["meta"]["deaths"] == 4_423
    assert told(send_real(desk, "un-psdata_fatalities_2025-04.csv")) == ("committed", 0, 4_423, 0, 0)


@real_files
@pytest.mark.slow
def test_the_table_of_2009_to_2014_needs_a_scope_because_it_leaves_people_out(desk: Desk):
    assert desk.post("/v1/sources", source("ipi-contributions", kind="dataset")).status_code == 201
    refused = send_real(desk, IPI)
    assert told(refused, "state", "rejected", "faults") == ("refused", 248, 248)
    checked = send_real(desk, IPI, on_error="skip", scope="partial", mode="validate")
    found = send_real(desk, IPI, on_error="skip", scope="partial")
    assert told(found) == ("committed", 49_728, 0, 0, 248)
    assert told(checked)[1:] == told(found)[1:]
    assert found["warnings"][0] == (
        "Row 2: the total printed for all on 2009-11-30 is 98,113; the counts add up to 98,029."
    )
    assert found["warnings"] == checked["warnings"]
