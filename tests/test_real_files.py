"""The files as they were published, read from end to end."""

import csv
from collections import Counter
from collections.abc import Sequence

from app.importers.statements import Count, Death, Fault, MissionFact, PrintedSum, Statement
from tests.layouts import (
    DATA,
    read_real,
    real_files,
)


def _sums(counts: Sequence[Statement]) -> dict[str, tuple[int, int, int]]:
    """Men, women and all by month; men and women are 0 where they are not told."""
    sums: dict[str, list[int]] = {}
    for one in counts:
        assert isinstance(one, Count)
        month = sums.setdefault(one.as_of, [0, 0, 0])
        for place, number in enumerate((one.men, one.women, one.total)):
            month[place] += number or 0
    return {as_of: (men, women, total) for as_of, (men, women, total) in sums.items()}


@real_files
def test_ten_years_of_monthly_tables_are_read_without_a_fault_and_add_up_to_the_months():
    by_mission = read_real("un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz")
    by_country = read_real("un-dpo_contributions_by_country_2018-03_2019-08_2023-09.csv")
    assert (len(by_mission), len(by_country)) == (99_878, 7_322)
    with (DATA / "un-dpo_monthly_summary_2015-01_2025-07.csv").open(encoding="utf-8") as file:
        months = list(csv.DictReader(file))
    expected = {
        row["last_reporting_date"]: tuple(int(row[f"{who}_personnel"] or 0) for who in ("male", "female", "total"))
        for row in months
    }
    assert len(expected) == 122
    assert {**_sums(by_mission), **_sums(by_country)} == expected
    assert expected["2024-01-31"][2] == 64_513


@real_files
def test_the_tables_of_kazakhstan_have_missions_where_the_un_printed_them():
    counts = read_real("un-dpo_kazakhstan_2015-01_2025-07.csv")
    assert len(counts) == 445
    undof = [one for one in counts if isinstance(one, Count) and (one.mission, one.as_of) == ("UNDOF", "2024-03-31")]
    assert [(one.women, one.men, one.total) for one in undof] == [(7, 132, 139)]
    assert {one.as_of[:7] for one in counts if isinstance(one, Count) and one.mission is None} > {"2018-03", "2023-09"}


@real_files
def test_the_ranking_of_the_un_is_read_whole():
    counts = read_real("un-dpo_rank_2021-01.csv")
    assert len(counts) == 122
    assert _sums(counts) == {"2021-01-31": (76_169, 5_763, 81_932)}
    assert {one.country for one in counts if isinstance(one, Count)} >= {
        "Côte d’Ivoire",
        "Bolivia (Plurinational State of)",
    }


@real_files
def test_printed_totals_are_read_whole_and_equal_the_sums_of_the_counts():
    printed = read_real("un-dpo_printed_totals_2015-01_2025-07.csv.gz")
    levels = Counter(
        (one.mission is not None, one.country is not None) for one in printed if isinstance(one, PrintedSum)
    )
    assert levels == {(False, False): 93, (True, False): 1_413, (False, True): 6_639, (True, True): 21_054}
    counts = [
        *read_real("un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz"),
        *read_real("un-dpo_contributions_by_country_2018-03_2019-08_2023-09.csv"),
    ]
    sums: Counter[tuple[object, ...]] = Counter()
    for one in counts:
        assert isinstance(one, Count)
        for mission in {None, one.mission}:
            for iso3 in (None, one.iso3):
                sums[one.as_of, mission, iso3] += one.total
    unlike = [
        one for one in printed if isinstance(one, PrintedSum) and sums[one.as_of, one.mission, one.iso3] != one.total
    ]
    assert unlike == []


@real_files
def test_the_file_of_ipi_is_read_with_its_sums_and_its_missing_numbers():
    found = read_real("ipi_contributions_by_country_mission_sex_2009-11_2014-02.csv.gz")
    assert Counter(type(one).__name__ for one in found) == {"Count": 43_682, "PrintedSum": 6_046, "Fault": 248}
    assert {(one.column, one.code) for one in found if isinstance(one, Fault)} == {("total_total", "no_count")}
    world = {one.as_of: one.total for one in found if isinstance(one, PrintedSum) and one.country is None}
    assert len(world) == 52
    assert world["2012-02-29"] == 98_926
    counts = [one for one in found if isinstance(one, Count)]
    assert sum(one.women is None for one in counts) == 17
    lacking = {as_of: world[as_of] - total for as_of, (_, _, total) in _sums(counts).items()}
    # The people of the United States until 2012, and those of Moldova in one month.
    assert {as_of: number for as_of, number in lacking.items() if as_of > "2012-12-31" and number} == {"2014-01-31": 9}
    assert (lacking["2009-11-30"], lacking["2012-12-31"]) == (84, 128)
    assert min(lacking[as_of] for as_of in lacking if as_of <= "2012-12-31") == 75


@real_files
def test_the_list_of_missions_is_read_whole_with_exchanged_coordinates_as_printed():
    facts = {one.code: one for one in read_real("un-psdata_missions_2024-02.csv") if isinstance(one, MissionFact)}
    assert len(facts) == 81
    assert sorted(code for code, one in facts.items() if one.is_active) == [
        "MINURSO", "MINUSCA", "MINUSMA", "MONUSCO", "UNDOF", "UNFICYP", "UNIFIL", "UNISFA", "UNMIK", "UNMISS",
        "UNMOGIP", "UNTSO",
    ]  # fmt: skip
    assert (facts["MINUSMA"].latitude, facts["MINUSMA"].longitude) == (-8.0, 12.65)
    assert sum(one.latitude is None for one in facts.values()) == 11
    assert (facts["UNSCOB"].started_on, facts["UNSCOB"].ended_on) == (None, "1951-07-12")


@real_files
def test_the_list_of_fatalities_is_read_whole():
    deaths = [one for one in read_real("un-psdata_fatalities_2025-04.csv") if isinstance(one, Death)]
    assert len(deaths) == 4_429
    assert Counter(one.personnel_type for one in deaths) == {
        "Military": 3_036, "Local": 557, "International Civilian": 351, "Police": 314, "Military Observer": 97,
        "Other": 74,
    }  # fmt: skip
    assert sum(one.sex is None for one in deaths) == 151
    assert sum(one.iso3 is None for one in deaths) == 52
    assert len(deaths) - len({one.casualty_id for one in deaths}) == 6
