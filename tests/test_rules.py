"""Decisions without SQL: dates with precision, names, ceilings in force, shapes that refuse what cannot be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.ceilings.models import CeilingOut
from app.ceilings.rules import ceilings_in_force
from app.core.dates import Moment, PartialDate, first_day, last_day
from app.core.names import Register
from app.core.vocabulary import name_key, normalise
from app.countries.models import CountryAliasIn
from app.headcounts.models import HeadcountIn
from app.reports.models import ReportIn
from tests.rows import NOW, make_country, make_headcount

PARTIAL = TypeAdapter(PartialDate)
MOMENT = TypeAdapter(Moment)


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_every_day_lies_in_the_span_of_its_month_and_year(day: date):
    text = day.isoformat()
    for partial in (text, text[:7], text[:4]):
        assert PARTIAL.validate_python(partial) == partial
        assert first_day(partial) <= text <= last_day(partial)
    assert date.fromisoformat(last_day(text[:7])).month == day.month
    after = last_day(text[:7])
    if after < "9999-12-31":
        assert (date.fromisoformat(after) + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-3", "2024-13", "2024-02-30", "2023-02-29", "0000", "20240301", "2024-03-", "２０２４"],
)
def test_what_is_no_date_is_refused(text: str):
    with pytest.raises(ValidationError):
        PARTIAL.validate_python(text)


@pytest.mark.parametrize("value", [0, 1711843200, True, 20240331, 2024.0])
def test_numbers_are_no_dates_and_no_moments(value: object):
    for adapter in (PARTIAL, TypeAdapter(Moment)):
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


def test_moments_are_utc_and_a_day_is_the_midnight_it_starts_with():
    assert MOMENT.validate_python("2024-03-18") == datetime(2024, 3, 18, tzinfo=UTC)
    assert MOMENT.validate_python("2024-03-18T12:00:00 02:00") == datetime(2024, 3, 18, 10, tzinfo=UTC)
    assert MOMENT.validate_python("2024-03-18T12:00:00") == datetime(2024, 3, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Côte d'Ivoire", "COTE D’IVOIRE"),
        ("Bosnia & Herzegovina", "Bosnia and Herzegovina"),
        ("Tanzania, United Republic of", "tanzania united republic of"),
        ("Türkiye", "Turkiye"),
        ("UNEF I", "unef-i"),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(one: str, other: str):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Niger", "Nigeria"), ("Guinea", "Guinea-Bissau"), ("Congo", "DR Congo"), ("UNEF I", "UNEF II")]
)
def test_names_of_different_things_stay_different(one: str, other: str):
    assert normalise(one) != normalise(other)


def test_a_spelling_of_several_things_is_ambiguous_and_a_code_wins():
    register = Register.build("country", {"AAA": "A", "BBB": "B"}, [("Korea", "AAA"), ("Korea", "BBB"), ("bbb", "AAA")])
    assert register.find("korea") == {"AAA", "BBB"}
    assert register.find("BBB") == {"BBB"}
    with pytest.raises(Exception, match="may mean several: AAA, BBB"):
        register.resolve("country", ["Korea"])


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_names_that_differ_get_different_keys(one: str, other: str):
    if normalise(one) != normalise(other):
        assert name_key("KAZ", one) != name_key("KAZ", other)


def test_long_names_that_differ_at_the_end_get_different_keys():
    keys = [name_key("KAZ", "long " * 20 + end) for end in ("one", "two")]
    assert len(set(keys)) == 2
    assert {len(key) for key in keys} == {80}


def test_names_in_other_scripts_get_keys_too():
    keys = [name_key("KAZ", name) for name in ("Қазақстан", "Казахстан", "Kazakhstan")]
    assert len(set(keys)) == 3
    for name in ("Қазақстан", "Казахстан"):
        assert CountryAliasIn(country="KAZ", name=name).default_key().startswith("kaz.")


# --- shapes ---


@pytest.mark.parametrize(
    "values",
    [
        {"total": -1},
        {"total": 1_000_001},
        {"total": None},
        {"women": 3, "men": 4, "total": 6},
        {"country": "kaz"},
        {"mission": "undof"},
        {"personnel_type": "generals"},
        {"comment": "zero\u200bwidth"},
        {"comment": "nul\x00"},
        {"country_as_printed": "right\u202eto left"},
        {"surprise": 1},
    ],
)
def test_a_headcount_that_cannot_be_is_refused(values: dict):
    with pytest.raises(ValidationError):
        make_headcount(**values)


def test_women_and_men_may_be_unknown_and_zero_is_a_count():
    assert make_headcount(total=0).total == 0
    assert make_headcount(women=None, men=4, total=6).women is None
    assert HeadcountIn.model_validate(make_headcount(women=2, men=4).model_dump()).total == 6


def test_text_is_trimmed_and_composed():
    assert make_country(name="  Co\u0302te ").name == "Côte"


def test_a_report_about_a_month_is_ordered_by_its_last_day():
    report = ReportIn(id="r", source="s", as_of="2024-02", scope="partial")
    assert (report.as_of, report.as_of_last) == ("2024-02", "2024-02-29")


# --- ceilings ---


def ceiling(start: str, **values: object) -> CeilingOut:
    defaults = {
        "id": f"c-{start}",
        "mission": "MONUSCO",
        "decision": f"decision of {start}",
        "effective_from": start,
        "basis": "absolute",
        "confidence": "confirmed",
        "source": "s",
        "revision": 1,
        "recorded_in": 1,
        "recorded_at": NOW,
    }
    return CeilingOut.model_validate({**defaults, **values})


CASES = [
    ("nothing decided", [], "2024-01-01", None, "no_ceiling"),
    ("before the first", [ceiling("2014-09-15", military=10000)], "2014-06-01", None, "no_ceiling"),
    (
        "adopted, not yet effective",
        [ceiling("2014-09-15", adopted_on="2014-04-10", military=10000)],
        "2014-06-01",
        None,
        "not_yet_effective",
    ),
    ("from its first day on", [ceiling("2014-09-15", military=10000)], "2014-09-15", 10000, None),
    (
        "the step of one resolution",
        [ceiling("2023-12-19", military=13500), ceiling("2024-07-01", adopted_on="2023-12-19", military=11500)],
        "2024-06-30",
        13500,
        None,
    ),
    (
        "the step of one resolution, a day later",
        [ceiling("2023-12-19", military=13500), ceiling("2024-07-01", adopted_on="2023-12-19", military=11500)],
        "2024-07-01",
        11500,
        None,
    ),
    (
        "a renewal without a number",
        [ceiling("2006-08-11", military=15000), ceiling("2025-08-28", basis="final_extension")],
        "2025-09-01",
        15000,
        None,
    ),
    (
        "an end",
        [ceiling("2013-07-01", military=11200), ceiling("2023-06-30", basis="termination")],
        "2023-07-01",
        None,
        "no_ceiling",
    ),
    ("no number on purpose", [ceiling("1948-05-29", basis="no_numeric_ceiling")], "2024-01-01", None, "no_ceiling"),
    ("a plan never confirmed", [ceiling("1991", basis="plan_not_confirmed")], "2024-01-01", None, "no_ceiling"),
    ("zero is a ceiling", [ceiling("2017-10-16", military=0)], "2018-01-01", 0, None),
    (
        "after its own end",
        [ceiling("2010", military=9), ceiling("2011", effective_to="2012", military=10)],
        "2012-01-01",
        9,
        None,
    ),
]


@pytest.mark.parametrize(("name", "rows", "day", "number", "reason"), CASES, ids=[case[0] for case in CASES])
def test_the_ceiling_in_force(name: str, rows: list[CeilingOut], day: str, number: int | None, reason: str | None):
    found = ceilings_in_force(rows, None, date.fromisoformat(day)).military
    assert (found.ceiling, found.reason) == (number, reason)
    assert (found.record is None) == (number is None)


def test_each_category_is_carried_by_the_decision_that_stated_it():
    rows = [ceiling("2011-06-27", military=4200, police=50), ceiling("2013-05-29", military=5326)]
    found = ceilings_in_force(rows, None, date(2014, 1, 1))
    assert (found.military.ceiling, found.military.record) == (5326, "c-2013-05-29")
    assert (found.police.ceiling, found.police.record) == (50, "c-2011-06-27")


@pytest.mark.parametrize(("ended_on", "number"), [("2017-06", 9), ("2017-05", None), ("2017-06-14", None), (None, 9)])
def test_a_mission_that_has_ended_has_no_ceiling(ended_on: str | None, number: int | None):
    found = ceilings_in_force([ceiling("2012", military=9)], ended_on, date(2017, 6, 15)).military
    assert found.ceiling == number
    assert found.reason == (None if number else "mission_ended")
