"""Single cells of files: dates, counts, codes, labels; what may mean two things is refused."""

import csv
from pathlib import Path

import pytest

from app.core.vocabulary import PersonnelType
from app.importers.cells import BadCell, read_count, read_degrees, read_iso3, read_text, read_yes_no
from app.importers.days import read_date, read_month_end, read_reporting_date
from app.importers.labels import kind_of, read_label

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("2024-01-31", "2024-01-31"),
        (" 2024-01-31 ", "2024-01-31"),
        ("2024-01-31T00:00:00", "2024-01-31"),
        ("2024-01-31 00:00:00", "2024-01-31"),
        ("2024-01-31T00:00:00.000Z", "2024-01-31"),
        ("2024-01-31T00:00:00+00:00", "2024-01-31"),
        ("31-Jan-21", "2021-01-31"),
        ("31-Jan-2021", "2021-01-31"),
        ("31 january 2021", "2021-01-31"),
        ("1-Sept-99", "1999-09-01"),
        ("18-May-48", "1948-05-18"),
        ("18-May-47", "2047-05-18"),
        ("31/01/2021", "2021-01-31"),
        ("01/31/2021", "2021-01-31"),
        ("31.01.2021", "2021-01-31"),
        ("05/05/2021", "2021-05-05"),
        ("2012-02-28", "2012-02-28"),
        ("2024-02", "2024-02"),
        ("1948", "1948"),
        ("", None),
    ],
)
def test_a_date_is_read_where_it_can_mean_one_day_only(printed: str, date: str | None):
    assert read_date(printed) == date


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("02/03/2021", "day and month cannot be told apart"),
        ("13/13/2021", "there is no such date"),
        ("31-02-2021", "there is no such date"),
        ("2023-02-29", "there is no such date"),
        ("31-Jan-2021 12:00", "write a date as"),
        ("2024-01-30T21:00:00Z", "a time of day"),
        ("2024-01T00:00:00", "a time of day"),
        ("44227", "day number of a spreadsheet"),
        ("31-Foo-21", "there is no such month"),
        ("٣١-Jan-21", "write a date as"),
        ("yesterday", "write a date as"),
    ],
)
def test_what_is_no_date_or_may_be_two_is_refused(printed: str, why: str):
    with pytest.raises(BadCell, match=why) as caught:
        read_date(printed)
    assert caught.value.code == "bad_date"


def test_counts_are_about_a_day_or_a_month_never_a_year():
    assert read_reporting_date("2024-01") == "2024-01"
    for printed in ("", "2024"):
        with pytest.raises(BadCell):
            read_reporting_date(printed)
    assert read_month_end("2012-02-28") == "2012-02-29"
    assert read_month_end("2013-02") == "2013-02-28"


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        ("0", 0),
        ("6", 6),
        ("6.0", 6),
        ("6.00", 6),
        ("007", 7),
        ("2,530", 2530),
        ("2 530", 2530),
        ("2\u00a0530", 2530),
        ("2\u202f530", 2530),
        ("107,088", 107088),
        ("1,000,000", 1_000_000),
        (" 12 ", 12),
        ("", None),
        ("  ", None),
    ],
)
def test_a_count_is_a_whole_number_with_or_without_separators(printed: str, count: int | None):
    assert read_count(printed) == count


@pytest.mark.parametrize(
    "printed",
    [
        "-3",
        "+3",
        "6.5",
        "2.530",
        "2,53",
        "0,123",
        "25,30,1",
        "1e3",
        "six",
        "NA",
        "-",
        "½",
        "٣",
        "1,000,001",
        "9" * 5000,
    ],
)
def test_what_is_no_count_of_people_is_refused(printed: str):
    with pytest.raises(BadCell) as caught:
        read_count(printed)
    assert caught.value.code == "not_a_count"
    assert len(str(caught.value)) < 200


def test_codes_degrees_and_answers_are_read_in_every_spelling():
    assert [read_iso3(text) for text in (" kaz ", "KAZ", "")] == ["KAZ", "KAZ", None]
    assert [read_degrees(text) for text in ("-13,2033", "27.1536", "15", "")] == [-13.2033, 27.1536, 15.0, None]
    assert [read_yes_no(text) for text in ("Yes", "NO", " no", "")] == [True, False, False, None]
    assert read_text("\u00a0Co\u0302te d’Ivoire ") == "Côte d’Ivoire"


@pytest.mark.parametrize("printed", ["Kaz\u200bakhstan", "Kaz\u202eakhstan", "x" * 301, "a\x00b"])
def test_text_that_the_record_would_not_take_is_refused(printed: str):
    with pytest.raises(BadCell) as caught:
        read_text(printed)
    assert caught.value.code == "bad_text"


def test_labels_mean_what_the_seeds_say_they_mean():
    seen: set[tuple[str, str]] = set()
    for path in (ROOT / "seed_data" / "un_headcounts").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            seen |= {(row["type_as_printed"], row["personnel_type"]) for row in csv.DictReader(file)}
    assert len(seen) == 15
    assert {(label, read_label(label).kind.value) for label, _ in seen} == seen


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("experts_on_mission", "military_observer"),
        ("formed_police_units", "formed_police"),
        ("Experts-on-Mission ", "military_observer"),
        ("UNPOL", "individual_police"),
        ("Ind Police", "individual_police"),
        ("Civilian Police", "police_unspecified"),
        ("military_observer", "military_observer"),
        ("unspecified", "unspecified"),
        ("other_uniformed", "other_uniformed"),
    ],
)
def test_labels_are_compared_without_case_and_signs(label: str, kind: str):
    assert read_label(label).kind == kind


def test_police_was_of_any_kind_before_the_kinds_were_split():
    assert kind_of(read_label("Police"), "2009-10-31") is PersonnelType.POLICE_UNSPECIFIED
    assert kind_of(read_label("police"), "2009-11-30") is PersonnelType.INDIVIDUAL_POLICE
    assert kind_of(read_label("Troops"), "2005-01-31") is PersonnelType.TROOPS


def test_an_unknown_label_is_told_near_ones():
    with pytest.raises(BadCell, match=r"'Trops' is no known kind of people\. Near: Troops, Troop"):
        read_label("Trops")
    with pytest.raises(BadCell, match=r"Write one of Troops, Staff Officer, .* or `unspecified`"):
        read_label("1234")
